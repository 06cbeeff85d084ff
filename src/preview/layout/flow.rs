//! Fills pages with blocks from top to bottom.

use super::block::{Block, Run};
use super::line::{Cut, Line, Lines, is_blank};
use super::page::{Fill, Page, Text};
use crate::preview::job::PageSize;
use crate::preview::limits::PAGES;

/// A4.
const SHORT: u16 = 595;
const LONG: u16 = 842;
/// Margins, in points.
pub(super) const SIDE: f32 = 54.0;
const TOP: f32 = 54.0;
const BOTTOM: f32 = 62.0;
/// Size of running text, in points.
pub(super) const TEXT: f32 = 10.0;
/// Size of text in fixed pitch, in points: some 90 characters beside their numbers.
const CODE: f32 = 8.5;
/// Height of a line, in em.
pub(super) const LINE: f32 = 1.4;
const INK: u8 = 17;
pub(super) const PALE: u8 = 125;
const RULE: u8 = 190;
const BACKGROUND: u8 = 245;
/// Space below a block, in points.
const GAP: f32 = 6.0;
/// How far lists and quotes are set in, in points for each depth, and how deep at most.
const INDENT: f32 = 18.0;
const DEPTH: u8 = 8;

/// Pages as they are filled.
pub(super) struct Flow {
    pub(super) pages: Vec<Page>,
    /// Where the next line goes, in points from the top.
    pub(super) y: f32,
    /// Whether the last page that may be is full.
    pub(super) full: bool,
    wide: bool,
    /// Whether the document is one piece of text in fixed pitch, which needs no background to tell it from others.
    pub(super) bare: bool,
}

/// How the lines of a block are set.
#[derive(Clone, Copy)]
struct Set {
    cut: Cut,
    /// From the left margin, in points.
    indent: f32,
    shade: u8,
}

impl Set {
    const fn text() -> Self {
        Self { cut: Cut { size: TEXT, bold: false, italic: false, kept: false }, indent: 0.0, shade: INK }
    }
}

impl Flow {
    pub(super) fn new() -> Self {
        let mut flow = Self { pages: Vec::new(), y: TOP, full: false, wide: false, bare: false };
        flow.new_page();
        flow
    }

    /// Begins a page, or finds that there are enough.
    pub(super) fn new_page(&mut self) {
        if self.pages.len() >= PAGES {
            self.full = true;
            return;
        }
        let (width, height) = if self.wide { (LONG, SHORT) } else { (SHORT, LONG) };
        self.pages.push(Page { size: PageSize { width, height }, fills: Vec::new(), texts: Vec::new() });
        self.y = TOP;
    }

