//! The lines that are on the disk but not yet in the history's store.

use super::{Entry, HistoryError, Posting, Status};
use crate::{
    domain::bounds::{HISTORY_LAG, HISTORY_STEP, HISTORY_TAIL},
    ledger::chain::Position,
};
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(super) struct Tail {
    inner: Mutex<Inner>,
    changed: Condvar,
}

struct Inner {
    status: Status,
    /// The last line on the disk, whether it is in `entries` or not.
    committed: u64,
    /// While ready: all lines with postings that are not in the store.
    entries: VecDeque<Entry>,
    stopping: bool,
}

/// What the history's thread is to do next.
pub(super) enum Work {
    /// Put these lines into the store, then say so with [`Tail::stored`].
    Apply(Vec<Entry>),
    /// Read the journal from the last line in the store on.
    CatchUp,
    /// All is in the store and no more will come.
    End,
    /// A reader found the store broken.
    GiveUp,
}

impl Tail {
    pub(super) fn new(committed: u64) -> Self {
        let inner = Inner { status: Status::Building, committed, entries: VecDeque::new(), stopping: false };
        Self { inner: Mutex::new(inner), changed: Condvar::new() }
    }

    pub(super) fn push(&self, entries: impl Iterator<Item = Entry>) {
        let mut inner = self.lock();
        let before = inner.entries.len();
        for entry in entries {
            inner.committed = entry.n;
            if inner.status == Status::Ready && !entry.postings.is_empty() {
                inner.entries.push_back(entry);
            }
        }
        if inner.entries.len() > HISTORY_TAIL {
            // The store is too slow for this: better to say so for a while than to take memory without end.
            inner.entries = VecDeque::new();
            inner.status = Status::Building;
        }
        let now = inner.entries.len();
        drop(inner);
        if now != before && (before == 0 || now == 0 || (before < HISTORY_STEP && now >= HISTORY_STEP)) {
            self.changed.notify_all();
        }
    }

    pub(super) fn status(&self) -> Status {
        self.lock().status
    }

    /// The newest lines under a posting, newest first, and the oldest one of all that are here.
    pub(super) fn list(
        &self,
        posting: Posting,
        before: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Position>, Option<Position>), HistoryError> {
        let inner = self.lock();
        match inner.status {
            Status::Building => return Err(HistoryError::Building),
            Status::Closed => return Err(HistoryError::Closed),
            Status::Ready => {}
        }
        let oldest = inner
            .entries
            .front()
            .map(|entry| entry.position)
            .filter(|at| before.is_none_or(|before| *at < before));
        let wanted = inner
            .entries
            .iter()
            .rev()
            .filter(|entry| entry.postings.contains(&posting))
            .map(|entry| entry.position);
        let found = wanted.filter(|at| before.is_none_or(|before| *at < before)).take(limit).collect();
        Ok((found, oldest))
    }

    /// What to do next; waits for lines, and then a little longer for more of them.
    pub(super) fn work(&self) -> Work {
        let inner = self.lock();
        let wait = |inner: &mut Inner| inner.status == Status::Ready && inner.entries.is_empty() && !inner.stopping;
        let inner = self.changed.wait_while(inner, wait).unwrap_or_else(PoisonError::into_inner);
        let gather = |inner: &mut Inner| inner.status == Status::Ready && inner.entries.len() < HISTORY_STEP && !inner.stopping;
        let (inner, _) = self.changed.wait_timeout_while(inner, HISTORY_LAG, gather).unwrap_or_else(PoisonError::into_inner);
        match inner.status {
            Status::Building if inner.stopping => Work::End,
            Status::Building => Work::CatchUp,
            Status::Closed => Work::GiveUp,
            Status::Ready if inner.entries.is_empty() => Work::End,
            Status::Ready => Work::Apply(inner.entries.iter().take(HISTORY_STEP).cloned().collect()),
        }
    }

    /// The lines up to this one are in the store.
    pub(super) fn stored(&self, n: u64) {
        let mut inner = self.lock();
        while inner.entries.front().is_some_and(|entry| entry.n <= n) {
            inner.entries.pop_front();
        }
    }

    /// The last line on the disk.
    pub(super) fn committed(&self) -> u64 {
        self.lock().committed
    }

    /// The store holds the lines up to this one: with nothing behind it, the history can be asked.
    pub(super) fn caught_up(&self, n: u64) -> bool {
        let mut inner = self.lock();
        if inner.status == Status::Building && n >= inner.committed {
            inner.status = Status::Ready;
            drop(inner);
            self.changed.notify_all();
            return true;
        }
        false
    }

    /// The history failed.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.status = Status::Closed;
        inner.entries = VecDeque::new();
        drop(inner);
        self.changed.notify_all();
    }

    pub(super) fn stop(&self) {
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.lock().stopping
    }

    pub(super) fn wait_built(&self, longest: Duration) -> Status {
        let building = |inner: &mut Inner| inner.status == Status::Building;
        let (inner, _) = self
            .changed
            .wait_timeout_while(self.lock(), longest, building)
            .unwrap_or_else(PoisonError::into_inner);
        inner.status
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
