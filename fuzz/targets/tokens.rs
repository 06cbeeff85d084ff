//! Targets for what only this installation can make: links, form tokens and codes.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use doorward::crypto::{
    code::{CodeSecret, TypedCode},
    form::{self, FORM_LIFE, form_token_is_right},
    keys::{KeyRing, KeyState},
    link::Link,
};
use doorward::domain::{
    ids::{RecipientId, ShareId},
    time::Timestamp,
};
use std::{str, sync::LazyLock, time::Duration};

/// The keys of the golden vectors: one for each state.
pub(crate) const RING_KEYS: [(u8, KeyState, [u8; 32]); 3] =
    [(1, KeyState::VerifyOnly, [1; 32]), (2, KeyState::Active, [2; 32]), (3, KeyState::Retired, [3; 32])];

static RING: LazyLock<KeyRing> = LazyLock::new(|| KeyRing::from_secrets(&RING_KEYS).expect("one key is active"));

/// 2027-01-15T08:00:00Z
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A link as it stands in an address; and, with the first 32 bytes as share and recipient, a true link with one byte changed.
pub fn link(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data)
        && let Ok(link) = Link::verify(text, &RING)
    {
        assert_eq!(link.sign(&RING).as_deref(), Some(text));
        assert!(link.key == 1 || link.key == 2, "{link:?}");
    }
    let Some((ids, [at, to, ..])) = data.split_at_checked(32) else { return };
    let id = |from: usize| -> [u8; 16] { ids[from..from + 16].try_into().expect("16 of 32 bytes") };
    let link = Link { key: 2, share: ShareId::from_bytes(id(0)), recipient: RecipientId::from_bytes(id(16)) };
    let text = link.sign(&RING).expect("key 2 signs");
    assert_eq!(Link::verify(&text, &RING), Ok(link));
    let mut changed = text.clone().into_bytes();
    let at = usize::from(*at) % changed.len();
    changed[at] = *to;
    if let Ok(changed) = str::from_utf8(&changed)
        && changed != text
    {
        assert!(Link::verify(changed, &RING).is_err(), "{changed}");
    }
}

/// A token; and parts of a binding between NULs: no token holds for another form, another time, or in another spelling.
pub fn form_token(data: &[u8]) {
    let parts: Vec<&[u8]> = data.split(|byte| *byte == 0).take(8).collect();
    if let Ok(text) = str::from_utf8(data)
        && form_token_is_right(&RING, &[b"a form"], text, NOW)
    {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).expect("it was read before");
        let issued = u64::from_be_bytes(*bytes.first_chunk().expect("it has a time"));
        let (seconds, millis) = (issued & ((1 << 54) - 1), issued >> 54);
        let issued = Timestamp::from_millis(i64::try_from(seconds * 1000 + millis).expect("it lies before the present"));
        assert_eq!(form::form_token(&RING, &[b"a form"], issued), text);
    }
    let token = form::form_token(&RING, &parts, NOW);
    assert!(form_token_is_right(&RING, &parts, &token, NOW) && form_token_is_right(&RING, &parts, &token, NOW.plus(FORM_LIFE)));
    assert!(!form_token_is_right(&RING, &parts, &token, NOW.minus(Duration::from_secs(1))));
    assert!(!form_token_is_right(&RING, &parts, &token, NOW.plus(FORM_LIFE + Duration::from_secs(1))));
    let joined: Vec<u8> = parts.concat();
    if parts.len() > 1 {
        assert!(!form_token_is_right(&RING, &[&joined], &token, NOW));
        assert!(!form_token_is_right(&RING, &parts[1..], &token, NOW));
    }
    assert!(!form_token_is_right(&RING, &[&parts[..], &[b""]].concat(), &token, NOW));
    let text = String::from_utf8_lossy(data);
    assert!(text == token || !form_token_is_right(&RING, &parts, &text, NOW));
}

/// A code as somebody types it: only the digits themselves are right, with blanks and hyphens wherever they like.
pub fn typed_code(data: &[u8]) {
    static SECRET: LazyLock<CodeSecret> =
        LazyLock::new(|| serde_json::from_value(BASE64.encode(&[9; 20]).into()).expect("20 bytes are a secret"));
    let Ok(text) = str::from_utf8(data) else { return };
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    for digits in [6, 8] {
        let mailed = SECRET.digits(NOW, digits);
        assert!(mailed.len() == usize::from(digits) && mailed.bytes().all(|b| b.is_ascii_digit()), "{mailed}");
        match TypedCode::parse(text, digits) {
            Some(typed) => assert_eq!(SECRET.accepts(&typed, NOW, digits), plain == mailed, "{text:?}"),
            None => assert!(plain != mailed || text.len() > 64, "{text:?}"),
        }
    }
}
