//! "I am finished": the session ends in this browser, its cookies go.

use crate::crypto::form::form_token;
use crate::crypto::random::TokenHash;
use crate::domain::ids::ShareId;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::web::cookies::{self, Purpose};
use crate::web::form::{check_token, receive};
use crate::web::pages::LeftPage;
use crate::web::recipient::see_other;
use crate::web::{Web, refuse};
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::HeaderName;

/// Ends the session.
pub async fn leave(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let form = match receive(request).await {
        Ok(form) => form,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let Some(cookie) = cookie else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(kind) = check_token(&web, &form, &binding(&share, &cookie.hash())) {
        return refuse::plain(&web, kind);
    }
    match web.gate().leave(share, Some(&cookie)).await {
        Ok(()) => left_now(share),
        Err(refusal) => refuse::refusal(&web, &refusal),
    }
}

/// Says goodbye; it tells nothing, so that anybody may see it.
pub async fn left(web: Web) -> Response {
    Html(LeftPage { expires: None }.render(&refuse::frame(&web))).into_response()
}

/// The token of all forms that belong to this session: to end it, to stay, to say something.
pub(super) fn session_token(web: &Web, admitted: &Admitted) -> String {
    form_token(web.gate().keys(), &binding(&admitted.share().id, &admitted.session().token), web.gate().now())
}

pub(super) fn binding<'a>(share: &'a ShareId, session: &'a TokenHash) -> [&'a [u8]; 3] {
    [b"session", share.as_bytes(), session.as_bytes()]
}

fn left_now(share: ShareId) -> Response {
    let cookies = vec![cookies::clear(Purpose::Session, share), cookies::clear(Purpose::Challenge, share)];
    let mut response = see_other(&format!("/d/{share}/left"), cookies);
    // On a shared computer nothing of the pages stays behind (ASVS 5.0 14.3.1).
    response
        .headers_mut()
        .insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    response
}
