//! A small machine for tests: counters that events add to.

use super::{
    disk::{Disk, sim::SimDisk},
    history::{ALL, Kind, Posting},
    journal::Journal,
    line::{Line, Stamp},
    machine::{Committed, Machine},
    recover::Opening,
    scan::JournalError,
    start::{self, Report, Started},
    writer::{Settings, Writer},
};
use crate::domain::time::Timestamp;
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
};
use uuid::Uuid;

/// The directory that tests on [`SimDisk`] use.
pub(crate) fn ledger_dir() -> PathBuf {
    PathBuf::from("/data/ledger")
}

/// The counters, and how many lines moved them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    pub(crate) counts: OrdMap<u8, u64>,
    pub(crate) lines: u64,
    /// Folds the stamps of all lines in, so that states are equal only when all lines were.
    pub(crate) stamps: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "k", deny_unknown_fields)]
pub(crate) enum Event {
    /// Adds to a counter.
    #[serde(rename = "add")]
    Add { to: u8, by: u64 },
    /// Says something.
    #[serde(rename = "note")]
    Note { text: String },
    /// Cannot be written.
    #[serde(rename = "never")]
    Unwritable,
    /// Cannot be applied.
    #[serde(rename = "bad")]
    Panics,
}

pub(crate) struct Counter {
    ids: u128,
    pub(crate) now: Arc<Mutex<i64>>,
    pub(crate) committed: Option<mpsc::Sender<u64>>,
}

impl Default for Counter {
    fn default() -> Self {
        Self { ids: 0, now: Arc::new(Mutex::new(1_790_000_000_000)), committed: None }
    }
}

impl Machine for Counter {
    type State = Counters;
    type Event = Event;
    type Codec = ();
    const APPLY: u32 = 7;

    fn empty() -> Counters {
        Counters::default()
    }

    fn apply(state: &mut Counters, stamp: &Stamp, event: &Event) {
        state.lines = stamp.n;
        state.stamps = state
            .stamps
            .wrapping_mul(31)
            .wrapping_add(stamp.n ^ stamp.t.millis().unsigned_abs() ^ stamp.id.as_u64_pair().1);
        match event {
            Event::Add { to, by } => {
                let count = state.counts.entry(*to).or_insert(0);
                *count = count.wrapping_add(*by);
            }
            Event::Note { .. } | Event::Unwritable => {}
            Event::Panics => assert_ne!(event, &Event::Panics, "asked for"),
        }
    }

    fn open((): &(), line: &Line<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend_from_slice(line.events.as_bytes());
        Ok(())
    }

    fn understand(json: &[u8]) -> Result<Vec<Event>, String> {
        serde_json::from_slice(json).map_err(|e| e.to_string())
    }

    fn records((): &(), state: &Counters, each: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        each(&format!(r#"{{"lines":{},"stamps":{}}}"#, state.lines, state.stamps))?;
        state.counts.iter().try_for_each(|(to, count)| each(&format!("[{to},{count}]")))
    }

    fn load((): &(), state: &mut Counters, record: &str) -> Result<(), String> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Record {
            Lines { lines: u64, stamps: u64 },
            Count(u8, u64),
        }
        match serde_json::from_str(record).map_err(|e| e.to_string())? {
            Record::Lines { lines, stamps } => (state.lines, state.stamps) = (lines, stamps),
            Record::Count(to, count) => {
                state.counts.insert(to, count);
            }
        }
        Ok(())
    }

    fn postings(_: &Stamp, events: &[Event], out: &mut Vec<Posting>) {
        for event in events {
            if let Event::Add { to, .. } = event {
                out.extend([Posting { kind: Kind::RECEIPTS, subject: ALL }, share(*to)]);
            }
        }
        out.sort_unstable();
        out.dedup();
    }

    fn codec(&self) {}

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(*self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn line_id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids << 64 | self.ids.wrapping_mul(0x9e37_79b9))
    }

    fn encode(&mut self, _: &Stamp, _: &Counters, events: &[Event], out: &mut Vec<u8>) -> Result<(), String> {
        if events.contains(&Event::Unwritable) {
            return Err("asked for".to_owned());
        }
        serde_json::to_writer(out, events).map_err(|e| e.to_string())
    }

    fn on_commit(&mut self, _: &Counters, lines: &[Committed<Event>]) {
        if let Some(committed) = &self.committed {
            let _ = committed.send(lines.len() as u64);
        }
    }
}

/// The posting of one counter.
pub(crate) fn share(to: u8) -> Posting {
    Posting { kind: Kind::SHARE, subject: [to; 16] }
}

/// An opening of the test ledger.
pub(crate) fn opening(dir: &Path, segment_bytes: u64) -> Opening {
    let name = Uuid::from_u128(0x6f1d_2c3b_4a59_4687_9a7b_0c1d_2e3f_4a5b);
    Opening { segment_bytes, ..Opening::new(dir.to_owned(), name, Timestamp::from_millis(1_790_000_000_000)) }
}

/// A ledger of counters on a simulated disk.
pub(crate) struct Bench {
    pub(crate) writer: Writer<Counter>,
    pub(crate) report: Report,
    pub(crate) fatal: mpsc::Receiver<String>,
    pub(crate) now: Arc<Mutex<i64>>,
    pub(crate) committed: mpsc::Receiver<u64>,
}

/// How a bench is opened.
#[derive(Clone, Copy)]
pub(crate) struct Knobs {
    pub(crate) segment_bytes: u64,
    pub(crate) state_every: u64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { segment_bytes: 1 << 26, state_every: 100_000 }
    }
}

impl Bench {
    pub(crate) fn open(disk: &SimDisk, knobs: Knobs) -> Result<Self, JournalError> {
        let Started { journal, state, report } = start(disk, knobs.segment_bytes)?;
        Ok(Self::over(journal, state, report, knobs))
    }

    pub(crate) fn over(journal: Journal, state: Counters, report: Report, knobs: Knobs) -> Self {
        let (say_fatal, fatal) = mpsc::channel();
        let (say_committed, committed) = mpsc::channel();
        let machine = Counter { ids: u128::from(journal.end().next), committed: Some(say_committed), ..Counter::default() };
        let now = Arc::clone(&machine.now);
        let on_fatal = Box::new(move |why: &str| say_fatal.send(why.to_owned()).unwrap_or_default());
        let settings = Settings { state_every: knobs.state_every, history: None, on_fatal };
        let writer = Writer::start(machine, journal, state, report.replayed, settings).expect("threads can be started");
        Self { writer, report, fatal, now, committed }
    }

    pub(crate) fn state(&self) -> Counters {
        self.writer.snapshot().state.clone()
    }
}

/// Opens the test ledger.
pub(crate) fn start(disk: &SimDisk, segment_bytes: u64) -> Result<Started<Counters>, JournalError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    start::open::<Counter>(&disk, &opening(&ledger_dir(), segment_bytes), &())
}
