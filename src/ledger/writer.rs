//! The one writer: takes the commands that wait, runs them on the state, writes their lines with one sync, tells the callers.

mod job;
mod run;
mod saver;

use super::{
    chain::Point,
    history::History,
    journal::Journal,
    machine::Machine,
    queue::{Class as QueueClass, NotQueued, Queue},
};
use crate::domain::bounds::{ORDINARY_QUEUE, STATE_EVERY_LINES, URGENT_QUEUE};
use arc_swap::ArcSwap;
use job::{Job, Task};
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    thread,
};
use tokio::sync::oneshot;
use uuid::Uuid;

pub use job::Working;
/// Which queue a command waits in.
pub type Class = QueueClass;

/// A command that was not run, or whose lines did not reach the disk. It changed nothing, unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too many commands wait already; try again in a moment.
    #[error("too many commands are waiting")]
    Busy,
    /// The events could not be written as a line; the log says why.
    #[error("the events cannot be written")]
    Events,
    /// The disk takes no more for now.
    #[error("the disk is full")]
    NoSpace,
    /// The server is ending. Whether the command took effect is known only after the next start.
    #[error("the server is stopping")]
    Stopped,
    /// The events make a line that is longer than a line may be.
    #[error("the command is too large")]
    TooLarge,
}

/// The state behind one line.
#[derive(Debug)]
pub struct Snapshot<S> {
    /// The state.
    pub state: S,
    /// The point of the journal behind that line.
    pub point: Point,
}

/// How a writer works.
pub struct Settings {
    /// Lines after which a state file is written.
    pub state_every: u64,
    /// The history that is told of every line.
    pub history: Option<Arc<History>>,
    /// Called when the process must end; [`exit`] outside of tests. The writer does nothing more once it returns.
    pub on_fatal: Box<dyn Fn(&str) + Send>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { state_every: STATE_EVERY_LINES, history: None, on_fatal: Box::new(exit) }
    }
}

/// Says why and ends the process: nothing it could still write can be trusted.
pub fn exit(why: &str) {
    tracing::error!("the ledger stops the server: {why}");
    std::process::exit(70);
}

/// The one writer of a ledger.
pub struct Writer<M: Machine> {
    shared: Arc<Shared<M>>,
    ledger: Uuid,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

pub(crate) struct Shared<M: Machine> {
    queue: Queue<Box<dyn Job<M>>>,
    published: ArcSwap<Snapshot<M::State>>,
    full: AtomicBool,
}

impl<M: Machine> Writer<M> {
    /// Starts the writer's thread behind the last line of a journal; `replayed` lines are not in a state file yet.
    pub fn start(machine: M, journal: Journal, state: M::State, replayed: u64, settings: Settings) -> io::Result<Self> {
        let ledger = journal.ledger();
        let published = ArcSwap::from_pointee(Snapshot { state, point: *journal.end() });
        let queue = Queue::new(URGENT_QUEUE, ORDINARY_QUEUE);
        let shared = Arc::new(Shared { queue, published, full: AtomicBool::new(false) });
        let thread = run::spawn(machine, journal, Arc::clone(&shared), replayed, settings)?;
        Ok(Self { shared, ledger, thread: Mutex::new(Some(thread)) })
    }

    /// Queues a command. It is run once, alone, on the state behind all commands before it; its events are on the disk when it is answered.
    /// When it refuses, its events are dropped. It must be pure: ids and secrets are drawn before, the time comes from [`Working::now`].
    pub fn tx<T, R, F>(&self, class: Class, command: F) -> Result<Answer<T, R>, Refused>
    where
        F: Fn(&mut Working<'_, M>) -> Result<T, R> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Task::new(command, reply));
        match self.shared.queue.push(class, task) {
            Ok(()) => Ok(Answer(answer)),
            Err(NotQueued::Full) => Err(Refused::Busy),
            Err(NotQueued::Closed) => Err(Refused::Stopped),
        }
    }

    /// The state behind the last line that is on the disk.
    pub fn snapshot(&self) -> Arc<Snapshot<M::State>> {
        self.shared.published.load_full()
    }

    /// The same without counting a reference, for a short look.
    pub fn peek(&self) -> arc_swap::Guard<Arc<Snapshot<M::State>>> {
        self.shared.published.load()
    }

    /// The ledger's random name.
    pub fn ledger(&self) -> Uuid {
        self.ledger
    }

    /// Whether the last write found no room on the disk.
    pub fn is_full(&self) -> bool {
        self.shared.full.load(Ordering::Relaxed)
    }

    /// Takes no more commands, finishes those that wait, writes a state file; returns when all is done. Blocks.
    pub fn stop(&self) {
        self.shared.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(thread::JoinHandle::join) {
            tracing::error!("the ledger's writer ended in a panic");
        }
    }
}

impl<M: Machine> Drop for Writer<M> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The answer to a command, once it is on the disk.
#[derive(Debug)]
pub struct Answer<T, R>(oneshot::Receiver<Result<Result<T, R>, Refused>>);

impl<T, R> Answer<T, R> {
    /// Waits on this thread, which must not be one of the runtime's.
    pub fn wait(self) -> Result<Result<T, R>, Refused> {
        self.0.blocking_recv().unwrap_or(Err(Refused::Stopped))
    }
}

impl<T, R> Future for Answer<T, R> {
    type Output = Result<Result<T, R>, Refused>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(Refused::Stopped)))
    }
}