    /// The page that is being filled.
    pub(super) fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("a flow begins with a page and loses none")
    }

    /// Turns the pages that follow, beginning a new one where that makes a difference.
    pub(super) fn turn(&mut self, wide: bool) {
        if self.wide == wide {
            return;
        }
        self.wide = wide;
        if self.page().is_empty() {
            self.pages.pop();
        }
        self.new_page();
    }

    /// Points between the margins.
    pub(super) fn width(&self) -> f32 {
        available(self.wide)
    }

    /// Points between upper and lower margin.
    pub(super) fn height(&self) -> f32 {
        f32::from(if self.wide { SHORT } else { LONG }) - TOP - BOTTOM
    }

    /// Points left on this page.
    pub(super) fn room(&self) -> f32 {
        TOP + self.height() - self.y
    }

    /// Begins a new page when so many points are not left; false when there is none.
    pub(super) fn need(&mut self, height: f32) -> bool {
        if !self.full && height > self.room() + 0.01 && self.y > TOP {
            self.new_page();
        }
        !self.full
    }

    fn space(&mut self, points: f32) {
        if self.y > TOP {
            self.y += points;
        }
    }

    /// Sets a block.
    pub(super) fn block(&mut self, block: &Block) {
        match block {
            Block::Table { .. } | Block::PageBreak => {}
            _ => self.turn(false),
        }
        match block {
            Block::Heading(level, runs) => self.heading(*level, runs),
            Block::Paragraph(runs) => self.paragraph(runs, Set::text(), 0.0),
            Block::Item { depth, mark, text } => self.item(*depth, mark, text),
            Block::Quote(depth, runs) => {
                let indent = INDENT * f32::from((*depth).min(DEPTH));
                self.paragraph(runs, Set { indent, shade: 70, ..Set::text() }, indent);
            }
            Block::Code { text, numbered } => self.code(text, *numbered),
            Block::Table { head, rows } => self.table(*head, rows),
            Block::Rule => self.rule(),
            Block::PageBreak if !self.page().is_empty() => self.new_page(),
            Block::PageBreak => {}
        }
    }

    fn heading(&mut self, level: u8, runs: &[Run]) {
        let (size, above) = match level {
            0 | 1 => (18.0, 14.0),
            2 => (15.0, 13.0),
            3 => (12.5, 11.0),
            4 => (11.0, 9.0),
            _ => (TEXT, 8.0),
        };
        self.space(above);
        // A heading alone at the foot of a page would be torn from what it heads.
        self.need(size * LINE + GAP + 2.0 * TEXT * LINE);
        let cut = Cut { size, bold: true, italic: false, kept: false };
        self.paragraph(runs, Set { cut, ..Set::text() }, 0.0);
    }

    /// Sets lines; `barred` draws a bar at their left for each step of so many points.
    fn paragraph(&mut self, runs: &[Run], set: Set, barred: f32) {
        let mut lines = Lines::new(runs, set.cut);
        let width = self.width() - set.indent;
        let height = set.cut.size * LINE;
        while let Some(line) = lines.next(width) {
            if !self.need(height) {
                return;
            }
            let mut bar = 0.0;
            while bar < barred {
                self.fill(SIDE + bar + 2.0, self.y, 2.0, height, RULE);
                bar += INDENT;
            }
            let end = line.hard || lines.is_done();
            self.put(line, set, width, end);
            self.y += height;
        }
        self.y += GAP;
    }

    fn item(&mut self, depth: u8, mark: &str, runs: &[Run]) {
        let size = TEXT;
        let indent = INDENT * f32::from(depth.min(DEPTH));
        let cut = Set::text().cut;
        let marks = [Run::plain(mark)];
        let mark = Lines::new(&marks, cut).next(self.width() / 3.0).unwrap_or_default();
        let text = Set { indent: indent + (mark.width + 6.0).max(INDENT), ..Set::text() };
        if !self.need(size * LINE) {
            return;
        }
        let width = text.indent - indent;
        // Without letters of its own the entry is its mark alone.
        let alone = runs.iter().all(|run| run.text.trim().is_empty());
        self.put(mark, Set { indent, ..Set::text() }, width, alone);
        if alone {
            self.y += size * LINE;
        } else {
            self.paragraph(runs, text, 0.0);
            self.y -= GAP;
        }
        self.y += GAP / 2.0;
    }

    fn code(&mut self, text: &str, numbered: bool) {
        let runs = [Run { text: text.strip_suffix('\n').unwrap_or(text).to_owned(), mono: true, ..Run::default() }];
        let count = runs[0].text.split('\n').count();
        let digit = CODE * 1233.0 / super::glyphs::EM;
        let gutter = if numbered { digit * (count.to_string().len().max(2) as f32 + 2.0) } else { 0.0 };
        let padding = if self.bare || numbered { 0.0 } else { 8.0 };
        let cut = Cut { size: CODE, bold: false, italic: false, kept: true };
        let set = Set { cut, indent: gutter + padding, shade: INK };
        let (width, height) = (self.width() - set.indent - padding, CODE * 1.35);
        let (mut lines, mut number, mut begins) = (Lines::new(&runs, cut), 0, true);
        while let Some(line) = lines.next(width) {
            if !self.need(height) {
                return;
            }
            if padding > 0.0 {
                self.fill(SIDE, self.y, self.width(), height, BACKGROUND);
            }
            if begins && numbered {
                number += 1;
                self.number(number, gutter - 2.0 * digit, cut, height);
            }
            begins = line.hard;
            let end = line.hard || lines.is_done();
            self.put_in(line, set, (width, height), end);
            self.y += height;
        }
        self.y += GAP;
    }

    /// The number of a line of code, ending so many points right of the margin.
    fn number(&mut self, number: usize, right: f32, cut: Cut, height: f32) {
        let runs = [Run { text: number.to_string(), mono: true, ..Run::default() }];
        if let Some(line) = Lines::new(&runs, cut).next(self.width()) {
            let x = SIDE + right - line.width;
            let (y, width) = (self.y, line.width);
            self.text(Text { x, y, width, height, size: cut.size, shade: PALE + 30, line, own: false, ends_line: false });
        }
    }

    fn rule(&mut self) {
        self.space(GAP / 2.0);
        if self.need(2.0 * GAP) {
            let width = self.width();
            self.fill(SIDE, self.y, width, 0.75, RULE);
            self.y += GAP * 1.5;
        }
    }

    fn put(&mut self, line: Line, set: Set, width: f32, ends_line: bool) {
        self.put_in(line, set, (width, set.cut.size * LINE), ends_line);
    }

    fn put_in(&mut self, line: Line, set: Set, (width, height): (f32, f32), ends_line: bool) {
        let (x, y) = (SIDE + set.indent, self.y);
        self.text(Text { x, y, width, height, size: set.cut.size, shade: set.shade, line, own: true, ends_line });
    }

    pub(super) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, shade: u8) {
        self.page().fills.push(Fill { x, y, width, height, shade });
    }

    /// A line of blanks takes its room but leaves nothing on the page.
    pub(super) fn text(&mut self, text: Text) {
        if text.line.spans.iter().any(|span| !span.text.chars().all(is_blank)) {
            self.page().texts.push(text);
        }
    }

    /// Writes the number of each page at its foot.
    pub(super) fn number_pages(&mut self) {
        let count = self.pages.len();
        let cut = Cut { size: 8.0, bold: false, italic: false, kept: false };
        for (i, page) in self.pages.iter_mut().enumerate() {
            let runs = [Run::plain(format!("{} / {count}", i + 1))];
            let Some(line) = Lines::new(&runs, cut).next(f32::INFINITY) else { continue };
            let (width, height) = (line.width, cut.size * LINE);
            let x = (f32::from(page.size.width) - width) / 2.0;
            let y = f32::from(page.size.height) - BOTTOM / 2.0 - height / 2.0;
            page.texts
                .push(Text { x, y, width, height, size: cut.size, shade: PALE, line, own: false, ends_line: false });
        }
    }
}

/// Points between the margins of upright or turned pages.
pub(super) fn available(wide: bool) -> f32 {
    f32::from(if wide { LONG } else { SHORT }) - 2.0 * SIDE
}
