//! The host that pictures of documents' pages come from, where it has a name of its own: it gives nothing else, and no other gives them.

use crate::web::Web;
use axum::extract::Request;
use http::HeaderValue;
use http::header::HOST;

/// What all addresses on the content host begin with.
const BELOW: &str = "/c/";

/// The content host.
#[derive(Debug)]
pub struct ContentHost {
    origin: String,
    policy: HeaderValue,
}

impl ContentHost {
    /// `origin` is an https origin without a slash at its end.
    pub fn new(origin: String) -> Self {
        let policy = crate::web::headers::PAGE_WITH_PICTURES_FROM.replace("{origin}", &origin);
        Self { policy: HeaderValue::from_str(&policy).expect("an origin is visible ASCII"), origin }
    }

    /// Such as `https://content.example.org`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The content policy of pages that show pictures from here.
    pub const fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    fn is(&self, authority: &str) -> bool {
        plain(authority).eq_ignore_ascii_case(plain(self.origin.strip_prefix("https://").unwrap_or_default()))
    }
}

/// An authority without the port that goes without saying.
fn plain(authority: &str) -> &str {
    authority.strip_suffix(":443").unwrap_or(authority)
}

/// Whether a request is for what its host gives: the content host has only what belongs there, and every other only what does not.
pub fn is_at_its_host(web: &Web, request: &Request) -> bool {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let authority = request.uri().authority().map(http::uri::Authority::as_str).or(named).unwrap_or_default();
    let on_content_host = web.content().is_some_and(|content| content.is(authority));
    on_content_host == request.uri().path().starts_with(BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_known_with_and_without_the_usual_port() {
        let host = ContentHost::new("https://content.example.org".to_owned());
        for known in ["content.example.org", "content.example.org:443", "Content.Example.ORG"] {
            assert!(host.is(known), "{known}");
        }
        for other in ["docs.example.org", "content.example.org:8443", "content.example.org.evil.example", ""] {
            assert!(!host.is(other), "{other}");
        }
        assert!(ContentHost::new("https://c.example:8443".to_owned()).is("c.example:8443"));
        assert!(
            host.policy()
                .to_str()
                .is_ok_and(|policy| policy.contains("img-src 'self' https://content.example.org;"))
        );
    }
}
