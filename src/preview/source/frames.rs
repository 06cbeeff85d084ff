//! Where the pages of a picture begin in its file, and whether it moves.

use crate::preview::job::Trouble;
use crate::preview::limits::PAGES;
use image::ImageFormat;
use image::codecs::png::PngDecoder;
use std::io::Cursor;
use std::ops::Range;
use tiff::decoder::{Decoder, ifd::Value};
use tiff::tags::Tag;

/// The pages of a picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// Where each begins, of a TIFF; else a single nothing.
    pub(super) offsets: Vec<Option<u64>>,
    /// Whether it is a moving picture.
    pub(super) moving: bool,
    /// Whether there are more pages than may be listed.
    pub(super) more: bool,
}

/// Finds the pages.
///
/// # Errors
/// A TIFF has none.
pub(super) fn of(format: ImageFormat, bytes: &[u8]) -> Result<Frames, Trouble> {
    if format == ImageFormat::Tiff {
        let mut offsets = Tiff::of(bytes).map_or_else(Vec::new, |tiff| tiff.pages(bytes));
        let more = offsets.len() > PAGES;
        offsets.truncate(PAGES);
        return if offsets.is_empty() { Err(Trouble::Damaged) } else { Ok(Frames { offsets, moving: false, more }) };
    }
    let moving = match format {
        ImageFormat::Gif => gif_moves(bytes).unwrap_or(false),
        ImageFormat::Png => PngDecoder::new(Cursor::new(bytes)).and_then(|png| png.is_apng()).unwrap_or(false),
        // The flags of the extended form.
        ImageFormat::WebP => bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0),
        _ => false,
    };
    Ok(Frames { offsets: vec![None], moving, more: false })
}

/// Makes the page at that place the first of a TIFF, which is the one that decoders read; gives how far its dots are from being square, as the
/// factors by which width and height grow.
pub(super) fn begin_with(bytes: &mut [u8], offset: Option<u64>) -> Option<(f64, f64)> {
    Tiff::of(bytes)?.write_first(bytes, offset?)?;
    let mut decoder = Decoder::new(Cursor::new(&*bytes)).ok()?;
    let mut resolution = |tag| match decoder.find_tag(tag) {
        Ok(Some(Value::Rational(dots, inches))) if dots > 0 && inches > 0 => Some(f64::from(dots) / f64::from(inches)),
        _ => None,
    };
    let (across, down) = (resolution(Tag::XResolution)?, resolution(Tag::YResolution)?);
    // A fax has about half as many lines as dots in a line; anything else far from square is a mistake.
    if (0.25..4.0).contains(&(across / down)) { Some(((down / across).max(1.0), (across / down).max(1.0))) } else { None }
}

/// Where the two bytes of a number that a page of a TIFF holds itself stand in the file.
pub(super) fn number_at(bytes: &[u8], page: u64, tag: u16) -> Option<Range<usize>> {
    let tiff = Tiff::of(bytes)?;
    let (count, size, place) = if tiff.big { (8, 20, 12) } else { (2, 12, 8) };
    let entries = tiff.number(bytes, page, count)?;
    let mut at = page.checked_add(count as u64)?;
    for _ in 0..entries {
        if tiff.number(bytes, at, 2)? == u64::from(tag) {
            // Numbers of two bytes only, and a single one.
            let single = tiff.number(bytes, at + 2, 2)? == 3 && tiff.number(bytes, at + 4, place - 4)? == 1;
            let start = usize::try_from(at).ok()?.checked_add(place)?;
            return single.then_some(start..start + 2);
        }
        at = at.checked_add(size)?;
    }
    None
}

/// How the numbers of a TIFF are written.
#[derive(Clone, Copy)]
struct Tiff {
    little: bool,
    /// Whether offsets have eight bytes.
    big: bool,
}

impl Tiff {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { little: true, big: false }),
            b"MM\0*" => Some(Self { little: false, big: false }),
            b"II+\0" => Some(Self { little: true, big: true }),
            b"MM\0+" => Some(Self { little: false, big: true }),
            _ => None,
        }
    }

    /// Where the offset of the first page stands.
    const fn head(self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    fn number(self, bytes: &[u8], at: u64, length: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let digits = bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
        Some(if self.little { digits.iter().rev().fold(0, add) } else { digits.iter().fold(0, add) })
    }

    fn offset(self, bytes: &[u8], at: u64) -> Option<u64> {
        self.number(bytes, at, if self.big { 8 } else { 4 })
    }

    /// Follows the chain of pages to its end, a page seen before, or one more than may be listed.
    fn pages(self, bytes: &[u8]) -> Vec<Option<u64>> {
        let mut pages = Vec::new();
        let mut next = self.offset(bytes, self.head());
        while let Some(page) = next.filter(|page| *page > 0 && !pages.contains(&Some(*page)) && pages.len() <= PAGES) {
            let (count, entry) = if self.big { (8, 20) } else { (2, 12) };
            let Some(entries) = self.number(bytes, page, count) else { break };
            pages.push(Some(page));
            let end = entries.checked_mul(entry).and_then(|size| size.checked_add(page)?.checked_add(count as u64));
            next = end.and_then(|end| self.offset(bytes, end));
        }
        pages
    }

    fn write_first(self, bytes: &mut [u8], offset: u64) -> Option<()> {
        let (head, length) = (self.head() as usize, if self.big { 8 } else { 4 });
        let digits = offset.to_le_bytes();
        let place = bytes.get_mut(head..head + length)?;
        place.copy_from_slice(&digits[..length]);
        if !self.little {
            place.reverse();
        }
        Some(())
    }
}

/// Whether a GIF has a second picture; nothing when it ends before that can be known.
fn gif_moves(bytes: &[u8]) -> Option<bool> {
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + colours(*bytes.get(10)?);
    let mut pictures = 0;
    loop {
        match bytes.get(at)? {
            0x21 => at += 2,
            0x2c if pictures == 1 => return Some(true),
            0x2c => {
                pictures += 1;
                at += 11 + colours(*bytes.get(at + 9)?);
            }
            _ => return Some(false),
        }
        while *bytes.get(at)? != 0 {
            at += usize::from(bytes[at]) + 1;
        }
        at += 1;
    }
}
