//! State files: the state as it stood behind one line, with its own hash, so that a start need not read the whole journal.

use super::{
    chain::{Point, Position},
    disk::{Disk, DiskFile, read_full_at, write_all_at},
    pieces::{Piece, Pieces},
};
use crate::{
    crypto::primitives::{Sha256, from_hex, to_hex},
    domain::{
        bounds::{RECORD_BYTES, STATE_FILES},
        time::Timestamp,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// The version of the format.
const VERSION: u32 = 1;
/// The file while it is being written.
const TEMPORARY: &str = "state.tmp";
/// Bytes of `{"h":"<64 digits>"}` and its end of line.
const TAIL: usize = 73;
/// Bytes that are gathered before they are written.
const WRITE_BYTES: usize = 256 * 1024;

/// What a state file says of itself in its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateHead {
    /// The version of `apply` that made the state.
    pub apply: u32,
    /// Which ledger.
    pub ledger: Uuid,
    /// Where the journal goes on.
    pub point: Point,
}

impl StateHead {
    /// The sequence of the last line that is in the state; 0 when there was none.
    pub fn n(&self) -> u64 {
        self.point.next - 1
    }
}

/// A state file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It is not what was written.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Its content is not understood.
    #[error("record {0}")]
    Record(String),
    /// It was written by another version of the program.
    #[error("written by another version of the program")]
    Version,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u32,
    apply: u32,
    ledger: String,
    n: u64,
    t: i64,
    head: String,
    seg: u32,
    off: u64,
}

/// A state file being written.
pub struct StateWriter {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    n: u64,
    file: Box<dyn DiskFile>,
    hash: Sha256,
    buffer: Vec<u8>,
    offset: u64,
}

