//! `[branding]`: what stands beside the organisation's name on pages and in mails.

use crate::config::{reader::Reader, rule::matching};
use crate::domain::bounds::{LOGO_BYTES, LOGO_HEIGHT, LOGO_WIDTH};
use crate::domain::branding::{Branding, DARK_GROUNDS, LIGHT_GROUNDS, Logo, Palette};
use crate::domain::colour::{CONTRAST_LEAST, Colour};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::path::Path;

/// Reads the section. Every key may be left out; name and contact stand in `[organisation]`.
///
/// - `logo`: a PNG file of at most [`LOGO_BYTES`] and [`LOGO_WIDTH`] by [`LOGO_HEIGHT`] pixels. No default.
/// - `colour`: of links and buttons, as `#rrggbb`; it must stand out from light pages by 4.5:1. No default: the program's own.
/// - `dark_colour`: the same for dark screens. Default: made from `colour`.
/// - `privacy`: the `https:` address of the organisation's privacy notice. No default.
pub(super) fn read(r: &Reader<'_, '_>) -> Option<Branding> {
    let logo = r.optional("logo", r.path());
    let rule = |example: &str| matching(&format!("must be a colour like \"{example}\""), |text| text.parse::<Colour>().ok());
    let light = r.optional("colour", rule("#0d4f5c"));
    let dark = r.optional("dark_colour", rule("#86d5dc"));
    let privacy = r.optional("privacy", matching("must be an address that begins with https://, of at most 300 characters", https));
    if let Some(colour) = light {
        readable(r, "colour", colour, &LIGHT_GROUNDS, "light");
    }
    if let Some(colour) = dark {
        readable(r, "dark_colour", colour, &DARK_GROUNDS, "dark");
        if !r.has("colour") {
            r.fail("dark_colour", "must stand beside colour".to_owned());
        }
    }
    let logo = match logo.map(|path| picture(r, &path)) {
        Some(Err(why)) => {
            r.fail("logo", format!("must name a PNG file: {why}"));
            None
        }
        Some(Ok(logo)) => Some(logo),
        None => None,
    };
    let palette = light.map(|light| Palette { light, dark: dark.unwrap_or_else(|| Palette::lifted(light)) });
    Some(Branding { logo, palette, privacy })
}

fn https(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    let plain = !rest.is_empty() && text.len() <= 300 && text.bytes().all(|c| c.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&c));
    plain.then(|| text.to_owned())
}

fn readable(r: &Reader<'_, '_>, key: &'static str, colour: Colour, grounds: &[Colour; 2], pages: &str) {
    let (contrast, ground) = Palette::weakest(colour, grounds);
    if contrast < CONTRAST_LEAST {
        // Down, so that what is said never looks like enough.
        let shown = (contrast * 100.0).floor() / 100.0;
        let way = if pages == "light" { "darker" } else { "lighter" };
        r.fail(
            key,
            format!(
                "must be {way}: text in it has to stand out from {pages} pages by {CONTRAST_LEAST}:1 (WCAG 2.2, 1.4.3), and from {ground} it does by {shown}:1"
            ),
        );
    }
}

/// The picture, decoded within bounds and written anew: what else a file may hold, such as text or another file behind it, stays behind.
fn picture(r: &Reader<'_, '_>, path: &Path) -> Result<Logo, String> {
    let file = r.outside().file(path, LOGO_BYTES).map_err(|e| e.to_string())?;
    let mut reader = ImageReader::with_format(Cursor::new(&file[..]), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LOGO_WIDTH);
    limits.max_image_height = Some(LOGO_HEIGHT);
    limits.max_alloc = Some(u64::from(LOGO_WIDTH) * u64::from(LOGO_HEIGHT) * 16);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|why| match why {
        image::ImageError::Limits(_) => format!("it has more than {LOGO_WIDTH} by {LOGO_HEIGHT} pixels"),
        _ => "it is no PNG picture, or a broken one".to_owned(),
    })?;
    let pixels = DynamicImage::ImageRgba8(decoded.to_rgba8());
    let mut png = Vec::new();
    pixels
        .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
        .map_err(|_| "it cannot be written as PNG".to_owned())?;
    // A picture of noise may grow when it is written anew.
    if png.len() > 2 * LOGO_BYTES {
        return Err(format!("without its own compression it has more than {} bytes", 2 * LOGO_BYTES));
    }
    Ok(Logo { png: png.into(), width: pixels.width(), height: pixels.height() })
}
