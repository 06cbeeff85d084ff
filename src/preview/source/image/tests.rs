//! Whether pictures of each format are drawn upright, in their colours and within the bounds.

use super::*;
use crate::preview::limits::PAGES;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Frame, GenericImageView, ImageBuffer, Luma, Rgb, Rgba};
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;

fn written(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("it can be written");
    bytes.into_inner()
}

/// Red on the left half, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) })
}

fn dot(page: &Raster, x: u32, y: u32) -> [u8; 3] {
    page.rgb.as_chunks::<3>().0[(y * page.width + x) as usize]
}

fn near(dot: [u8; 3], wanted: [u8; 3]) -> bool {
    dot.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 24)
}

#[test]
fn each_usual_format_is_drawn_in_its_colours() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff] {
        let mut picture = open(written(halves(80, 40), format)).unwrap_or_else(|trouble| panic!("{format:?}: {trouble}"));
        let page = picture.draw(0, 100).expect("it is drawn");
        assert_eq!((page.width, page.height), (80, 40), "{format:?}");
        assert!(near(dot(&page, 10, 20), [250, 10, 10]) && near(dot(&page, 70, 20), [10, 10, 250]), "{format:?}");
        assert_eq!(picture.opened().pages, [PageSize { width: 58, height: 29 }]);
        assert_eq!(picture.opened().notes, []);
        assert_eq!(picture.draw(1, 100), Err(Trouble::NoSuchPage));
    }
}

#[test]
fn a_large_picture_is_fitted_and_sharpened_by_zoom_but_never_beyond_its_own_dots() {
    let mut picture = open(written(halves(3000, 1500), ImageFormat::Png)).expect("it is opened");
    for (dpi, width, height) in [(12, 120, 60), (100, 1000, 500), (150, 1500, 750), (220, 2200, 1100)] {
        let page = picture.draw(0, dpi).expect("it is drawn");
        assert_eq!((page.width, page.height, page.rgb.len()), (width, height, (width * height * 3) as usize));
        assert!(near(dot(&page, 1, height / 2), [250, 10, 10]) && near(dot(&page, width - 2, height / 2), [10, 10, 250]));
    }
    let mut small = open(written(halves(30, 2), ImageFormat::Png)).expect("it is opened");
    assert_eq!(small.draw(0, 220).map(|page| (page.width, page.height)), Ok((30, 2)));
}

