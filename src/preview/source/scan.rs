//! Pages of a TIFF as scanners, fax machines and painters write them, read into red, green and blue.

mod colours;
mod fax;

use self::colours::Colours;
use crate::preview::job::Trouble;
use crate::preview::limits::{IMAGE_ALLOC, IMAGE_DOTS, IMAGE_SIDE};
use crate::preview::source::frames;
use image::RgbImage;
use image::metadata::Orientation;
use std::io::Cursor;
use tiff::TiffError;
use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

const BLACK_IS_ZERO: u16 = 1;
const RUN_LENGTHS: u16 = 2;
const GROUP_3: u16 = 3;
const JPEG: u16 = 7;

/// What the tags of a page say of it.
pub(super) struct Head {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) orientation: Orientation,
    /// How its numbers become colours.
    photometric: u16,
    compression: u16,
    bits: u16,
    /// Numbers a dot.
    samples: u16,
    /// What the numbers beyond the colour are.
    extra: Vec<u16>,
    /// Whether the first dot stands in the lowest bit of its byte, as fax modems write it.
    lowest_first: bool,
}

/// Reads what the first page of a TIFF says of itself; that it can be drawn is seen only when its dots are read.
///
/// # Errors
/// It is empty, above a bound, damaged, or written in a way that cannot be read.
pub(super) fn head(bytes: &[u8]) -> Result<Head, Trouble> {
    let mut page = Decoder::new(Cursor::new(bytes)).map_err(|error| trouble(&error))?;
    let (width, height) = page.dimensions().map_err(|error| trouble(&error))?;
    if u64::from(width) * u64::from(height) > IMAGE_DOTS || width > IMAGE_SIDE || height > IMAGE_SIDE {
        return Err(Trouble::TooLarge);
    }
    let mut number = |tag, usual| page.find_tag_unsigned::<u16>(tag).ok().flatten().unwrap_or(usual);
    let (photometric, compression) = (number(Tag::PhotometricInterpretation, u16::MAX), number(Tag::Compression, 1));
    let (samples, order, orientation) = (number(Tag::SamplesPerPixel, 1), number(Tag::FillOrder, 1), number(Tag::Orientation, 1));
    let mut numbers = |tag| page.find_tag_unsigned_vec::<u16>(tag).ok().flatten().unwrap_or_default();
    let (bits, extra) = (numbers(Tag::BitsPerSample).first().copied().unwrap_or(1), numbers(Tag::ExtraSamples));
    let orientation = u8::try_from(orientation).ok().and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
    // Plain, fax, LZW, JPEG, Deflate under both its numbers, PackBits and WebP.
    let packing = matches!(compression, 1..=5 | JPEG | 8 | 32_946 | 32_773 | 50_001);
    if photometric > 6 || !packing || !colours::readable(bits) {
        return Err(Trouble::Unsupported);
    }
    Ok(Head { width, height, orientation, photometric, compression, bits, samples, extra, lowest_first: order == 2 })
}

/// Reads the dots of the page at that place, which must be the first of the TIFF and be described by that head. The bytes are as they were when
/// it is done.
///
/// # Errors
/// The page is above a bound, damaged, or written in a way that cannot be read.
pub(super) fn read(bytes: &mut [u8], offset: u64, head: &Head) -> Result<RgbImage, Trouble> {
    let colours = Colours::of(bytes, head)?;
    let turned = if head.lowest_first && head.compression != JPEG { strips(bytes)? } else { Vec::new() };
    turn_bits(bytes, &turned)?;
    // Decoders refuse palettes, and masks; as grey they hand the bare numbers over, and what is said here makes colours of them.
    let grey = matches!(head.photometric, 0 | 3 | 4);
    let place = if grey { frames::number_at(bytes, offset, Tag::PhotometricInterpretation.to_u16()) } else { None };
    let as_grey = if bytes.starts_with(b"MM") { BLACK_IS_ZERO.to_be_bytes() } else { BLACK_IS_ZERO.to_le_bytes() };
    let was = place.clone().and_then(|place| exchange(bytes, place, as_grey));
    let dots = if grey && was.is_none() { Err(Trouble::Unsupported) } else { dots(bytes, head, &colours) };
    if let (Some(place), Some(was)) = (place, was) {
        exchange(bytes, place, was);
    }
    turn_bits(bytes, &turned)?;
    RgbImage::from_raw(head.width, head.height, colours.paint(dots?)).ok_or(Trouble::Damaged)
}

