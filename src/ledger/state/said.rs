//! What a recipient, or whoever holds the link, has said: agreed, declined, asked; and what is kept for a mail about a visit.

use crate::crypto::sealed::Private;
use crate::domain::time::Timestamp;
use crate::ledger::event::Origin;
use crate::ledger::state::Read;
use serde::{Deserialize, Serialize};

/// What was said about one recipient's part of a share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// That the share is not meant for them, until somebody agrees or asks for a code: no mail goes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwanted: Option<Timestamp>,
    /// That they do not agree to the text, until somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Timestamp>,
    /// Which text that is, and who said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_of: Option<Declined>,
    /// That they need more time, until the share is given a later end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_time: Option<MoreTime>,
    /// When mails to the owner went out, or are to, because of what was said with the link alone; within a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Timestamp>,
    /// The same for what the recipient said, in a session: what others say uses up nothing of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_proven: Vec<Timestamp>,
    /// What was opened and is to be mailed to the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
}

/// What somebody did not agree to, and from where they said so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declined {
    /// Version of the text.
    pub version: String,
    /// From where: a machine that looks into mail and the person that it was for are two.
    pub origin: Private<Origin>,
}

/// An agreement to a disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Version of the text.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// The language of the text; empty where it was never said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// When it was given.
    pub at: Timestamp,
}

/// More time that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreTime {
    /// When it was asked for.
    pub at: Timestamp,
    /// Until when the share should be open.
    pub until: Timestamp,
    /// Whether it was the recipient, in a session; else anybody who holds the link.
    pub proven: bool,
}

/// What a recipient opened since the last mail about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// When it began.
    pub began: Timestamp,
    /// What was opened, oldest first.
    pub reads: Vec<Read>,
    /// How much more than fits one mail.
    pub more: u64,
    /// Whether the mail about it is in the outbox.
    pub queued: bool,
}

impl Said {
    /// Nothing was said yet.
    pub const NOTHING: Self =
        Self { unwanted: None, declined: None, declined_of: None, more_time: None, told: Vec::new(), told_proven: Vec::new(), visit: None };

    /// Whether nothing was said.
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }
}
