//! Events of several kinds, picked by the numbers that were thrown.

use super::document;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::ids::{ChallengeId, RecipientId, RedactionId, ShareId};
use crate::domain::notify::Notify;
use crate::domain::part::PartPath;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::ledger::event::{Actor, Event, MailKind};
use std::sync::Arc;

/// When the owner is told and recipients are reminded, or that they were.
pub(super) fn attention(share: ShareId, p: [u8; 6]) -> Event {
    match p[1] % 5 {
        0 => return Event::ShareReminded { share },
        1 => return Event::NoticeTold { share },
        _ => {}
    }
    let notify = [Notify::Now, Notify::Daily, Notify::Off][usize::from(p[3] % 3)];
    let remind = (!p[5].is_multiple_of(3)).then_some(u64::from(p[4]) * 10);
    Event::NoticesSet { share, by: Actor::Server, notify, remind }
}

/// Nothing any more, newer or not.
pub(super) fn pinned(share: ShareId, newer: bool) -> Event {
    Event::SharePinned { share, by: Actor::Server, items: Private::new(Subject::Share(share), Arc::default()), newer }
}

pub(super) fn mail_kind(pick: u8, recipient: RecipientId, challenge: ChallengeId) -> MailKind {
    match pick % 5 {
        0 => MailKind::Notice,
        1 => MailKind::Ended,
        2 => MailKind::Invitation(recipient),
        3 => MailKind::Code(challenge, recipient),
        _ => MailKind::Reminder(recipient),
    }
}

pub(super) fn redaction(share: ShareId, p: [u8; 6], now: Timestamp) -> Event {
    let (redaction, by) = (RedactionId::from_bytes([p[4] % 4; 16]), Actor::Operator(1));
    if p[5].is_multiple_of(2) {
        return Event::RedactionRemoved { redaction, share, by };
    }
    Event::RedactionAdded {
        redaction,
        share,
        document: Private::new(Subject::Share(share), document(p[3] % 2)),
        part: PartPath::default(),
        page: 1,
        area: "10,10,5,5".parse().expect("it is an area"),
        version: FileVersion::plain(9, now.millis()),
        layout: "pdf 1".to_owned(),
        by,
    }
}
