//! Step four, `/d/{share}/v/{path}`: the page that shows a document, or plays it.

use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::part::PartPath;
use crate::domain::policy::Delivery;
use crate::gate::deliver::recording::{Recording, Shown};
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::view::{View, ViewRequest};
use crate::limit::rate::Action;
use crate::preview::job::Trouble;
use crate::web::cookies::{self, Purpose};
use crate::web::headers::PAGE_THAT_PLAYS;
use crate::web::pages::{Crumb, Place, PlayPage, ViewerPage, Zoom};
use crate::web::recipient::leave::session_token;
use crate::web::recipient::stay::session_view;
use crate::web::recipient::wanted::Wanted;
use crate::web::request::Head;
use crate::web::{Web, refuse, request};
use crate::words::figures;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use fluent_bundle::FluentValue;
use http::header::CONTENT_SECURITY_POLICY;
use http::{Method, StatusCode};

/// Shows a document.
pub async fn get(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    let path = request.uri().path().to_owned();
    let Some(share) = request::share_of(&path) else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(refusal) = web.gate().limit(Action::Download, request::client(&request)) {
        return refuse::refusal(&web, &refusal);
    }
    answer(&web, share, &path, &request).await.unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

async fn answer(web: &Web, share: ShareId, path: &str, request: &Head) -> Result<Response, Refusal> {
    let gate = web.gate();
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let admitted = gate.session(share, cookie.as_ref())?;
    let document = path_after(share, path, 4)?;
    let wanted = Wanted::parse(request.uri().query().unwrap_or_default()).ok_or(Refusal::Preview(share, Trouble::NoSuchPage))?;
    if request::is_prefetch(request.headers()) {
        // Nobody has asked to read it yet; the browser asks again when somebody does.
        gate.note_prefetch(&admitted);
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    let asked = ViewRequest { share, proof: cookie.as_ref().map(Proof::from), path: document, part: wanted.part.clone() };
    gate.note_look(&admitted);
    let view = match gate.shown_as(&asked).await? {
        Shown::Pages(view) => view,
        Shown::Recording(recording) => return Ok(play(web, &admitted, &asked, recording).await),
    };
    has_page(share, &view, wanted.page)?;
    let (name, above) = match outer(&wanted.part) {
        None => (view.name.clone(), None),
        Some((part, number)) => attached(web, &asked, part, number).await?,
    };
    let text = if !view.text {
        None
    } else if request.method() == Method::GET {
        gate.page_text(&asked, wanted.page, request::origin(request)).await?
    } else {
        // HEAD: the same headers, no text, no receipt.
        Some(String::new())
    };
    let home = home(web, &admitted, &asked.path).await;
    let page = ViewerPage { name, above, text, home, ..page(web, &admitted, &asked, view, &wanted) };
    let mut response = Html(page.render(&refuse::frame(web))).into_response();
    if let Some(content) = web.content() {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, content.policy().clone());
    }
    Ok(response)
}

/// The document of an address: what follows after so many slashes.
pub(super) fn path_after(share: ShareId, path: &str, slashes: usize) -> Result<DocumentPath, Refusal> {
    let below = path.splitn(slashes + 1, '/').nth(slashes).unwrap_or_default();
    DocumentPath::from_url(below)
        .ok()
        .filter(|document| !document.is_root())
        .ok_or(Refusal::NotInShare(share))
}

/// Whether a document has a page of that number.
pub(super) fn has_page(share: ShareId, view: &View, page: u32) -> Result<(), Refusal> {
    let there = usize::try_from(page).is_ok_and(|page| page <= view.pages.len());
    there.then_some(()).ok_or(Refusal::Preview(share, Trouble::NoSuchPage))
}

fn place(asked: &ViewRequest, part: PartPath) -> Place {
    Place { share: format!("/d/{}", asked.share), path: asked.path.to_url(), part }
}

/// The document that a part is inside of, and its number there.
fn outer(part: &PartPath) -> Option<(PartPath, u16)> {
    let (number, above) = part.numbers().split_last()?;
    Some((PartPath::try_from(above.to_vec()).ok()?, *number))
}

/// What an attached document is called, and the way back to what it is attached to, which may be attached to something itself.
async fn attached(web: &Web, asked: &ViewRequest, part: PartPath, number: u16) -> Result<(String, Option<Crumb>), Refusal> {
    let gate = web.gate();
    let outside = gate.view(&ViewRequest { part: part.clone(), ..asked.clone() }).await?;
    let label = match outer(&part) {
        None => outside.name.clone(),
        Some((above, number)) => part_name(web, &gate.view(&ViewRequest { part: above, ..asked.clone() }).await?, number),
    };
    let href = Some(place(asked, part).viewer(1, Zoom::default()));
    Ok((part_name(web, &outside, number), Some(Crumb { label, href })))
}

/// What the document of that number inside another is called there.
fn part_name(web: &Web, outside: &View, number: u16) -> String {
    let part = outside.parts.get(usize::from(number).saturating_sub(1));
    part.map(|part| part.name.clone())
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| web.words().with("viewer-part", &[("number", FluentValue::from(number))]))
}

/// The list that a document stands in: its folder's, where that is shared.
async fn home(web: &Web, admitted: &Admitted, document: &DocumentPath) -> String {
    let share = admitted.share().id;
    match document.parent().filter(|folder| !folder.is_root()) {
        Some(folder) if web.gate().is_folder(admitted, &folder).await == Ok(true) => format!("/d/{share}/f/{}/", folder.to_url()),
        _ => format!("/d/{share}/"),
    }
}

/// The page that plays. It takes the document from its own address, cookie and all, even where pictures have a host of their own: an address
/// that opens without a cookie is good enough for marked pictures and not for originals, and a player runs nothing of what it plays.
async fn play(web: &Web, admitted: &Admitted, asked: &ViewRequest, recording: Recording) -> Response {
    let (gate, share) = (web.gate(), asked.share);
    let page = PlayPage {
        name: recording.name,
        owner_name: gate.owner_name(share).unwrap_or_default(),
        home: home(web, admitted, &asked.path).await,
        film: recording.film,
        source: format!("/d/{share}/f/{}", asked.path.to_url()),
        media_type: recording.media_type,
        kind: recording.kind,
        size: figures::size(web.words(), recording.size),
        session: session_view(web, admitted, recording.ends),
        leave_action: format!("/d/{share}/leave"),
        form_token: session_token(web, admitted),
    };
    ([(CONTENT_SECURITY_POLICY, PAGE_THAT_PLAYS)], Html(page.render(&refuse::frame(web)))).into_response()
}

fn page(web: &Web, admitted: &Admitted, asked: &ViewRequest, view: View, wanted: &Wanted) -> ViewerPage {
    let gate = web.gate();
    let share = asked.share;
    // What is inside a document is only looked at.
    let given = |form: Delivery| view.delivery == form && asked.part.is_whole();
    let at = |letter: char| format!("/d/{share}/{letter}/{}", asked.path.to_url());
    ViewerPage {
        name: String::new(),
        owner_name: gate.owner_name(share).unwrap_or_default(),
        home: String::new(),
        above: None,
        place: place(asked, asked.part.clone()),
        page: wanted.page,
        zoom: wanted.zoom,
        text: None,
        marked: given(Delivery::Watermarked).then(|| at('w')),
        download: given(Delivery::Download).then(|| at('f')),
        session: session_view(web, admitted, view.ends),
        leave_action: format!("/d/{share}/leave"),
        form_token: session_token(web, admitted),
        view,
    }
}
