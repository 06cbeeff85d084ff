//! Reading a whole journal without changing or locking anything: what `audit verify` does, also on a copy.

use super::{
    disk::Disk,
    scan::{Each, Files, JournalError, Torn, Why},
    segment,
    state_file::{self, StateFile},
};
use crate::domain::time::Timestamp;
use std::path::Path;
use uuid::Uuid;

/// What a whole journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Lines, segment heads not counted.
    pub lines: u64,
    /// Segments.
    pub segments: u32,
    /// The sequence of the first line; above 1 when early segments were archived.
    pub first_n: u64,
    /// The time of the first line.
    pub first: Option<Timestamp>,
    /// The time of the last line.
    pub last: Option<Timestamp>,
    /// The last link of the chain.
    pub head: [u8; 32],
    /// Which ledger; none when nothing was written yet.
    pub ledger: Option<Uuid>,
    /// An unfinished write at the end: of a running server, or left by a power cut.
    pub torn: Option<Torn>,
    /// State files that were found to belong to this chain.
    pub states: usize,
}

/// Follows the chain from the first line to the last, tells `each` of every line, and looks whether the state files know of more than that.
pub fn verify(disk: &dyn Disk, dir: &Path, each: Each<'_>) -> Result<Verified, JournalError> {
    let files = Files { disk, dir };
    let io = |source| JournalError::Io { path: dir.to_owned(), source };
    // Before the journal, so that a running server can only have more lines than its state files know.
    let mut known = Vec::new();
    for n in state_file::list(disk, dir).map_err(io)? {
        // A damaged state file says nothing about the journal; the start skips it, too.
        known.extend(StateFile::open(disk, dir, n).ok().map(|file| file.head));
    }
    let scanned = files.scan(None, each)?;
    let first = segment::list(disk, dir).map_err(io)?.first().copied().unwrap_or_default();
    let mut states = 0;
    // What an older state file was made from may have been archived since.
    for head in known.into_iter().filter(|head| head.point.at.segment >= first) {
        if head.point.at > scanned.end.at || files.hash_before(head.point.at)? != Some(head.point.hash) {
            let at = head.point.at.min(scanned.end.at);
            return Err(files.broken(at, Why::State(state_file::name(head.n()))));
        }
        states += 1;
    }
    Ok(Verified {
        lines: scanned.lines,
        segments: scanned.segments,
        first_n: scanned.end.next - scanned.lines,
        first: scanned.first_t,
        last: (scanned.lines > 0).then_some(scanned.end.t),
        head: scanned.end.hash,
        ledger: scanned.name.map(|(ledger, _)| ledger),
        torn: scanned.torn,
        states,
    })
}
