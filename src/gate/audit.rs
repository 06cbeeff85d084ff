//! The ledger for auditors: exported as JSON lines, and verified.

use crate::crypto::keys::KeyRing;
use crate::gate::Gate;
use crate::ledger::read::{ReadError, export_data, verify_data};
use crate::ledger::scan::JournalError;
use crate::ledger::verify::Verified;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::Arc;
use utoipa::ToSchema;

/// How far a ledger's chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiedView {
    /// The ledger's random name.
    pub ledger: Option<String>,
    /// Lines whose chain was followed.
    pub lines: u64,
    /// Files of the journal.
    pub segments: u32,
    /// When the first line was written, RFC 3339 in UTC.
    pub first: Option<String>,
    /// When the last line was written, RFC 3339 in UTC.
    pub last: Option<String>,
    /// The last link of the chain: note it elsewhere, and nobody can shorten or rewrite the ledger unseen.
    pub head: String,
    /// Bytes of an unfinished write at the end; of a running server, or left by a power cut.
    pub unfinished_bytes: u64,
}

impl From<Verified> for VerifiedView {
    fn from(verified: Verified) -> Self {
        Self {
            ledger: verified.ledger.map(|name| name.to_string()),
            lines: verified.lines,
            segments: verified.segments,
            first: verified.first.map(|at| at.to_string()),
            last: verified.last.map(|at| at.to_string()),
            head: HEXLOWER.encode(&verified.head),
            unfinished_bytes: verified.torn.map_or(0, |torn| torn.bytes),
        }
    }
}

/// Follows the chain of a data directory, with or without a server on it. Blocks.
pub fn verify_directory(data: &Path) -> Result<VerifiedView, JournalError> {
    verify_data(data).map(VerifiedView::from)
}

/// Tells `each` of every line of a data directory; without a key ring personal values stay sealed. Blocks.
pub fn export_directory(data: &Path, keys: Option<Arc<KeyRing>>, each: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<(), ReadError> {
    export_data(data, keys, each).map(|_| ())
}

impl Gate {
    /// Follows the chain of this server's ledger. Blocks.
    pub fn verify(&self) -> Result<VerifiedView, JournalError> {
        verify_directory(self.ledger.data())
    }

    /// Tells `each` of every line of this server's ledger. Blocks.
    pub fn export(&self, each: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<(), ReadError> {
        export_directory(self.ledger.data(), Some(Arc::clone(&self.keys)), each)
    }
}
