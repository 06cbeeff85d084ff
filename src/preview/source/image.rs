//! Raster pictures: PNG, JPEG, WebP, GIF, BMP and every page of a TIFF, whose dots [`scan`] reads.

use crate::preview::job::{Kind, Note, Opened, PageSize, Trouble};
use crate::preview::limits::{DPI_MOST, DPI_NORMAL, IMAGE_ALLOC, IMAGE_DOTS, IMAGE_SIDE};
use crate::preview::source::frames::{self, Frames};
use crate::preview::source::{Raster, Source, Word, scan};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use std::io::Cursor;

/// The most room a page takes at the resolution it is first shown in, in dots: as much as a sheet, or a photograph across a screen.
const ROOM: (f64, f64) = (1000.0, 1170.0);

/// A picture with its pages.
struct Picture {
    opened: Opened,
    bytes: Vec<u8>,
    format: ImageFormat,
    pages: Vec<Page>,
    /// The page drawn last, as large as it is ever shown.
    kept: Option<(usize, DynamicImage)>,
}

/// One page, before anything of it is decoded.
struct Page {
    /// Where it begins in the file, of a TIFF.
    offset: Option<u64>,
    /// Its size at the normal resolution, and its own, which it is never drawn beyond; in dots, upright.
    shown: (f64, f64),
    own: (f64, f64),
}

/// Opens a picture.
///
/// # Errors
/// It is no picture that can be read, or above a bound.
pub(super) fn open(bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let format = image::guess_format(&bytes).map_err(|_| Trouble::Unsupported)?;
    let Frames { offsets, moving, more } = frames::of(format, &bytes)?;
    let mut bytes = bytes;
    let mut pages = Vec::with_capacity(offsets.len());
    for (i, offset) in offsets.into_iter().enumerate() {
        match page(&mut bytes, format, offset) {
            Ok(page) => pages.push(page),
            Err(trouble) if i == 0 => return Err(trouble),
            // A later page that cannot be read keeps its number; drawing it says why.
            Err(_) => pages.push(Page { offset, shown: ROOM, own: ROOM }),
        }
    }
    let mut notes = Vec::new();
    if moving {
        notes.push(Note::FirstFrame);
    }
    if more {
        notes.push(Note::Shortened);
    }
    let opened =
        Opened { pages: pages.iter().map(Page::size).collect(), kind: Kind::Image, layout: "image-1".to_owned(), notes, parts: Vec::new() };
    Ok(Box::new(Picture { opened, bytes, format, pages, kept: None }))
}

/// Reads the head of a page.
fn page(bytes: &mut [u8], format: ImageFormat, offset: Option<u64>) -> Result<Page, Trouble> {
    let stretch = frames::begin_with(bytes, offset).unwrap_or((1.0, 1.0));
    let (width, height, orientation) = if format == ImageFormat::Tiff {
        let head = scan::head(bytes)?;
        (head.width, head.height, head.orientation)
    } else {
        let mut decoder = decoder(bytes, format)?;
        let (width, height) = decoder.dimensions();
        (width, height, decoder.orientation().unwrap_or(Orientation::NoTransforms))
    };
    let mut own = (f64::from(width) * stretch.0, f64::from(height) * stretch.1);
    if turned(&orientation) {
        own = (own.1, own.0);
    }
    let scale = (ROOM.0 / own.0).min(ROOM.1 / own.1).min(1.0);
    Ok(Page { offset, shown: (own.0 * scale, own.1 * scale), own })
}

impl Page {
    fn size(&self) -> PageSize {
        let points = |dots: f64| (dots * 72.0 / f64::from(DPI_NORMAL)).round().max(1.0) as u16;
        PageSize { width: points(self.shown.0), height: points(self.shown.1) }
    }

    /// Its size at so many dots an inch.
    fn dots(&self, dpi: u16) -> (u32, u32) {
        let scale = f64::from(dpi) / f64::from(DPI_NORMAL);
        let dots = |shown: f64, own: f64| (shown * scale).min(own).round().max(1.0) as u32;
        (dots(self.shown.0, self.own.0), dots(self.shown.1, self.own.1))
    }
}

