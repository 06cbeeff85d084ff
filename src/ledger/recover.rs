//! Opening the journal at the start: the chain is followed, a torn tail is cut and kept aside, the last batch is made sure of.

use super::{
    chain::{Point, Position},
    disk::{Disk, DiskFile, read_full_at, write_all_at},
    journal::{AppendError, Journal},
    line::{Hash, Line, Stamp},
    scan::{Break, Files, JournalError, Scanned, Step, Torn, Why},
    segment,
};
use crate::{
    crypto::primitives::{from_hex, sha256, to_hex},
    domain::{
        bounds::{BATCH_BYTES, SEGMENT_BYTES},
        time::Timestamp,
    },
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// Holds the last batch while it is written anew, so that a power cut meanwhile does not lose it.
const SPARE: &str = "last-batch.bin";
/// The same while it is being made.
const SPARE_TEMPORARY: &str = "last-batch.tmp";

/// What is needed to open a journal.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The directory of the segments.
    pub dir: PathBuf,
    /// The name of the ledger, should there be none yet.
    pub new_ledger: Uuid,
    /// The present, for the name of the file that keeps a torn tail.
    pub now: Timestamp,
    /// Bytes after which a segment is sealed.
    pub segment_bytes: u64,
}

impl Opening {
    /// An opening with the usual segment size.
    pub fn new(dir: PathBuf, new_ledger: Uuid, now: Timestamp) -> Self {
        Self { dir, new_ledger, now, segment_bytes: SEGMENT_BYTES }
    }
}

/// A torn tail that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTail {
    /// Where the journal was torn.
    pub torn: Torn,
    /// The file beside the journal that keeps the bytes, if there were any.
    pub kept: Option<String>,
    /// The sequence that the next line will have.
    pub next: u64,
}

/// Whoever is told of the lines.
pub(super) trait Follow {
    /// The next line; an error makes it a break.
    fn line(&mut self, position: Position, line: &Line<'_>) -> Result<(), String>;
    /// Ready with all lines before; an error where one was not understood after all.
    fn settle(&mut self) -> Result<(), String>;
}

/// Opens the journal behind `from` (or at its beginning) and tells `follow` of the lines, the last batch only once it is surely on the disk. Nothing is
/// changed before all lines but those were dealt with.
pub(super) fn open(
    disk: &Arc<dyn Disk>,
    opening: &Opening,
    from: Option<&Point>,
    follow: &mut impl Follow,
) -> Result<(Journal, Option<CutTail>), JournalError> {
    let dir = opening.dir.as_path();
    let files = Files { disk: &**disk, dir };
    make_dir(files)?;
    take_back_spare(files)?;
    let segments = segment::list(files.disk, dir).map_err(at(dir))?;
    if from.is_none() && segments.first().is_some_and(|first| *first != 1) {
        // Archived segments need a state file that holds what was in them.
        return Err(files.broken(Position { segment: 1, offset: 0 }, Why::Missing));
    }
    let mut held = Held::default();
    let scanned = files.scan(from, &mut |position, line| {
        if line.stamp.b == line.stamp.n {
            held.hand_on(follow)?;
        }
        held.hold(position, line);
        Ok(Step::Go)
    });
    let scanned = scanned.map_err(|error| held.say_where(files, error))?;
    follow.settle().map_err(|why| files.broken(scanned.end.at, Why::Events(why)))?;
    let cut = scanned.torn.clone().map(|torn| cut_tail(files, torn, &scanned, opening.now)).transpose()?;
    let Some((ledger, epoch)) = scanned.name else {
        let begun = Journal::begin(Arc::clone(disk), dir.to_owned(), opening.new_ledger, opening.segment_bytes);
        return Ok((begun.map_err(|e| at(dir)(append_failed(e)))?, cut));
    };
    let end = scanned.end;
    let path = segment::path(dir, end.at.segment);
    let file = disk.open(&path).map_err(at(&path))?;
    write_anew(files, &*file, &held, &end)?;
    held.hand_on(follow).map_err(|why| held.say_where(files, files.broken(end.at, Why::Events(why))))?;
    let (disk, dir, limit) = (Arc::clone(disk), dir.to_owned(), opening.segment_bytes);
    Ok((Journal { disk, dir, file, end, ledger, epoch, limit }, cut))
}

/// Makes the directory, and sure that it is there after a power cut.
fn make_dir(files: Files<'_>) -> Result<(), JournalError> {
    files.disk.make_dir(files.dir).map_err(at(files.dir))?;
    match files.dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => files.disk.sync_dir(parent).map_err(at(parent)),
        None => Ok(()),
    }
}

