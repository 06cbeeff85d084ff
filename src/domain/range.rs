//! Byte ranges: the one that a request asks for (RFC 9110 section 14), and the union of those that a receipt covers.

use crate::domain::bounds::RECEIPT_RANGES;
use serde::{Deserialize, Serialize};

/// What a `Range` header asks of a document of a known size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeRequest {
    /// No usable single range: answer 200 with the whole document.
    Whole,
    /// One range, clamped to the document: answer 206.
    Part(ByteRange),
    /// Wholly outside the document, or more than five ranges: answer 416.
    Unsatisfiable,
}

/// Bytes `start..end` of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl ByteRange {
    /// Number of bytes.
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is no byte in it.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Most ranges of one header before it is taken for an attack (CVE-2011-3192).
const RANGES_PER_HEADER: usize = 5;

/// Reads a `Range` header against a document of `size` bytes. Two to five ranges are answered as if none was asked for.
pub fn parse_range(header: &str, size: u64) -> RangeRequest {
    let Some((unit, set)) = header.split_once('=') else { return RangeRequest::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return RangeRequest::Whole;
    }
    match set.split(',').filter(|part| !part.trim().is_empty()).count() {
        0 => return RangeRequest::Whole,
        1 => {}
        2..=RANGES_PER_HEADER => return RangeRequest::Whole,
        _ => return RangeRequest::Unsatisfiable,
    }
    let Some((first, last)) = set.trim_matches([',', ' ', '\t']).split_once('-') else { return RangeRequest::Whole };
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(digits.parse::<u64>().unwrap_or(u64::MAX))),
        _ => Err(()),
    };
    match (number(first), number(last)) {
        (Ok(Some(first)), Ok(Some(last))) if last < first => RangeRequest::Whole,
        (Ok(Some(first)), Ok(_)) if first >= size => RangeRequest::Unsatisfiable,
        (Ok(Some(first)), Ok(last)) => {
            let end = last.map_or(size, |last| last.saturating_add(1).min(size));
            RangeRequest::Part(ByteRange { start: first, end })
        }
        (Ok(None), Ok(Some(0))) => RangeRequest::Unsatisfiable,
        (Ok(None), Ok(Some(_))) if size == 0 => RangeRequest::Unsatisfiable,
        (Ok(None), Ok(Some(suffix))) => RangeRequest::Part(ByteRange { start: size.saturating_sub(suffix), end: size }),
        _ => RangeRequest::Whole,
    }
}

/// A union of byte ranges, sorted, disjoint and at most [`RECEIPT_RANGES`] long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RangeSet(Vec<(u64, u64)>);

impl RangeSet {
    /// Adds a range. When the set is full and the range touches none of it, the range is left out: the union may be too small, never too large.
    pub fn add(&mut self, range: ByteRange) {
        if range.is_empty() {
            return;
        }
        let at = self.0.partition_point(|&(_, end)| end < range.start);
        let mut joined = (range.start, range.end);
        let mut upto = at;
        while let Some(&(start, end)) = self.0.get(upto).filter(|(start, _)| *start <= range.end) {
            joined = (joined.0.min(start), joined.1.max(end));
            upto += 1;
        }
        if upto > at || self.0.len() < RECEIPT_RANGES {
            self.0.splice(at..upto, [joined]);
        }
    }

    /// Adds all of another set.
    pub fn merge(&mut self, other: &Self) {
        for &(start, end) in &other.0 {
            self.add(ByteRange { start, end });
        }
    }

    /// Number of different bytes covered.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// How many bytes of a range it covers.
    pub fn of(&self, range: ByteRange) -> u64 {
        let common = |(start, end): &(u64, u64)| ByteRange { start: range.start.max(*start), end: range.end.min(*end) }.len();
        self.0.iter().map(common).sum()
    }

    /// Whether it covers a document of `size` bytes from first to last.
    pub fn covers(&self, size: u64) -> bool {
        size == 0 || self.0.first().is_some_and(|&(start, end)| start == 0 && end >= size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_are_read_as_rfc_9110_says() {
        use RangeRequest::{Part, Unsatisfiable, Whole};
        let part = |start, end| Part(ByteRange { start, end });
        for (header, answer) in [
            ("bytes=0-99", part(0, 100)),
            ("bytes=0-", part(0, 1000)),
            ("bytes=990-2000", part(990, 1000)),
            ("bytes=-10", part(990, 1000)),
            ("bytes=-5000", part(0, 1000)),
            ("Bytes = 5-5", part(5, 6)),
            ("bytes=0-99999999999999999999999", part(0, 1000)),
            ("bytes=1000-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=0-1,2-3,4-5,6-7,8-9,10-11", Unsatisfiable),
            ("bytes=0-1,5-6", Whole),
            ("bytes=9-1", Whole),
            ("bytes=a-b", Whole),
            ("bytes=--1", Whole),
            ("bytes=", Whole),
            ("lines=0-1", Whole),
            ("0-1", Whole),
        ] {
            assert_eq!(parse_range(header, 1000), answer, "{header}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Unsatisfiable);
        assert_eq!(parse_range("bytes=-1", 0), Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_range_set_is_the_union_of_what_was_added(ranges in proptest::collection::vec((0u64..200, 0u64..40), 0..40)) {
            let mut set = RangeSet::default();
            let mut bytes = [false; 256];
            for (start, len) in ranges {
                set.add(ByteRange { start, end: start + len });
                bytes[start as usize..(start + len) as usize].fill(true);
            }
            prop_assert_eq!(set.bytes(), bytes.iter().filter(|b| **b).count() as u64);
            prop_assert_eq!(set.of(ByteRange { start: 50, end: 150 }), bytes[50..150].iter().filter(|b| **b).count() as u64);
            for size in 1..200u64 {
                prop_assert_eq!(set.covers(size), bytes[..size as usize].iter().all(|b| *b));
            }
            prop_assert!(set.0.windows(2).all(|w| w[0].1 < w[1].0));
        }

        #[test]
        fn a_full_range_set_never_claims_more_than_was_added(starts in proptest::collection::vec(0u64..100_000, 100..300)) {
            let mut set = RangeSet::default();
            for &start in &starts {
                set.add(ByteRange { start: start * 10, end: start * 10 + 3 });
            }
            prop_assert!(set.0.len() <= RECEIPT_RANGES);
            prop_assert!(set.bytes() <= 3 * starts.len() as u64);
        }
    }
}
