//! What staff cover on a page: rectangles in ten-thousandths of the page's width and height, whatever size it is drawn in.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A whole page edge, in the unit of [`Area`].
pub const WHOLE: u16 = 10_000;

/// A text that is not an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an area is LEFT,TOP,WIDTH,HEIGHT in per cent of the page, with at most two decimals, as in 10,20,30,5.5; it must lie on the page and not be empty"
)]
pub struct InvalidArea;

/// A rectangle on a page, never empty and never beyond the page's edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "[u16; 4]", into = "[u16; 4]")]
pub struct Area {
    left: u16,
    top: u16,
    width: u16,
    height: u16,
}

impl Area {
    /// The rectangle, if it lies on the page and is not empty.
    pub fn new(left: u16, top: u16, width: u16, height: u16) -> Result<Self, InvalidArea> {
        let fits = |at: u16, size: u16| size > 0 && u32::from(at) + u32::from(size) <= u32::from(WHOLE);
        if fits(left, width) && fits(top, height) { Ok(Self { left, top, width, height }) } else { Err(InvalidArea) }
    }

    /// Left edge.
    pub const fn left(self) -> u16 {
        self.left
    }

    /// Upper edge.
    pub const fn top(self) -> u16 {
        self.top
    }

    /// Right edge, at most [`WHOLE`].
    pub const fn right(self) -> u16 {
        self.left + self.width
    }

    /// Lower edge, at most [`WHOLE`].
    pub const fn bottom(self) -> u16 {
        self.top + self.height
    }

    /// Whether the two share more than an edge.
    pub const fn touches(self, other: Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }
}

impl TryFrom<[u16; 4]> for Area {
    type Error = InvalidArea;

    fn try_from([left, top, width, height]: [u16; 4]) -> Result<Self, InvalidArea> {
        Self::new(left, top, width, height)
    }
}

impl From<Area> for [u16; 4] {
    fn from(area: Area) -> Self {
        [area.left, area.top, area.width, area.height]
    }
}

/// In per cent, as [`FromStr`] reads it.
impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in <[u16; 4]>::from(*self).into_iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match part % 100 {
                0 => write!(f, "{comma}{}", part / 100)?,
                rest if rest % 10 == 0 => write!(f, "{comma}{}.{}", part / 100, rest / 10)?,
                rest => write!(f, "{comma}{}.{rest:02}", part / 100)?,
            }
        }
        Ok(())
    }
}

impl FromStr for Area {
    type Err = InvalidArea;

    fn from_str(text: &str) -> Result<Self, InvalidArea> {
        let parts = text.split(',').map(hundredths).collect::<Result<Vec<_>, _>>()?;
        <[u16; 4]>::try_from(parts).map_err(|_| InvalidArea)?.try_into()
    }
}

/// A figure with at most two decimals, times a hundred.
fn hundredths(text: &str) -> Result<u16, InvalidArea> {
    let text = text.trim();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 3) || !digits(decimals, 2) {
        return Err(InvalidArea);
    }
    let number = |text: &str| text.parse::<u16>().map_err(|_| InvalidArea);
    let decimals = if decimals.len() == 1 { number(decimals)? * 10 } else { number(decimals)? };
    number(whole)?.checked_mul(100).and_then(|whole| whole.checked_add(decimals)).ok_or(InvalidArea)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_read_in_per_cent_and_shown_the_same() {
        for text in ["10,20,30,5.5", "0,0,100,100", "99.99,0,0.01,50.05"] {
            assert_eq!(text.parse::<Area>().map(|area| area.to_string()).as_deref(), Ok(text));
        }
        let area: Area = " 10, 20.5 ,30,5 ".parse().expect("blanks do no harm");
        assert_eq!(<[u16; 4]>::from(area), [1000, 2050, 3000, 500]);
    }

    #[test]
    fn what_is_empty_or_leaves_the_page_is_no_area() {
        for text in
            ["", "1,2,3", "1,2,3,4,5", "0,0,0,10", "50,0,50.01,10", "-1,0,10,10", "a,b,c,d", "1.234,0,1,1", "0,0,1e1,1", "999,0,1,1"]
        {
            assert_eq!(text.parse::<Area>(), Err(InvalidArea), "{text}");
        }
        assert!(serde_json::from_str::<Area>("[0,0,10001,1]").is_err());
    }

    #[test]
    fn areas_touch_when_they_share_more_than_an_edge() {
        let area = |text: &str| text.parse::<Area>().expect("an area");
        assert!(area("10,10,10,10").touches(area("19.99,19.99,5,5")));
        assert!(!area("10,10,10,10").touches(area("20,10,5,5")));
    }
}
