//! `/d/{share}/w/{path}`: a document as a PDF of pictures of its pages, with the mark in each.

use crate::domain::part::PartPath;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::view::ViewRequest;
use crate::limit::connection::ConnectionHandle;
use crate::limit::rate::Action;
use crate::web::cookies::{self, Purpose};
use crate::web::disposition::attachment;
use crate::web::recipient::viewer::path_after;
use crate::web::request::Head;
use crate::web::{Web, refuse, request};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use http::{HeaderValue, Method, StatusCode};

/// Gives the marked PDF of a document.
pub async fn get(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    if let Err(refusal) = web.gate().limit(Action::Download, request::client(&request)) {
        return refuse::refusal(&web, &refusal);
    }
    answer(&web, &request).await.unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

async fn answer(web: &Web, request: &Head) -> Result<Response, Refusal> {
    let gate = web.gate();
    let share = request::share_of(request.uri().path()).ok_or(Refusal::NoSession)?;
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let admitted = gate.session(share, cookie.as_ref())?;
    let (proof, path) = (cookie.as_ref().map(Proof::from), path_after(share, request.uri().path(), 4)?);
    let of = ViewRequest { share, proof, path, part: PartPath::default() };
    if request::is_prefetch(request.headers()) {
        gate.note_prefetch(&admitted);
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    let (name, body) = if request.method() == Method::GET {
        let connection = request.extensions().get::<ConnectionHandle>().cloned().ok_or(Refusal::Busy)?;
        let copy = gate.marked_pdf(&of, &connection, request::origin(request)).await?;
        (copy.name, Body::new(copy.body))
    } else {
        (gate.marked_name(&of).await?, Body::empty())
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (CONTENT_DISPOSITION, attachment(&name)),
        (VARY, HeaderValue::from_static("Cookie")),
    ];
    Ok((headers, body).into_response())
}
