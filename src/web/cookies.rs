//! The three cookies of a recipient, each named after its share: session, challenge and device. Their values are 256 random bits and nothing else.

use crate::crypto::random::CookieSecret;
use crate::domain::bounds::DEVICE_LIFE;
use crate::domain::ids::ShareId;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Holds the challenge of a browser that asked for a code.
    Challenge,
    /// Tells a browser that once gave the right code; remembered for 90 days.
    Device,
    /// Holds a session.
    Session,
}

impl Purpose {
    fn name(self, share: ShareId) -> String {
        let letter = match self {
            Self::Challenge => 'c',
            Self::Device => 'd',
            Self::Session => 's',
        };
        // `__Host-`: the browser itself sees to Secure, Path=/ and no Domain (ASVS 5.0 3.3.1).
        format!("__Host-dw-{letter}-{share}")
    }
}

/// Reads a cookie; whatever is not one of ours is as if it were not there.
pub fn read(headers: &HeaderMap, purpose: Purpose, share: ShareId) -> Option<CookieSecret> {
    let name = purpose.name(share);
    let all = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    all.filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| CookieSecret::parse(value))
}

/// The header that sets a cookie. Session and challenge end with the browser; Lax, because people come from their mail.
pub fn set(purpose: Purpose, share: ShareId, value: &CookieSecret) -> HeaderValue {
    let age = if purpose == Purpose::Device { format!("; Max-Age={}", DEVICE_LIFE.as_secs()) } else { String::new() };
    header(&format!("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax{age}", purpose.name(share), value.expose()))
}

/// The header that takes a cookie away.
pub fn clear(purpose: Purpose, share: ShareId) -> HeaderValue {
    header(&format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", purpose.name(share)))
}

fn header(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("names and values of our cookies are hexadecimal and base64url");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_only_under_its_own_name() {
        let (share, other) = (ShareId::from_bytes([1; 16]), ShareId::from_bytes([2; 16]));
        let secret = CookieSecret::draw();
        let mut headers = HeaderMap::new();
        let set = set(Purpose::Session, share, &secret);
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        headers.insert(COOKIE, HeaderValue::from_str(&format!("a=b; {pair}; c")).unwrap());
        assert_eq!(read(&headers, Purpose::Session, share), Some(secret));
        assert_eq!(read(&headers, Purpose::Session, other), None);
        assert_eq!(read(&headers, Purpose::Challenge, share), None);
    }
}
