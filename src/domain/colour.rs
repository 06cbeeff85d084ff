//! Colours as pages use them, and how far one stands out from another (WCAG 2.2, success criterion 1.4.3).

use std::{fmt, str::FromStr};

/// Least contrast of text with what it stands on (WCAG 2.2, 1.4.3, level AA).
pub const CONTRAST_LEAST: f64 = 4.5;

/// A colour of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written \"#0d4f5c\"")]
pub struct InvalidColour;

impl Colour {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// The colour with these parts of red, green and blue.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// From 1 (none) to 21 (black and white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// So many hundredths of another colour mixed in.
    pub fn mixed(self, other: Self, hundredths: u32) -> Self {
        let share = hundredths.min(100);
        let part = |at: usize| {
            let sum = u32::from(self.0[at]) * (100 - share) + u32::from(other.0[at]) * share;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([part(0), part(1), part(2)])
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0[0]) + 0.7152 * linear(self.0[1]) + 0.0722 * linear(self.0[2])
    }
}

impl FromStr for Colour {
    type Err = InvalidColour;

    fn from_str(text: &str) -> Result<Self, InvalidColour> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())
            .ok_or(InvalidColour)?;
        let part = |at: usize| {
            let two = digits.get(at..at + 2).filter(|two| two.bytes().all(|c| c.is_ascii_hexdigit()));
            two.and_then(|two| u8::from_str_radix(two, 16).ok()).ok_or(InvalidColour)
        };
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_the_guideline_says() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        assert!(near(Colour::BLACK.contrast(Colour::WHITE), 21.0));
        assert!(near(Colour::WHITE.contrast(Colour::WHITE), 1.0));
        // The well-known border: the lightest grey that white pages take.
        assert!(near(Colour::new(0x76, 0x76, 0x76).contrast(Colour::WHITE), 4.54));
        assert!(near(Colour::new(0x77, 0x77, 0x77).contrast(Colour::WHITE), 4.48));
    }

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        assert_eq!("#0D4f5c".parse(), Ok(Colour::new(0x0d, 0x4f, 0x5c)));
        assert_eq!(Colour::new(0x0d, 0x4f, 0x5c).to_string(), "#0d4f5c");
        for wrong in ["", "#", "0d4f5c", "#0d4f5", "#0d4f5c0", "#+d4f5c", "#éééé", "red", "#0d4f5c;}"] {
            assert_eq!(wrong.parse::<Colour>(), Err(InvalidColour), "{wrong}");
        }
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 50), Colour::new(128, 128, 128));
    }
}
