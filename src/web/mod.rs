//! What speaks HTTP: the whole route table, and what is common to every answer.

pub mod api;
pub mod around;
pub mod assets;
pub mod brand;
pub mod conditional;
mod content;
pub mod cookies;
pub mod disposition;
pub mod form;
pub mod headers;
pub mod language;
pub mod metadata;
pub mod pages;
pub mod probes;
pub mod recipient;
pub mod refuse;
pub mod request;

use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::web::brand::Brand;
use crate::web::content::ContentHost;
use crate::web::language::Spoken;
use crate::web::recipient::{archive, code, document, leave, link, list, marked, picture, said, stay, terms, tus, upload, viewer};
use crate::web::refuse::at_hand::AtHand;
use crate::words::Words;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, head, post};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every handler works on, in the language of its request.
#[derive(Debug, Clone)]
pub struct Web {
    shared: Arc<Shared>,
    spoken: Spoken,
}

/// What all requests have in common. The router holds this and not a [`Web`], so that no handler can forget in which language it speaks.
#[derive(Debug)]
pub struct Shared {
    gate: Arc<Gate>,
    hsts: bool,
    security_contact: Option<String>,
    content: Option<ContentHost>,
    brand: Brand,
    refusals: AtHand,
    stopping: AtomicBool,
}

impl Web {
    /// `hsts` says whether browsers are told to come by TLS only from now on; `security_contact` goes into security.txt.
    pub fn new(gate: Arc<Gate>, hsts: bool, security_contact: Option<String>) -> Self {
        let brand = Brand::new(&gate.settings().branding);
        Self::of(Shared {
            gate,
            hsts,
            security_contact,
            content: None,
            brand,
            refusals: AtHand::default(),
            stopping: AtomicBool::new(false),
        })
    }

    fn of(shared: Shared) -> Self {
        let spoken = Spoken::usual(shared.gate.settings().language);
        Self { shared: Arc::new(shared), spoken }
    }

    /// The same for a request.
    fn speaking(shared: &Arc<Shared>, spoken: Spoken) -> Self {
        Self { shared: Arc::clone(shared), spoken }
    }

    /// The same, with pictures of documents' pages from an origin of their own, such as `https://content.example.org`.
    pub fn with_content_host(self, origin: String) -> Self {
        let Shared { gate, hsts, security_contact, brand, .. } = &*self.shared;
        let (gate, hsts, security_contact, brand) = (Arc::clone(gate), *hsts, security_contact.clone(), brand.clone());
        let content = Some(ContentHost::new(origin));
        Self::of(Shared { gate, hsts, security_contact, content, brand, refusals: AtHand::default(), stopping: AtomicBool::new(false) })
    }

    /// Where pictures come from, when not from the pages' own origin.
    pub(in crate::web) fn content(&self) -> Option<&ContentHost> {
        self.shared.content.as_ref()
    }

    /// The texts in the language of the request.
    pub fn words(&self) -> &Words {
        self.gate().words(self.spoken.language)
    }

    /// The language of the request, and how it was found.
    pub(in crate::web) const fn spoken(&self) -> &Spoken {
        &self.spoken
    }

    /// A moment as people in the organisation's time zone write it.
    pub(in crate::web) fn moment(&self, at: Timestamp) -> String {
        self.gate().moment(self.words(), at)
    }

    /// A moment soon from now, as it stands after "at".
    pub(in crate::web) fn when(&self, at: Timestamp) -> String {
        self.gate().when(self.words(), at)
    }

    /// What the organisation puts on pages.
    pub fn brand(&self) -> &Brand {
        &self.shared.brand
    }

    /// The gate.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.shared.gate
    }

    /// From now on `/readyz` says that no new requests should come here.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.shared.stopping.load(Ordering::Relaxed)
    }

    fn hsts(&self) -> bool {
        self.shared.hsts
    }

    fn security_contact(&self) -> Option<&str> {
        self.shared.security_contact.as_deref()
    }
}

/// An address that the world may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The pattern of its path.
    pub path: &'static str,
    /// What answers, method by method.
    answers: fn() -> MethodRouter<Arc<Shared>>,
}

const fn at(path: &'static str, answers: fn() -> MethodRouter<Arc<Shared>>) -> Route {
    Route { path, answers }
}

/// All addresses that the world may ask for. Another address than these does not exist.
pub const ROUTES: &[Route] = &[
    at("/", || get(probes::home)),
    at("/healthz", || get(probes::healthz)),
    at("/readyz", || get(probes::readyz)),
    at("/favicon.ico", || get(probes::favicon)),
    at("/robots.txt", || get(probes::robots)),
    at("/.well-known/security.txt", || get(probes::security_txt)),
    at("/privacy", || get(probes::privacy)),
    at("/static/{file}", || get(probes::asset)),
    at("/s/{link}", || get(link::show).post(link::agree)),
    at("/s/{link}/decline", || post(said::decline)),
    at("/s/{link}/more-time", || post(said::more_time)),
    at("/s/{link}/not-meant", || post(said::not_meant)),
    at("/d/{share}/code", || get(code::show).post(code::give)),
    at("/d/{share}/code/again", || post(code::again)),
    at("/d/{share}/more-time", || post(said::more_time_in_session)),
    at("/d/{share}/not-meant", || post(said::give_up)),
    at("/d/{share}/stay", || get(stay::show).post(stay::stay)),
    at("/d/{share}/terms", || get(terms::show).post(terms::agree)),
    at("/d/{share}/leave", || post(leave::leave)),
    at("/d/{share}/left", || get(leave::left)),
    at("/d/{share}/", || get(list::share)),
    at("/d/{share}", || get(list::without_slash)),
    at("/d/{share}/f/{*path}", || get(document::get)),
    at("/d/{share}/v/{*path}", || get(viewer::get)),
    at("/d/{share}/p/{page}/{*path}", || get(picture::get)),
    at("/d/{share}/t/{page}/{*path}", || get(picture::text)),
    at("/d/{share}/w/{*path}", || get(marked::get)),
    at("/d/{share}/u", || get(upload::show).post(upload::send).options(tus::options)),
    at("/d/{share}/u/{upload}", || head(tus::one).patch(tus::one).delete(tus::one)),
    at("/d/{share}/z", || get(archive::show).post(archive::ticket)),
    at("/d/{share}/z/{ticket}/{*path}", || get(archive::give)),
    at("/c/{token}/p/{page}/{*path}", || get(picture::on_content_host)),
];

/// What answers at all of [`ROUTES`].
pub fn router(web: &Web) -> Router {
    ROUTES
        .iter()
        .fold(Router::new(), |router, route| router.route(route.path, (route.answers)()))
        .method_not_allowed_fallback(refuse::method_not_allowed)
        .fallback(refuse::not_found)
        .with_state(Arc::clone(&web.shared))
        .layer(from_fn_with_state(web.clone(), around::pass))
}
