//! Tickets for archives: the address under which one session may fetch one archive, as it was when it was asked for, and go on where it broke off.

use crate::crypto::keys::KeyRing;
use crate::domain::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;

/// Bytes of a digest that a ticket carries.
pub const DIGEST_BYTES: usize = 16;
/// What is before the tag: the moment and the digest.
const HEAD_BYTES: usize = 8 + DIGEST_BYTES;
/// The label that keeps tickets and forms apart; longer than any count of form parts would be.
const LABEL: &[u8] = b"doorward archive ticket";

/// What a ticket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// When the archive was made up.
    pub made: Timestamp,
    /// What its manifest comes to.
    pub digest: [u8; DIGEST_BYTES],
}

impl Ticket {
    /// The ticket as it stands in an address. `binding` is what it belongs to: a share, a session, a folder.
    pub fn write(&self, ring: &KeyRing, binding: &[&[u8]]) -> String {
        let mut bytes = self.head().to_vec();
        bytes.extend_from_slice(&ring.form_key().tag(&[&self.message(binding)]));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a ticket, if it was made for just this.
    pub fn read(ring: &KeyRing, binding: &[&[u8]], text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (head, tag) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let (made, digest) = head.split_first_chunk::<8>()?;
        let ticket = Self { made: Timestamp::from_millis(i64::from_be_bytes(*made)), digest: digest.try_into().ok()? };
        (ticket.head() == *head && ring.form_key().verify(&ticket.message(binding), tag)).then_some(ticket)
    }

    fn head(&self) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        let (made, digest) = head.split_at_mut(8);
        made.copy_from_slice(&self.made.millis().to_be_bytes());
        digest.copy_from_slice(&self.digest);
        head
    }

    /// Each part with its length before it, so that no two bindings make the same message.
    fn message(&self, binding: &[&[u8]]) -> Vec<u8> {
        let mut message = LABEL.to_vec();
        message.extend_from_slice(&self.head());
        for part in binding {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;

    #[test]
    fn a_ticket_is_read_only_for_what_it_was_made_for() -> Result<(), String> {
        let ring = KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])])?;
        let ticket = Ticket { made: Timestamp::from_millis(1_800_000_000_123), digest: [7; DIGEST_BYTES] };
        let text = ticket.write(&ring, &[b"ab", b"c"]);
        assert_eq!(Ticket::read(&ring, &[b"ab", b"c"], &text), Some(ticket));
        for other in [&[&b"a"[..], b"bc"][..], &[b"ab"], &[b"ab", b"c", b""]] {
            assert_eq!(Ticket::read(&ring, other, &text), None, "{other:?}");
        }
        let mut bent = text.clone().into_bytes();
        for at in 0..bent.len() {
            let before = bent[at];
            bent[at] = if before == b'A' { b'B' } else { b'A' };
            assert_eq!(Ticket::read(&ring, &[b"ab", b"c"], &String::from_utf8_lossy(&bent)), None, "byte {at}");
            bent[at] = before;
        }
        assert_eq!(Ticket::read(&ring, &[b"ab", b"c"], ""), None);
        Ok(())
    }
}
