//! What of a request handlers need to know, and the one log line of each.

use crate::domain::ids::ShareId;
use crate::gate::Origin;
use crate::gate::signs::of_request;
use crate::limit::connection::ClientAddress;
use axum::extract::{MatchedPath, Request};
use http::header::{HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

/// What browsers send when they load a page that nobody has asked for yet.
const PURPOSES: [HeaderName; 4] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

/// What a browser calls itself is kept to this many bytes.
const AGENT_BYTES: usize = 256;

/// A request without its body, which none of those that only read has any use for.
pub type Head = http::Request<()>;

/// The client's address.
pub fn client<B>(request: &http::Request<B>) -> IpAddr {
    request
        .extensions()
        .get::<ClientAddress>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.0)
}

/// From where a person acts.
pub fn origin<B>(request: &http::Request<B>) -> Origin {
    let agent = request
        .headers()
        .get(USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();
    let cut = agent.char_indices().map(|(at, _)| at).take_while(|at| *at <= AGENT_BYTES).last().unwrap_or(0);
    let agent = if agent.len() <= AGENT_BYTES { agent } else { agent[..cut].to_owned() };
    let signs = of_request(&agent, is_prefetch(request.headers()));
    Origin { address: client(request).to_string(), agent, signs }
}

/// Whether a browser loads ahead what nobody has asked for yet.
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    let ahead = |value: &HeaderValue| value.as_bytes().starts_with(b"prefetch") || value.as_bytes() == b"preview";
    PURPOSES.iter().filter_map(|name| headers.get(name)).any(ahead)
}

/// The share of an address such as `/d/{share}/…`; nothing when it is not the form of one.
pub fn share_of(path: &str) -> Option<ShareId> {
    path.strip_prefix("/d/")?.split('/').next()?.parse().ok()
}

/// A line of the access log: the route's pattern, never the address itself, which may hold a link or a document's name.
pub struct Line {
    started: Instant,
    method: Method,
    route: Option<MatchedPath>,
    share: Option<ShareId>,
}

impl Line {
    /// Notes a request as it comes in.
    pub fn begin(request: &Request) -> Self {
        Self {
            started: Instant::now(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            share: share_of(request.uri().path()),
        }
    }

    /// Writes the line once there is an answer.
    pub fn write(self, status: StatusCode) {
        let Self { started, method, route, share } = self;
        let (status, micros) = (status.as_u16(), started.elapsed().as_micros());
        let route = route.as_ref().map_or("-", MatchedPath::as_str);
        match share {
            Some(share) => tracing::info!(target: "access", %method, route, status, micros, %share),
            None => tracing::info!(target: "access", %method, route, status, micros),
        }
    }
}