/// The batch that was read last: it is handed on only when the next one is seen, or when it was written anew.
#[derive(Default)]
struct Held {
    start: Option<Position>,
    text: String,
    lines: Vec<(Position, Stamp, Hash, usize)>,
    /// The line that was not understood.
    refused: Option<Position>,
}

impl Held {
    fn hold(&mut self, position: Position, line: &Line<'_>) {
        self.start.get_or_insert(position);
        self.text.push_str(line.events);
        self.lines.push((position, line.stamp, line.hash, self.text.len()));
    }

    fn hand_on(&mut self, follow: &mut impl Follow) -> Result<(), String> {
        let mut from = 0;
        for (position, stamp, hash, to) in self.lines.drain(..) {
            let events = &self.text[from..to];
            from = to;
            if let Err(why) = follow.line(position, &Line { stamp, events, hash }) {
                self.refused = Some(position);
                return Err(why);
            }
        }
        self.text.clear();
        self.start = None;
        Ok(())
    }

    /// Lines are handed on later than they are read: an error about one names its own place.
    fn say_where(&self, files: Files<'_>, error: JournalError) -> JournalError {
        match (error, self.refused) {
            (JournalError::Break(Break { why: why @ Why::Events(_), .. }), Some(position)) => files.broken(position, why),
            (error, _) => error,
        }
    }
}

/// After a failed sync the system may show what the disk lacks: what was written last is written once more and synced.
fn write_anew(files: Files<'_>, file: &dyn DiskFile, held: &Held, end: &Point) -> Result<(), JournalError> {
    let start = match held.start {
        Some(start) if start.segment == end.at.segment => start.offset,
        // A segment without lines: its head is what was written last.
        _ if end.at.offset < 1024 => 0,
        // The state file was written after the last line had been synced.
        _ => return Ok(()),
    };
    let path = segment::path(files.dir, end.at.segment);
    let io = at(&path);
    let len = usize::try_from(end.at.offset - start).map_err(|e| io(io::Error::other(e)))?;
    let mut bytes = vec![0; len];
    if read_full_at(file, &mut bytes, start).map_err(at(&path))? != len {
        return Err(at(&path)(io::ErrorKind::UnexpectedEof.into()));
    }
    let position = Position { segment: end.at.segment, offset: start };
    write_spare(files, position, &bytes)?;
    put_back(files, file, position, &bytes)
}

fn put_back(files: Files<'_>, file: &dyn DiskFile, position: Position, bytes: &[u8]) -> Result<(), JournalError> {
    let path = segment::path(files.dir, position.segment);
    file.truncate(position.offset).map_err(at(&path))?;
    write_all_at(file, bytes, position.offset).map_err(at(&path))?;
    file.sync_all().map_err(at(&path))?;
    files.disk.sync_dir(files.dir).map_err(at(files.dir))?;
    let spare = files.dir.join(SPARE);
    files.disk.remove(&spare).map_err(at(&spare))?;
    files.disk.sync_dir(files.dir).map_err(at(files.dir))
}

/// First line: position and SHA-256 of what follows; then the bytes.
fn write_spare(files: Files<'_>, position: Position, bytes: &[u8]) -> Result<(), JournalError> {
    let temporary = files.dir.join(SPARE_TEMPORARY);
    let spare = files.dir.join(SPARE);
    let mut content = format!("{:016x} ", position.pack()).into_bytes();
    content.extend_from_slice(&to_hex(&sha256(&[bytes])));
    content.push(b'\n');
    content.extend_from_slice(bytes);
    write_synced(files, &temporary, &content)?;
    files.disk.rename(&temporary, &spare).map_err(at(&spare))?;
    files.disk.sync_dir(files.dir).map_err(at(files.dir))
}

