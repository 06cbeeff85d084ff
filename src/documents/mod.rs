//! The stores: where documents are looked up, listed and opened. Nothing here decides who may see them.

mod beneath;
mod breaker;
mod buffers;
mod file;
pub mod folder;
mod guard;
#[cfg(test)]
mod guard_tests;
pub mod kept;
mod kinds;
pub mod media;
pub(crate) mod order;
mod put;
#[cfg(test)]
mod put_tests;
pub mod read;
pub mod recording;
pub mod remote;
#[cfg(test)]
mod tests;
mod types;

use crate::config::StoreEntry;
use crate::domain::document::{DocumentName, DocumentPath, StoreName};
use crate::domain::time::{Clock, SystemClock, Timestamp};
use crate::domain::version::FileVersion;
pub use breaker::Condition;
use buffers::Buffers;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use guard::Guarded;
pub use guard::Turn;
use read::OpenDocument;
use rustix::io::Errno;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};

/// What a name in a store stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Document,
    /// A folder.
    Folder,
}

/// What is known of a document or folder without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Document or folder.
    pub kind: Kind,
    /// Its version; of a folder in a local one only device and inode tell anything, in a remote one nothing does.
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
    /// Too much is asked of the store already, or it failed so often lately that it is left alone for a while.
    #[error("the store is left alone for a while, because it did not answer or is asked too much")]
    Busy,
    /// What is there is not the version that was asked for.
    #[error("the document is another one by now")]
    Changed,
    /// The store refuses access to the user the server runs as or signs in as.
    #[error("the store refuses the server access to it")]
    Denied,
    /// Something of that name is there already.
    #[error("the store has something of that name already")]
    Exists,
    /// A remote store answered in a way that helps nobody.
    #[error("the store answered with what it should not: {0}")]
    Failed(&'static str),
    /// The store has no room.
    #[error("the store has no room left")]
    Full,
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
    /// Nothing may be put into it.
    #[error("the store is only read")]
    ReadOnly,
    /// Not given, whatever it is.
    #[error("{0}")]
    Refused(Refusal),
    /// The store does not let the server sign in.
    #[error("the store refuses the server's sign-in")]
    SignIn,
    /// The whole store is away or does not answer.
    #[error("the store cannot be reached")]
    Unreachable,
}

impl StoreError {
    /// Whether what could not be opened as a document may be a folder.
    pub const fn may_be_a_folder(&self) -> bool {
        !matches!(self, Self::Busy | Self::Changed | Self::SignIn | Self::Unreachable)
    }
}

/// Why a name is refused though something may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A symbolic link on the way leads out of the store's folder, or in circles.
    #[error("a link on its path leads out of the store or in circles")]
    Link,
    /// The store could not name it exactly, so that another document might be meant.
    #[error("the store cannot name it exactly: {0}")]
    Name(&'static str),
    /// The server behind the store was not set up to list folders, or the configuration says so.
    #[error("the store does not list its folders")]
    Unlisted,
    /// No store of that name is configured.
    #[error("no store of that name is configured")]
    UnknownStore,
}

impl From<Errno> for StoreError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::ACCESS | Errno::PERM => Self::Denied,
            Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG => Self::Missing,
            Errno::EXIST => Self::Exists,
            Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Self::Full,
            Errno::ROFS => Self::ReadOnly,
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
    /// A store on another machine, in words of its own.
    #[error("{0}")]
    Remote(String),
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

/// The bytes of a new document. A store that is given fewer than were announced, or an error, puts nothing in place.
pub type Incoming = BoxStream<'static, io::Result<Bytes>>;

/// One storage back-end. Paths cannot climb out by their form; that no link leads out is the store's duty.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Looks a document or folder up: the version that is wanted, where the store keeps versions by id, else what is there now.
    fn stat<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>>;

    /// Lists a folder.
    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>>;

    /// Opens a document: the version that is wanted, where the store can tell versions apart before it gives one, else what is there now. What is
    /// opened stays that version, whatever happens to its name.
    fn open<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>>;

    /// Puts a new document of `size` bytes in its place, folders above it included, and gives its version. Until all of it is there, nothing of that
    /// name is; and nothing is ever put over what is there already ([`StoreError::Exists`]).
    fn create<'a>(&'a self, _path: &'a DocumentPath, _size: u64, _bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(async { Err(StoreError::ReadOnly) })
    }

    /// The store as seen from one of its folders: paths begin there, and no link leads out of it.
    fn within(&self, folder: &DocumentPath) -> Box<dyn Store>;

    /// Says whether the store can be reached, and if not, what to mend.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>>;
}

