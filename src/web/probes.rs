//! What is not about a share: probes, the stylesheet, the page of the bare address, security.txt.

use crate::domain::bounds::CLOCK_DRIFT;
use crate::web::pages::{HomePage, PrivacyPage};
use crate::web::{Web, assets, refuse};
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use std::time::Duration;

/// How long security.txt says it holds; RFC 9116 wants less than a year.
const SECURITY_TXT_LIFE: Duration = Duration::from_secs(180 * 24 * 3600);

/// The process runs.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// What is recorded of recipients, why, and for how long.
pub async fn privacy(web: Web) -> Html<String> {
    let told = &web.gate().settings().privacy;
    let own = told.text.iter().flat_map(|text| text.split("\n\n")).map(str::trim);
    let page = PrivacyPage {
        own: own.filter(|paragraph| !paragraph.is_empty()).map(str::to_owned).collect(),
        kept: told.kept.clone(),
        receipt_copy: told.receipt_copy,
    };
    Html(page.render(&refuse::frame(&web)))
}

/// The process can serve: the ledger takes lines, the clock is right, no stop is under way.
pub async fn readyz(web: Web) -> Response {
    let trouble = match () {
        () if web.is_stopping() => Some("stopping\n"),
        () if web.gate().ledger().is_full() => Some("the disk is full\n"),
        () if u128::from(web.gate().drift_millis().unsigned_abs()) > CLOCK_DRIFT.as_millis() => Some("the wall clock was moved\n"),
        () => None,
    };
    trouble.map_or_else(|| "ready\n".into_response(), |why| (StatusCode::SERVICE_UNAVAILABLE, why).into_response())
}

/// For somebody who typed the bare address.
pub async fn home(web: Web) -> Html<String> {
    Html(HomePage.render(&refuse::frame(&web)))
}

/// The mark, under the name that browsers ask for unasked.
pub async fn favicon() -> Redirect {
    Redirect::permanent(assets::mark())
}

/// Nothing here is for search engines.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}

/// Stylesheets, scripts and mark, and what the organisation puts beside them.
pub async fn asset(web: Web, Path(file): Path<String>) -> Response {
    let path = format!("/static/{file}");
    let own = assets::find(&path).map(|asset| (Bytes::from_static(asset.body), asset.media_type));
    let found = own.or_else(|| web.brand().find(&path).map(|file| (file.body.clone(), file.media_type)));
    let Some((body, media_type)) = found else { return refuse::not_found(web).await };
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"));
    response
}

/// Whom to tell about a weakness (RFC 9116).
pub async fn security_txt(web: Web) -> Response {
    let Some(contact) = web.security_contact() else { return refuse::not_found(web).await };
    let contact = if contact.contains(':') { contact.to_owned() } else { format!("mailto:{contact}") };
    let expires = web.gate().now().plus(SECURITY_TXT_LIFE);
    let canonical = format!("{}/.well-known/security.txt", web.gate().settings().public_url);
    let text = format!("Contact: {contact}\nExpires: {expires}\nCanonical: {canonical}\n");
    ([(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], text).into_response()
}
