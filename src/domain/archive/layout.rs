//! Which bytes stand where in an archive, and what any range of it is made of.

use crate::domain::archive::record;
use crate::domain::range::ByteRange;
use crate::domain::time::Timestamp;

/// One file or empty folder of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive, with slashes; that of a folder ends with one.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The CRC-32 of them, where it is known before they are sent.
    pub crc32: Option<u32>,
    /// Last change.
    pub changed: Timestamp,
}

impl Member {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// What a stretch of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What stands before a member's bytes.
    Head,
    /// The member's bytes.
    Data,
    /// What stands behind them where their checksum was not known.
    Descriptor,
    /// What the directory says of a member.
    Entry,
    /// What follows the directory.
    End,
}

/// A stretch of an archive that comes from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Of which member.
    pub member: usize,
    /// Which bytes of it.
    pub range: ByteRange,
}

/// An archive before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    members: Vec<Member>,
    /// Where the records of each member begin.
    starts: Vec<u64>,
    /// Where the directory speaks of each.
    entries: Vec<u64>,
    /// Where the directory begins.
    directory: u64,
    /// Where it ends.
    end: u64,
    total: u64,
}

impl Layout {
    /// Lays members out in their order. Sizes must come to less than 2^63 in all.
    pub fn new(members: Vec<Member>) -> Self {
        let mut at = 0;
        let mut starts = Vec::with_capacity(members.len());
        for member in &members {
            starts.push(at);
            at += record::local_length(member) + member.size + record::descriptor_length(member);
        }
        let directory = at;
        let mut entries = Vec::with_capacity(members.len());
        for (member, start) in members.iter().zip(&starts) {
            entries.push(at);
            at += record::entry_length(member, *start);
        }
        let total = at + record::end_length(members.len() as u64, directory, at - directory);
        Self { members, starts, entries, directory, end: at, total }
    }

    /// Bytes of the whole archive.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// What is in it, in its order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether it is the same bytes each time, so that any range of it can be sent.
    pub fn is_fixed(&self) -> bool {
        self.members.iter().all(|member| member.crc32.is_some())
    }

    /// The bytes of the archive from the head of a member to the last of its own bytes.
    pub fn extent(&self, member: usize) -> ByteRange {
        let start = self.starts[member];
        ByteRange { start, end: start + record::local_length(&self.members[member]) + self.members[member].size }
    }

    /// What a range is made of, in order.
    pub fn pieces(&self, range: ByteRange) -> Pieces<'_> {
        Pieces { layout: self, next: range.start, end: range.end.min(self.total) }
    }

    /// The piece at a place of the archive, up to `end`.
    pub fn piece(&self, at: u64, end: u64) -> Option<Piece> {
        if at >= end.min(self.total) {
            return None;
        }
        let (kind, member, start, length) = self.stretch(at);
        let range = ByteRange { start: at - start, end: length.min(end - start) };
        Some(Piece { kind, member, range })
    }

    /// The bytes of a piece that is not a member's own; `crc32` gives the checksum of a member whose own was not known.
    pub fn write(&self, piece: Piece, crc32: impl Fn(usize) -> u32) -> Vec<u8> {
        let own = |member: &Member| member.crc32.unwrap_or_else(|| crc32(piece.member));
        let all = match (piece.kind, self.members.get(piece.member)) {
            (Kind::Head, Some(member)) => record::local(member),
            (Kind::Descriptor, Some(member)) => record::descriptor(member, own(member)),
            (Kind::Entry, Some(member)) => record::entry(member, self.starts[piece.member], own(member)),
            (Kind::Data | Kind::End, _) | (_, None) => record::end(self.members.len() as u64, self.directory, self.end - self.directory),
        };
        let index = |at: u64| usize::try_from(at).map_or(all.len(), |at| at.min(all.len()));
        all[index(piece.range.start)..index(piece.range.end)].to_vec()
    }

    /// What lies at a place before the end: its kind, its member, where it begins and how long it is.
    fn stretch(&self, at: u64) -> (Kind, usize, u64, u64) {
        if at >= self.end {
            return (Kind::End, self.members.len(), self.end, self.total - self.end);
        }
        let known = if at < self.directory { &self.starts } else { &self.entries };
        let member = known.partition_point(|start| *start <= at) - 1;
        let (own, start) = (&self.members[member], known[member]);
        if at >= self.directory {
            return (Kind::Entry, member, start, record::entry_length(own, self.starts[member]));
        }
        let data = start + record::local_length(own);
        let behind = data + own.size;
        match () {
            () if at < data => (Kind::Head, member, start, data - start),
            () if at < behind => (Kind::Data, member, data, own.size),
            () => (Kind::Descriptor, member, behind, record::descriptor_length(own)),
        }
    }
}

/// The pieces of a range, one after the other.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    layout: &'a Layout,
    next: u64,
    end: u64,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let piece = self.layout.piece(self.next, self.end)?;
        self.next += piece.range.len();
        Some(piece)
    }
}

#[cfg(test)]
mod tests;
