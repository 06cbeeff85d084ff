//! Uploads that can be resumed (tus 1.0 with creation, expiration and termination): `POST /d/{share}/u`, then `PATCH` piece by piece.
//!
//! A page of another site cannot send these requests: their header needs leave that is never given (CORS), and `Origin` is looked at besides.

use crate::domain::ids::UploadId;
use crate::gate::refusal::Refusal;
use crate::gate::upload::receive::{Progress, Sender};
use crate::gate::upload::{Fate, UploadError};
use crate::limit::rate::Action;
use crate::web::conditional::http_date;
use crate::web::cookies::{self, Purpose};
use crate::web::form::is_from_here;
use crate::web::metadata::file_name;
use crate::web::pages::RefusalKind;
use crate::web::recipient::upload::{sender, status, words_of};
use crate::web::{Web, refuse, request};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, LOCATION};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const EXTENSIONS: HeaderName = HeaderName::from_static("tus-extension");
const MOST: HeaderName = HeaderName::from_static("tus-max-size");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const PIECES: &str = "application/offset+octet-stream";

/// Whether a request speaks of uploads that can be resumed.
pub(super) fn is_tus(headers: &HeaderMap) -> bool {
    headers.contains_key(RESUMABLE)
}

/// Says what is spoken here.
pub async fn options(web: Web) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(VERSIONS, VERSION);
    headers.insert(EXTENSIONS, HeaderValue::from_static("creation,expiration,termination"));
    headers.insert(MOST, web.gate().settings().uploads.file_bytes.into());
    headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    resumable(response)
}

/// Begins an upload whose length is known.
pub(super) async fn begin(web: &Web, sender: Sender, request: Request) -> Response {
    if let Some(wrong) = other_version(request.headers()) {
        return wrong;
    }
    let said = request.headers().get(METADATA).map_or(Some(""), |value| value.to_str().ok()).and_then(file_name);
    let (Some(name), Some(size)) = (said, number(request.headers(), &LENGTH)) else { return plain(StatusCode::BAD_REQUEST, String::new()) };
    match web.gate().begin_upload(sender, &name, size, request::origin(&request)).await {
        Ok(begun) => {
            let mut response = answer(StatusCode::CREATED, &begun);
            let location = format!("/d/{}/u/{}", sender.share, begun.id);
            response
                .headers_mut()
                .insert(LOCATION, HeaderValue::try_from(location).expect("ids are hexadecimal digits"));
            response
        }
        Err(error) => failure(web, name, &error),
    }
}

/// Says how far an upload is, takes more of it, or takes it back.
pub async fn one(web: Web, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some(share) = request::share_of(&path) else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(refusal) = web.gate().limit(Action::Upload, request::client(&request)) {
        return resumable(refuse::refusal(&web, &refusal));
    }
    if !is_from_here(request.headers(), request.uri().authority().map(Authority::as_str)) {
        return refuse::plain(&web, RefusalKind::CrossSite);
    }
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let sender = sender(share, cookie.as_ref());
    // Whoever may not send learns that and nothing else.
    if let Err(refusal) = web.gate().may_upload(sender) {
        return resumable(refuse::refusal(&web, &refusal));
    }
    if let Some(wrong) = other_version(request.headers()) {
        return wrong;
    }
    let Some(id) = path.rsplit('/').next().and_then(|id| id.parse::<UploadId>().ok()) else {
        return failure(&web, String::new(), &UploadError::Missing);
    };
    let done = match *request.method() {
        Method::HEAD => web.gate().upload_progress(sender, id).await.map(|progress| answer(StatusCode::OK, &progress)),
        Method::DELETE => web
            .gate()
            .cancel_upload(sender, id)
            .await
            .map(|()| resumable(StatusCode::NO_CONTENT.into_response())),
        _ => more(&web, sender, id, request).await,
    };
    done.unwrap_or_else(|error| failure(&web, String::new(), &error))
}

async fn more(web: &Web, sender: Sender, id: UploadId, request: Request) -> Result<Response, UploadError> {
    if request.headers().get(CONTENT_TYPE).is_none_or(|value| value.as_bytes() != PIECES.as_bytes()) {
        return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, String::new()));
    }
    let Some(offset) = number(request.headers(), &OFFSET) else { return Ok(plain(StatusCode::BAD_REQUEST, String::new())) };
    let body = request.into_body().into_data_stream();
    let reached = web.gate().append_upload(sender, id, offset, body).await?;
    match reached.fate {
        Fate::Kind => Err(UploadError::Kind),
        Fate::Infected => Err(UploadError::Infected),
        _ => Ok(answer(StatusCode::NO_CONTENT, &reached)),
    }
}

fn answer(status: StatusCode, progress: &Progress) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(OFFSET, progress.offset.into());
    headers.insert(LENGTH, progress.size.into());
    headers.insert(EXPIRES, http_date(progress.ends));
    resumable(response)
}

fn failure(web: &Web, name: String, error: &UploadError) -> Response {
    if let UploadError::Refused(refusal) = error {
        return resumable(refuse::refusal(web, refusal));
    }
    let name = if name.is_empty() { web.words().text("upload-unnamed") } else { name };
    let mut response = plain(status(error), words_of(web, name, error).text(&refuse::frame(web)));
    if let UploadError::Conflict(there) = error {
        response.headers_mut().insert(OFFSET, (*there).into());
    }
    response
}

fn other_version(headers: &HeaderMap) -> Option<Response> {
    if headers.get(RESUMABLE) == Some(&VERSION) {
        return None;
    }
    let mut response = plain(StatusCode::PRECONDITION_FAILED, String::new());
    response.headers_mut().insert(VERSIONS, VERSION);
    Some(response)
}

fn plain(status: StatusCode, text: String) -> Response {
    resumable((status, text).into_response())
}

fn resumable(mut response: Response) -> Response {
    response.headers_mut().insert(RESUMABLE, VERSION);
    response
}

/// A header that holds a plain number, and stands there once.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let mut all = headers.get_all(name).iter();
    let text = all.next()?.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    if all.next().is_some() { None } else { text.parse().ok() }
}
