//! Reading a file line by line in bounded memory, whatever it holds.

use super::disk::{DiskFile, read_full_at};
use std::io::{self, BufRead};

/// First size of the buffer, in bytes; it grows to hold the longest line.
const READ_BYTES: usize = 64 * 1024;

/// One piece of a file up to an end of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A line without its end of line.
    Line(&'a [u8]),
    /// More bytes without an end of line than a line may have.
    TooLong,
    /// Bytes at the end of the file without an end of line.
    Unfinished(&'a [u8]),
}

/// A file, read from an offset on.
pub(crate) struct Pieces {
    file: Box<dyn DiskFile>,
    longest: usize,
    buffer: Vec<u8>,
    /// The unread part of the buffer.
    from: usize,
    to: usize,
    /// Where in the file the unread part begins.
    offset: u64,
}

impl Pieces {
    /// A file from an offset on, with lines of at most `longest` bytes.
    pub(crate) fn new(file: Box<dyn DiskFile>, offset: u64, longest: usize) -> Self {
        Self { file, longest, buffer: vec![0; READ_BYTES], from: 0, to: 0, offset }
    }

    /// Where in the file the next piece begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next piece; none at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        let mut searched = 0;
        loop {
            let mut rest = &self.buffer[self.from + searched..self.to];
            // The standard library looks for the byte with the C library's search, many bytes at a time.
            let len = searched + rest.skip_until(b'\n')?;
            let start = self.from;
            if len > searched && self.buffer[start + len - 1] == b'\n' {
                self.advance(len);
                let line = &self.buffer[start..start + len - 1];
                return Ok(Some(if line.len() > self.longest { Piece::TooLong } else { Piece::Line(line) }));
            }
            searched = len;
            if searched > self.longest {
                self.advance(searched);
                return Ok(Some(Piece::TooLong));
            }
            if self.fill()? == 0 {
                let start = self.from;
                self.advance(searched);
                return Ok((searched > 0).then_some(Piece::Unfinished(&self.buffer[start..start + searched])));
            }
        }
    }

    fn advance(&mut self, len: usize) {
        self.from += len;
        self.offset += len as u64;
    }

    /// Reads more behind the unread part; returns how much.
    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        if self.to == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let more = read_full_at(&*self.file, &mut self.buffer[self.to..], self.offset + self.to as u64)?;
        self.to += more;
        Ok(more)
    }
}