impl StateWriter {
    /// Begins a state file; it counts only once it is finished.
    pub fn create(disk: Arc<dyn Disk>, dir: &Path, head: &StateHead) -> io::Result<Self> {
        let temporary = dir.join(TEMPORARY);
        match disk.remove(&temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let file = disk.create(&temporary)?;
        let mut this = Self { disk, dir: dir.to_owned(), n: head.n(), file, hash: Sha256::new(), buffer: Vec::new(), offset: 0 };
        let Point { at, hash, t, .. } = &head.point;
        let written = Written {
            v: VERSION,
            apply: head.apply,
            ledger: head.ledger.to_string(),
            n: head.n(),
            t: t.millis(),
            head: String::from_utf8_lossy(&to_hex(hash)).into_owned(),
            seg: at.segment,
            off: at.offset,
        };
        this.record(&serde_json::to_string(&written)?)?;
        Ok(this)
    }

    /// Adds a record: one JSON text without an end of line in it, of at most [`RECORD_BYTES`].
    pub fn record(&mut self, json: &str) -> io::Result<()> {
        if json.len() > RECORD_BYTES || json.as_bytes().contains(&b'\n') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a record of a state file is one line of bounded length"));
        }
        self.buffer.extend_from_slice(json.as_bytes());
        self.buffer.push(b'\n');
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    /// Makes the file count, and removes those that are older than the newest [`STATE_FILES`].
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        let hash = std::mem::take(&mut self.hash).finish();
        let mut tail = br#"{"h":""#.to_vec();
        tail.extend_from_slice(&to_hex(&hash));
        tail.extend_from_slice(b"\"}\n");
        write_all_at(&*self.file, &tail, self.offset)?;
        self.file.sync_all()?;
        self.disk.rename(&self.dir.join(TEMPORARY), &path(&self.dir, self.n))?;
        self.disk.sync_dir(&self.dir)?;
        let known = list(&*self.disk, &self.dir)?;
        for old in &known[..known.len().saturating_sub(STATE_FILES)] {
            self.disk.remove(&path(&self.dir, *old))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        write_all_at(&*self.file, &self.buffer, self.offset)?;
        self.hash.update(&self.buffer);
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// A state file whose hash was checked.
pub struct StateFile {
    /// What it says of itself.
    pub head: StateHead,
    /// Its records.
    pieces: Pieces,
    end: u64,
}

impl StateFile {
    /// Opens the state file behind line `n` and checks its hash.
    pub fn open(disk: &dyn Disk, dir: &Path, n: u64) -> Result<Self, StateError> {
        let path = path(dir, n);
        let file = disk.open(&path)?;
        let end = check_hash(&*file)?;
        let mut pieces = Pieces::new(file, 0, RECORD_BYTES);
        let head = match pieces.next()? {
            Some(Piece::Line(bytes)) => read_head(bytes)?,
            _ => return Err(StateError::Damaged("no first line")),
        };
        if head.n() != n {
            return Err(StateError::Damaged("its name is that of another sequence"));
        }
        Ok(Self { head, pieces, end })
    }

    /// Tells `each` of every record, in the order in which they were written.
    pub fn records(mut self, each: &mut dyn FnMut(&str) -> Result<(), String>) -> Result<(), StateError> {
        let mut number = 1_u64;
        while self.pieces.offset() < self.end {
            let Some(Piece::Line(bytes)) = self.pieces.next()? else { return Err(StateError::Damaged("no end of line")) };
            let text = std::str::from_utf8(bytes).map_err(|_| StateError::Damaged("not UTF-8"))?;
            each(text).map_err(|why| StateError::Record(format!("{number}: {why}")))?;
            number += 1;
        }
        Ok(())
    }
}

/// The sequences of the state files in a directory, oldest first.
pub fn list(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<u64>> {
    let mut found: Vec<u64> = disk.list(dir)?.iter().filter_map(|file| number(file)).collect();
    found.sort_unstable();
    Ok(found)
}

/// The name of the state file behind line `n`.
pub(crate) fn name(n: u64) -> String {
    format!("state-{n}.jsonl")
}

fn path(dir: &Path, n: u64) -> PathBuf {
    dir.join(name(n))
}

fn number(file: &str) -> Option<u64> {
    let n = file.strip_prefix("state-")?.strip_suffix(".jsonl")?.parse().ok()?;
    (name(n) == file).then_some(n)
}

/// Checks the hash at the end; returns where the last line begins.
fn check_hash(file: &dyn DiskFile) -> Result<u64, StateError> {
    let end = file.len()?.checked_sub(TAIL as u64).ok_or(StateError::Damaged("too short"))?;
    let mut tail = [0; TAIL];
    read_full_at(file, &mut tail, end)?;
    let stated = tail.strip_prefix(br#"{"h":""#).and_then(|rest| rest.strip_suffix(b"\"}\n")).and_then(from_hex);
    let stated = stated.ok_or(StateError::Damaged("no hash at its end"))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; WRITE_BYTES];
    let mut offset = 0;
    while offset < end {
        let want = buffer.len().min(usize::try_from(end - offset).unwrap_or(usize::MAX));
        let read = read_full_at(file, &mut buffer[..want], offset)?;
        if read == 0 {
            return Err(StateError::Damaged("it became shorter"));
        }
        hash.update(&buffer[..read]);
        offset += read as u64;
    }
    if hash.finish() == stated { Ok(end) } else { Err(StateError::Damaged("the hash does not fit")) }
}

fn read_head(bytes: &[u8]) -> Result<StateHead, StateError> {
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
    }
    let broken = |_| StateError::Damaged("its first line");
    if serde_json::from_slice::<Versioned>(bytes).map_err(broken)?.v != VERSION {
        return Err(StateError::Version);
    }
    let written: Written = serde_json::from_slice(bytes).map_err(broken)?;
    let damaged = || StateError::Damaged("its first line");
    let ledger = Uuid::try_parse(&written.ledger).map_err(|_| damaged())?;
    let hash = from_hex(written.head.as_bytes()).ok_or_else(damaged)?;
    let next = written.n.checked_add(1).ok_or_else(damaged)?;
    let at = Position { segment: written.seg, offset: written.off };
    Ok(StateHead { apply: written.apply, ledger, point: Point { at, next, hash, t: Timestamp::from_millis(written.t), batch: 0 } })
}
