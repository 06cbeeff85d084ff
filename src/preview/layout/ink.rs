//! Fills the outlines of characters, each where the layout put it.

use super::glyphs::{EM, Face, MARKS, glyph, is_mark};
use super::line::{Span, is_blank};
use super::page::{Fill, Text};
use crate::preview::job::Trouble;
use resvg::tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlineGlyphCollection, OutlinePen};
use skrifa::{FontRef, MetadataProvider};

/// How far characters lean to the right for each unit of height where they are slanted: 12 degrees.
const SLANT: f32 = 0.2126;
/// Where characters are struck through, and how thickly, in em.
const STRUCK_AT: f32 = 0.27;
const STRUCK: f32 = 0.06;

/// Pixels and what draws on them.
pub(super) struct Ink<'a> {
    pixels: &'a mut Pixmap,
    scale: f32,
    faces: Vec<Outlines>,
}

struct Outlines {
    characters: Charmap<'static>,
    glyphs: OutlineGlyphCollection<'static>,
    /// Units of the outlines in one em.
    em: f32,
}

impl Outlines {
    fn new(face: Face) -> Option<Self> {
        let font = FontRef::new(face.bytes()).ok()?;
        let em = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        Some(Self { characters: font.charmap(), glyphs: font.outline_glyphs(), em: f32::from(em) })
    }
}

impl<'a> Ink<'a> {
    pub(super) fn new(pixels: &'a mut Pixmap, scale: f32) -> Result<Self, Trouble> {
        let faces = Face::ALL.into_iter().map(Outlines::new).collect::<Option<Vec<_>>>().ok_or(Trouble::TooHard)?;
        Ok(Self { pixels, scale, faces })
    }

    /// Fills a rectangle.
    pub(super) fn fill(&mut self, fill: &Fill) {
        if let Some(rect) = Rect::from_xywh(fill.x, fill.y, fill.width, fill.height) {
            self.pixels.fill_rect(rect, &paint(fill.shade), Transform::from_scale(self.scale, self.scale), None);
        }
    }

    /// Fills the characters of a line, but for those that the shaper places.
    pub(super) fn text(&mut self, text: &Text) {
        if text.line.mixed {
            return;
        }
        let mut path = PathBuilder::new();
        for span in text.line.spans.iter().filter(|span| !span.needs_shaper()) {
            self.outline(text, span, &mut path);
            if span.look.struck {
                let (y, height) = (text.base() - STRUCK_AT * text.size, STRUCK * text.size);
                let before = span.text.chars().take_while(|c| is_blank(*c));
                let before: f32 = before.map(|c| f32::from(glyph(span.look.face, c).advance) * text.size / EM).sum();
                self.fill(&Fill { x: text.x + span.x + before, y, width: span.width - before, height, shade: text.shade });
            }
        }
        if let Some(path) = path.finish() {
            self.pixels.fill_path(&path, &paint(text.shade), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn outline(&self, text: &Text, span: &Span, path: &mut PathBuilder) {
        let (mut x, mut cell, mut marks) = (text.x + span.x, 0.0, 0);
        for c in span.text.chars() {
            let found = glyph(span.look.face, c);
            let mark = is_mark(c);
            marks = if mark { marks + 1 } else { 0 };
            let outlines = &self.faces[found.face as usize];
            let drawn = found.drawn.filter(|c| *c != ' ' && marks <= MARKS).and_then(|c| outlines.characters.map(c));
            if let Some(glyph) = drawn.and_then(|id| outlines.glyphs.get(id)) {
                let slant = if span.look.italic { SLANT } else { 0.0 };
                let scale = text.size / outlines.em * self.scale;
                // A mark of fixed pitch lies in the cell of the character before it.
                let left = if mark && found.face == Face::Mono { x - cell } else { x };
                let mut pen = Pen { path, x: left * self.scale, y: text.base() * self.scale, scale, slant };
                // A glyph that cannot be read leaves its room blank.
                let _ = glyph.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut pen);
            }
            let wide = f32::from(found.advance) * text.size / EM;
            x += wide;
            if !mark {
                cell = wide;
            }
        }
    }
}

fn paint(shade: u8) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(shade, shade, shade, 255));
    paint.anti_alias = true;
    paint
}

/// Puts an outline where it belongs: outlines count upwards, pixels downwards.
struct Pen<'a> {
    path: &'a mut PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
    slant: f32,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + (x + y * self.slant) * self.scale, self.y - y * self.scale)
    }
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx, cy), self.at(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let ((cx0, cy0), (cx1, cy1), (x, y)) = (self.at(cx0, cy0), self.at(cx1, cy1), self.at(x, y));
        self.path.cubic_to(cx0, cy0, cx1, cy1, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
