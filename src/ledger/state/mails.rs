//! Mails, as the state has them: those of the outbox, those that were given up, and what the next ones to the owner tell.

use crate::crypto::sealed::Private;
use crate::domain::document::DocumentName;
use crate::domain::ids::{GuestId, MailId, ReceiptId, ShareId};
use crate::domain::receipt::Action;
use crate::domain::time::Timestamp;
use crate::ledger::event::MailKind;
use serde::{Deserialize, Serialize};

/// A mail that failed for good, or came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undelivered {
    /// The mail.
    pub mail: MailId,
    /// What it was.
    pub kind: MailKind,
    /// When it was given up.
    pub at: Timestamp,
    /// Why, without addresses.
    pub why: String,
}

/// A mail that was handed over and may still come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The mail.
    pub mail: MailId,
    /// The share it was about.
    pub share: ShareId,
    /// What it was.
    pub kind: MailKind,
    /// When it was handed over.
    pub at: Timestamp,
    /// After this it is forgotten.
    pub until: Timestamp,
}

/// A mail of the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// The share it is about.
    pub share: ShareId,
    /// What it is.
    pub kind: MailKind,
    /// When it was queued.
    pub queued: Timestamp,
    /// When it is to be tried next.
    pub due: Timestamp,
    /// After this it is no use any more.
    pub deliver_by: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Why the last try failed.
    pub why: Option<String>,
}

/// A document that is another than the one that is pinned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub document: Private<DocumentName>,
    /// The store calls it the same version, but its bytes are others.
    pub content: bool,
}

/// One read for the next notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The receipt.
    pub receipt: ReceiptId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub guest: GuestId,
    /// What.
    pub document: Private<DocumentName>,
    /// How.
    pub action: Action,
    /// The document at which an archive ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Private<DocumentName>>,
}
