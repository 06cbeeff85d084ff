//! The order of lines: what may follow what, from one line to the next and from one segment to the next.

use super::line::{FIRST, Hash, Head, Line, LineError, check_head, check_line};
use crate::domain::time::Timestamp;
use uuid::Uuid;

/// Where a line begins. Ordered as the journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The number of its segment; below 2^24.
    pub segment: u32,
    /// Bytes before it in its segment; below 2^40.
    pub offset: u64,
}

impl Position {
    const OFFSET_BITS: u32 = 40;

    /// Segment in the upper 24 bits, offset in the lower 40: ordered as positions are.
    pub const fn pack(self) -> u64 {
        ((self.segment as u64) << Self::OFFSET_BITS) | (self.offset & ((1 << Self::OFFSET_BITS) - 1))
    }

    /// The position that was packed.
    pub const fn unpack(packed: u64) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "24 bits are left")]
        let segment = (packed >> Self::OFFSET_BITS) as u32;
        Self { segment, offset: packed & ((1 << Self::OFFSET_BITS) - 1) }
    }
}

/// A place between two lines, and all that the next line is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Where the next line begins; or a new segment, when this one ends here.
    pub at: Position,
    /// The sequence of the next line.
    pub next: u64,
    /// The link before it.
    pub hash: Hash,
    /// The time of the line before it.
    pub t: Timestamp,
    /// The batch of the line before it, when the next line may be of the same; 0 when it must begin one.
    pub batch: u64,
}

/// The chain as far as it was followed.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) next: u64,
    pub(crate) hash: Hash,
    pub(crate) t: Timestamp,
    /// The batch of the last line; 0 when the next line must begin one.
    pub(crate) batch: u64,
    /// Ledger and epoch, once a head said them.
    pub(crate) name: Option<(Uuid, u64)>,
    /// A ledger whose early segments were archived begins with any head.
    anchored: bool,
}

impl Chain {
    /// Before the first line of the ledger.
    pub(crate) fn beginning() -> Self {
        Self { next: 1, hash: FIRST, t: Timestamp::default(), batch: 0, name: None, anchored: true }
    }

    /// Before the first line that is left of a ledger.
    pub(crate) fn anywhere() -> Self {
        Self { anchored: false, ..Self::beginning() }
    }

    /// Behind a point that is known from elsewhere.
    pub(crate) fn behind(point: &Point, name: Option<(Uuid, u64)>) -> Self {
        Self { next: point.next, hash: point.hash, t: point.t, batch: point.batch, name, anchored: true }
    }

    /// Follows the chain over the head of the segment with this number.
    pub(crate) fn head(&mut self, segment: u32, bytes: &[u8]) -> Result<Head, LineError> {
        let (head, hash) = check_head(bytes)?;
        if head.seg != segment {
            return Err(LineError::Order("the head names another segment than the file"));
        }
        if self.anchored && head.prev != self.hash {
            return Err(LineError::Chain);
        }
        if self.anchored && head.first != self.next {
            return Err(LineError::Order("sequence of the segment's first line"));
        }
        if let Some((ledger, epoch)) = self.name {
            if head.ledger != ledger {
                return Err(LineError::Order("the segment belongs to another ledger"));
            }
            if head.epoch < epoch {
                return Err(LineError::Order("epoch"));
            }
        }
        self.anchored = true;
        self.name = Some((head.ledger, head.epoch));
        self.next = head.first;
        self.hash = hash;
        self.batch = 0;
        Ok(head)
    }

    /// Follows the chain over a line.
    pub(crate) fn line<'a>(&mut self, bytes: &'a [u8]) -> Result<Line<'a>, LineError> {
        let line = check_line(&self.hash, bytes)?;
        let stamp = &line.stamp;
        if stamp.n != self.next {
            return Err(LineError::Order("sequence"));
        }
        if stamp.b != stamp.n && stamp.b != self.batch {
            return Err(LineError::Order("batch"));
        }
        if stamp.t < self.t {
            return Err(LineError::Order("time"));
        }
        self.next += 1;
        self.hash = line.hash;
        self.t = stamp.t;
        self.batch = stamp.b;
        Ok(line)
    }

    /// The place reached, when the next line begins at `at` and a batch.
    pub(crate) fn point(&self, at: Position) -> Point {
        Point { at, next: self.next, hash: self.hash, t: self.t, batch: 0 }
    }
}
