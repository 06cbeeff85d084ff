//! Following the chain through the files of the journal, and telling a torn tail from every other break.

use super::{
    chain::{Chain, Point, Position},
    disk::{Disk, read_full_at},
    line::{Hash, Line, LineError, PREVIOUS, check_head, read_line},
    pieces::Piece,
    segment::{self, SegmentReader},
};
use crate::{
    crypto::primitives::from_hex,
    domain::{
        bounds::{BATCH_BYTES, LINE_BYTES},
        time::Timestamp,
    },
};
use std::{
    fmt, io,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// How lines and heads begin. No text inside a line holds this, because quotes in texts are escaped.
const LINE_START: &[u8] = br#"{"v":1,"#;

/// A place where the journal is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} line {line}: {why}")]
pub struct Break {
    /// The file's name inside the ledger's directory.
    pub file: String,
    /// The line in it, from 1 on.
    pub line: u64,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong at a break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The line is whole, but its events are not understood.
    #[error("{0}")]
    Events(String),
    /// The line itself.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The file is not there, although later ones are, or a state file says that it was.
    #[error("the file is missing")]
    Missing,
    /// A state file knows a line that is not here.
    #[error("the journal does not hold what {0} was made from")]
    State(String),
}

/// The journal cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is broken.
    #[error(transparent)]
    Break(#[from] Break),
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Whether to go on to the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the next line.
    Go,
    /// No further.
    Stop,
}

/// What is told of each line: where it begins, and itself. An error makes the line a break.
pub type Each<'e> = &'e mut dyn FnMut(Position, &Line<'_>) -> Result<Step, String>;

/// How far a scan came.
#[derive(Debug, Clone)]
pub(crate) struct Scanned {
    /// Where the next line begins.
    pub(crate) end: Point,
    /// Ledger and epoch; none when there is no whole segment head.
    pub(crate) name: Option<(Uuid, u64)>,
    /// The journal's end is torn here.
    pub(crate) torn: Option<Torn>,
    pub(crate) lines: u64,
    pub(crate) segments: u32,
    pub(crate) first_t: Option<Timestamp>,
}

/// A torn tail: what the last write left when the power went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Where the first bytes of no use begin.
    pub at: Position,
    /// How many bytes in that file.
    pub bytes: u64,
    /// Segments behind it that hold nothing readable.
    pub(crate) later: Vec<u32>,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at offset {} of {}", self.bytes, self.at.offset, segment::name(self.at.segment))
    }
}

/// A journal's files.
#[derive(Clone, Copy)]
pub(crate) struct Files<'d> {
    pub(crate) disk: &'d dyn Disk,
    pub(crate) dir: &'d Path,
}