/// A start that was interrupted while it wrote the last batch anew left it in the spare file: it is finished first.
fn take_back_spare(files: Files<'_>) -> Result<(), JournalError> {
    let spare = files.dir.join(SPARE);
    let names = files.disk.list(files.dir).map_err(at(files.dir))?;
    if !names.iter().any(|name| name == SPARE) {
        return Ok(());
    }
    let content = read_whole(files.disk, &spare, BATCH_BYTES + 1024).map_err(at(&spare))?;
    let Some((position, bytes)) = parse_spare(&content) else {
        // It is renamed into place only when it is whole and synced.
        return Err(at(&spare)(io::Error::other("not what was written; move the file away only after asking for help")));
    };
    let path = segment::path(files.dir, position.segment);
    let file = files.disk.open(&path).map_err(at(&path))?;
    put_back(files, &*file, position, bytes)
}

fn parse_spare(content: &[u8]) -> Option<(Position, &[u8])> {
    let (head, bytes) = content.split_at_checked(82)?;
    let packed = std::str::from_utf8(head.get(..16)?).ok().and_then(|text| u64::from_str_radix(text, 16).ok())?;
    let hash = from_hex(head.get(17..81)?)?;
    (head[81] == b'\n' && sha256(&[bytes]) == hash).then_some((Position::unpack(packed), bytes))
}

/// Cuts a torn tail off, after its bytes were put aside.
fn cut_tail(files: Files<'_>, torn: Torn, scanned: &Scanned, now: Timestamp) -> Result<CutTail, JournalError> {
    let next = scanned.end.next;
    let mut aside = Vec::new();
    for (number, from) in std::iter::once((torn.at.segment, torn.at.offset)).chain(torn.later.iter().map(|later| (*later, 0))) {
        let path = segment::path(files.dir, number);
        let file = files.disk.open(&path).map_err(at(&path))?;
        let len = file.len().map_err(at(&path))?.saturating_sub(from);
        let start = aside.len();
        aside.resize(start + usize::try_from(len).unwrap_or(0).min(BATCH_BYTES), 0);
        read_full_at(&*file, &mut aside[start..], from).map_err(at(&path))?;
    }
    let kept = (!aside.is_empty()).then(|| format!("torn-{next}-{}.bin", now.millis()));
    if let Some(name) = &kept {
        write_synced(files, &files.dir.join(name), &aside)?;
        files.disk.sync_dir(files.dir).map_err(at(files.dir))?;
    }
    for later in torn.later.iter().rev() {
        let path = segment::path(files.dir, *later);
        files.disk.remove(&path).map_err(at(&path))?;
    }
    let path = segment::path(files.dir, torn.at.segment);
    if torn.at.offset == 0 {
        files.disk.remove(&path).map_err(at(&path))?;
    } else {
        let file = files.disk.open(&path).map_err(at(&path))?;
        file.truncate(torn.at.offset).map_err(at(&path))?;
        file.sync_all().map_err(at(&path))?;
    }
    files.disk.sync_dir(files.dir).map_err(at(files.dir))?;
    Ok(CutTail { torn, kept, next })
}

/// Writes a file of its own, in place of one that an interrupted start left.
fn write_synced(files: Files<'_>, path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    match files.disk.remove(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(at(path)(e)),
        _ => {}
    }
    let file = files.disk.create(path).map_err(at(path))?;
    write_all_at(&*file, bytes, 0).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

fn read_whole(disk: &dyn Disk, path: &Path, longest: usize) -> io::Result<Vec<u8>> {
    let file = disk.open(path)?;
    let len = usize::try_from(file.len()?).unwrap_or(usize::MAX);
    if len > longest {
        return Err(io::Error::other("longer than it may be"));
    }
    let mut bytes = vec![0; len];
    let read = read_full_at(&*file, &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn at(path: &Path) -> impl Fn(io::Error) -> JournalError + '_ {
    move |source| JournalError::Io { path: path.to_owned(), source }
}

fn append_failed(error: AppendError) -> io::Error {
    match error {
        AppendError::Fatal { source, .. } | AppendError::Full(source) => source,
    }
}
