//! The pages of a document: `/d/{share}/p/{page}/{path}` as pictures, `/d/{share}/t/{page}/{path}` as text, where the share gives it, and
//! `/c/{token}/p/{page}/{path}` as pictures on the content host, where there is one.

use crate::crypto::content::ContentToken;
use crate::domain::ids::ShareId;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::view::ViewRequest;
use crate::limit::connection::ConnectionHandle;
use crate::limit::rate::Action;
use crate::preview::job::Trouble;
use crate::web::cookies::{self, Purpose};
use crate::web::disposition::inline;
use crate::web::pages::RefusalKind;
use crate::web::recipient::viewer::{has_page, path_after};
use crate::web::recipient::wanted::{Wanted, page_number};
use crate::web::request::Head;
use crate::web::{Web, refuse, request};
use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, VARY};
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The text of a page, for the script of the viewer.
#[derive(Debug, Serialize)]
struct PageText {
    page: u32,
    text: String,
}

/// What an address asks for.
struct Asked {
    of: ViewRequest,
    page: u32,
    dpi: u16,
}

/// Gives a page as a picture, or the address of it on the content host.
pub async fn get(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    let given = async {
        let asked = by_cookie(&web, &request)?;
        if request::is_prefetch(request.headers()) {
            return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
        }
        match web.content().filter(|_| request.method() == Method::GET) {
            Some(content) => Ok(Redirect::temporary(&elsewhere(&web, content.origin(), &asked)?).into_response()),
            None => picture(&web, asked, &request).await,
        }
    };
    given.await.unwrap_or_else(|refusal: Refusal| refuse::refusal(&web, &refusal))
}

/// Gives a page as a picture on the content host: to whoever has an address that was made for a session, while that session lasts.
pub async fn on_content_host(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    let given = async {
        web.gate().limit(Action::Download, request::client(&request))?;
        let token = request.uri().path().split('/').nth(2).unwrap_or_default();
        let token = ContentToken::verify(token, web.gate().keys(), web.gate().now()).ok_or(Refusal::NoSession)?;
        let proof = web.gate().proof_of(token.session).ok_or(Refusal::NoSession)?;
        let mut response = picture(&web, asked(&web, token.share, Some(proof), &request)?, &request).await?;
        // Pages of the other host show it.
        response.headers_mut().insert(CORP, HeaderValue::from_static("cross-origin"));
        Ok(response)
    };
    given.await.unwrap_or_else(|refusal: Refusal| refuse::refusal(&web, &refusal))
}

/// Gives a page as text.
pub async fn text(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    let given = async { words(&web, by_cookie(&web, &request)?, &request).await };
    given.await.unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

/// What the holder of a session asks for, if the network may ask now; what is given is counted by the gate.
fn by_cookie(web: &Web, request: &Head) -> Result<Asked, Refusal> {
    let share = request::share_of(request.uri().path()).ok_or(Refusal::NoSession)?;
    if request.method() != Method::GET {
        web.gate().limit(Action::Download, request::client(request))?;
    }
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    asked(web, share, cookie.as_ref().map(Proof::from), request)
}

/// Reads the address; nobody without a session learns whether it is well-formed.
fn asked(web: &Web, share: ShareId, proof: Option<Proof>, request: &Head) -> Result<Asked, Refusal> {
    web.gate().session(share, proof)?;
    let path = request.uri().path();
    let unknown = || Refusal::Preview(share, Trouble::NoSuchPage);
    let page = path.split('/').nth(4).and_then(page_number).ok_or_else(unknown)?;
    let wanted = Wanted::parse(request.uri().query().unwrap_or_default()).ok_or_else(unknown)?;
    let of = ViewRequest { share, proof, path: path_after(share, path, 5)?, part: wanted.part };
    Ok(Asked { of, page, dpi: wanted.dpi })
}

/// The same picture's address on the content host, for ten minutes.
fn elsewhere(web: &Web, origin: &str, asked: &Asked) -> Result<String, Refusal> {
    let (gate, of) = (web.gate(), &asked.of);
    let session = gate.session(of.share, of.proof)?.session().id;
    let token = ContentToken { share: of.share, session }.sign(gate.keys(), gate.now());
    let part = if of.part.is_whole() { String::new() } else { format!("&part={}", of.part) };
    Ok(format!("{origin}/c/{token}/p/{}/{}?dpi={}{part}", asked.page, of.path.to_url(), asked.dpi))
}

async fn picture(web: &Web, Asked { of, page, dpi }: Asked, request: &Head) -> Result<Response, Refusal> {
    let body = if request.method() == Method::GET {
        let connection = request.extensions().get::<ConnectionHandle>().ok_or(Refusal::Busy)?;
        Body::new(web.gate().picture(&of, page, dpi, connection, request::origin(request)).await?)
    } else {
        // HEAD: whether there is such a page, no picture, no receipt.
        has_page(of.share, &web.gate().view(&of).await?, page)?;
        Body::empty()
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (CONTENT_DISPOSITION, inline(&format!("{}-{page}.jpg", of.path.file_name()))),
        (VARY, HeaderValue::from_static("Cookie")),
    ];
    Ok((headers, body).into_response())
}

async fn words(web: &Web, Asked { of, page, .. }: Asked, request: &Head) -> Result<Response, Refusal> {
    if request::is_prefetch(request.headers()) {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    if !web.gate().session(of.share, of.proof)?.share().policy.text {
        return Ok(refuse::plain(web, RefusalKind::NotFound));
    }
    if request.method() == Method::GET {
        return Ok(match web.gate().page_text(&of, page, request::origin(request)).await? {
            Some(text) => Json(PageText { page, text }).into_response(),
            None => refuse::plain(web, RefusalKind::NotFound),
        });
    }
    has_page(of.share, &web.gate().view(&of).await?, page)?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], Body::empty()).into_response())
}