/// A configured store.
#[derive(Debug)]
struct Configured {
    kind: &'static str,
    writable: bool,
    store: Guarded,
}

/// How a configured store does, without asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreState {
    /// Its name.
    pub name: StoreName,
    /// Its kind, as the configuration calls it.
    pub kind: &'static str,
    /// Whether uploads may be put into it.
    pub writable: bool,
    /// What is known of it.
    pub condition: Condition,
}

/// All configured stores.
#[derive(Debug, Default)]
pub struct Documents {
    stores: BTreeMap<StoreName, Configured>,
    /// Those that something may be put into, in the order of the configuration.
    writable: Vec<StoreName>,
    calls: AtomicU64,
}

impl Documents {
    /// Takes the configured stores, whose names the configuration has made sure are different. Nothing is opened yet, so that a store that is away
    /// or does not answer cannot hold up the start: each call tries anew.
    pub fn open(entries: &[StoreEntry]) -> Self {
        Self::with_clock(entries, &(Arc::new(SystemClock::start()) as Arc<dyn Clock>))
    }

    /// The same, by a given clock.
    pub fn with_clock(entries: &[StoreEntry], clock: &Arc<dyn Clock>) -> Self {
        let buffers = Arc::new(Buffers::default());
        let configured = |entry: &StoreEntry| {
            let store = kinds::open(entry, &buffers, clock);
            (entry.name.clone(), Configured { kind: entry.kind.word(), writable: entry.writable, store })
        };
        let stores = entries.iter().map(configured).collect();
        let writable = entries.iter().filter(|entry| entry.writable).map(|entry| entry.name.clone()).collect();
        Self { stores, writable, calls: AtomicU64::new(0) }
    }

    /// The names of the stores, sorted.
    pub fn names(&self) -> impl Iterator<Item = &StoreName> {
        self.stores.keys()
    }

    /// The names of the stores that something may be put into, in the order of the configuration.
    pub fn writable(&self) -> &[StoreName] {
        &self.writable
    }

    /// Looks a document or folder up. With a version wanted it is that of a document, or the error is [`StoreError::Changed`].
    pub async fn stat(&self, place: &Place, wanted: Option<&FileVersion>) -> Result<Stat, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        let stat = store.stat(&place.below, wanted).await?;
        match wanted {
            Some(wanted) if !wanted.is_still(&stat.version) => Err(StoreError::Changed),
            _ => Ok(stat),
        }
    }

    /// Lists a folder.
    pub async fn list(&self, place: &Place) -> Result<Listing, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        store.list(&place.below).await
    }

    /// Opens a document. With a version wanted it is that one, or the error is [`StoreError::Changed`].
    pub async fn open_document(&self, place: &Place, wanted: Option<&FileVersion>) -> Result<OpenDocument, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        let document = store.open(&place.below, wanted).await?;
        match wanted {
            Some(wanted) if !wanted.is_still(&document.version) => Err(StoreError::Changed),
            _ => Ok(document),
        }
    }

    /// Puts a new document in its place, if the configuration says that its store may be written to.
    pub async fn create(&self, place: &Place, size: u64, bytes: Incoming) -> Result<FileVersion, StoreError> {
        let store = self.store(place)?.within(&place.fence);
        if !self.writable.contains(&place.store) {
            return Err(StoreError::ReadOnly);
        }
        store.create(&place.below, size, bytes).await
    }

    /// A turn at a store, to be held until it has answered all that one request asks; nothing when as many have one as it can serve soon. Whoever
    /// asks without one waits behind those who have.
    pub fn turn(&self, store: &StoreName) -> Option<Turn> {
        self.stores.get(store).map_or(Some(Turn::at_nothing()), |configured| configured.store.turn())
    }

    /// How often any store was asked since the start.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How the stores do, by name. Asks none of them.
    pub fn states(&self) -> Vec<StoreState> {
        let state = |(name, configured): (&StoreName, &Configured)| {
            let Configured { kind, writable, store } = configured;
            StoreState { name: name.clone(), kind, writable: *writable, condition: store.condition() }
        };
        self.stores.iter().map(state).collect()
    }

    /// Tries every store at the same time.
    pub async fn check(&self) -> Vec<(StoreName, Result<(), Problem>)> {
        let each = self
            .stores
            .iter()
            .map(|(name, configured)| async { (name.clone(), configured.store.check().await) });
        futures_util::future::join_all(each).await
    }

    fn store(&self, place: &Place) -> Result<&dyn Store, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.stores
            .get(&place.store)
            .map(|configured| &configured.store as &dyn Store)
            .ok_or(StoreError::Refused(Refusal::UnknownStore))
    }
}
