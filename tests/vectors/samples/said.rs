//! The events of the kept ledger that are about the disclaimer and what recipients say on their pages.

use super::values::{of, origin, plain_origin, session};
use super::{ANN, ANN_FILES, ANN_FOLDER, BEN_FILES, FILES, FOLDER};
use doorward::crypto::sealed::Subject;
use doorward::domain::{
    disclaimer::{Disclaimer, Translation},
    ids::ChallengeId,
    language::Language,
    time::Timestamp,
};
use doorward::ledger::event::{Event, MailKind};
use std::sync::Arc;

/// What can be said of a share, by whoever holds its link and in a session.
pub(super) fn said(until: Timestamp) -> Vec<Event> {
    let (version, digest) = (disclaimer().version.clone(), disclaimer().digest.clone());
    let (language, share) = ("de".to_owned(), FILES);
    vec![
        Event::RecipientLanguage { share, recipient: ANN_FILES, language: Language::German },
        Event::ConsentDeclined { share: FOLDER, recipient: ANN_FOLDER, version, digest, language, origin: origin() },
        Event::RecipientUnwanted { share, recipient: BEN_FILES, session: None, origin: origin() },
        Event::RecipientWanted { share, recipient: BEN_FILES },
        Event::RecipientUnwanted { share: FOLDER, recipient: ANN_FOLDER, session: Some(session(2)), origin: origin() },
        Event::TimeAsked { share, recipient: ANN_FILES, until, session: None, origin: origin() },
        Event::VisitBegan { share, recipient: ANN_FILES },
    ]
}

/// Mails that tell of it, to both sides.
pub(super) fn told(mail: impl Fn(u8, MailKind) -> Event) -> Vec<Event> {
    let owner = [MailKind::Declined(ANN_FILES), MailKind::MoreTime(ANN_FILES), MailKind::Unwanted(ANN_FILES)];
    let recipient = [MailKind::Agreed(ANN_FILES), MailKind::Copy(ANN_FILES), MailKind::Extended(ANN_FILES)];
    let given_up = [MailKind::GivenUp(ANN_FILES)];
    (0..)
        .zip(owner.into_iter().chain(recipient).chain(given_up))
        .map(|(n, kind)| mail(n, kind))
        .collect()
}

/// Agreed to before a code.
pub(super) fn consent(challenge: ChallengeId) -> Event {
    let (version, digest) = (disclaimer().version.clone(), disclaimer().digest.clone());
    Event::ConsentGiven {
        challenge: Some(challenge),
        share: FILES,
        recipient: ANN_FILES,
        version,
        digest,
        language: String::new(),
        session: None,
        origin: origin(),
    }
}

/// Agreed to in a session, in another language, after the text had changed.
pub(super) fn consent_anew() -> Event {
    let version = translated().version.clone();
    Event::ConsentGiven {
        challenge: None,
        share: FILES,
        recipient: ANN_FILES,
        version,
        digest: "cd".repeat(32),
        language: "de".to_owned(),
        session: Some(session(1)),
        origin: of(Subject::Guest(ANN), plain_origin()),
    }
}

pub(super) fn disclaimer() -> Arc<Disclaimer> {
    let text = "The documents are meant for you alone.\n\nA receipt is made.".to_owned();
    let (title, digest) = ("~ Before you read".to_owned(), "ab".repeat(32));
    Arc::new(Disclaimer { version: "2026.11.1".to_owned(), language: String::new(), title, text, digest, translations: Vec::new() })
}

pub(super) fn translated() -> Arc<Disclaimer> {
    let (title, text) = ("Bevor Sie lesen".to_owned(), "Die Dokumente sind für Sie allein bestimmt.".to_owned());
    let german = Translation { language: "de".to_owned(), title, text, digest: "cd".repeat(32) };
    let (version, language) = ("2026.11.2".to_owned(), "en".to_owned());
    Arc::new(Disclaimer { version, language, translations: vec![german], ..Disclaimer::clone(&disclaimer()) })
}
