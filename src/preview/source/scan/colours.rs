//! How the numbers of a TIFF become red, green and blue.

use super::Head;
use crate::preview::job::Trouble;
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// What the numbers of a dot mean.
pub(super) struct Colours {
    kind: Kind,
    /// Numbers a dot.
    count: usize,
    alpha: Alpha,
}

enum Kind {
    Grey { white_is_zero: bool },
    Palette(Vec<[u8; 3]>),
    Rgb,
    Ink,
    Luma,
}

/// What the number behind the colour says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alpha {
    /// Nothing that matters here.
    None,
    /// How much is seen of the colour.
    Apart,
    /// The same, and the colour has been weakened by it.
    Within,
}

impl Colours {
    /// Reads them from the tags of the first page of a TIFF.
    ///
    /// # Errors
    /// They are none of the usual ones.
    pub(super) fn of(bytes: &[u8], head: &Head) -> Result<Self, Trouble> {
        let said = match head.extra.first() {
            Some(1) => Alpha::Within,
            Some(2) => Alpha::Apart,
            _ => Alpha::None,
        };
        let samples = usize::from(head.samples);
        Ok(match head.photometric {
            zero @ (0 | 1 | 4) => {
                let alpha = if samples == 2 { said } else { Alpha::None };
                Self { kind: Kind::Grey { white_is_zero: zero == 0 }, count: samples, alpha }
            }
            2 if samples == 3 + head.extra.len() && said == Alpha::None => Self { kind: Kind::Rgb, count: 3, alpha: said },
            // Four numbers of which nothing is said are three colours and what is seen of them.
            2 => Self { kind: Kind::Rgb, count: 4, alpha: if said == Alpha::None { Alpha::Apart } else { said } },
            3 if head.bits <= 8 => Self { kind: Kind::Palette(palette(bytes)?), count: samples, alpha: Alpha::None },
            5 => Self { kind: Kind::Ink, count: if samples == 4 || said == Alpha::None { 4 } else { 5 }, alpha: Alpha::None },
            6 => Self { kind: Kind::Luma, count: 3, alpha: Alpha::None },
            _ => return Err(Trouble::Unsupported),
        })
    }

    /// Numbers a dot.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Whether numbers of a few bits are shades, not places in a palette.
    pub(super) const fn scale(&self) -> bool {
        !matches!(self.kind, Kind::Palette(_))
    }

    /// Makes dots on white of numbers.
    pub(super) fn paint(&self, numbers: Vec<u8>) -> Vec<u8> {
        if matches!(self.kind, Kind::Rgb) && self.count == 3 {
            return numbers;
        }
        let mut rgb = Vec::with_capacity(numbers.len() / self.count * 3);
        for dot in numbers.chunks_exact(self.count) {
            let colour = self.colour(dot);
            let seen = match self.alpha {
                Alpha::None => 255,
                _ => dot[self.count - 1],
            };
            let (alpha, white) = (u16::from(seen), 255 - u16::from(seen));
            rgb.extend(colour.map(|part| match self.alpha {
                Alpha::None => part,
                Alpha::Apart => ((u16::from(part) * alpha + 255 * white) / 255) as u8,
                Alpha::Within => (u16::from(part) + white).min(255) as u8,
            }));
        }
        rgb
    }

    fn colour(&self, dot: &[u8]) -> [u8; 3] {
        match (&self.kind, dot) {
            (Kind::Grey { white_is_zero: true }, [shade, ..]) => [255 - shade; 3],
            (Kind::Grey { .. }, [shade, ..]) => [*shade; 3],
            (Kind::Palette(colours), [place, ..]) => colours.get(usize::from(*place)).copied().unwrap_or_default(),
            (Kind::Ink, [cyan, magenta, yellow, key, ..]) => {
                [cyan, magenta, yellow].map(|ink| (u16::from(255 - ink) * u16::from(255 - key) / 255) as u8)
            }
            (Kind::Luma, [luma, blue, red]) => from_luma(*luma, *blue, *red),
            (_, [red, green, blue, ..]) => [*red, *green, *blue],
            _ => [0; 3],
        }
    }
}

