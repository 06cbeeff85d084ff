//! The start: the newest state file that can be used, and the lines behind it.

use super::{
    disk::Disk,
    journal::Journal,
    machine::Machine,
    recover::{self, CutTail, Opening},
    replay::{Refused, replay},
    scan::{Files, JournalError, Why},
    state_file::{self, StateError, StateFile, StateHead},
};
use std::sync::Arc;

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

/// Opens the ledger in a directory, which is begun when there is none. The caller holds the data directory's lock.
pub fn open<M: Machine>(disk: &Arc<dyn Disk>, opening: &Opening, codec: &M::Codec) -> Result<Started<M::State>, JournalError> {
    let mut report = Report::default();
    let (state, head) = newest_state::<M>(&**disk, opening, codec, &mut report)?;
    let from = head.as_ref().map(|head| &head.point);
    let (opened, replayed) = replay::<M, _>(codec, state, |reader| recover::open(disk, opening, from, reader))
        .map_err(|source| JournalError::Io { path: opening.dir.clone(), source })?;
    if let Some(Refused { position, why }) = replayed.refused {
        return Err(Files { disk: &**disk, dir: &opening.dir }.broken(position, Why::Events(why)));
    }
    let (journal, cut) = opened?;
    report.from_state = head.map(|head| head.n());
    report.replayed = replayed.lines;
    report.cut = cut;
    Ok(Started { journal, state: replayed.state, report })
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
