//! Forms: a bounded body of a known type, sent from our own pages, with the token that the page held.

use crate::crypto::form::form_token_age;
use crate::domain::bounds::{FORM_BYTES, FORM_FIELDS};
use crate::web::Web;
use crate::web::pages::RefusalKind;
use axum::body::Body;
use http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Limited};
use std::time::Duration;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The fields of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`; at most 32 fields.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let fields: Vec<_> = form_urlencoded::parse(body)
            .take(FORM_FIELDS + 1)
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        (fields.len() <= FORM_FIELDS).then_some(Self(fields))
    }

    /// A field's value; nothing when it is missing or there twice.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// Takes a form in, or says why not. The query string is never looked at.
pub async fn receive(request: Request<Body>) -> Result<Form, RefusalKind> {
    if !is_from_here(request.headers(), request.uri().authority().map(Authority::as_str)) {
        return Err(RefusalKind::CrossSite);
    }
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type
        .split(';')
        .next()
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Err(RefusalKind::UnsupportedMedia);
    }
    let body = Limited::new(request.into_body(), FORM_BYTES)
        .collect()
        .await
        .map_err(|_| RefusalKind::FormTooLarge)?;
    Form::parse(&body.to_bytes()).ok_or(RefusalKind::BadForm)
}

/// Checks the form's token against what the form belongs to; gives how long ago its page was made.
pub fn check_token(web: &Web, form: &Form, binding: &[&[u8]]) -> Result<Duration, RefusalKind> {
    let token = form.field("token").unwrap_or_default();
    form_token_age(web.gate().keys(), binding, token, web.gate().now()).ok_or(RefusalKind::BadForm)
}

/// Whether a browser says that the form was on a page of this site. Our own pages send no referrer, so that `Origin` may be `null`.
pub(in crate::web) fn is_from_here(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    match text(&ORIGIN) {
        None | Some("null") => true,
        Some(origin) => {
            let host = headers.get(HOST).and_then(|value| value.to_str().ok()).or(authority);
            origin
                .strip_prefix("https://")
                .zip(host)
                .is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_counts_when_it_is_there_exactly_once() {
        let form = Form::parse(b"a=1&b=2&b=3&c=%20x+y").unwrap();
        assert_eq!((form.field("a"), form.field("b"), form.field("c"), form.field("d")), (Some("1"), None, Some(" x y"), None));
        assert_eq!(Form::parse("a=1&".repeat(33).as_bytes()), None);
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let from = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), http::HeaderValue::from_static(value));
            }
            is_from_here(&headers, None)
        };
        let here = ("host", "door.example:8443");
        assert!(from(&[here]) && from(&[here, ("origin", "null")]) && from(&[here, ("origin", "https://door.example:8443")]));
        assert!(from(&[here, ("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for wrong in ["https://evil.example", "http://door.example:8443", "https://door.example", "https://door.example:8443.evil.example"]
        {
            assert!(!from(&[here, ("origin", wrong)]), "{wrong}");
        }
        assert!(!from(&[here, ("sec-fetch-site", "cross-site")]) && !from(&[here, ("sec-fetch-site", "same-site")]));
    }
}
