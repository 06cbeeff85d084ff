//! What every request must keep to before a route is looked for: its target, its host, the names of its header fields.

use crate::domain::bounds;
use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version,
        header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS},
    },
};
use std::sync::Arc;

/// Paths that probes ask for under whatever name they know.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// The authorities (`host` or `host:port`) that are served. Lower case; the port left out where it is 443.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(Arc<[String]>);

impl Hosts {
    /// Serves these, in whatever case they are written.
    pub(crate) fn new(authorities: impl IntoIterator<Item = String>) -> Self {
        Self(authorities.into_iter().map(|a| plain(&a).to_ascii_lowercase()).collect())
    }

    fn serves(&self, authority: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(plain(authority)))
    }
}

fn plain(authority: &str) -> &str {
    authority.strip_suffix(":443").unwrap_or(authority)
}

/// Why a request goes no further; it is answered in plain words, for there is no page to put it into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    #[error("This request has more than {} header fields.", bounds::HEAD_FIELDS)]
    Fields,
    #[error("The address of this request is longer than {} bytes.", bounds::URI_BYTES)]
    LongTarget,
    #[error("This server is no proxy.")]
    Method,
    #[error("This request must name exactly one host.")]
    Host,
    #[error("This server does not serve that host name.")]
    Misdirected,
    #[error("The address of this request is not a path.")]
    Target,
}

impl WireError {
    fn status(self) -> StatusCode {
        match self {
            Self::Fields => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::LongTarget => StatusCode::URI_TOO_LONG,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Host | Self::Target => StatusCode::BAD_REQUEST,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
        }
    }

    /// The answer. Over HTTP/1.1 it ends the connection: what follows may be no request at all.
    pub(crate) fn answer(self, version: Version) -> Response<Body> {
        let mut response = plain_answer(self.status(), &self.to_string());
        if version < Version::HTTP_2 {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// A short answer in plain text.
pub(crate) fn plain_answer(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    let fields = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    response.headers_mut().extend(fields.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// Refuses what must not go further, and takes away header fields whose name holds `_`: behind some gateways they pass for those with `-`.
pub(crate) fn check<B>(request: &mut Request<B>, hosts: &Hosts) -> Result<(), WireError> {
    let uri = request.uri();
    if request.method() == Method::CONNECT {
        return Err(WireError::Method);
    }
    if !uri.path().starts_with('/') {
        return Err(WireError::Target);
    }
    let target = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if target > bounds::URI_BYTES {
        return Err(WireError::LongTarget);
    }
    if request.headers().len() > bounds::HEAD_FIELDS {
        return Err(WireError::Fields);
    }
    check_host(request, hosts)?;
    let unclear: Vec<HeaderName> = request.headers().keys().filter(|name| name.as_str().contains('_')).cloned().collect();
    for name in unclear {
        request.headers_mut().remove(name);
    }
    Ok(())
}

/// RFC 9112 section 3.2, RFC 9113 section 8.3.1: one name, told by the target or by `Host`; both must be served where both are there.
fn check_host<B>(request: &Request<B>, hosts: &Hosts) -> Result<(), WireError> {
    let mut fields = request.headers().get_all(HOST).iter();
    let (field, another) = (fields.next(), fields.next());
    let field = field.map(|value| value.to_str()).transpose().map_err(|_| WireError::Host)?;
    let target = request.uri().authority().map(|authority| authority.as_str());
    let needs_field = request.version() < Version::HTTP_2;
    if another.is_some() || (field.is_none() && (needs_field || target.is_none())) {
        return Err(WireError::Host);
    }
    if PROBES.contains(&request.uri().path()) || target.into_iter().chain(field).all(|name| hosts.serves(name)) {
        return Ok(());
    }
    Err(WireError::Misdirected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::request::Builder;

    fn said(request: Builder) -> Result<Request<()>, WireError> {
        let mut request = request.body(()).expect("the test writes a true request");
        let hosts = Hosts::new(["Docs.example.org:443".to_owned(), "localhost:8443".to_owned()]);
        check(&mut request, &hosts).map(|()| request)
    }

    fn get(target: &str) -> Builder {
        Request::get(target)
    }

    #[test]
    fn a_request_names_exactly_one_host_that_is_served() {
        assert!(said(get("/").header(HOST, "docs.example.org")).is_ok());
        assert!(said(get("/").header(HOST, "DOCS.example.org:443")).is_ok());
        assert!(said(get("/").header(HOST, "localhost:8443")).is_ok());
        assert!(said(get("https://docs.example.org/").version(Version::HTTP_2)).is_ok());
        for wrong in ["localhost", "localhost:8444", "example.org", "docs.example.org.evil.example", "docs.example.org:80", ""] {
            assert_eq!(said(get("/").header(HOST, wrong)).err(), Some(WireError::Misdirected), "{wrong}");
            assert!(said(get("/healthz").header(HOST, wrong)).is_ok(), "{wrong}");
            assert!(said(get("/readyz?x").header(HOST, wrong)).is_ok(), "{wrong}");
            assert!(said(get("/healthz/").header(HOST, wrong)).is_err(), "{wrong}");
        }
        let two = |b: Builder| b.header(HOST, "docs.example.org");
        assert_eq!(said(two(two(get("/")))).err(), Some(WireError::Host));
        assert_eq!(said(get("/")).err(), Some(WireError::Host));
        assert_eq!(said(get("/healthz")).err(), Some(WireError::Host));
        assert_eq!(said(get("https://docs.example.org/")).err(), Some(WireError::Host), "HTTP/1.1 needs the field as well");
        let mixed = get("https://evil.example/").version(Version::HTTP_2).header(HOST, "docs.example.org");
        assert_eq!(said(mixed).err(), Some(WireError::Misdirected));
    }

    #[test]
    fn a_target_is_a_path_of_bounded_length() {
        let host = |b: Builder| b.header(HOST, "docs.example.org");
        assert!(said(host(get(&format!("/{}", "a".repeat(bounds::URI_BYTES - 1))))).is_ok());
        assert_eq!(said(host(get(&format!("/{}", "a".repeat(bounds::URI_BYTES))))).err(), Some(WireError::LongTarget));
        assert_eq!(said(host(get(&format!("/?{}", "a".repeat(bounds::URI_BYTES))))).err(), Some(WireError::LongTarget));
        assert_eq!(said(host(Request::options("*"))).err(), Some(WireError::Target));
        assert_eq!(said(host(Request::connect("docs.example.org:443"))).err(), Some(WireError::Method));
    }

    #[test]
    fn names_with_an_underscore_are_taken_away() {
        let request = get("/").header(HOST, "localhost:8443").header("x_forwarded_for", "10.0.0.1").header("x-one", "1");
        let names: Vec<_> = said(request).expect("it is in order").headers().keys().map(|n| n.as_str().to_owned()).collect();
        assert_eq!(names, ["host", "x-one"]);
    }

    #[test]
    fn a_refusal_over_http_1_ends_the_connection() {
        assert_eq!(WireError::Host.answer(Version::HTTP_11).headers().get(CONNECTION).map(HeaderValue::as_bytes), Some(&b"close"[..]));
        assert_eq!(WireError::Misdirected.answer(Version::HTTP_2).headers().get(CONNECTION), None);
    }
}
