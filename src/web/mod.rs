//! What speaks HTTP: the whole route table, and what is common to every answer.

pub mod api;
pub mod assets;
pub mod conditional;
pub mod cookies;
pub mod disposition;
pub mod form;
pub mod headers;
pub mod pages;
pub mod probes;
pub mod recipient;
pub mod refuse;
pub mod request;

use crate::gate::Gate;
use axum::Router;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every handler works on.
#[derive(Debug, Clone)]
pub struct Web(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    gate: Arc<Gate>,
    hsts: bool,
    security_contact: Option<String>,
    stopping: AtomicBool,
}

impl Web {
    /// `hsts` says whether browsers are told to come by TLS only from now on; `security_contact` goes into security.txt.
    pub fn new(gate: Arc<Gate>, hsts: bool, security_contact: Option<String>) -> Self {
        Self(Arc::new(Shared { gate, hsts, security_contact, stopping: AtomicBool::new(false) }))
    }

    /// The gate.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.0.gate
    }

    /// From now on `/readyz` says that no new requests should come here.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    fn hsts(&self) -> bool {
        self.0.hsts
    }

    fn security_contact(&self) -> Option<&str> {
        self.0.security_contact.as_deref()
    }
}

/// All addresses that the world may ask for. Another address than these does not exist.
pub fn router(web: &Web) -> Router {
    use recipient::{code, document, leave, link, list};
    Router::new()
        .route("/", get(probes::home))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/favicon.ico", get(probes::favicon))
        .route("/robots.txt", get(probes::robots))
        .route("/.well-known/security.txt", get(probes::security_txt))
        .route("/static/{file}", get(probes::asset))
        .route("/s/{link}", get(link::show).post(link::agree))
        .route("/d/{share}/code", get(code::show).post(code::give))
        .route("/d/{share}/code/again", post(code::again))
        .route("/d/{share}/leave", post(leave::leave))
        .route("/d/{share}/left", get(leave::left))
        .route("/d/{share}/", get(list::share))
        .route("/d/{share}", get(list::without_slash))
        .route("/d/{share}/f/{*path}", get(document::get))
        .method_not_allowed_fallback(refuse::method_not_allowed)
        .fallback(refuse::not_found)
        .with_state(web.clone())
        .layer(map_response_with_state(web.clone(), headers::common))
        .layer(from_fn_with_state(web.clone(), request::note))
}