/// Full range, by the weights of BT.601, in parts of 65,536.
fn from_luma(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let (luma, blue, red) = (i32::from(luma) << 16 | 0x8000, i32::from(blue) - 128, i32::from(red) - 128);
    let part = |sum: i32| (sum >> 16).clamp(0, 255) as u8;
    [part(luma + 91_881 * red), part(luma - 22_554 * blue - 46_802 * red), part(luma + 116_130 * blue)]
}

fn palette(bytes: &[u8]) -> Result<Vec<[u8; 3]>, Trouble> {
    let mut page = Decoder::new(Cursor::new(bytes)).map_err(|error| super::trouble(&error))?;
    let map = page.find_tag_unsigned_vec::<u16>(Tag::ColorMap).ok().flatten().ok_or(Trouble::Damaged)?;
    // Some programs write bytes where words belong.
    let shift = if map.iter().all(|part| *part < 256) { 0 } else { 8 };
    let colours = map.len() / 3;
    let part = |place: usize| (map[place] >> shift) as u8;
    Ok((0..colours).map(|i| [part(i), part(colours + i), part(2 * colours + i)]).collect())
}

/// Whether numbers of so many bits can be read.
pub(super) const fn readable(bits: u16) -> bool {
    matches!(bits, 1 | 2 | 4 | 8 | 16 | 32 | 64)
}

/// Numbers of 1, 2 or 4 bits as a byte each; rows begin with a byte of their own. As shades they fill the byte.
pub(super) fn unpacked(packed: &[u8], bits: u16, row: usize, scale: bool) -> Vec<u8> {
    let (bits, row_bytes) = (usize::from(bits), (row * usize::from(bits)).div_ceil(8).max(1));
    let most = (1_u8 << bits) - 1;
    let factor = if scale { 255 / most } else { 1 };
    let mut numbers = Vec::with_capacity(packed.len() / row_bytes * row);
    for packed in packed.chunks_exact(row_bytes) {
        numbers.extend((0..row * bits).step_by(bits).map(|at| (packed[at / 8] >> (8 - bits - at % 8) & most) * factor));
    }
    numbers
}

/// Numbers of other sizes as a byte each. Those that say not what is white – measured heights, heat – are stretched from the least to the most.
pub(super) fn bytes(numbers: DecodingResult) -> Vec<u8> {
    match numbers {
        DecodingResult::U8(numbers) => numbers,
        DecodingResult::U16(numbers) => numbers.into_iter().map(|number| (number >> 8) as u8).collect(),
        DecodingResult::U32(numbers) => stretched(&numbers, f64::from),
        DecodingResult::U64(numbers) => stretched(&numbers, |number| number as f64),
        DecodingResult::F16(numbers) => stretched(&numbers, f64::from),
        DecodingResult::F32(numbers) => stretched(&numbers, f64::from),
        DecodingResult::F64(numbers) => stretched(&numbers, |number| number),
        DecodingResult::I8(numbers) => stretched(&numbers, f64::from),
        DecodingResult::I16(numbers) => stretched(&numbers, f64::from),
        DecodingResult::I32(numbers) => stretched(&numbers, f64::from),
        DecodingResult::I64(numbers) => stretched(&numbers, |number| number as f64),
    }
}

fn stretched<T: Copy>(numbers: &[T], value: impl Fn(T) -> f64) -> Vec<u8> {
    let all = || numbers.iter().map(|number| value(*number)).filter(|number| number.is_finite());
    let (least, most) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), number| (least.min(number), most.max(number)));
    // Fractions have an agreed white.
    let (least, most) = if least >= 0.0 && most <= 1.0 { (0.0, 1.0) } else { (least, most) };
    let factor = if most > least { 255.0 / (most - least) } else { 0.0 };
    numbers.iter().map(|number| ((value(*number) - least) * factor).round() as u8).collect()
}

/// Puts the numbers of one dot side by side.
pub(super) fn interleaved(numbers: &[u8], planes: usize) -> Vec<u8> {
    let length = numbers.len() / planes;
    (0..length).flat_map(|dot| (0..planes).map(move |plane| numbers[plane * length + dot])).collect()
}
