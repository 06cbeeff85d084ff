//! The stores for staff: which there are, how they do, and what is in their folders. No document is opened here.

use crate::documents::{Condition, Kind, Place, Problem, StoreError, StoreState};
use crate::domain::document::DocumentName;
use crate::gate::Gate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreView {
    /// Its name: what stands before the colon in `store:path`.
    pub name: String,
    /// `folder`, `http`, `s3`, `sftp` or `webdav`.
    pub kind: String,
    /// Whether uploads may be put into it.
    pub writable: bool,
    /// Whether it answered when it was last asked.
    pub state: StoreStatus,
    /// Since when it has failed, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Until when it is left alone, RFC 3339 in UTC; then it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a store does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreStatus {
    /// It failed when it was last asked.
    Failing,
    /// It failed again and again and is not asked for a while.
    LeftAlone,
    /// It answered when it was last asked, or was not asked yet.
    Ok,
}

/// What trying a store showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreCheckView {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Whether it can be read.
    pub ok: bool,
    /// What to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A folder of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderView {
    /// `store:path`.
    pub folder: String,
    /// What is in it: folders first, then documents, in natural order.
    pub entries: Vec<FolderEntryView>,
    /// Names left out: what is no document, leads out of the store, or cannot be named exactly.
    pub hidden: usize,
    /// Whether there is more than is listed.
    pub truncated: bool,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderEntryView {
    /// The name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Bytes, of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Last change of a document's content, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
}

/// Why a folder is not listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: {1}")]
pub struct FolderError(pub DocumentName, StoreError);

impl FolderError {
    /// Whether the store itself is the trouble, so that the same may be asked again later.
    pub const fn is_passing(&self) -> bool {
        matches!(self.1, StoreError::Busy | StoreError::Io(_) | StoreError::SignIn | StoreError::Unreachable)
    }

    /// Whether there is no such folder.
    pub const fn is_missing(&self) -> bool {
        matches!(self.1, StoreError::Missing)
    }
}

impl Gate {
    /// The stores by name, without asking any.
    pub fn stores(&self) -> Vec<StoreView> {
        let view = |known: StoreState| {
            let (state, since, until, error) = match known.condition {
                Condition::Fine => (StoreStatus::Ok, None, None, None),
                Condition::Failing { since, error } => (StoreStatus::Failing, Some(since), None, Some(error)),
                Condition::LeftAlone { since, until, error } => (StoreStatus::LeftAlone, Some(since), Some(until), Some(error)),
            };
            StoreView {
                name: known.name.to_string(),
                kind: known.kind.to_owned(),
                writable: known.writable,
                state,
                since: since.map(|at| at.to_string()),
                until: until.map(|at| at.to_string()),
                error: error.map(|error| error.to_string()),
            }
        };
        self.documents.states().into_iter().map(view).collect()
    }

    /// Tries every store now, even one that is left alone, and says what to mend.
    pub async fn check_stores(&self) -> Vec<StoreCheckView> {
        let found = self.documents.check().await;
        let view = |(known, (_, found)): (StoreState, (_, Result<(), Problem>))| StoreCheckView {
            name: known.name.to_string(),
            kind: known.kind.to_owned(),
            ok: found.is_ok(),
            problem: found.err().map(|problem| problem.to_string()),
        };
        // Both go by name.
        self.documents.states().into_iter().zip(found).map(view).collect()
    }

    /// What is in a folder of a store.
    pub async fn store_folder(&self, folder: &DocumentName) -> Result<FolderView, FolderError> {
        let listing = self.documents.list(&Place::named(folder)).await;
        let listing = listing.map_err(|error| FolderError(folder.clone(), error))?;
        let entries = listing.entries.into_iter().map(|entry| {
            let is_document = entry.stat.kind == Kind::Document;
            FolderEntryView {
                name: entry.name.to_string(),
                folder: !is_document,
                size: is_document.then_some(entry.stat.version.size),
                changed: is_document.then(|| entry.stat.changed.to_string()),
            }
        });
        Ok(FolderView { folder: folder.to_string(), entries: entries.collect(), hidden: listing.hidden, truncated: listing.truncated })
    }
}
