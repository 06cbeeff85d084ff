//! The recipient's link: format version, key id, share, recipient and a tag over all of it, in 88 characters.
//!
//! It names; it never authorises by itself. Nothing is looked up before the tag is found right.

use crate::crypto::keys::KeyRing;
use crate::domain::ids::{RecipientId, ShareId};
use data_encoding::BASE64URL_NOPAD;

const VERSION: u8 = 1;
const NAMES: usize = 1 + 1 + 16 + 16;
const BYTES: usize = NAMES + 32;
/// Characters of a link.
pub const CHARACTERS: usize = BYTES / 3 * 4;

/// What a true link names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The key it was signed with.
    pub key: u8,
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
}

/// A text that is no link of ours, whatever the reason: the caller learns none, and neither does whoever tried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a link of this installation")]
pub struct Forged;

impl Link {
    /// Makes the link of a recipient, with the ring's active key or, for a link made before, with the key named.
    pub fn sign(&self, ring: &KeyRing) -> Option<String> {
        let names = self.names();
        let tag = ring.link_key(self.key)?.tag(&[&names]);
        Some(BASE64URL_NOPAD.encode(&[&names[..], &tag].concat()))
    }

    /// Reads a link; costs one HMAC, whatever is wrong with it.
    pub fn verify(text: &str, ring: &KeyRing) -> Result<Self, Forged> {
        if text.len() != CHARACTERS {
            return Err(Forged);
        }
        let bytes: [u8; BYTES] = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Forged)?.try_into().map_err(|_| Forged)?;
        let (names, tag) = bytes.split_at(NAMES);
        // An unknown key is tried with the active one, so that the answer takes as long.
        let known = ring.link_key(names[1]);
        let right = known.unwrap_or_else(|| ring.active_link_key()).verify(names, tag);
        if !right || known.is_none() || names[0] != VERSION {
            return Err(Forged);
        }
        let part = |from: usize| -> [u8; 16] { names[from..from + 16].try_into().expect("16 bytes of an array of 34") };
        Ok(Self { key: names[1], share: ShareId::from_bytes(part(2)), recipient: RecipientId::from_bytes(part(18)) })
    }

    fn names(&self) -> [u8; NAMES] {
        let mut names = [0; NAMES];
        names[0] = VERSION;
        names[1] = self.key;
        names[2..18].copy_from_slice(self.share.as_bytes());
        names[18..].copy_from_slice(self.recipient.as_bytes());
        names
    }
}
