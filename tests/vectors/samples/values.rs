//! Values that the events of the kept ledger hold, each made the same for ever.

use super::ANN;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use doorward::crypto::{
    code::CodeSecret,
    random::TokenHash,
    sealed::{Private, Subject},
};
use doorward::domain::{
    document::{DocumentPath, StoreName},
    email::EmailAddress,
    ids::{ChallengeId, MailId, ReceiptId, SessionId},
    machine::{Sign, Signs},
    version::FileVersion,
};
use doorward::ledger::event::Origin;

pub(super) fn origin() -> Private<Origin> {
    let mut signs = Signs::default();
    signs.note(Sign::Quick, true);
    of(Subject::Guest(ANN), Origin { signs, ..plain_origin() })
}

pub(super) fn plain_origin() -> Origin {
    Origin { address: "2001:db8::1".to_owned(), agent: "Browser/1.0 (with \"quotes\")".to_owned(), signs: Signs::default() }
}

pub(super) fn of<T>(subject: Subject, value: T) -> Private<T> {
    Private::new(subject, value)
}

pub(super) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("it is an address")
}

pub(super) fn path(text: &str) -> DocumentPath {
    text.parse().expect("it is a path")
}

pub(super) fn store() -> StoreName {
    StoreName::parse("documents").expect("it is a store's name")
}

pub(super) fn secret() -> CodeSecret {
    serde_json::from_value(BASE64.encode(&[9; 20]).into()).expect("20 bytes are a secret")
}

pub(super) fn token(n: u8) -> TokenHash {
    serde_json::from_value(BASE64URL_NOPAD.encode(&[n; 32]).into()).expect("32 bytes are a hash")
}

pub(super) fn version(n: u64) -> FileVersion {
    FileVersion { device: 66_306, inode: n, ..FileVersion::plain(100, 1_790_000_000_123_456_789) }
}

pub(super) const fn challenge(n: u8) -> ChallengeId {
    ChallengeId::from_bytes([0x30 + n; 16])
}

pub(super) const fn session(n: u8) -> SessionId {
    SessionId::from_bytes([0x40 + n; 16])
}

pub(super) const fn receipt(n: u8) -> ReceiptId {
    ReceiptId::from_bytes([0x60 + n; 16])
}

pub(super) const fn mail(n: u8) -> MailId {
    MailId::from_bytes([0x70 + n; 16])
}
