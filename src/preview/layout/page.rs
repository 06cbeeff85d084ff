//! A page that is laid out: what stands where, and which words of it lie in which areas.

use super::glyphs::{glyph, is_mark};
use super::line::{Line, is_blank};
use crate::domain::redaction::{Area, WHOLE};
use crate::preview::job::PageSize;
use crate::preview::source::Word;

/// Height of the characters above their base line, in em.
const ABOVE: f32 = 1.0;
/// Depth of the characters below their base line, in em.
const BELOW: f32 = 0.28;
/// How far characters may reach beyond their advance, in em; slanted ones reach farther.
const OVERHANG: f32 = 0.1;
const SLANTED_OVERHANG: f32 = 0.25;
/// How far a line whose words only the shaper can place may reach beyond its box, in points.
const MIXED_OVERHANG: f32 = 8.0;

/// A page. Lengths are points, from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) size: PageSize,
    pub(super) fills: Vec<Fill>,
    pub(super) texts: Vec<Text>,
}

/// A filled rectangle: backgrounds and rules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fill {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    /// From black, 0, to white, 255.
    pub(super) shade: u8,
}

/// A line at its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    /// Left edge of the box that it stands in.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Width of the box, of which it may fill a part.
    pub(super) width: f32,
    pub(super) height: f32,
    /// Size of its characters.
    pub(super) size: f32,
    /// From black, 0, to white, 255.
    pub(super) shade: u8,
    pub(super) line: Line,
    /// Whether it is of the document, and not a number of a line or page that the layout adds.
    pub(super) own: bool,
    /// Whether a new line of the text begins behind it.
    pub(super) ends_line: bool,
}

impl Text {
    /// Where its characters stand on.
    pub(super) fn base(&self) -> f32 {
        self.y + (self.height - 1.17 * self.size) / 2.0 + 0.93 * self.size
    }

    fn area(&self, page: PageSize, left: f32, right: f32, tall: bool) -> Option<Area> {
        let base = self.base();
        let (above, below) = if tall { (ABOVE + 0.3, BELOW + 0.2) } else { (ABOVE, BELOW) };
        around(page, left, base - above * self.size, right, base + below * self.size)
    }

    /// Its words, with where they stand.
    fn words(&self, page: PageSize, words: &mut Vec<Word>) {
        let first = words.len();
        let whole = self.area(page, self.x - MIXED_OVERHANG, self.x + self.width + MIXED_OVERHANG, true);
        let mut begun: Option<Begun> = None;
        for span in &self.line.spans {
            let overhang = if span.look.italic { SLANTED_OVERHANG } else { OVERHANG } * self.size;
            let mut x = self.x + span.x;
            for c in span.text.chars() {
                let wide = f32::from(glyph(span.look.face, c).advance) * self.size / super::glyphs::EM;
                if is_blank(c) || c == '\u{a0}' {
                    words.extend(begun.take().map(|word| word.end(self, page, whole)));
                } else {
                    let word = begun.get_or_insert_with(|| Begun { text: String::new(), left: x - overhang, right: x, tall: false });
                    word.text.push(c);
                    word.right = word.right.max(x + wide + overhang);
                    word.tall |= is_mark(c) || matches!(c, '\u{1e00}'..='\u{1eff}');
                }
                x += wide;
            }
        }
        words.extend(begun.take().map(|word| word.end(self, page, whole)));
        if self.ends_line && words.len() > first {
            words.last_mut().into_iter().for_each(|word| word.ends_line = true);
        }
    }
}

/// A word whose end is not reached yet.
struct Begun {
    text: String,
    left: f32,
    right: f32,
    tall: bool,
}

impl Begun {
    fn end(self, text: &Text, page: PageSize, whole: Option<Area>) -> Word {
        let area = if text.line.mixed { whole } else { text.area(page, self.left, self.right, self.tall) };
        Word { text: self.text, area, ends_line: false }
    }
}

/// The area of a rectangle in points, rounded outwards and kept on the page.
fn around(page: PageSize, left: f32, top: f32, right: f32, bottom: f32) -> Option<Area> {
    let whole = f32::from(WHOLE);
    // Clamped to 0..=10,000 first, so the casts lose nothing but the fraction.
    let low = |at: f32, size: u16| (at / f32::from(size) * whole).floor().clamp(0.0, whole - 1.0) as u16;
    let high = |at: f32, size: u16| (at / f32::from(size) * whole).ceil().clamp(1.0, whole) as u16;
    let (x, y) = (low(left, page.width), low(top, page.height));
    let (end, foot) = (high(right, page.width), high(bottom, page.height));
    Area::new(x, y, end.saturating_sub(x).max(1), foot.saturating_sub(y).max(1)).ok()
}

impl Page {
    /// The words of the document on it, in reading order. Where letters are written from right to left, each word of a line has the area of the
    /// whole line.
    pub(super) fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        for text in self.texts.iter().filter(|text| text.own) {
            text.words(self.size, &mut words);
        }
        words
    }

    /// Whether anything of the document stands on it.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.fills.is_empty()
    }
}