impl Files<'_> {
    /// Follows the chain from a point on, or from the first line there is.
    pub(crate) fn scan(&self, from: Option<&Point>, each: Each<'_>) -> Result<Scanned, JournalError> {
        let segments = segment::list(self.disk, self.dir).map_err(|source| JournalError::Io { path: self.dir.to_owned(), source })?;
        let mut run = Run { files: *self, chain: Chain::beginning(), out: Scanned::nothing(), rest: &[] };
        let mut at = Position { segment: segments.first().copied().unwrap_or(1), offset: 0 };
        match from {
            Some(point) => {
                run.chain = Chain::behind(point, Some(self.check_point(point, &segments)?));
                at = point.at;
            }
            None if at.segment > 1 => run.chain = Chain::anywhere(),
            None => {}
        }
        run.out.end = run.chain.point(at);
        let mut rest = &segments[segments.partition_point(|segment| *segment < at.segment)..];
        while let Some((&number, later)) = rest.split_first() {
            if number != at.segment {
                return Err(self.broken(at, Why::Missing));
            }
            run.rest = later;
            run.out.segments += 1;
            if run.segment(at, each)? == Step::Stop {
                break;
            }
            rest = later;
            at = Position { segment: number + 1, offset: 0 };
        }
        run.out.name = run.chain.name;
        Ok(run.out)
    }

    /// The line that begins at a position, checked against the hash that stands before it.
    pub(crate) fn line_at<T>(&self, at: Position, read: impl FnOnce(&Line<'_>) -> T) -> Result<T, JournalError> {
        let io = |source| JournalError::Io { path: segment::path(self.dir, at.segment), source };
        let prev = self
            .hash_before(at)?
            .ok_or_else(|| self.broken(at, LineError::Malformed("no line begins here").into()))?;
        let mut reader = SegmentReader::open(self.disk, self.dir, at).map_err(io)?;
        let line = match reader.next().map_err(io)? {
            Some(Piece::Line(bytes)) => super::line::check_line(&prev, bytes),
            Some(Piece::TooLong) => Err(LineError::TooLong),
            Some(Piece::Unfinished(_)) | None => Err(LineError::Unfinished),
        };
        line.map(|line| read(&line)).map_err(|why| self.broken(at, why.into()))
    }

    /// The point behind the line that begins at a position; it may lie inside of a batch.
    pub(crate) fn point_behind(&self, at: Position) -> Result<Point, JournalError> {
        let (stamp, hash) = self.line_at(at, |line| (line.stamp, line.hash))?;
        let io = |source| JournalError::Io { path: segment::path(self.dir, at.segment), source };
        let mut reader = SegmentReader::open(self.disk, self.dir, at).map_err(io)?;
        reader.next().map_err(io)?;
        Ok(Point { at: reader.position(), next: stamp.n + 1, hash, t: stamp.t, batch: stamp.b })
    }

    /// A break at a position, with the number of its line.
    pub(crate) fn broken(&self, at: Position, why: Why) -> JournalError {
        let mut line = 1;
        if let Ok(mut reader) = SegmentReader::open(self.disk, self.dir, Position { offset: 0, ..at }) {
            while reader.position() < at && matches!(reader.next(), Ok(Some(_))) {
                line += 1;
            }
        }
        Break { file: segment::name(at.segment), line, why }.into()
    }

    /// Whether the journal has what a state file knows; returns ledger and epoch of that segment.
    fn check_point(&self, point: &Point, segments: &[u32]) -> Result<(Uuid, u64), JournalError> {
        if !segments.contains(&point.at.segment) {
            return Err(self.broken(point.at, Why::Missing));
        }
        if self.hash_before(point.at)? != Some(point.hash) {
            return Err(self.broken(point.at, Why::State("the newest state file".to_owned())));
        }
        let start = Position { offset: 0, ..point.at };
        let io = |source| JournalError::Io { path: segment::path(self.dir, start.segment), source };
        let mut reader = SegmentReader::open(self.disk, self.dir, start).map_err(io)?;
        let head = match reader.next().map_err(io)? {
            Some(Piece::Line(bytes)) => check_head(bytes),
            _ => Err(LineError::Unfinished),
        };
        let (head, _) = head.map_err(|why| self.broken(start, why.into()))?;
        Ok((head.ledger, head.epoch))
    }

    /// The hash at the end of the line that ends just before a position.
    pub(crate) fn hash_before(&self, at: Position) -> Result<Option<Hash>, JournalError> {
        let Some(from) = at.offset.checked_sub(PREVIOUS as u64) else { return Ok(None) };
        let path = segment::path(self.dir, at.segment);
        let mut bytes = [0; PREVIOUS];
        let read = match self.disk.open(&path).and_then(|file| read_full_at(&*file, &mut bytes, from)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|source| JournalError::Io { path, source })?,
        };
        let whole = read == PREVIOUS && bytes.ends_with(b"\"}\n");
        Ok(if whole { from_hex(&bytes[..64]) } else { None })
    }
}

impl Scanned {
    fn nothing() -> Self {
        let end = Chain::beginning().point(Position { segment: 1, offset: 0 });
        Self { end, name: None, torn: None, lines: 0, segments: 0, first_t: None }
    }
}

