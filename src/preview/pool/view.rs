//! One view as the pool knows it: its worker, when it was used, and whether it has ended.

use crate::domain::time::Timestamp;
use crate::preview::limits::WORKER_IDLE;
use crate::preview::process::Held;
use crate::preview::room::Reader;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use tokio::sync::watch;

/// One view with its worker, if it has one.
#[derive(Debug)]
pub(super) struct View {
    /// Who reads.
    pub(super) reader: Reader,
    ended: watch::Sender<bool>,
    /// Its worker, locked while it works.
    pub(super) slot: Arc<tokio::sync::Mutex<Option<Held>>>,
    /// When it was last used, in milliseconds.
    pub(super) used: AtomicI64,
    /// Requests that wait for its worker.
    pub(super) waiting: AtomicUsize,
}

impl View {
    /// One that nobody works for yet.
    pub(super) fn new(reader: Reader, now: Timestamp) -> Self {
        let (ended, used) = (watch::Sender::new(false), AtomicI64::new(now.millis()));
        Self { reader, ended, slot: Arc::default(), used, waiting: AtomicUsize::new(0) }
    }

    /// It is used.
    pub(super) fn use_at(&self, now: Timestamp) {
        self.used.store(now.millis(), Ordering::Relaxed);
    }

    /// From when on it is idle, if it is not used again.
    pub(super) fn idle_from(&self) -> Timestamp {
        Timestamp::from_millis(self.used.load(Ordering::Relaxed)).plus(WORKER_IDLE)
    }

    /// Access to it has ended.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
        // One that is at work ends with its job, which sees that the view has.
        if let Ok(mut slot) = self.slot.try_lock() {
            *slot = None;
        }
    }

    /// Ends once that is so.
    pub(super) fn has_ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut ended = self.ended.subscribe();
        // A sender that is gone means that the view is.
        async move { drop(ended.wait_for(|ended| *ended).await.map(|ended| *ended)) }
    }
}
