//! The end: asked for once, heard by all, waited for with a bound.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// How long tasks have to be gone after they were cut; they only drop what they hold.
const AFTER_CUT: Duration = Duration::from_secs(5);

/// The wish to stop. Clones mean the same stop.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Shutdown {
    /// Asks all to stop; asking again changes nothing.
    pub fn trigger(&self) {
        self.0.send_replace(true);
    }

    /// Whether a stop was asked for.
    pub fn is_triggered(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends once a stop is asked for, at once when it already was.
    pub async fn triggered(&self) {
        // The sender lives in `self`, so waiting can only end with the condition.
        let _ = self.0.subscribe().wait_for(|triggered| *triggered).await;
    }
}

/// How far a stop has come, for the tasks of one listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// No stop was asked for.
    Running,
    /// Finish what is running, begin nothing.
    Draining,
    /// End at once.
    Cut,
}

/// The tasks of one listener: counted while they run, cut when they do not end by themselves.
#[derive(Debug, Clone)]
pub(crate) struct Tasks(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    running: AtomicUsize,
    /// Rung when none is left.
    bell: Notify,
    stage: watch::Sender<Stage>,
    were_cut: AtomicUsize,
}

/// One running task.
#[derive(Debug)]
pub(crate) struct Task(Tasks);

impl Tasks {
    pub(crate) fn new() -> Self {
        let stage = watch::Sender::new(Stage::Running);
        Self(Arc::new(Inner { running: AtomicUsize::new(0), bell: Notify::new(), stage, were_cut: AtomicUsize::new(0) }))
    }

    /// Counts a task until what this returns is dropped.
    pub(crate) fn begin(&self) -> Task {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        Task(self.clone())
    }

    /// Lets all tasks finish, `patience` long; then cuts those that are left. Returns how many connections were cut.
    pub(crate) async fn drain(&self, patience: Duration) -> usize {
        self.0.stage.send_replace(Stage::Draining);
        if tokio::time::timeout(patience, self.none_left()).await.is_err() {
            self.0.stage.send_replace(Stage::Cut);
            if tokio::time::timeout(AFTER_CUT, self.none_left()).await.is_err() {
                tracing::error!(tasks = self.0.running.load(Ordering::Acquire), "tasks are still running after they were cut");
            }
        }
        self.0.were_cut.load(Ordering::Relaxed)
    }

    async fn none_left(&self) {
        loop {
            // Made before the look, so that an end in between is not missed.
            let rung = self.0.bell.notified();
            if self.0.running.load(Ordering::Acquire) == 0 {
                return;
            }
            rung.await;
        }
    }
}

impl Task {
    /// Ends with the stage that follows `known`.
    pub(crate) async fn after(&self, known: Stage) -> Stage {
        let mut stage = self.0.0.stage.subscribe();
        // The sender lives in `self`, so waiting can only end with the condition.
        stage.wait_for(|stage| *stage > known).await.map_or(Stage::Cut, |stage| *stage)
    }

    /// Says that this task did not end by itself.
    pub(crate) fn count_cut(&self) {
        self.0.0.were_cut.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a task that belongs to this one.
    pub(crate) fn another(&self) -> Self {
        self.0.begin()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.0.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.0.bell.notify_waiters();
        }
    }
}
