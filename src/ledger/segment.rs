//! The files of the journal: their names, and reading them line by line.

use super::{
    chain::Position,
    disk::Disk,
    pieces::{Piece, Pieces},
};
use crate::domain::bounds::LINE_BYTES;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The last number a segment may have; positions hold 24 bits of it.
pub(crate) const LAST_SEGMENT: u32 = 0xff_ffff;

/// The name of a segment's file.
pub(crate) fn name(segment: u32) -> String {
    format!("{segment:08}.jsonl")
}

/// The path of a segment's file.
pub(crate) fn path(dir: &Path, segment: u32) -> PathBuf {
    dir.join(name(segment))
}

/// The numbers of the segments in a directory, in order.
pub(crate) fn list(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<u32>> {
    let mut found: Vec<u32> = disk.list(dir)?.iter().filter_map(|file| number(file)).collect();
    found.sort_unstable();
    Ok(found)
}

fn number(file: &str) -> Option<u32> {
    let segment = file.strip_suffix(".jsonl")?.parse().ok()?;
    (segment > 0 && segment <= LAST_SEGMENT && name(segment) == file).then_some(segment)
}

/// Reads a segment piece by piece.
pub(crate) struct SegmentReader {
    segment: u32,
    pieces: Pieces,
}

impl SegmentReader {
    pub(crate) fn open(disk: &dyn Disk, dir: &Path, at: Position) -> io::Result<Self> {
        let file = disk.open(&path(dir, at.segment))?;
        Ok(Self { segment: at.segment, pieces: Pieces::new(file, at.offset, LINE_BYTES) })
    }

    /// Where the next piece begins.
    pub(crate) fn position(&self) -> Position {
        Position { segment: self.segment, offset: self.pieces.offset() }
    }

    /// The next piece; none at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.pieces.next()
    }
}
