//! Appending to the journal: one write and one fdatasync a batch, a failed write undone, a full segment sealed.

use super::{
    chain::{Point, Position},
    disk::{Disk, DiskFile, write_all_at},
    line::{FIRST, Hash, Head, Stamp, begin_line, end_line, write_head},
    segment::{self, LAST_SEGMENT},
};
use crate::domain::{bounds::BATCH_BYTES, time::Timestamp};
use std::{io, path::PathBuf, sync::Arc};
use uuid::Uuid;

/// The journal, open at its end.
pub struct Journal {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: PathBuf,
    pub(super) file: Box<dyn DiskFile>,
    pub(super) end: Point,
    pub(super) ledger: Uuid,
    pub(super) epoch: u64,
    pub(super) limit: u64,
}

/// Lines that go to the disk with one write.
#[derive(Debug)]
pub struct Batch {
    bytes: Vec<u8>,
    /// Where the first line will begin.
    base: Position,
    /// The sequence of the first line.
    first: u64,
    next: u64,
    hash: Hash,
    t: Timestamp,
}

/// Lines that were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// What is on the disk is not known any more: the process must end.
    #[error("the journal cannot be trusted any more, {doing} failed: {source}")]
    Fatal {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The disk took nothing, and the journal is as before; another try may succeed.
    #[error("the journal cannot be written: {0}")]
    Full(io::Error),
}

fn fatal(doing: &'static str) -> impl FnOnce(io::Error) -> AppendError {
    move |source| AppendError::Fatal { doing, source }
}

impl Journal {
    /// Begins a ledger in a directory that has none: the first segment with its head, synced.
    pub(super) fn begin(disk: Arc<dyn Disk>, dir: PathBuf, ledger: Uuid, limit: u64) -> Result<Self, AppendError> {
        let head = Head { seg: 1, first: 1, prev: FIRST, ledger, epoch: 1 };
        let (file, end) = start_segment(&*disk, &dir, &head, Timestamp::default())?;
        Ok(Self { disk, dir, file, end, ledger, epoch: head.epoch, limit })
    }

    /// Where the next line will stand.
    pub fn end(&self) -> &Point {
        &self.end
    }

    /// The ledger's random name.
    pub fn ledger(&self) -> Uuid {
        self.ledger
    }

    /// How often the ledger was restored, plus one.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The disk and the directory it is on.
    pub(super) fn place(&self) -> (Arc<dyn Disk>, PathBuf) {
        (Arc::clone(&self.disk), self.dir.clone())
    }

    /// Seals the segment when it has reached its size and goes on in a new one; returns whether it did. To be called before a batch is begun, because the new head is part of the chain.
    pub fn make_room(&mut self) -> Result<bool, AppendError> {
        if self.end.at.offset < self.limit {
            return Ok(false);
        }
        if self.end.at.segment >= LAST_SEGMENT {
            return Err(AppendError::Full(io::Error::other("the journal has no more segment numbers")));
        }
        let (seg, first, prev) = (self.end.at.segment + 1, self.end.next, self.end.hash);
        let head = Head { seg, first, prev, ledger: self.ledger, epoch: self.epoch };
        (self.file, self.end) = start_segment(&*self.disk, &self.dir, &head, self.end.t)?;
        Ok(true)
    }

    /// Empties `batch` and lets it begin at the journal's end.
    pub fn begin_batch(&self, batch: &mut Batch) {
        batch.bytes.clear();
        batch.base = self.end.at;
        batch.first = self.end.next;
        batch.next = self.end.next;
        batch.hash = self.end.hash;
        batch.t = self.end.t;
    }

    /// Writes a batch and waits until it is on the disk.
    pub fn append(&mut self, batch: &Batch) -> Result<(), AppendError> {
        debug_assert_eq!((batch.base, batch.first), (self.end.at, self.end.next), "the batch was begun elsewhere");
        if batch.bytes.is_empty() {
            return Ok(());
        }
        let offset = self.end.at.offset;
        if let Err(refused) = write_all_at(&*self.file, &batch.bytes, offset) {
            self.file.truncate(offset).map_err(fatal("undoing a failed write"))?;
            // Or a line that was refused could come back after a power cut.
            self.file.sync_data().map_err(fatal("syncing an undone write"))?;
            return Err(AppendError::Full(refused));
        }
        self.file.sync_data().map_err(fatal("syncing to the disk"))?;
        let at = Position { offset: offset + batch.bytes.len() as u64, ..self.end.at };
        self.end = Point { at, next: batch.next, hash: batch.hash, t: batch.t, batch: 0 };
        Ok(())
    }
}

impl Batch {
    /// A batch that must be begun by [`Journal::begin_batch`].
    pub fn new() -> Self {
        let base = Position { segment: 1, offset: 0 };
        Self { bytes: Vec::with_capacity(64 * 1024), base, first: 1, next: 1, hash: FIRST, t: Timestamp::default() }
    }

    /// The stamp of the next line, at a time that never runs backwards.
    pub fn stamp(&self, now: Timestamp, id: Uuid) -> Stamp {
        Stamp { n: self.next, b: self.first, t: now.max(self.t), id }
    }

    /// Adds a line; `events` appends their JSON array. On an error, or when the line is longer than `longest` bytes, nothing is added.
    pub fn add<E>(
        &mut self,
        stamp: &Stamp,
        longest: usize,
        events: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(Position, Hash), AddError<E>> {
        let start = begin_line(&mut self.bytes, stamp);
        if let Err(refused) = events(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(AddError::Events(refused));
        }
        let hash = end_line(&mut self.bytes, start, &self.hash);
        if self.bytes.len() - start > longest + 1 {
            self.bytes.truncate(start);
            return Err(AddError::TooLong);
        }
        self.hash = hash;
        self.next = stamp.n + 1;
        self.t = stamp.t;
        Ok((Position { offset: self.base.offset + start as u64, ..self.base }, hash))
    }

    /// Whether one more line of any length might be too much for one write.
    pub fn is_full(&self) -> bool {
        self.bytes.len() > BATCH_BYTES - crate::domain::bounds::LINE_BYTES - 1
    }

    /// Whether it holds no line.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

/// A line that was not added to a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddError<E> {
    /// Its events could not be written.
    #[error("the events cannot be written: {0}")]
    Events(E),
    /// It would be too long.
    #[error("the line would be too long")]
    TooLong,
}

/// Makes a segment's file with its head, both synced; on a failure that can be undone nothing is left of it.
fn start_segment(disk: &dyn Disk, dir: &std::path::Path, head: &Head, t: Timestamp) -> Result<(Box<dyn DiskFile>, Point), AppendError> {
    let path = segment::path(dir, head.seg);
    let mut bytes = Vec::with_capacity(256);
    let hash = write_head(&mut bytes, head);
    let file = disk.create(&path).map_err(AppendError::Full)?;
    if let Err(refused) = write_all_at(&*file, &bytes, 0) {
        disk.remove(&path).map_err(fatal("undoing a new segment"))?;
        return Err(AppendError::Full(refused));
    }
    file.sync_all().map_err(fatal("syncing a new segment"))?;
    disk.sync_dir(dir).map_err(fatal("syncing the ledger's directory"))?;
    let at = Position { segment: head.seg, offset: bytes.len() as u64 };
    Ok((file, Point { at, next: head.first, hash, t, batch: 0 }))
}