#[test]
fn a_picture_taken_upright_stands_upright() {
    let mut photo = written(halves(80, 40), ImageFormat::Jpeg);
    // An APP1 segment with one entry: orientation 6, to be turned by a quarter to the right.
    let exif = [&b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"[..]].concat();
    photo.splice(2..2, exif);
    let mut picture = open(photo).expect("it is opened");
    let page = picture.draw(0, 100).expect("it is drawn");
    assert_eq!((page.width, page.height), (40, 80));
    assert!(near(dot(&page, 20, 10), [250, 10, 10]) && near(dot(&page, 20, 70), [10, 10, 250]));
}

#[test]
fn what_is_transparent_lies_on_white() {
    let glass = ImageBuffer::from_fn(4, 1, |x, _| Rgba([0_u8, 0, 0, [0_u8, 127, 255, 0][x as usize]]));
    let page = open(written(glass, ImageFormat::Png))
        .and_then(|mut picture| picture.draw(0, 100))
        .expect("it is drawn");
    assert_eq!(page.rgb, [[255; 3], [128; 3], [0; 3], [255; 3]].concat());
}

#[test]
fn sixteen_bits_and_grey_are_drawn() {
    let deep = ImageBuffer::from_fn(2, 1, |x, _| Luma([if x == 0 { 0x80ff_u16 } else { 0xffff }]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let page = open(written(deep.clone(), format))
            .and_then(|mut picture| picture.draw(0, 100))
            .expect("it is drawn");
        assert!(near(dot(&page, 0, 0), [129; 3]) && near(dot(&page, 1, 0), [255; 3]), "{format:?}");
    }
}

fn tiff(pages: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut file = TiffEncoder::new(&mut bytes).expect("it is begun");
    for page in 0..pages {
        file.write_image::<colortype::Gray8>(8, 4, &[page * 40; 32]).expect("it is written");
    }
    let mut cmyk = file.new_image::<colortype::CMYK8>(8, 4).expect("it is begun");
    // A fax has half the lines.
    cmyk.encoder()
        .write_tag(Tag::XResolution, tiff::encoder::Rational { n: 204, d: 1 })
        .expect("it is written");
    cmyk.encoder()
        .write_tag(Tag::YResolution, tiff::encoder::Rational { n: 102, d: 1 })
        .expect("it is written");
    cmyk.write_data(&[0, 255, 255, 0].repeat(32)).expect("it is written");
    bytes.into_inner()
}

#[test]
fn every_page_of_a_tiff_is_drawn_in_any_order() {
    let mut picture = open(tiff(3)).expect("it is opened");
    assert_eq!(picture.opened().pages.len(), 4);
    for page in [2, 0, 1] {
        let drawn = picture.draw(page, 100).expect("it is drawn");
        assert_eq!((drawn.width, drawn.height, dot(&drawn, 3, 3)), (8, 4, [page as u8 * 40; 3]));
    }
    let last = picture.draw(3, 100).expect("it is drawn");
    assert_eq!((last.width, last.height), (8, 8), "dots that are not square are made so");
    assert!(near(dot(&last, 2, 2), [255, 0, 0]), "ink of four colours: {:?}", dot(&last, 2, 2));
}

#[test]
fn a_tiff_whose_pages_go_round_ends_and_damaged_ones_are_refused() {
    let mut round = tiff(1);
    let first = u32::from_le_bytes(round[4..8].try_into().expect("four bytes"));
    let entries = usize::from(u16::from_le_bytes(round[first as usize..][..2].try_into().expect("two bytes")));
    let next = first as usize + 2 + entries * 12;
    round[next..next + 4].copy_from_slice(&first.to_le_bytes());
    assert_eq!(frames::of(ImageFormat::Tiff, &round).map(|frames| frames.offsets.len()), Ok(1));
    assert_eq!(open(round).map(drop), Err(Trouble::Damaged));
    for length in [8, 20, 60] {
        assert!(open(tiff(1)[..length].to_vec()).is_err());
    }
    assert!(frames::of(ImageFormat::Tiff, b"II*\0\xff\xff\xff\xff").is_err());
    assert!(tiff(1).len() < PAGES * 1000);
}

#[test]
fn of_a_moving_picture_the_first_is_drawn() {
    let mut bytes = Vec::new();
    let mut film = GifEncoder::new(&mut bytes);
    film.set_repeat(Repeat::Infinite).expect("it is written");
    for shade in [0, 255] {
        film.encode_frame(Frame::new(ImageBuffer::from_pixel(6, 6, Rgba([shade, shade, shade, 255]))))
            .expect("it is written");
    }
    drop(film);
    let mut picture = open(bytes).expect("it is opened");
    assert_eq!(picture.opened().notes, [Note::FirstFrame]);
    assert_eq!(picture.draw(0, 100).map(|page| dot(&page, 3, 3)), Ok([0; 3]));
}

#[test]
fn what_is_above_a_bound_is_refused_before_it_is_decoded() {
    for (width, height) in [(60_000_u32, 60_000_u32), (19_000, 19_000), (20_001, 1), (0, 5)] {
        let mut bomb = written(halves(2, 2), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&width.to_be_bytes());
        bomb[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        let wanted = if width == 0 { Trouble::Damaged } else { Trouble::TooLarge };
        assert_eq!(open(bomb).map(drop), Err(wanted), "{width}x{height}");
    }
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg())))
}

#[test]
fn a_picture_cut_short_is_drawn_in_part_or_called_damaged() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff] {
        let whole = written(halves(64, 64), format);
        for length in (0..whole.len()).step_by(whole.len() / 20 + 1) {
            if let Ok(mut picture) = open(whole[..length].to_vec()) {
                let drawn = picture.draw(0, 100);
                assert!(drawn.as_ref().map_or(true, |page| page.rgb.len() == (page.width * page.height * 3) as usize), "{format:?}");
            }
        }
    }
}

#[test]
fn scaling_keeps_the_size_that_was_asked_for() {
    let picture = DynamicImage::ImageRgb8(halves(100, 50));
    assert_eq!(scaled(&picture, 7, 5).dimensions(), (7, 5));
    assert_eq!(scaled(&picture, 90, 45).dimensions(), (90, 45));
}
