//! The tag in the address that an undeliverable mail comes back to: it names the mail, and nobody who was not sent that mail can make it up.
//!
//! It is written in lower-case letters and digits, since mail servers may change the case of what stands before the @.

use crate::crypto::keys::KeyRing;
use crate::domain::ids::MailId;
use data_encoding::BASE32_NOPAD;

/// Bytes of the tag that proves the rest: nobody tries 2^80 mails.
const PROOF: usize = 10;
const NAMES: usize = 1 + 16;
/// Characters of a tag.
pub const CHARACTERS: usize = ((NAMES + PROOF) * 8).div_ceil(5);

/// The tag of a mail, with the key that signs now.
pub fn write(ring: &KeyRing, mail: MailId) -> String {
    let names = names(ring.active(), mail);
    let proof = ring.bounce_key(ring.active()).map_or([0; 32], |key| key.tag(&[&names]));
    BASE32_NOPAD.encode(&[&names[..], &proof[..PROOF]].concat()).to_ascii_lowercase()
}

/// The mail that a tag names, if it is one of ours.
pub fn read(ring: &KeyRing, text: &str) -> Option<MailId> {
    if text.len() != CHARACTERS {
        return None;
    }
    let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()?;
    let (key, mail) = (*bytes.first()?, MailId::from_bytes(bytes.get(1..NAMES)?.try_into().ok()?));
    let right = ring.bounce_key(key)?.tag(&[&names(key, mail)]);
    // Compared as a whole, whatever differs: where they part is nobody's business.
    let apart = right.iter().zip(bytes.get(NAMES..)?).fold(0, |apart, (ours, theirs)| apart | (ours ^ theirs));
    (apart == 0).then_some(mail)
}

fn names(key: u8, mail: MailId) -> [u8; NAMES] {
    let mut names = [0; NAMES];
    names[0] = key;
    names[1..].copy_from_slice(mail.as_bytes());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;

    fn ring(keys: &[(u8, KeyState, u8)]) -> KeyRing {
        let keys: Vec<_> = keys.iter().map(|(id, state, byte)| (*id, *state, [*byte; 32])).collect();
        KeyRing::from_secrets(&keys).expect("a good ring")
    }

    #[test]
    fn a_tag_names_its_mail_in_whichever_case_and_every_other_text_names_none() {
        let (old, mail) = (ring(&[(1, KeyState::Active, 3)]), MailId::from_bytes([0xa7; 16]));
        let tag = write(&old, mail);
        assert_eq!(tag.len(), CHARACTERS);
        assert!(tag.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{tag}");
        assert_eq!(read(&old, &tag), Some(mail));
        assert_eq!(read(&old, &tag.to_ascii_uppercase()), Some(mail));
        for at in 0..tag.len() {
            for other in ['a', 'z', '7', '=', 'é'] {
                let bent = format!("{}{other}{}", &tag[..at], &tag[at + 1..]);
                assert!(bent == tag || read(&old, &bent).is_none(), "{bent}");
            }
        }
        assert_eq!(read(&old, &mail.to_string()), None);
        assert_eq!(read(&ring(&[(1, KeyState::Active, 4)]), &tag), None, "another installation");
    }

    #[test]
    fn a_tag_outlives_the_next_key_and_not_the_retirement_of_its_own() {
        let mail = MailId::from_bytes([1; 16]);
        let tag = write(&ring(&[(1, KeyState::Active, 3)]), mail);
        assert_eq!(read(&ring(&[(1, KeyState::VerifyOnly, 3), (2, KeyState::Active, 5)]), &tag), Some(mail));
        assert_eq!(read(&ring(&[(1, KeyState::Retired, 3), (2, KeyState::Active, 5)]), &tag), None);
    }
}
