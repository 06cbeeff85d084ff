//! Turns a page into JPEG.

use crate::preview::job::Trouble;
use crate::preview::limits::{JPEG_QUALITY, PICTURE_BYTES};
use crate::preview::source::Raster;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The page as JPEG: without colours when it has none, which is smaller and sharper.
///
/// # Errors
/// The page has no dots, is wider or higher than JPEG allows, or becomes larger than may be handed over.
pub fn jpeg(page: &Raster) -> Result<Vec<u8>, Trouble> {
    let (Ok(width), Ok(height)) = (u16::try_from(page.width), u16::try_from(page.height)) else { return Err(Trouble::TooLarge) };
    let grey = page.rgb.chunks_exact(3).all(|dot| dot[0] == dot[1] && dot[1] == dot[2]);
    let mut picture = Vec::with_capacity(page.rgb.len() / 8);
    let mut encoder = Encoder::new(&mut picture, JPEG_QUALITY);
    let written = if grey {
        let light: Vec<u8> = page.rgb.iter().step_by(3).copied().collect();
        encoder.encode(&light, width, height, ColorType::Luma)
    } else {
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(&page.rgb, width, height, ColorType::Rgb)
    };
    match written {
        Ok(()) if picture.len() <= PICTURE_BYTES => Ok(picture),
        Ok(()) => Err(Trouble::TooLarge),
        Err(_) => Err(Trouble::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(picture: &[u8]) -> image::DynamicImage {
        image::load_from_memory_with_format(picture, image::ImageFormat::Jpeg).expect("it is JPEG")
    }

    #[test]
    fn a_page_becomes_jpeg_of_its_own_size_and_colours() {
        let coloured = Raster { width: 33, height: 17, rgb: [200, 30, 30].repeat(33 * 17) };
        let seen = read(&jpeg(&coloured).expect("it is encoded")).to_rgb8();
        assert_eq!(seen.dimensions(), (33, 17));
        assert!(seen.get_pixel(16, 8).0.iter().zip([200u8, 30, 30]).all(|(a, b)| a.abs_diff(b) < 8), "{:?}", seen.get_pixel(16, 8));
    }

    #[test]
    fn a_page_without_colours_is_encoded_without_them() {
        let grey = Raster { width: 40, height: 40, rgb: vec![77; 40 * 40 * 3] };
        let seen = read(&jpeg(&grey).expect("it is encoded"));
        assert_eq!(seen.color(), image::ColorType::L8);
        assert!(seen.to_luma8().get_pixel(20, 20).0[0].abs_diff(77) < 4);
    }

    #[test]
    fn what_jpeg_cannot_hold_is_refused() {
        for (width, height) in [(0, 0), (70_000, 1)] {
            let page = Raster { width, height, rgb: vec![0; (width * height * 3) as usize] };
            assert!(jpeg(&page).is_err());
        }
    }
}
