//! Sets tables: columns as wide as what they hold, turned pages for wide ones, several runs of pages for those that are wider still.

use super::block::Run;
use super::flow::{Flow, LINE, PALE, SIDE, TEXT, available};
use super::glyphs::{EM, Face, glyph};
use super::line::{Cut, Line, Lines, is_blank};
use super::page::Text;
use std::ops::Range;

/// Size of characters in cells, in points.
const SIZE: f32 = 9.0;
const HEIGHT: f32 = SIZE * 1.3;
/// Between a cell's border and its text, in points.
const PADDING: f32 = 4.0;
const BORDER: f32 = 0.6;
const INK: u8 = 17;
const LINES: u8 = 185;
const HEAD: u8 = 238;
/// A column is not made wider than this as long as its text can be wrapped, in points.
const WIDEST: f32 = 420.0;
/// A column is not made narrower than this to save a turned page, in points.
const READABLE: f32 = 105.0;
/// Characters of a cell that are looked at for its column's width.
const LOOKED_AT: usize = 400;
/// The highest head that is repeated on each page, as a share of the page.
const REPEATED: f32 = 0.3;

type Cell = Vec<Run>;
type Row = Vec<Cell>;

/// What a column asks for, in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Wish {
    /// To hold its longest line.
    all: f32,
    /// To be well read.
    least: f32,
}

/// Columns that are set side by side.
#[derive(Debug, Clone, PartialEq)]
struct Band {
    columns: Range<usize>,
    widths: Vec<f32>,
}

fn cut(bold: bool) -> Cut {
    Cut { size: SIZE, bold, italic: false, kept: false }
}

fn wishes(rows: &[Row], head: bool) -> Vec<Wish> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut wishes = vec![Wish::default(); columns];
    for (i, row) in rows.iter().enumerate() {
        for (wish, cell) in wishes.iter_mut().zip(row) {
            let (line, word) = longest(cell, head && i == 0);
            wish.all = wish.all.max(line);
            wish.least = wish.least.max(word.min(READABLE)).max(line.min(READABLE / 2.0));
        }
    }
    for wish in &mut wishes {
        // A little more than asked for, so that rounding never wraps what fits.
        wish.all = wish.all.min(WIDEST).max(8.0) + 2.0 * PADDING + 0.5;
        wish.least = (wish.least.max(8.0) + 2.0 * PADDING + 0.5).min(wish.all);
    }
    wishes
}

/// The longest line and the longest word of a cell, in points.
fn longest(cell: &[Run], bold: bool) -> (f32, f32) {
    let (mut line, mut word, mut lines, mut words) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    let chars = cell.iter().flat_map(|run| run.text.chars().map(move |c| (run, c)));
    for (run, c) in chars.take(LOOKED_AT) {
        let face = match (run.mono, run.bold || bold) {
            (true, _) => Face::Mono,
            (false, true) => Face::Bold,
            (false, false) => Face::Sans,
        };
        let wide = f32::from(glyph(face, c).advance) * SIZE / EM;
        line += wide;
        word += wide;
        if c == '\n' {
            line = 0.0;
        }
        if is_blank(c) || c == '\n' {
            word = 0.0;
        } else {
            lines = lines.max(line);
            words = words.max(word);
        }
    }
    (lines, words)
}

/// Widths for some columns within so many points: each what it asks for, or what is left, shared out by what is missing.
fn share(wishes: &[Wish], within: f32) -> Vec<f32> {
    let (all, least) = (wishes.iter().map(|w| w.all).sum::<f32>(), wishes.iter().map(|w| w.least).sum::<f32>());
    let part = if all <= within || all <= least { 1.0 } else { ((within - least) / (all - least)).max(0.0) };
    wishes.iter().map(|w| w.least + (w.all - w.least) * part).collect()
}

/// Whether the pages are turned, and which columns stand side by side.
fn bands(wishes: &[Wish], gutter: f32) -> (bool, Vec<Band>) {
    let least: f32 = wishes.iter().map(|wish| wish.least).sum();
    let wide = least > available(false);
    if least <= available(wide) {
        return (wide, vec![Band { columns: 0..wishes.len(), widths: share(wishes, available(wide)) }]);
    }
    let within = available(true) - gutter;
    let (mut found, mut from, mut used) = (Vec::new(), 0, 0.0);
    for (i, wish) in wishes.iter().enumerate() {
        if used + wish.least > within && i > from {
            found.push(from..i);
            (from, used) = (i, 0.0);
        }
        used += wish.least;
    }
    found.push(from..wishes.len());
    let band = |columns: Range<usize>| Band { widths: share(&wishes[columns.clone()], within), columns };
    (true, found.into_iter().map(band).collect())
}

