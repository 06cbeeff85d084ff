//! Gathers the words of a PDF page with where they stand: those that are drawn, and those that are there without being seen (scanned pages).

use crate::domain::redaction::{Area, WHOLE};
use crate::preview::limits::PAGE_TEXT_BYTES;
use crate::preview::source::Word;
use hayro::hayro_interpret::font::{Glyph, GlyphRun, PositionedGlyph};
use hayro::hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro::hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape, Vec2};
use std::collections::HashSet;

/// Units of a glyph in the height of its letters.
const EM: f64 = 1000.0;
/// How far letters that have no outline reach below and above their line, in those units.
const REACH: (f64, f64) = (-250.0, 850.0);
/// A gap this wide, in heights of a letter, parts words.
const GAP: f64 = 0.2;
/// A step this far across the line, or a step back by twice as much, in heights of a letter, begins another line.
const STEP: f64 = 0.5;

/// A device that draws nothing.
pub(super) struct Gatherer {
    /// The page, in points.
    page: Rect,
    words: Vec<Word>,
    /// The word that is being gathered, and where it stands: nothing as soon as the place of one of its letters is not certain.
    text: String,
    area: Option<Rect>,
    /// Where the last letter stands.
    last: Option<Place>,
    /// What was gathered already at a place: letters drawn twice to look bold count once.
    seen: HashSet<(String, i64, i64)>,
    room: usize,
}

/// Where a letter begins and ends on its line, in points from the page's upper left corner.
#[derive(Clone, Copy)]
struct Place {
    from: Point,
    to: Point,
    height: f64,
}

/// What lies between two letters.
enum Between {
    Nothing,
    Gap,
    LineEnd,
}

impl Gatherer {
    /// For a page of so many points.
    pub(super) fn new(page: Rect) -> Self {
        Self { page, words: Vec::new(), text: String::new(), area: None, last: None, seen: HashSet::new(), room: PAGE_TEXT_BYTES }
    }

    /// The words in the order in which they were written.
    pub(super) fn words(mut self) -> Vec<Word> {
        self.end_word();
        self.end_line();
        self.words
    }

    fn end_word(&mut self) {
        let (text, area) = (std::mem::take(&mut self.text), self.area.take());
        // What stands beside the page is not on it.
        if !text.is_empty() && area.is_none_or(|area| area.overlaps(self.page)) {
            self.words.push(Word { text, area: area.and_then(|area| self.rounded(area)), ends_line: false });
        }
    }

    fn end_line(&mut self) {
        if let Some(last) = self.words.last_mut() {
            last.ends_line = true;
        }
    }

    /// The area outwards to the unit of areas.
    fn rounded(&self, area: Rect) -> Option<Area> {
        let whole = f64::from(WHOLE);
        let side = |from: f64, to: f64, length: f64| {
            let from = (from / length * whole).floor().clamp(0.0, whole - 1.0);
            let to = (to / length * whole).ceil().clamp(from + 1.0, whole);
            (from as u16, (to - from) as u16)
        };
        let (left, width) = side(area.x0, area.x1, self.page.width());
        let (top, height) = side(area.y0, area.y1, self.page.height());
        Area::new(left, top, width, height).ok()
    }

    fn take(&mut self, glyph: &PositionedGlyph<'_>, transform: Affine, vertical: bool) {
        let transform = transform * glyph.transform();
        let text = letters(glyph);
        if text.is_empty() || self.room == 0 || !transform.as_coeffs().iter().all(|part| part.is_finite()) {
            return;
        }
        self.room = self.room.saturating_sub(text.len());
        let (advance, bounds) = measures(glyph);
        let from = transform * Point::ORIGIN;
        let to = transform * if vertical { Point::new(0.0, -EM) } else { Point::new(advance, 0.0) };
        let place = Place { from, to, height: (transform * Point::new(0.0, EM) - from).hypot().max(0.01) };
        let quarter = |length: f64| (length * 4.0) as i64;
        if !self.seen.insert((text.clone(), quarter(from.x), quarter(from.y))) {
            return;
        }
        match self.last.replace(place).map_or(Between::Nothing, |last| last.between(place)) {
            Between::Nothing => {}
            Between::Gap => self.end_word(),
            Between::LineEnd => {
                self.end_word();
                self.end_line();
            }
        }
        if text.chars().all(char::is_whitespace) {
            return self.end_word();
        }
        let area = bounds.map(|bounds| transform.transform_rect_bbox(bounds));
        self.area = if self.text.is_empty() { area } else { self.area.zip(area).map(|(word, letter)| word.union(letter)) };
        self.text.push_str(&text);
    }
}

impl Place {
    fn between(self, next: Self) -> Between {
        let line = self.to - self.from;
        let along = if line.hypot() > 0.0 { line / line.hypot() } else { Vec2::new(1.0, 0.0) };
        let step = next.from - self.to;
        let (forward, across) = (step.dot(along), step.cross(along).abs());
        let height = self.height.max(next.height);
        match () {
            () if across > height * STEP || forward < -2.0 * STEP * height => Between::LineEnd,
            () if forward > height * GAP => Between::Gap,
            () => Between::Nothing,
        }
    }
}

/// The letters that a glyph stands for.
fn letters(glyph: &Glyph<'_>) -> String {
    let text = match glyph.as_unicode() {
        Some(BfString::Char(c)) => String::from(c),
        Some(BfString::String(text)) => text,
        None => String::from('\u{fffd}'),
    };
    let ligature = |c: char| match c {
        '\u{fb00}' => Some("ff"),
        '\u{fb01}' => Some("fi"),
        '\u{fb02}' => Some("fl"),
        '\u{fb03}' => Some("ffi"),
        '\u{fb04}' => Some("ffl"),
        _ => None,
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match ligature(c) {
            Some(letters) => plain.push_str(letters),
            None if c == '\u{ad}' => {}
            None if c.is_whitespace() || !c.is_control() => plain.push(c),
            None => {}
        }
    }
    plain
}

/// How far a glyph moves on, and what it may cover, in its own units; nothing when that is not certain.
fn measures(glyph: &Glyph<'_>) -> (f64, Option<Rect>) {
    match glyph {
        Glyph::Outline(outline) => {
            let ink = outline.outline().bounding_box();
            let advance = outline.advance_width().map_or(ink.x1, f64::from);
            let inked = ink.width() > 0.0 && ink.height() > 0.0;
            let (low, high) = if inked { (ink.y0, ink.y1) } else { REACH };
            let line = Rect::new(0.0, low, advance, high);
            (advance, Some(if inked { line.union(ink) } else { line }))
        }
        // Drawn by instructions of its own, which may reach anywhere.
        Glyph::Type3(drawn) => (drawn.advance_width().map_or(EM / 2.0, f64::from), None),
    }
}

impl<'a> Device<'a> for Gatherer {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            self.take(glyph, props.transform, vertical);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