/// A decoder whose picture lies within the bounds.
fn decoder(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder + '_, Trouble> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(IMAGE_SIDE);
    limits.max_image_height = Some(IMAGE_SIDE);
    limits.max_alloc = Some(IMAGE_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| trouble(&error))?;
    let (width, height) = decoder.dimensions();
    let dots = u64::from(width) * u64::from(height);
    match dots {
        0 => Err(Trouble::Empty),
        _ if dots > IMAGE_DOTS || width > IMAGE_SIDE || height > IMAGE_SIDE || decoder.total_bytes() > IMAGE_ALLOC => {
            Err(Trouble::TooLarge)
        }
        _ => Ok(decoder),
    }
}

fn trouble(error: &ImageError) -> Trouble {
    match error {
        ImageError::Limits(_) => Trouble::TooLarge,
        ImageError::Unsupported(_) => Trouble::Unsupported,
        _ => Trouble::Damaged,
    }
}

/// Whether width and height change places.
const fn turned(orientation: &Orientation) -> bool {
    matches!(orientation, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH)
}

/// What lies behind nothing is white.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.into_rgb8());
    }
    let (picture, mut flat) = (picture.into_rgba8(), Vec::new());
    flat.reserve_exact(picture.len() / 4 * 3);
    for [red, green, blue, alpha] in picture.as_chunks::<4>().0 {
        let (alpha, white) = (u16::from(*alpha), 255 - u16::from(*alpha));
        flat.extend([red, green, blue].map(|part| ((u16::from(*part) * alpha + 255 * white) / 255) as u8));
    }
    let (width, height) = picture.dimensions();
    RgbImage::from_raw(width, height, flat).map_or_else(DynamicImage::default, DynamicImage::ImageRgb8)
}

/// Scales in one step, or in two when it becomes much smaller: the first is quick, the second smooth.
fn scaled(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (picture.width(), picture.height()) == (width, height) {
        return picture.clone();
    }
    let (twice, high) = (width.saturating_mul(2), height.saturating_mul(2));
    if picture.width() > twice && picture.height() > high {
        return picture.thumbnail_exact(twice, high).resize_exact(width, height, FilterType::Triangle);
    }
    picture.resize_exact(width, height, FilterType::Triangle)
}

impl Picture {
    /// The page upright on white, no larger than it is ever shown.
    fn decode(&mut self, page: usize) -> Result<DynamicImage, Trouble> {
        let wanted = self.pages.get(page).ok_or(Trouble::NoSuchPage)?;
        frames::begin_with(&mut self.bytes, wanted.offset);
        let (picture, orientation) = if let Some(offset) = wanted.offset {
            let head = scan::head(&self.bytes)?;
            (DynamicImage::ImageRgb8(scan::read(&mut self.bytes, offset, &head)?), head.orientation)
        } else {
            let mut decoder = decoder(&self.bytes, self.format)?;
            let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            (on_white(DynamicImage::from_decoder(decoder).map_err(|error| trouble(&error))?), orientation)
        };
        let (mut width, mut height) = wanted.dots(DPI_MOST);
        if turned(&orientation) {
            (width, height) = (height, width);
        }
        let mut picture = scaled(&picture, width, height);
        picture.apply_orientation(orientation);
        Ok(picture)
    }
}

impl Source for Picture {
    fn opened(&self) -> &Opened {
        &self.opened
    }

    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble> {
        let (width, height) = self.pages.get(page).ok_or(Trouble::NoSuchPage)?.dots(dpi);
        let kept = match self.kept.take() {
            Some((kept, picture)) if kept == page => picture,
            _ => self.decode(page)?,
        };
        let rgb = scaled(&kept, width, height).into_rgb8().into_raw();
        self.kept = Some((page, kept));
        Ok(Raster { width, height, rgb })
    }

    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble> {
        if page < self.pages.len() { Ok(Vec::new()) } else { Err(Trouble::NoSuchPage) }
    }

    fn part(&mut self, _: usize) -> Option<(String, Vec<u8>)> {
        None
    }
}

#[cfg(test)]
mod tests;
