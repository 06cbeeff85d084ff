//! Events about what recipients say, made at random, and what their visits are held against.

use crate::crypto::sealed::Private;
use crate::domain::ids::{RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, Origin};
use crate::ledger::state::Recipient;

pub(super) fn said(share: ShareId, recipient: RecipientId, origin: Private<Origin>, p: [u8; 6], until: Timestamp) -> Event {
    match p[4] % 5 {
        0 => Event::VisitBegan { share, recipient },
        1 => Event::TimeAsked { share, recipient, until, session: None, origin },
        2 => Event::RecipientUnwanted { share, recipient, session: None, origin },
        3 => Event::RecipientWanted { share, recipient },
        _ => Event::ConsentDeclined { share, recipient, version: "1".to_owned(), digest: "00".to_owned(), language: String::new(), origin },
    }
}

/// When a visit that waits for its mail began.
pub(super) fn visit_of(recipient: Option<&Recipient>) -> Option<Timestamp> {
    recipient?.said.visit.as_ref().filter(|visit| !visit.queued).map(|visit| visit.began)
}