/// Where the columns of a band stand.
struct Frame<'a> {
    band: &'a Band,
    /// Room for the number of the row, in points; none when all columns stand side by side.
    gutter: f32,
}

impl Flow {
    /// Sets a table.
    pub(super) fn table(&mut self, head: bool, rows: &[Row]) {
        let wishes = wishes(rows, head);
        if wishes.is_empty() {
            return;
        }
        let gutter = 12.0 + SIZE * 0.65 * rows.len().to_string().len() as f32;
        let (wide, bands) = bands(&wishes, gutter);
        self.turn(wide);
        self.need(3.0 * HEIGHT);
        let several = bands.len() > 1;
        for (i, band) in bands.iter().enumerate() {
            if i > 0 {
                self.new_page();
            }
            if several {
                self.caption(&format!("{} – {} / {}", band.columns.start + 1, band.columns.end, wishes.len()));
            }
            self.band(&Frame { band, gutter: if several { gutter } else { 0.0 } }, head, rows);
        }
        self.y += TEXT * LINE * 0.6;
    }

    /// Says which columns follow.
    fn caption(&mut self, columns: &str) {
        self.added(&format!("↔ {columns}"), SIDE, self.y);
        self.y += HEIGHT + PADDING;
    }

    /// Words that the layout adds.
    fn added(&mut self, text: &str, x: f32, y: f32) {
        let runs = [Run::plain(text)];
        if let Some(line) = Lines::new(&runs, Cut { size: SIZE - 1.5, ..cut(false) }).next(self.width()) {
            let width = line.width;
            self.text(Text { x, y, width, height: HEIGHT, size: SIZE - 1.5, shade: PALE, line, own: false, ends_line: false });
        }
    }

    fn band(&mut self, frame: &Frame<'_>, head: bool, rows: &[Row]) {
        let (first, others) = rows.split_at(usize::from(head).min(rows.len()));
        let repeated = first.first().filter(|row| self.row_height(frame, row, true) <= self.height() * REPEATED);
        if let Some(row) = first.first() {
            self.row(frame, row, None, true, None);
        }
        for (i, row) in others.iter().enumerate() {
            if self.full {
                return;
            }
            self.row(frame, row, repeated, false, Some(i + 1));
        }
    }

    /// How high a row is, as far as a page goes.
    fn row_height(&self, frame: &Frame<'_>, row: &Row, bold: bool) -> f32 {
        let most = (self.height() / HEIGHT) as usize + 1;
        let count = |(cell, width): (&Cell, &f32)| {
            let mut lines = Lines::new(cell, cut(bold));
            (0..most).take_while(|_| lines.next(width - 2.0 * PADDING).is_some()).count()
        };
        let lines = frame.cells(row).map(count).max().unwrap_or(0).max(1);
        lines as f32 * HEIGHT + 2.0 * PADDING
    }

    /// Sets a row, on several pages when one does not hold it. The document's head stands above it again on each new page.
    fn row(&mut self, frame: &Frame<'_>, row: &Row, repeated: Option<&Row>, bold: bool, number: Option<usize>) {
        let height = self.row_height(frame, row, bold);
        let top = self.height() - repeated.map_or(0.0, |row| self.row_height(frame, row, true));
        if height > self.room() + 0.01 && (height <= top || self.room() < 3.0 * HEIGHT) {
            self.next_page(frame, repeated);
        }
        let mut cells: Vec<Lines<'_>> = frame.cells(row).map(|(cell, _)| Lines::new(cell, cut(bold))).collect();
        let mut number = number;
        while !self.full {
            let most = (((self.room() - 2.0 * PADDING) / HEIGHT + 0.01) as usize).max(1);
            let taken = frame.take(&mut cells, most);
            let left = cells.iter().any(|lines| !lines.is_done());
            let y = self.y + PADDING;
            self.slice(frame, taken, bold, !left);
            if let Some(number) = number.take().filter(|_| frame.gutter > 0.0) {
                self.added(&number.to_string(), SIDE, y);
            }
            if !left {
                return;
            }
            self.next_page(frame, repeated);
        }
    }

