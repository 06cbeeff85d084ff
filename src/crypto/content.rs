//! The token in the address of a picture on the content host: whose session it belongs to, for a short time. It opens nothing by itself.

use crate::crypto::keys::KeyRing;
use crate::domain::ids::{SessionId, ShareId};
use crate::domain::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use std::time::Duration;

/// How long a token holds.
pub const CONTENT_LIFE: Duration = Duration::from_secs(10 * 60);
/// Time, share and session before the tag, in bytes.
const NAMED: usize = 8 + 16 + 16;
/// A whole token, in bytes.
const WHOLE: usize = NAMED + 32;

/// Whose pictures an address is for. The session is looked up each time, so that the token ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentToken {
    /// The share.
    pub share: ShareId,
    /// The session.
    pub session: SessionId,
}

impl ContentToken {
    /// As it stands in an address.
    pub fn sign(&self, ring: &KeyRing, now: Timestamp) -> String {
        let named = [&now.seconds().to_be_bytes()[..], self.share.as_bytes(), self.session.as_bytes()].concat();
        let tag = ring.content_key().tag(&[&named]);
        BASE64URL_NOPAD.encode(&[&named[..], &tag].concat())
    }

    /// Reads a token that this installation made, not in the future and not too long ago.
    pub fn verify(text: &str, ring: &KeyRing, now: Timestamp) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (named, tag) = (bytes.len() == WHOLE).then(|| bytes.split_at(NAMED))?;
        // Before anything is read from it.
        if !ring.content_key().verify(named, tag) {
            return None;
        }
        let (issued, ids) = named.split_first_chunk::<8>()?;
        let (share, rest) = ids.split_first_chunk::<16>()?;
        let age = now.seconds().checked_sub(u64::from_be_bytes(*issued))?;
        let session = SessionId::from_bytes(*rest.first_chunk::<16>()?);
        (age <= CONTENT_LIFE.as_secs()).then_some(Self { share: ShareId::from_bytes(*share), session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;

    fn ring(secret: u8) -> KeyRing {
        KeyRing::from_secrets(&[(1, KeyState::Active, [secret; 32])]).expect("one active key makes a ring")
    }

    #[test]
    fn a_token_holds_for_ten_minutes_and_for_this_installation() {
        let token = ContentToken { share: ShareId::from_bytes([1; 16]), session: SessionId::from_bytes([2; 16]) };
        let at = |seconds: i64| Timestamp::from_millis((1_790_000_000 + seconds) * 1000);
        let text = token.sign(&ring(1), at(0));
        for (seconds, holds) in [(-1, false), (0, true), (600, true), (601, false)] {
            assert_eq!(ContentToken::verify(&text, &ring(1), at(seconds)).is_some(), holds, "{seconds}");
        }
        assert_eq!(ContentToken::verify(&text, &ring(1), at(1)), Some(token));
        assert_eq!(ContentToken::verify(&text, &ring(2), at(1)), None, "another installation's");
    }

    #[test]
    fn a_token_with_any_bit_changed_is_none() {
        let token = ContentToken { share: ShareId::from_bytes([1; 16]), session: SessionId::from_bytes([2; 16]) };
        let at = Timestamp::from_millis(1_790_000_000_000);
        let bytes = BASE64URL_NOPAD.decode(token.sign(&ring(1), at).as_bytes()).expect("the token is base64url");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ContentToken::verify(&BASE64URL_NOPAD.encode(&changed), &ring(1), at), None, "bit {bit}");
        }
        for wrong in ["", "AAAA", "====", &"A".repeat(96), &"A".repeat(10_000)] {
            assert_eq!(ContentToken::verify(wrong, &ring(1), at), None, "{wrong}");
        }
    }
}
