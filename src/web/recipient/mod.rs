//! The recipient's way, one file a step: link, code, list, viewer and document, leave.

pub mod archive;
pub mod code;
pub mod document;
pub mod leave;
pub mod link;
pub mod list;
pub mod marked;
pub mod picture;
pub mod said;
pub mod stay;
pub mod terms;
pub mod tus;
pub mod upload;
pub mod viewer;
mod wanted;

use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};

/// 303: the browser goes on to another page by GET.
fn see_other(to: &str, cookies: Vec<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).expect("addresses of our own pages are ASCII");
    response.headers_mut().insert(LOCATION, location);
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
