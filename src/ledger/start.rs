//! The start: the newest state file that can be used, and the lines behind it.

use super::{
    disk::Disk,
    journal::Journal,
    line::{Line, Stamp},
    machine::Machine,
    recover::{self, CutTail, Opening},
    scan::{JournalError, Step},
    state_file::{self, StateError, StateFile, StateHead},
};
use crate::crypto::sealed::ASIDE;
use std::{
    io,
    panic::resume_unwind,
    sync::{Arc, mpsc},
    thread,
};

/// A ledger that was opened.
pub struct Started<S> {
    /// The journal, to be appended to.
    pub journal: Journal,
    /// The state behind its last line.
    pub state: S,
    /// How it came to be.
    pub report: Report,
}

/// What happened at the start. The caller says loudly what stands in `cut` and `skipped`.
#[derive(Debug, Default)]
pub struct Report {
    /// The sequence behind which the state file stood; none when the whole journal was read.
    pub from_state: Option<u64>,
    /// Lines of the journal that were applied.
    pub replayed: u64,
    /// State files that could not be used, and why.
    pub skipped: Vec<(String, StateError)>,
    /// A torn tail that was cut off.
    pub cut: Option<CutTail>,
}

/// Lines that are handed on together to be applied, and bytes of theirs at most, but for the last.
const CHUNK_LINES: usize = 256;
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks that wait to be applied at most. A line whose values lie aside makes a chunk, for in memory it may be of many megabytes.
const CHUNKS: usize = 4;

/// Opens the ledger in a directory, which is begun when there is none. The caller holds the data directory's lock.
pub fn open<M: Machine>(disk: &Arc<dyn Disk>, opening: &Opening, codec: &M::Codec) -> Result<Started<M::State>, JournalError> {
    let mut report = Report::default();
    let (state, head) = newest_state::<M>(&**disk, opening, codec, &mut report)?;
    let (opened, state) = applying::<M, _>(state, |apply| {
        recover::open(disk, opening, head.as_ref().map(|head| &head.point), &mut |_, line| {
            apply.line(line, M::decode(codec, line)?)?;
            Ok(Step::Go)
        })
    })
    .map_err(|source| JournalError::Io { path: opening.dir.clone(), source })?;
    let (journal, cut) = opened?;
    report.replayed = journal.end().next - head.as_ref().map_or(1, |head| head.point.next);
    report.from_state = head.map(|head| head.n());
    report.cut = cut;
    Ok(Started { journal, state, report })
}

/// Lets `read` hand on lines that are applied to the state by a thread of their own, in their order: to read a line, check and open it takes about as
/// long as to apply it.
fn applying<M: Machine, T>(state: M::State, read: impl FnOnce(&mut Apply<M>) -> T) -> io::Result<(T, M::State)> {
    thread::scope(|scope| {
        let (chunks, waiting) = mpsc::sync_channel::<Vec<(Stamp, Vec<M::Event>)>>(CHUNKS);
        let mut state = state;
        let applier = thread::Builder::new().name("ledger-start".to_owned()).spawn_scoped(scope, move || {
            for (stamp, events) in waiting.into_iter().flatten() {
                events.iter().for_each(|event| M::apply(&mut state, &stamp, event));
            }
            state
        })?;
        let mut apply = Apply { chunks, lines: Vec::new(), bytes: 0 };
        let given = read(&mut apply);
        // Where it is not taken any more, the panic that is the reason goes on below.
        let _ = apply.hand_on();
        drop(apply);
        // What panicked there would have panicked here.
        Ok((given, applier.join().unwrap_or_else(|panic| resume_unwind(panic))))
    })
}

/// Where lines go that are to be applied.
struct Apply<M: Machine> {
    chunks: mpsc::SyncSender<Vec<(Stamp, Vec<M::Event>)>>,
    lines: Vec<(Stamp, Vec<M::Event>)>,
    bytes: usize,
}

impl<M: Machine> Apply<M> {
    /// An error ends the reading, before anything on the disk is changed.
    fn line(&mut self, line: &Line<'_>, events: Vec<M::Event>) -> Result<(), String> {
        self.lines.push((line.stamp, events));
        self.bytes += if line.events.contains(ASIDE) { CHUNK_BYTES } else { line.events.len() };
        if self.lines.len() >= CHUNK_LINES || self.bytes >= CHUNK_BYTES { self.hand_on() } else { Ok(()) }
    }

    fn hand_on(&mut self) -> Result<(), String> {
        self.bytes = 0;
        let sent = self.chunks.send(std::mem::take(&mut self.lines));
        sent.map_err(|_| "what it says could not be applied".to_owned())
    }
}

fn newest_state<M: Machine>(
    disk: &dyn Disk,
    opening: &Opening,
    codec: &M::Codec,
    report: &mut Report,
) -> Result<(M::State, Option<StateHead>), JournalError> {
    let dir = &opening.dir;
    let known = state_file::list(disk, dir).map_err(|source| JournalError::Io { path: dir.clone(), source })?;
    for n in known.into_iter().rev() {
        match load::<M>(disk, opening, codec, n) {
            Ok((state, head)) => return Ok((state, Some(head))),
            Err(why) => report.skipped.push((state_file::name(n), why)),
        }
    }
    Ok((M::empty(), None))
}

fn load<M: Machine>(disk: &dyn Disk, opening: &Opening, codec: &M::Codec, n: u64) -> Result<(M::State, StateHead), StateError> {
    let file = StateFile::open(disk, &opening.dir, n)?;
    let head = file.head.clone();
    if head.apply != M::APPLY {
        return Err(StateError::Version);
    }
    let mut state = M::empty();
    file.records(&mut |record| M::load(codec, &mut state, record))?;
    Ok((state, head))
}
