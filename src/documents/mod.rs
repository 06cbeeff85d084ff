//! The stores: where documents are looked up, listed and opened. Nothing here decides who may see them.

mod beneath;
mod buffers;
pub mod folder;
pub mod media;
mod order;
pub mod read;
pub mod recording;
#[cfg(test)]
mod tests;

use crate::domain::document::{DocumentName, DocumentPath, StoreName};
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use buffers::Buffers;
use folder::Folder;
use futures_util::future::BoxFuture;
use read::OpenDocument;
use rustix::io::Errno;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What a name in a store stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Document,
    /// A folder.
    Folder,
}

/// What is known of a document or folder without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Document or folder.
    pub kind: Kind,
    /// Its version; of a folder only device and inode tell anything.
    pub version: FileVersion,
    /// Last change of the content.
    pub changed: Timestamp,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name: a path of exactly one name.
    pub name: DocumentPath,
    /// What it stands for.
    pub stat: Stat,
}

/// What a folder holds: folders first, then documents, each in natural order without regard to case (`2` before `10`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// At most `bounds::LISTED_ENTRIES`.
    pub entries: Vec<Entry>,
    /// Names left out: special files, links that lead out of the store or nowhere, names no address can carry.
    pub hidden: usize,
    /// Whether there is more than was read.
    pub truncated: bool,
}

/// Why a store gives nothing. The texts are for staff and name no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file system refuses access to the user the server runs as.
    #[error("the store refuses the server access to it")]
    Denied,
    /// The file system failed in another way.
    #[error("the store failed: {0}")]
    Io(Errno),
    /// Nothing of that name.
    #[error("the store has nothing of that name")]
    Missing,
    /// A folder or a special file where a document was asked for.
    #[error("it is a folder or a special file, not a document")]
    NotADocument,
    /// Something else where a folder was asked for.
    #[error("it is not a folder")]
    NotAFolder,
    /// Not given, whatever it is.
    #[error("{0}")]
    Refused(Refusal),
    /// The whole store is away or does not answer.
    #[error("the store cannot be reached")]
    Unreachable,
}

/// Why a name is refused though something may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A symbolic link on the way leads out of the store's folder, or in circles.
    #[error("a link on its path leads out of the store or in circles")]
    Link,
    /// No store of that name is configured.
    #[error("no store of that name is configured")]
    UnknownStore,
}

impl From<Errno> for StoreError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::ACCESS | Errno::PERM => Self::Denied,
            Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG => Self::Missing,
            Errno::ISDIR | Errno::NXIO | Errno::NODEV => Self::NotADocument,
            Errno::XDEV | Errno::LOOP => Self::Refused(Refusal::Link),
            Errno::STALE
            | Errno::NOTCONN
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
            | Errno::NETUNREACH
            | Errno::TIMEDOUT
            | Errno::CONNABORTED
            | Errno::CONNREFUSED
            | Errno::CONNRESET => Self::Unreachable,
            other => Self::Io(other),
        }
    }
}

/// What is wrong with a store as a whole, in words that say the mend. For the operator: they name the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The server's user may not open the folder.
    #[error("the folder {} may not be opened: give the user that runs doorward permission to read and enter it, and to enter those above it", .0.display())]
    Denied(PathBuf),
    /// The folder is not there.
    #[error("the folder {} is not there: create it, mount it, or correct the store's path in the configuration", .0.display())]
    Missing(PathBuf),
    /// It does not answer.
    #[error("the folder {} does not answer: look whether the file server behind it is up and the mount alive", .0.display())]
    NoAnswer(PathBuf),
    /// The path names a file.
    #[error("{} is not a folder: let the store's path in the configuration name the folder that holds the documents", .0.display())]
    NotAFolder(PathBuf),
    /// Another error of the file system.
    #[error("the folder {} cannot be opened: {}", .0.display(), .1)]
    Other(PathBuf, Errno),
}

/// Where a document or folder is looked for: beneath a folder of a store, which no link may lead out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    store: StoreName,
    fence: DocumentPath,
    below: DocumentPath,
}

impl Place {
    /// A document or folder by its name; links may lead anywhere in the store.
    pub fn named(name: &DocumentName) -> Self {
        Self { store: name.store.clone(), fence: DocumentPath::root(), below: name.path.clone() }
    }

    /// What lies at `below` beneath a folder; links may lead anywhere in that folder.
    pub fn in_folder(folder: &DocumentName, below: &DocumentPath) -> Self {
        Self { store: folder.store.clone(), fence: folder.path.clone(), below: below.clone() }
    }
}

/// One storage back-end. Paths cannot climb out by their form; that no link leads out is the store's duty.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Looks a document or folder up.
    fn stat<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Stat, StoreError>>;

    /// Lists a folder.
    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>>;

    /// Opens a document. What is opened stays that file, whatever happens to its name.
    fn open<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<OpenDocument, StoreError>>;

    /// The store as seen from one of its folders: paths begin there, and no link leads out of it.
    fn within(&self, folder: &DocumentPath) -> Box<dyn Store>;

    /// Says whether the store can be reached, and if not, what to mend.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>>;
}

/// All configured stores.
#[derive(Debug, Default)]
pub struct Documents {
    stores: BTreeMap<StoreName, Box<dyn Store>>,
    calls: AtomicU64,
}

impl Documents {
    /// Takes the configured folders, whose names the configuration has made sure are different. Nothing is opened yet, so that a store that is away
    /// or does not answer cannot hold up the start: each call tries anew.
    pub fn open(folders: &[(StoreName, PathBuf)]) -> Self {
        let buffers = Arc::new(Buffers::default());
        let folder = |path: &PathBuf| Box::new(Folder::new(path.clone(), buffers.clone())) as Box<dyn Store>;
        Self { stores: folders.iter().map(|(name, path)| (name.clone(), folder(path))).collect(), calls: AtomicU64::new(0) }
    }

    /// The names of the stores, sorted.
    pub fn names(&self) -> impl Iterator<Item = &StoreName> {
        self.stores.keys()
    }

    /// Looks a document or folder up.
    pub async fn stat(&self, place: &Place) -> Result<Stat, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        store.stat(&place.below).await
    }

    /// Lists a folder.
    pub async fn list(&self, place: &Place) -> Result<Listing, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        store.list(&place.below).await
    }

    /// Opens a document.
    pub async fn open_document(&self, place: &Place) -> Result<OpenDocument, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        store.open(&place.below).await
    }

    /// How often any store was asked since the start.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Tries every store at the same time.
    pub async fn check(&self) -> Vec<(StoreName, Result<(), Problem>)> {
        let each = self.stores.iter().map(|(name, store)| async { (name.clone(), store.check().await) });
        futures_util::future::join_all(each).await
    }

    fn store(&self, place: &Place) -> Result<&dyn Store, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.stores.get(&place.store).map(AsRef::as_ref).ok_or(StoreError::Refused(Refusal::UnknownStore))
    }
}
