//! Tokens of forms, entity tags and the tags of pages: short tags that only this installation can make.

use crate::crypto::keys::KeyRing;
use crate::domain::document::DocumentName;
use crate::domain::ids::ShareId;
use crate::domain::part::PartPath;
use crate::domain::seen::SeenTag;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use data_encoding::BASE64URL_NOPAD;
use std::time::Duration;

/// How long a page may lie open before its form is refused.
pub const FORM_LIFE: Duration = Duration::from_secs(12 * 3600);
/// Bits of a token's time that hold its seconds; its milliseconds stand above them.
const SECONDS_BITS: u32 = 54;

/// Makes the hidden token of a form. `binding` is what the form belongs to: a link, or a cookie's hash and an action.
pub fn form_token(ring: &KeyRing, binding: &[&[u8]], now: Timestamp) -> String {
    let issued = (now.seconds() | part_of_second(now) << SECONDS_BITS).to_be_bytes();
    BASE64URL_NOPAD.encode(&[&issued[..], &form_tag(ring, binding, &issued)].concat())
}

/// Whether the token was made for this form, not in the future and not too long ago.
pub fn form_token_is_right(ring: &KeyRing, binding: &[&[u8]], token: &str, now: Timestamp) -> bool {
    form_token_age(ring, binding, token, now).is_some()
}

/// How long ago the token was made, to the millisecond; nothing when it is not right.
pub fn form_token_age(ring: &KeyRing, binding: &[&[u8]], token: &str, now: Timestamp) -> Option<Duration> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (issued, tag) = bytes.split_first_chunk::<8>()?;
    let is_ours = ring.form_key().verify(&form_message(binding, issued), tag);
    let number = u64::from_be_bytes(*issued);
    let (seconds, millis) = (number & ((1 << SECONDS_BITS) - 1), number >> SECONDS_BITS);
    let made = Timestamp::from_millis(i64::try_from(seconds.checked_mul(1000)?.checked_add(millis)?).ok()?);
    let age = now.since(made);
    (is_ours && made <= now && age.as_secs() <= FORM_LIFE.as_secs()).then_some(age)
}

fn part_of_second(now: Timestamp) -> u64 {
    now.millis().unsigned_abs() % 1000
}

fn form_tag(ring: &KeyRing, binding: &[&[u8]], issued: &[u8; 8]) -> [u8; 32] {
    ring.form_key().tag(&[&form_message(binding, issued)])
}

/// Each part with its length before it, so that no two bindings make the same message.
fn form_message(binding: &[&[u8]], issued: &[u8; 8]) -> Vec<u8> {
    let mut message = issued.to_vec();
    add_parts(&mut message, binding);
    message
}

fn add_parts(message: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part);
    }
}

/// What the entity tag of a version of a document within one share is made from. It tells neither inode nor time.
pub fn entity_tag(ring: &KeyRing, share: ShareId, version: &FileVersion) -> [u8; 16] {
    let tag = ring.entity_tag_key().tag(&[
        share.as_bytes(),
        &version.size.to_be_bytes(),
        &version.mtime_ns.to_be_bytes(),
        &version.device.to_be_bytes(),
        &version.inode.to_be_bytes(),
        version.entity.as_deref().unwrap_or_default().as_bytes(),
        version.id.as_deref().unwrap_or_default().as_bytes(),
    ]);
    *tag.first_chunk().expect("a tag has 32 bytes")
}

/// The tag of what staff look at: a document of a share, or one inside it, in one version and laid out in one way. It tells none of these.
pub fn seen_tag(ring: &KeyRing, share: ShareId, document: &DocumentName, part: &PartPath, version: &FileVersion, layout: &str) -> SeenTag {
    let (document, part, version) = (document.to_string(), part.to_string(), version.to_string());
    let mut message = Vec::new();
    add_parts(&mut message, &[share.as_bytes(), document.as_bytes(), part.as_bytes(), version.as_bytes(), layout.as_bytes()]);
    SeenTag::from_bytes(*ring.seen_key().tag(&[&message]).first_chunk().expect("a tag has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;

    #[test]
    fn a_token_holds_for_its_form_and_its_time_only() {
        let ring = KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])]).unwrap();
        let now = Timestamp::from_millis(1_800_000_000_000);
        let token = form_token(&ring, &[b"ab", b"c"], now);
        assert!(form_token_is_right(&ring, &[b"ab", b"c"], &token, now.plus(FORM_LIFE)));
        assert!(!form_token_is_right(&ring, &[b"a", b"bc"], &token, now));
        assert!(!form_token_is_right(&ring, &[b"ab"], &token, now));
        assert!(!form_token_is_right(&ring, &[b"ab", b"c"], &token, now.plus(FORM_LIFE + Duration::from_secs(1))));
        assert!(!form_token_is_right(&ring, &[b"ab", b"c"], &token, now.minus(Duration::from_secs(1))));
        assert!(!form_token_is_right(&ring, &[b"ab", b"c"], "", now));
        let late = Timestamp::from_millis(now.millis() + 999);
        let token = form_token(&ring, &[b"ab"], late);
        assert_eq!(form_token_age(&ring, &[b"ab"], &token, late.plus(Duration::from_millis(2))), Some(Duration::from_millis(2)));
        assert_eq!(form_token_age(&ring, &[b"ab"], &token, now), None);
    }

    #[test]
    fn what_was_seen_is_another_with_each_thing_that_it_stands_for() {
        let ring = |secret: u8| KeyRing::from_secrets(&[(1, KeyState::Active, [secret; 32])]).unwrap();
        let tag = |ring: &KeyRing, share: u8, document: &str, part: &str, inode: u64, layout: &str| {
            let version = FileVersion { device: 1, inode, ..FileVersion::plain(9, 7) };
            seen_tag(ring, ShareId::from_bytes([share; 16]), &document.parse().unwrap(), &part.parse().unwrap(), &version, layout)
        };
        let tags = [
            tag(&ring(3), 1, "a:b", "", 5, "pdf 1"),
            tag(&ring(4), 1, "a:b", "", 5, "pdf 1"),
            tag(&ring(3), 2, "a:b", "", 5, "pdf 1"),
            tag(&ring(3), 1, "a:b1", "", 5, "pdf 1"),
            tag(&ring(3), 1, "a:b", "1", 5, "pdf 1"),
            tag(&ring(3), 1, "a:b", "", 6, "pdf 1"),
            tag(&ring(3), 1, "a:b", "", 5, "pdf 2"),
        ];
        assert!((0..tags.len()).all(|i| !tags[..i].contains(&tags[i])), "{tags:?}");
        assert_eq!(tags[0], tag(&ring(3), 1, "a:b", "", 5, "pdf 1"));
    }
}
