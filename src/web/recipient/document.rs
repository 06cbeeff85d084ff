//! Step four, `/d/{share}/f/{path}`: a document's bytes, or the page of a folder.

use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::range::ByteRange;
use crate::gate::deliver::{Found, Opened};
use crate::gate::listing::view::View;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::limit::connection::ConnectionHandle;
use crate::limit::rate::Action;
use crate::web::conditional::{Answer, EntityTag, evaluate, http_date};
use crate::web::cookies::{self, Purpose};
use crate::web::disposition::attachment;
use crate::web::pages::RefusalKind;
use crate::web::recipient::list;
use crate::web::request::Head;
use crate::web::{Web, refuse, request};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// Header fields of a document's answer, with those that every answer has.
const FIELDS: usize = 20;

/// Gives a document or shows a folder.
pub async fn get(web: Web, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some(share) = request::share_of(&path) else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(refusal) = web.gate().limit(Action::Download, request::client(&request)) {
        return refuse::refusal(&web, &refusal);
    }
    answer(&web, share, &path, request).await.unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

async fn answer(web: &Web, share: ShareId, path: &str, request: Request) -> Result<Response, Refusal> {
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let admitted = web.gate().session(share, cookie.as_ref())?;
    let below = path.splitn(5, '/').nth(4).unwrap_or_default();
    let (below, is_folder_page) = below.strip_suffix('/').map_or((below, false), |folder| (folder, true));
    let below = DocumentPath::from_url(below).map_err(|_| Refusal::NotInShare(share))?;
    // Held over all that is asked of the store, so that a request that was let in is not refused half way.
    let turn = web.gate().turn(&admitted, &below)?;
    if is_folder_page {
        let view = View::from_query(request.uri().query().unwrap_or_default());
        return Ok(list::page(web, &admitted, web.gate().list_folder(&admitted, &below, &view).await?, &view));
    }
    let connection = request.extensions().get::<ConnectionHandle>().cloned().ok_or(Refusal::Busy)?;
    let proof = cookie.as_ref().map(Proof::from);
    let opened = match web.gate().open(admitted.clone(), proof, &below, &connection, turn).await? {
        Found::Document(opened) => *opened,
        Found::Folder => return Ok(Redirect::permanent(&format!("{path}/")).into_response()),
    };
    if request::is_prefetch(request.headers()) {
        // Nobody has asked to read it yet, so there must be neither bytes nor a receipt; the browser asks again when somebody does.
        web.gate().note_prefetch(&admitted);
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    deliver(web, opened, &connection, request.map(drop)).await
}

async fn deliver(web: &Web, opened: Opened, connection: &ConnectionHandle, request: Head) -> Result<Response, Refusal> {
    let document = opened.document();
    let (size, changed) = (document.size, document.changed);
    let tag = EntityTag::of_digest(&opened.entity_tag);
    let headers = document_headers(&opened, &tag);
    let whole = ByteRange { start: 0, end: size };
    let (status, range) = match evaluate(request.headers(), request.method(), &tag, changed, size) {
        Answer::Full => (StatusCode::OK, whole),
        Answer::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Answer::NotModified => return Ok((StatusCode::NOT_MODIFIED, validators(&headers)).into_response()),
        Answer::PreconditionFailed => return Ok(refuse::plain(web, RefusalKind::PreconditionFailed)),
        Answer::Unsatisfiable => {
            let mut response = refuse::plain(web, RefusalKind::RangeNotSatisfiable);
            response.headers_mut().insert(CONTENT_RANGE, ascii(format!("bytes */{size}")));
            return Ok(response);
        }
    };
    let body = if request.method() == Method::GET {
        Body::new(web.gate().deliver(opened, range, connection, || request::origin(&request)).await?)
    } else {
        // HEAD: the same headers, no bytes, no receipt.
        Body::empty()
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(CONTENT_LENGTH, range.len().into());
    if status == StatusCode::PARTIAL_CONTENT {
        response
            .headers_mut()
            .insert(CONTENT_RANGE, ascii(format!("bytes {}-{}/{size}", range.start, range.end - 1)));
    }
    Ok(response)
}

fn document_headers(opened: &Opened, tag: &EntityTag) -> HeaderMap {
    let document = opened.document();
    let mut headers = HeaderMap::with_capacity(FIELDS);
    headers.extend([
        (CONTENT_TYPE, ascii(document.media_type.to_string())),
        (CONTENT_DISPOSITION, attachment(&opened.file_name())),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (ETAG, tag.header_value()),
        (LAST_MODIFIED, http_date(document.changed)),
        (VARY, HeaderValue::from_static("Cookie")),
    ]);
    headers
}

/// What a 304 repeats (RFC 9110 section 15.4.5).
fn validators(headers: &HeaderMap) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, _)| [&ETAG, &LAST_MODIFIED, &VARY].contains(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ranges and media types are visible ASCII")
}
