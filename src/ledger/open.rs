//! The ledger as the gate has it: a state to look at, and transactions.

use crate::crypto::data_keys::DataKeys;
use crate::crypto::keys::KeyRing;
use crate::crypto::random;
use crate::domain::time::{Clock, Timestamp};
use crate::ledger::codec::Codec;
use crate::ledger::disk::{DataLock, Disk, LockError};
use crate::ledger::history::{History, JournalSource};
use crate::ledger::house::{Hook, House};
use crate::ledger::queue;
use crate::ledger::read::ledger_name;
use crate::ledger::recover::Opening;
use crate::ledger::scan::JournalError;
use crate::ledger::start::{self, Report};
use crate::ledger::state::State;
use crate::ledger::tx::{Class, Tx, Unavailable};
use crate::ledger::writer::{Refused, Settings, Snapshot, Writer};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use uuid::Uuid;

/// A wall clock may be this much behind the last line.
const BEHIND: Duration = Duration::from_secs(5);
/// A wall clock may be this much ahead of the last line.
const AHEAD: Duration = Duration::from_secs(400 * 24 * 3600);

/// Why the ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The wall clock cannot be right, or was not when the last line was written.
    #[error(
        "the clock says {now}, the last line of the ledger was written at {last}; set the clock, or start with --accept-clock if it is right"
    )]
    Clock {
        /// What the clock says.
        now: Timestamp,
        /// When the last line was written.
        last: Timestamp,
    },
    /// A file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The journal is broken.
    #[error("the ledger cannot be opened: {0}")]
    Journal(#[from] JournalError),
    /// Another process has the data directory.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// How the ledger is to be opened.
#[derive(Debug)]
pub struct OpenOptions {
    /// The data directory.
    pub data: PathBuf,
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Keys that wrap data keys.
    pub keys: Arc<KeyRing>,
    /// Take a clock that cannot be right.
    pub accept_clock: bool,
}

/// The one ledger of this process; cheap to clone.
#[derive(Clone)]
pub struct Ledger(pub(super) Arc<Inner>);

/// The state as of one line; it costs one counter, whatever the state holds.
#[derive(Debug, Clone)]
pub struct Present(Arc<Snapshot<State>>);

impl Present {
    /// The number and the hash of the line that it is the state of.
    pub fn head(&self) -> (u64, [u8; 32]) {
        (self.0.point.next.saturating_sub(1), self.0.point.hash)
    }
}

impl Deref for Present {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}

pub(super) struct Inner {
    writer: Writer<House>,
    pub(super) history: Arc<History>,
    pub(super) codec: Codec,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: PathBuf,
    hook: Arc<OnceLock<Hook>>,
    looks: AtomicU64,
    _lock: DataLock,
}

impl Ledger {
    /// Opens the ledger of a data directory, which is begun when there is none.
    pub fn open(options: OpenOptions) -> Result<(Self, Report), OpenError> {
        let OpenOptions { data, disk, clock, keys, accept_clock } = options;
        let lock = DataLock::take(&data)?;
        let dir = data.join("ledger");
        let ledger = ledger_name(&*disk, &dir)?.unwrap_or_else(|| uuid::Builder::from_random_bytes(random::bytes()).into_uuid());
        let data_keys = DataKeys::open(&data.join("keys").join("data.jsonl"), keys)?;
        let codec = Codec::new(ledger, data_keys, Arc::clone(&disk), dir.join("aside"));
        let started = start::open::<House>(&disk, &Opening::new(dir.clone(), ledger, clock.now()), &codec)?;
        let end = *started.journal.end();
        let (now, last) = (clock.now(), end.t);
        let wrong = now < last.minus(BEHIND) || now > last.plus(AHEAD);
        if end.next > 1 && wrong && !accept_clock {
            return Err(OpenError::Clock { now, last });
        }
        let source = JournalSource::<House>::new(Arc::clone(&disk), dir.clone(), codec.clone());
        let history = Arc::new(History::open(data.join("history"), end.next - 1, source)?);
        let hook = Arc::new(OnceLock::new());
        let house = House { codec: codec.clone(), clock, hook: Arc::clone(&hook) };
        let settings = Settings { history: Some(Arc::clone(&history)), ..Settings::default() };
        let writer = Writer::start(house, started.journal, started.state, started.report.replayed, settings)?;
        Ok((Self(Arc::new(Inner { writer, history, codec, disk, dir, hook, looks: AtomicU64::new(0), _lock: lock })), started.report))
    }

    /// The state as of the last line that is on the disk. It does not move while it is held.
    pub fn state(&self) -> Present {
        self.0.looks.fetch_add(1, Ordering::Relaxed);
        Present(self.0.writer.snapshot())
    }

    /// How often the state was looked at since the start: what a request costs beyond its own bytes.
    pub fn looks(&self) -> u64 {
        self.0.looks.load(Ordering::Relaxed)
    }

    /// The ledger's random name.
    pub fn name(&self) -> Uuid {
        self.0.writer.ledger()
    }

    /// Runs a command alone on the state; when this returns well, its events are on the disk.
    ///
    /// The command must be pure: ids and secrets are drawn before it, the time is the transaction's.
    pub async fn tx<T, R>(&self, class: Class, command: impl Fn(&mut Tx<'_>) -> Result<T, R> + Send + 'static) -> Result<T, R>
    where
        T: Send + 'static,
        R: From<Unavailable> + Send + 'static,
    {
        let class = match class {
            Class::First => queue::Class::Urgent,
            Class::Ordinary => queue::Class::Ordinary,
        };
        let queued = self.0.writer.tx::<T, R, _>(class, move |working| command(&mut Tx::new(working)));
        match queued.map_err(unavailable)?.await {
            Ok(answer) => answer,
            Err(refused) => Err(unavailable(refused).into()),
        }
    }

    /// Runs a command whose outcome nobody waits for.
    pub fn tx_unwaited(&self, class: Class, command: impl Fn(&mut Tx<'_>) + Send + 'static) {
        let ledger = self.clone();
        tokio::spawn(async move {
            let done: Result<(), Unavailable> = ledger
                .tx(class, move |t| {
                    command(t);
                    Ok(())
                })
                .await;
            if let Err(error) = done {
                tracing::debug!(%error, "an event that nobody waits for was not written");
            }
        });
    }

    /// Sets who is told of every committed event; the first to ask is the only one.
    pub fn on_commit(&self, hook: Hook) {
        let _ = self.0.hook.set(hook);
    }

    /// Whether the last write found no room on the disk.
    pub fn is_full(&self) -> bool {
        self.0.writer.is_full()
    }

    /// Stops in good order: what waits is finished, a state file written, the history put down. Blocks.
    pub fn stop(&self) {
        self.0.writer.stop();
        self.0.history.stop();
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        self.0.dir.parent().unwrap_or(&self.0.dir)
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("dir", &self.0.dir).finish_non_exhaustive()
    }
}

fn unavailable(refused: Refused) -> Unavailable {
    match refused {
        Refused::Busy => Unavailable::Busy,
        Refused::Events | Refused::TooLarge => Unavailable::TooLarge,
        Refused::NoSpace => Unavailable::NoSpace,
        Refused::Stopped => Unavailable::Stopping,
    }
}
