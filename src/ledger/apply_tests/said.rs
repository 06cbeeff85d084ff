//! Events about what recipients say, made at random, and what their visits are held against.

use crate::crypto::sealed::Private;
use crate::domain::ids::{ChallengeId, RecipientId, SessionId, ShareId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, Origin};
use crate::ledger::state::Recipient;

pub(super) fn said(share: ShareId, recipient: RecipientId, origin: Private<Origin>, p: [u8; 6], until: Timestamp) -> Event {
    match p[4] % 6 {
        0 => Event::VisitBegan { share, recipient },
        1 => Event::TimeAsked { share, recipient, until, session: None, origin },
        2 => Event::RecipientUnwanted { share, recipient, session: None, origin },
        4 => Event::RecipientLanguage { share, recipient, language: Language::German },
        3 => Event::RecipientWanted { share, recipient },
        _ => Event::ConsentDeclined { share, recipient, version: "1".to_owned(), digest: "00".to_owned(), language: String::new(), origin },
    }
}

/// Agreed to before a code, or in a session.
pub(super) fn agreed(
    (share, recipient, challenge): (ShareId, RecipientId, ChallengeId),
    session: Option<SessionId>,
    origin: Private<Origin>,
) -> Event {
    Event::ConsentGiven {
        challenge: Some(challenge),
        share,
        recipient,
        version: "1".to_owned(),
        digest: "00".to_owned(),
        language: "en".to_owned(),
        session,
        origin,
    }
}

/// When a visit that waits for its mail began.
pub(super) fn visit_of(recipient: Option<&Recipient>) -> Option<Timestamp> {
    recipient?.said.visit.as_ref().filter(|visit| !visit.queued).map(|visit| visit.began)
}
