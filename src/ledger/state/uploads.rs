//! Documents that recipients send in, as the state has them: under way, being looked at, put into a store, refused.

use crate::crypto::sealed::Private;
use crate::domain::document::{DocumentName, StoreName};
use crate::domain::ids::{GuestId, RecipientId, ShareId, UploadId};
use crate::domain::time::Timestamp;
use crate::domain::upload::Unwanted;
use crate::domain::version::ContentHash;
use crate::ledger::state::{State, Timer};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A document that a recipient sends in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
    /// The person.
    pub guest: GuestId,
    /// The name it is to have, already fit for a store.
    pub name: Private<String>,
    /// The folder it is to be put into.
    pub inbox: Private<DocumentName>,
    /// Its bytes, all of which count from its beginning.
    pub size: u64,
    /// When it began.
    pub started: Timestamp,
    /// Until when it is waited for, while it is under way.
    pub ends: Timestamp,
    /// How far it is.
    pub stage: Stage,
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "a field is named like what it holds")]
pub enum Stage {
    /// Bytes are still to come.
    Open,
    /// All are there; it waits for the scanner, or for the store.
    Complete { sha256: ContentHash, media_type: String, at: Timestamp },
    /// It is in its store.
    Received { document: Private<DocumentName>, at: Timestamp },
    /// It was not taken.
    Refused { why: Unwanted, at: Timestamp },
}

impl Upload {
    /// Whether its bytes count against what may be sent.
    pub const fn counts(&self) -> bool {
        !matches!(self.stage, Stage::Refused { .. })
    }

    /// Whether its bytes lie with us and not with a store.
    pub const fn is_held(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Complete { .. })
    }

    fn counted_in(&self) -> Option<StoreName> {
        self.inbox.get().filter(|_| self.counts()).map(|inbox| inbox.store.clone())
    }
}

impl State {
    /// The uploads of a share, in no order that means anything.
    pub fn uploads_of(&self, share: ShareId) -> impl Iterator<Item = &Arc<Upload>> {
        let first = (share, UploadId::from_bytes([0; 16]));
        self.uploads.range(first..).take_while(move |((of, _), _)| *of == share).map(|(_, upload)| upload)
    }

    /// Bytes of uploads in a store, or on their way to it.
    pub fn sent_into(&self, store: &StoreName) -> u64 {
        self.sent.get(store).copied().unwrap_or_default()
    }

    /// Adds an upload with all that is derived from it.
    pub(in crate::ledger) fn add_upload(&mut self, upload: Arc<Upload>) {
        if let Some(store) = upload.counted_in() {
            let sent = self.sent_into(&store).saturating_add(upload.size);
            self.sent.insert(store, sent);
        }
        if upload.stage == Stage::Open {
            self.timers.insert((upload.ends, Timer::Upload(upload.share, upload.id)));
        }
        self.uploads.insert((upload.share, upload.id), upload);
    }

    /// Takes an upload out, with all that is derived from it.
    pub(in crate::ledger) fn take_upload(&mut self, share: ShareId, id: UploadId) -> Option<Arc<Upload>> {
        let upload = self.uploads.remove(&(share, id))?;
        if let Some(store) = upload.counted_in() {
            let left = self.sent_into(&store).saturating_sub(upload.size);
            self.sent.insert(store, left);
        }
        self.timers.remove(&(upload.ends, Timer::Upload(share, id)));
        Some(upload)
    }
}