    fn next_page(&mut self, frame: &Frame<'_>, repeated: Option<&Row>) {
        self.new_page();
        if let Some(row) = repeated.filter(|_| !self.full) {
            let mut cells: Vec<Lines<'_>> = frame.cells(row).map(|(cell, _)| Lines::new(cell, cut(true))).collect();
            let taken = frame.take(&mut cells, usize::MAX);
            self.slice(frame, taken, true, true);
        }
    }

    /// Sets lines of the cells of a row side by side, with their borders.
    fn slice(&mut self, frame: &Frame<'_>, cells: Vec<Vec<(Line, bool)>>, bold: bool, ends_row: bool) {
        let lines = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let height = lines as f32 * HEIGHT + 2.0 * PADDING;
        let (left, top) = (SIDE + frame.gutter, self.y);
        let total: f32 = frame.band.widths.iter().sum();
        if bold {
            self.fill(left, top, total, height, HEAD);
        }
        self.fill(left, top, total + BORDER, BORDER, LINES);
        self.fill(left, top + height, total + BORDER, BORDER, LINES);
        let last = cells.iter().rposition(|lines| !lines.is_empty());
        let mut x = left;
        self.fill(x, top, BORDER, height + BORDER, LINES);
        for (i, (lines, width)) in cells.into_iter().zip(&frame.band.widths).enumerate() {
            let count = lines.len();
            for (k, (line, hard)) in lines.into_iter().enumerate() {
                let ends_line = (hard && k + 1 < count) || (ends_row && last == Some(i) && k + 1 == count);
                let y = top + PADDING + k as f32 * HEIGHT;
                let text = (x + PADDING, width - 2.0 * PADDING);
                self.text(Text { x: text.0, y, width: text.1, height: HEIGHT, size: SIZE, shade: INK, line, own: true, ends_line });
            }
            x += width;
            self.fill(x, top, BORDER, height + BORDER, LINES);
        }
        self.y += height;
    }
}

impl Frame<'_> {
    /// The cells of a row that stand in this band, with the widths of their columns.
    fn cells<'b>(&'b self, row: &'b Row) -> impl Iterator<Item = (&'b Cell, &'b f32)> {
        row.iter().skip(self.band.columns.start).zip(&self.band.widths)
    }

    /// The next lines of each cell, at most so many.
    fn take(&self, cells: &mut [Lines<'_>], most: usize) -> Vec<Vec<(Line, bool)>> {
        let take = |(lines, width): (&mut Lines<'_>, &f32)| {
            let next = |_| lines.next(width - 2.0 * PADDING).map(|line| (line.hard, line)).map(|(hard, line)| (line, hard));
            (0..most).map_while(next).collect()
        };
        let mut taken: Vec<Vec<_>> = cells.iter_mut().zip(&self.band.widths).map(take).collect();
        // Rows may be shorter than others; their empty cells have borders too.
        taken.resize_with(self.band.widths.len(), Vec::new);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(all: f32, least: f32) -> Wish {
        Wish { all, least }
    }

    #[test]
    fn columns_get_what_they_ask_for_or_share_what_there_is() {
        assert_eq!(share(&[wish(100.0, 50.0), wish(40.0, 40.0)], 200.0), [100.0, 40.0]);
        assert_eq!(share(&[wish(200.0, 50.0), wish(100.0, 50.0)], 175.0), [106.25, 68.75]);
    }

    #[test]
    fn tables_turn_the_page_before_they_are_cut_into_several_runs_of_pages() {
        let plan = |columns: usize| {
            let (wide, bands) = bands(&vec![wish(150.0, 80.0); columns], 20.0);
            (wide, bands.iter().map(|band| band.columns.clone()).collect::<Vec<_>>())
        };
        assert_eq!(plan(3), (false, vec![0..3]));
        assert_eq!(plan(8), (true, vec![0..8]));
        assert_eq!(plan(20), (true, vec![0..8, 8..16, 16..20]));
    }
}
