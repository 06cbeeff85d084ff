//! Headers of every response, and the content policies by kind of page.

use crate::web::Web;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// Pages of ours: nothing from elsewhere, nothing inline, never in a frame.
const PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// The same for a page with pictures from the content host.
pub(in crate::web) const PAGE_WITH_PICTURES_FROM: &str = "default-src 'none'; style-src 'self'; img-src 'self' {origin}; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The same for a page that plays sound or film of the share.
pub(in crate::web) const PAGE_THAT_PLAYS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// Everything that is not a page: documents above all.
const INERT: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Browsers come back by TLS only, for two years (ASVS 5.0 3.4.1).
const HSTS: HeaderValue = HeaderValue::from_static(crate::config::Server::HSTS);

/// Adds to a response what it lacks; what a handler has set stays.
pub fn common(web: &Web, headers: &mut HeaderMap) {
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let fixed: [(HeaderName, HeaderValue); 7] = [
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
        (OPENER_POLICY, HeaderValue::from_static("same-origin")),
        (PERMISSIONS_POLICY, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store, private")),
        (CONTENT_SECURITY_POLICY, if is_page { PAGE } else { INERT }),
    ];
    // At once: a map that grows step by step sorts all anew with each.
    headers.reserve(fixed.len() + 1);
    for (name, value) in fixed {
        headers.entry(name).or_insert(value);
    }
    if web.hsts() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
}