struct Run<'d> {
    files: Files<'d>,
    chain: Chain,
    out: Scanned,
    /// Segments behind the one being read.
    rest: &'d [u32],
}

impl<'d> Run<'d> {
    fn segment(&mut self, from: Position, each: Each<'_>) -> Result<Step, JournalError> {
        let files = self.files;
        let io = |source| JournalError::Io { path: segment::path(files.dir, from.segment), source };
        let mut reader = SegmentReader::open(files.disk, files.dir, from).map_err(io)?;
        loop {
            let at = reader.position();
            let in_head = at.offset == 0;
            let (why, evidence) = match reader.next().map_err(io)? {
                None if in_head => (LineError::Unfinished, false),
                None => return Ok(Step::Go),
                Some(Piece::TooLong) => (LineError::TooLong, false),
                // A head that lacks only its end of line is the broken one itself, not a later one.
                Some(Piece::Unfinished(bytes)) => {
                    (LineError::Unfinished, self.is_later(in_head, bytes.get(usize::from(in_head)..).unwrap_or_default()))
                }
                Some(Piece::Line(bytes)) => match self.piece(at, bytes, each) {
                    Ok(Ok(step)) => {
                        self.out.end = self.chain.point(reader.position());
                        if step == Step::Stop {
                            return Ok(step);
                        }
                        continue;
                    }
                    Ok(Err(events)) => return Err(files.broken(at, Why::Events(events))),
                    Err(why) => (why, self.is_later(in_head, bytes)),
                },
            };
            if evidence || self.goes_on(&mut reader, in_head).map_err(io)? {
                return Err(files.broken(at, why.into()));
            }
            let bytes = reader.position().offset - at.offset;
            let longest = if in_head { LINE_BYTES } else { BATCH_BYTES };
            if bytes > longest as u64 {
                return Err(files.broken(at, why.into()));
            }
            self.out.torn = Some(Torn { at, bytes, later: self.rest.to_vec() });
            return Ok(Step::Stop);
        }
    }

    fn piece(&mut self, at: Position, bytes: &[u8], each: Each<'_>) -> Result<Result<Step, String>, LineError> {
        if at.offset == 0 {
            self.chain.head(at.segment, bytes)?;
            return Ok(Ok(Step::Go));
        }
        let line = self.chain.line(bytes)?;
        self.out.lines += 1;
        self.out.first_t.get_or_insert(line.stamp.t);
        Ok(each(at, &line))
    }

    /// Whether in these bytes, found at or behind a break, stands a line that was written by a later write than the broken one;
    /// also behind other bytes, for the damage may have taken an end of line.
    fn is_later(&self, in_head: bool, bytes: &[u8]) -> bool {
        // A head is synced before the first line behind it is written.
        let later = |b: u64| if in_head { b >= self.chain.next } else { b > self.chain.next };
        let starts = bytes.windows(LINE_START.len()).enumerate().filter(|(_, window)| *window == LINE_START);
        starts.map(|(start, _)| &bytes[start..]).any(|rest| {
            let clean = !rest.iter().any(|byte| *byte < b' ');
            clean && (read_line(rest).is_ok_and(|line| later(line.stamp.b)) || check_head(rest).is_ok())
        })
    }

    /// Whether a later write can be read behind a break: then it is none that a power cut leaves.
    fn goes_on(&self, reader: &mut SegmentReader, in_head: bool) -> io::Result<bool> {
        while let Some(piece) = reader.next()? {
            if matches!(piece, Piece::Line(bytes) if self.is_later(in_head, bytes)) {
                return Ok(true);
            }
        }
        for later in self.rest {
            let mut reader = SegmentReader::open(self.files.disk, self.files.dir, Position { segment: *later, offset: 0 })?;
            while let Some(piece) = reader.next()? {
                // Whatever stands in a later segment was written later.
                if matches!(piece, Piece::Line(bytes) if self.is_later(true, bytes)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
