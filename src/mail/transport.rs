//! The way out: one attempt to hand one letter over, with an answer that says whether trying again makes sense.

use crate::mail::{Directory, Letter, Memory, Smtp};

/// A letter that somebody else is responsible for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the other side said, without any address.
    pub reply: String,
}

/// A letter that is still ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Undelivered {
    /// Whether another attempt would meet the same answer. Faults that the operator can mend (name, password, certificate, a server
    /// that is down) are not permanent: the letter waits for the mending.
    pub permanent: bool,
    /// Where it failed and what the other side said, in one line, without any address.
    pub reason: String,
}

impl Undelivered {
    /// Worth another attempt later.
    pub const fn temporary(reason: String) -> Self {
        Self { permanent: false, reason }
    }

    /// Refused for good.
    pub const fn permanent(reason: String) -> Self {
        Self { permanent: true, reason }
    }
}

/// Where letters go.
#[derive(Debug)]
pub enum Mailer {
    /// Into files, one for each letter.
    Directory(Directory),
    /// Into a list, for tests.
    Memory(Memory),
    /// To a mail server.
    Smtp(Box<Smtp>),
}

impl Mailer {
    /// Makes one attempt. The same letter may be handed over twice when the answer to the first attempt got lost; its Message-ID and
    /// its file are the same each time.
    pub async fn deliver(&self, letter: &Letter) -> Result<Accepted, Undelivered> {
        match self {
            Self::Directory(directory) => directory.deliver(letter).await,
            Self::Memory(memory) => memory.deliver(letter),
            Self::Smtp(smtp) => smtp.deliver(letter).await,
        }
    }

    /// Whether a letter would find its way now, as far as this can be told without sending one.
    pub async fn probe(&self) -> Result<(), String> {
        match self {
            Self::Directory(directory) => directory.probe().await,
            Self::Memory(_) => Ok(()),
            Self::Smtp(smtp) => smtp.probe().await,
        }
    }
}
