//! What an organisation may put on pages and mails beside its name: a logo, a colour, a link to its privacy notice.

use crate::domain::colour::{CONTRAST_LEAST, Colour};
use std::fmt;
use std::sync::Arc;

/// The logo, colours and link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branding {
    /// Stands beside the organisation's name.
    pub logo: Option<Logo>,
    /// Links and buttons; the program's own where there is none.
    pub palette: Option<Palette>,
    /// An `https:` address with the organisation's own privacy notice.
    pub privacy: Option<String>,
}

impl Branding {
    /// The same without a link: what brings a code has none of any kind, so that people learn never to follow one there.
    pub fn without_links(&self) -> Self {
        Self { privacy: None, ..self.clone() }
    }
}

/// A picture that was read and written anew by the program: nothing is left of its file but the pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// As PNG.
    pub png: Arc<[u8]>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// The colour of links and buttons on light and on dark screens. Each stands out from all it stands on by [`CONTRAST_LEAST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// On light pages.
    pub light: Colour,
    /// On dark pages.
    pub dark: Colour,
}

/// What stands behind text on light pages, as the stylesheet has it.
pub const LIGHT_GROUNDS: [Colour; 2] = [Colour::new(0xf3, 0xf1, 0xec), Colour::WHITE];
/// The same on dark pages.
pub const DARK_GROUNDS: [Colour; 2] = [Colour::new(0x10, 0x17, 0x1c), Colour::new(0x19, 0x23, 0x2a)];
/// Hundredths of the colour in the ground of what is pointed at.
const TINT: u32 = 10;

impl Logo {
    /// Width and height of the picture, made smaller until it fits; at least one pixel.
    pub fn within(&self, width: u32, height: u32) -> (u32, u32) {
        let (own_width, own_height) = (u64::from(self.width.max(1)), u64::from(self.height.max(1)));
        let (width, height) = (u64::from(width).min(own_width), u64::from(height).min(own_height));
        let by_height = (own_width * height / own_height, height);
        let (w, h) = if by_height.0 <= width { by_height } else { (width, own_height * width / own_width) };
        (u32::try_from(w.max(1)).unwrap_or(1), u32::try_from(h.max(1)).unwrap_or(1))
    }
}

impl Palette {
    /// The weakest contrast of a colour with what it stands on, and with what that is.
    pub fn weakest(colour: Colour, grounds: &[Colour; 2]) -> (f64, Colour) {
        let all = [grounds[0], grounds[1], tint(colour, grounds)].map(|ground| (colour.contrast(ground), ground));
        all.into_iter().fold(all[0], |least, other| if other.0 < least.0 { other } else { least })
    }

    /// A colour for dark pages that is as near to the one for light pages as can be read there.
    pub fn lifted(light: Colour) -> Colour {
        let steps = (0..=100).step_by(5).map(|white| light.mixed(Colour::WHITE, white));
        steps
            .into_iter()
            .find(|it| Self::weakest(*it, &DARK_GROUNDS).0 >= CONTRAST_LEAST)
            .unwrap_or(Colour::WHITE)
    }

    /// The rules of a stylesheet that come after the program's own.
    pub fn stylesheet(&self) -> String {
        // What stands out from light pages stands out from white, and what stands out from dark ones from black.
        let rules = |colour: Colour, grounds: &[Colour; 2], on: Colour, towards: Colour| {
            let over = colour.mixed(towards, 25);
            format!("--brand:{colour};--brand-over:{over};--on-brand:{on};--tint:{}", tint(colour, grounds))
        };
        let light = rules(self.light, &LIGHT_GROUNDS, Colour::WHITE, Colour::BLACK);
        let dark = rules(self.dark, &DARK_GROUNDS, Colour::BLACK, Colour::WHITE);
        format!("@media screen{{:root{{{light}}}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
    }
}

fn tint(colour: Colour, grounds: &[Colour; 2]) -> Colour {
    grounds[1].mixed(colour, TINT)
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}x{}, {} bytes)", self.width, self.height, self.png.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_light_colour_a_dark_one_is_found_that_can_be_read() {
        for step in (0..=255_u8).step_by(15) {
            for colour in [Colour::new(step, 0, 0), Colour::new(0, step, 90), Colour::new(40, 0, step), Colour::new(step, step, step)] {
                let dark = Palette::lifted(colour);
                assert!(Palette::weakest(dark, &DARK_GROUNDS).0 >= CONTRAST_LEAST, "{colour} -> {dark}");
            }
        }
    }

    #[test]
    fn text_on_buttons_can_be_read_also_when_they_are_pointed_at() {
        let palette = Palette { light: Colour::new(0x8a, 0x1c, 0x4a), dark: Palette::lifted(Colour::new(0x8a, 0x1c, 0x4a)) };
        let sheet = palette.stylesheet();
        let value = |name: &str, from: usize| -> Colour {
            let rest = &sheet[from..];
            let at = rest.find(&format!("{name}:")).map(|at| at + name.len() + 1).expect("a rule");
            rest[at..at + 7].parse().expect("a colour")
        };
        for from in [0, sheet.find("dark").expect("dark rules")] {
            for ground in ["--brand", "--brand-over"] {
                let contrast = value("--on-brand", from).contrast(value(ground, from));
                assert!(contrast >= CONTRAST_LEAST, "{ground}: {contrast:.2} in {sheet}");
            }
            assert!(value("--brand-over", from).contrast(value("--tint", from)) >= CONTRAST_LEAST);
        }
    }
}
