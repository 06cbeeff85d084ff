//! The words of a receipt.

use serde::{Deserialize, Serialize};

/// What the recipient did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Took a folder, or all documents of a share, as one ZIP.
    Archive,
    /// Took the document's bytes.
    Download,
    /// Looked at pictures of its pages.
    Preview,
    /// Sent it in; there is no receipt of it, only a line in the owner's notice.
    Upload,
    /// Took its pages as a marked PDF.
    Watermarked,
}

/// With what kind of code somebody was let in, and so whether that proves the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proved {
    /// One that was mailed: whoever typed it reads the mailbox.
    Mailed,
    /// One that staff read out to somebody whom they knew: it proves no mailbox.
    ReadOut,
}

impl Proved {
    /// The word for it, as programs read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mailed => "mailed",
            Self::ReadOut => "read_out",
        }
    }
}

/// How far it got. "Complete" means that every byte was handed to the network, whatever the other side did with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All bytes were handed over, in one piece or in several.
    Complete,
    /// The server stopped while the transfer was running.
    Interrupted,
    /// A transfer is running.
    Open,
    /// The transfer ended with bytes missing.
    Part,
}
