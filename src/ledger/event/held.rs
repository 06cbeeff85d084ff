//! What events hold beside ids and values of the domain: who acted, from where, what a mail is about, what an archive holds.

use crate::domain::document::DocumentName;
use crate::domain::ids::{ChallengeId, RecipientId};
use crate::domain::machine::Signs;
use crate::domain::version::{ContentHash, FileVersion};
use serde::{Deserialize, Serialize};

/// Who asked for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody at the server's own socket, by user id.
    Operator(u32),
    /// The recipient, in a session.
    Recipient,
    /// The server itself.
    Server,
}

/// From where a person acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The client's network address.
    pub address: String,
    /// What the browser calls itself, cut to 256 bytes.
    pub agent: String,
    /// What speaks for a machine's having acted.
    #[serde(default, skip_serializing_if = "Signs::is_empty")]
    pub signs: Signs,
}

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The recipient said "I am finished".
    Left,
    /// A newer session of the same recipient took its place.
    Replaced,
}

/// What a mail is about; its words are made when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The code of a challenge, to its recipient.
    Code(ChallengeId, RecipientId),
    /// The invitation with the link, to a recipient.
    Invitation(RecipientId),
    /// What was read since the last notice, to the share's owner.
    Notice,
    /// Documents are others than those that were shared, to the share's owner.
    Changed,
    /// Access was stopped, to a recipient.
    Stopped(RecipientId),
    /// The share has ended, to its owner.
    Ended,
    /// Its end comes near and nothing was read, to a recipient.
    Reminder(RecipientId),
    /// A mail could not be delivered to this recipient, to the owner.
    Undelivered(RecipientId),
    /// The text that a recipient agreed to, to that recipient.
    Agreed(RecipientId),
    /// What a recipient opened in a visit that is over, to that recipient.
    Copy(RecipientId),
    /// Whoever holds the link does not agree to the text, to the owner.
    Declined(RecipientId),
    /// More time is given, to a recipient who asked for it.
    Extended(RecipientId),
    /// A recipient ended their own access, after the code, to the owner.
    GivenUp(RecipientId),
    /// A recipient, or whoever holds the link, asks for more time, to the owner.
    MoreTime(RecipientId),
    /// Whoever holds the link says that the share is not meant for them, to the owner.
    Unwanted(RecipientId),
}

impl MailKind {
    /// Whether it goes to this recipient without being asked for just then, as a code is.
    pub fn is_news_for(self, recipient: RecipientId) -> bool {
        match self {
            Self::Agreed(to) | Self::Copy(to) | Self::Extended(to) | Self::Invitation(to) | Self::Reminder(to) | Self::Stopped(to) => {
                to == recipient
            }
            _ => false,
        }
    }
}

/// One document of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchivePart {
    /// Which.
    pub document: DocumentName,
    /// In which version.
    pub version: FileVersion,
    /// The hash of its bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<ContentHash>,
    /// The first byte of the archive that belongs to it.
    pub start: u64,
    /// One past its last.
    pub end: u64,
}
