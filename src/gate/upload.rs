//! Documents that recipients send in: what they may send, and what came of it.
//!
//! `receive` takes bytes into the spool, `settle` has them looked at and put into the inbox of the share, which `inbox` names. Whatever is
//! decided is decided in the ledger's transaction; whatever fails leaves nothing half-written in a store.

pub mod inbox;
pub mod name;
pub mod receive;
mod scan;
mod settle;
pub mod spool;

use crate::config::Uploads as Limits;
use crate::domain::document::StoreName;
use crate::domain::ids::{RecipientId, ShareId, UploadId};
use crate::domain::time::Timestamp;
use crate::domain::upload::Unwanted;
use crate::gate::Gate;
use crate::gate::permit::UploadPermit;
use crate::gate::refusal::Refusal;
use crate::ledger::state::{Stage, State, Upload};
use crate::ledger::tx::Unavailable;

/// Why nothing more is taken of an upload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// So many bytes are there; what comes has to begin behind them.
    #[error("{0} bytes are there already")]
    Conflict(u64),
    /// The sender stopped before the end.
    #[error("the sender stopped before the end")]
    Cut,
    /// A virus was found in it.
    #[error("a virus was found in it")]
    Infected,
    /// Of a kind that is not taken.
    #[error("of a kind that is not taken")]
    Kind,
    /// More than this person may send in.
    #[error("more than {0} bytes that may still be sent")]
    LinkFull(u64),
    /// Another request is at it.
    #[error("another request is sending the same document")]
    Locked,
    /// There is no such upload, or no longer.
    #[error("no such upload")]
    Missing,
    /// No room for it, here or in the store.
    #[error("there is no room for it in the data directory")]
    NoRoom,
    /// The gate says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Larger than a document may be.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// More documents than this person may send in.
    #[error("more than {0} documents")]
    TooMany(usize),
}

impl From<Unavailable> for UploadError {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::NoSpace => Self::NoRoom,
            other => Self::Refused(other.into()),
        }
    }
}

/// What came of a document that was sent in, as its sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not all of it is there.
    Open,
    /// It is there, and is being looked at.
    Checking,
    /// It is there, and could not be put into its store yet; it is tried again.
    Waiting,
    /// It was received.
    Received,
    /// It was removed, because a virus was found in it.
    Infected,
    /// It was removed, because it is of a kind that is not taken.
    Kind,
}

/// A document that somebody has sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentIn {
    /// Its id.
    pub id: UploadId,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// When it began.
    pub at: Timestamp,
    /// What came of it.
    pub fate: Fate,
}

/// What somebody has sent in, and may still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What was sent, newest first.
    pub sent: Vec<SentIn>,
    /// How many documents may still be sent.
    pub files_left: usize,
    /// How many bytes may still be sent.
    pub bytes_left: u64,
    /// The largest document, in bytes.
    pub file_bytes: u64,
}

impl Gate {
    /// What the holder of a permit has sent in, and may still; what others send is not told.
    pub fn sent_in(&self, permit: &UploadPermit) -> Outlook {
        let (state, limits) = (self.ledger.state(), &self.settings.uploads);
        let (share, recipient) = (permit.admitted().share().id, permit.admitted().recipient().id);
        let own = state.uploads_of(share).filter(|upload| upload.recipient == recipient);
        let mut sent: Vec<SentIn> = own
            .map(|upload| {
                let name = match &upload.stage {
                    Stage::Received { document, .. } => document.get().map(|document| document.path.file_name()),
                    _ => upload.name.get().cloned(),
                };
                SentIn { id: upload.id, name: name.unwrap_or_default(), size: upload.size, at: upload.started, fate: self.fate(upload) }
            })
            .collect();
        sent.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
        let (files, bytes) = used(&state, share, recipient);
        Outlook {
            sent,
            files_left: limits.files.saturating_sub(files),
            bytes_left: limits.link_bytes.saturating_sub(bytes),
            file_bytes: limits.file_bytes,
        }
    }

    /// What came of an upload.
    fn fate(&self, upload: &Upload) -> Fate {
        if upload.is_held() && self.spool.why_it_waits(upload.id).is_some() { Fate::Waiting } else { fate(&upload.stage) }
    }
}

/// What came of an upload, by its stage.
const fn fate(stage: &Stage) -> Fate {
    match stage {
        Stage::Open => Fate::Open,
        Stage::Complete { .. } => Fate::Checking,
        Stage::Received { .. } => Fate::Received,
        Stage::Refused { why: Unwanted::Infected(_), .. } => Fate::Infected,
        Stage::Refused { why: Unwanted::Kind, .. } => Fate::Kind,
    }
}

/// Documents and bytes that a recipient has sent in or reserved.
fn used(state: &State, share: ShareId, recipient: RecipientId) -> (usize, u64) {
    let own = state.uploads_of(share).filter(|upload| upload.recipient == recipient && upload.counts());
    own.fold((0, 0), |(files, bytes), upload| (files + 1, bytes.saturating_add(upload.size)))
}

/// Whether one more document of that size may be sent in.
fn check_quota(
    state: &State,
    limits: &Limits,
    (share, recipient): (ShareId, RecipientId),
    store: &StoreName,
    size: u64,
) -> Result<(), UploadError> {
    let (files, bytes) = used(state, share, recipient);
    if size > limits.file_bytes {
        return Err(UploadError::TooLarge(limits.file_bytes));
    }
    if files >= limits.files {
        return Err(UploadError::TooMany(limits.files));
    }
    if bytes.saturating_add(size) > limits.link_bytes {
        return Err(UploadError::LinkFull(limits.link_bytes.saturating_sub(bytes)));
    }
    if state.sent_into(store).saturating_add(size) > limits.store_bytes {
        return Err(UploadError::NoRoom);
    }
    Ok(())
}