fn exchange(bytes: &mut [u8], place: std::ops::Range<usize>, new: [u8; 2]) -> Option<[u8; 2]> {
    let digits: &mut [u8; 2] = bytes.get_mut(place)?.try_into().ok()?;
    Some(std::mem::replace(digits, new))
}

/// The numbers of all dots, those of one dot side by side, a byte each.
fn dots(bytes: &[u8], head: &Head, colours: &Colours) -> Result<Vec<u8>, Trouble> {
    let (width, height) = (head.width as usize, head.height as usize);
    if matches!(head.compression, RUN_LENGTHS | GROUP_3) {
        let rows = fax::rows(bytes, head, &strips(bytes)?)?;
        return Ok(colours::unpacked(&rows, 1, width, colours.scale()));
    }
    let mut limits = Limits::default();
    limits.decoding_buffer_size = IMAGE_ALLOC as usize;
    limits.intermediate_buffer_size = IMAGE_ALLOC as usize;
    let mut page = Decoder::new(Cursor::new(bytes)).map_err(|error| trouble(&error))?.with_limits(limits);
    let layout = page.image_buffer_layout().map_err(|error| trouble(&error))?;
    let count = usize::from(page.colortype().map_err(|error| trouble(&error))?.num_samples());
    if layout.complete_len as u64 > IMAGE_ALLOC || (width * height * count) as u64 > IMAGE_ALLOC {
        return Err(Trouble::TooLarge);
    }
    if count != colours.count() {
        return Err(Trouble::Unsupported);
    }
    let mut numbers = DecodingResult::U8(Vec::new());
    page.read_image_to_buffer(&mut numbers).map_err(|error| trouble(&error))?;
    drop(page);
    let planes = planes(&layout, count)?;
    let numbers = match numbers {
        DecodingResult::U8(packed) if head.bits < 8 => colours::unpacked(&packed, head.bits, width * count / planes, colours.scale()),
        numbers => colours::bytes(numbers),
    };
    if numbers.len() != width * height * count {
        return Err(Trouble::Damaged);
    }
    Ok(if planes > 1 { colours::interleaved(&numbers, planes) } else { numbers })
}

/// How many planes lie one behind the other: one for each number of a dot, or a single one.
fn planes(layout: &BufferLayoutPreference, count: usize) -> Result<usize, Trouble> {
    match layout.planes {
        0 | 1 => Ok(1),
        planes if planes == count => Ok(planes),
        _ => Err(Trouble::Unsupported),
    }
}

/// Where the strips or tiles of the first page lie in the file, cut at its end.
fn strips(bytes: &[u8]) -> Result<Vec<std::ops::Range<usize>>, Trouble> {
    let mut page = Decoder::new(Cursor::new(bytes)).map_err(|error| trouble(&error))?;
    let mut numbers = |strips, tiles| {
        let found = page.find_tag_unsigned_vec::<u64>(strips).ok().flatten();
        found.or_else(|| page.find_tag_unsigned_vec::<u64>(tiles).ok().flatten()).ok_or(Trouble::Damaged)
    };
    let starts = numbers(Tag::StripOffsets, Tag::TileOffsets)?;
    let lengths = numbers(Tag::StripByteCounts, Tag::TileByteCounts)?;
    let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
    Ok(starts
        .into_iter()
        .zip(lengths)
        .map(|(start, length)| within(start)..within(start.saturating_add(length)))
        .collect())
}

/// Turns the bits of every byte in these places around; the same again turns them back.
fn turn_bits(bytes: &mut [u8], places: &[std::ops::Range<usize>]) -> Result<(), Trouble> {
    // Places that lie in each other would be walked again and again.
    if places.iter().map(ExactSizeIterator::len).fold(0, usize::saturating_add) > bytes.len() {
        return Err(Trouble::Damaged);
    }
    for place in places {
        bytes[place.clone()].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
    }
    Ok(())
}

const fn trouble(error: &TiffError) -> Trouble {
    match error {
        TiffError::LimitsExceeded => Trouble::TooLarge,
        TiffError::UnsupportedError(_) => Trouble::Unsupported,
        _ => Trouble::Damaged,
    }
}

#[cfg(test)]
mod tests;
