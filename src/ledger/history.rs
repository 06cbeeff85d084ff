//! The history: which lines concern a share, a guest or all, newest first, for pages that list them. Nothing is decided from it.

mod mark;
mod source;
mod store;
mod tail;
mod worker;

#[cfg(test)]
mod tests;

use super::chain::Position;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use store::Store;
use tail::Tail;

pub use source::{JournalSource, Source, SourceError};

/// What a list is about. The number is part of the keys on the disk and never given to another kind; 0 is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

impl Kind {
    /// Every receipt; its subject is [`ALL`].
    pub const RECEIPTS: Self = Self(1);
    /// What concerns one share.
    pub const SHARE: Self = Self(2);
    /// What concerns one guest.
    pub const GUEST: Self = Self(3);
}

/// The id of a share or guest.
pub type Subject = [u8; 16];

/// The subject of lists that are about everything.
pub const ALL: Subject = [0; 16];

/// A line is to be found under this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posting {
    /// What the list is about.
    pub kind: Kind,
    /// Of which share or guest.
    pub subject: Subject,
}

/// A line and under what it is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its sequence.
    pub n: u64,
    /// Where it stands in the journal.
    pub position: Position,
    /// Its link of the chain.
    pub hash: [u8; 32],
    /// Under what it is to be found.
    pub postings: Vec<Posting>,
}

/// The last line that is in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Its sequence.
    pub n: u64,
    /// Where it stands in the journal.
    pub position: Position,
    /// Its link of the chain.
    pub hash: [u8; 32],
}

/// Whether the history can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is being made from the journal; pages say so.
    Building,
    /// It failed, and is made anew at the next start.
    Closed,
    /// It can be asked.
    Ready,
}

/// The history cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// It is being made from the journal.
    #[error("the history is being made from the journal")]
    Building,
    /// It failed, and is made anew at the next start.
    #[error("the history failed and is made anew at the next start")]
    Closed,
}

/// The history of one ledger.
pub struct History {
    shared: Arc<Shared>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

struct Shared {
    tail: Tail,
    store: Mutex<Option<Arc<Store>>>,
}

impl History {
    /// Opens the history in a directory of its own, behind the journal's last line `committed`; it is made or caught up in the background.
    pub fn open(dir: PathBuf, committed: u64, source: impl Source) -> io::Result<Self> {
        let shared = Arc::new(Shared { tail: Tail::new(committed), store: Mutex::new(None) });
        let thread = worker::spawn(dir, Arc::clone(&shared), Box::new(source))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Takes the lines of a batch that is on the disk. Never waits for the disk.
    pub fn push(&self, entries: impl Iterator<Item = Entry>) {
        self.shared.tail.push(entries);
    }

    /// Whether it can be asked.
    pub fn status(&self) -> Status {
        self.shared.tail.status()
    }

    /// Whether it can be asked now.
    pub fn is_ready(&self) -> bool {
        self.status() == Status::Ready
    }

    /// Waits at most so long until it is not being made any more. Blocks.
    pub fn wait(&self, longest: Duration) -> Status {
        self.shared.tail.wait_built(longest)
    }

    /// The lines under a posting, newest first: at most `limit` that stand before `before`, the cursor of the page before. Blocks on the disk for a moment.
    pub fn list(&self, posting: Posting, before: Option<Position>, limit: usize) -> Result<Vec<Position>, HistoryError> {
        // What leaves memory after this look is in the store by the time that is read.
        let (mut found, oldest) = self.shared.tail.list(posting, before, limit)?;
        let before = match (before, oldest) {
            (Some(before), Some(oldest)) => Some(before.min(oldest)),
            (before, oldest) => before.or(oldest),
        };
        let store = self.shared.store().ok_or(HistoryError::Closed)?;
        let rest = limit - found.len();
        let read = catch_unwind(AssertUnwindSafe(|| store.list(posting, before, rest)));
        match read {
            Ok(Ok(older)) => {
                found.extend(older);
                Ok(found)
            }
            Ok(Err(_)) | Err(_) => {
                self.shared.tail.close();
                Err(HistoryError::Closed)
            }
        }
    }

    /// Puts all down and marks that it did, so that the next start can trust it. Blocks.
    pub fn stop(&self) {
        self.shared.tail.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(thread::JoinHandle::join) {
            tracing::error!("the history's thread ended in a panic");
        }
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn store(&self) -> Option<Arc<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_store(&self, store: Option<Arc<Store>>) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = store;
    }
}
