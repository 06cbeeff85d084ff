//! Tables of OpenDocument files: those in a text as they stand, those of a workbook as sheets.

use super::gather::Gather;
use super::relations::attribute;
use super::sheet::{self, Rows};
use crate::preview::job::Note;
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::{SHEETS, TABLE_COLUMNS, TABLE_ROWS, TEXT_CHARS};
use quick_xml::events::BytesStart;

/// The tables that were begun; one in a cell of another gives that cell its text.
#[derive(Debug, Default)]
pub struct Tables {
    depth: usize,
    workbook: bool,
    sheets: usize,
    head: bool,
    rows: Vec<Vec<Vec<Run>>>,
    cells: Rows,
    row: Line,
    column: Line,
    hidden_columns: Vec<(u32, u32)>,
    /// What the cells of this row hold, by their columns.
    held: Vec<(u32, String)>,
    held_bytes: usize,
    cell: Vec<Run>,
    /// What the cell is if no text stands in it.
    value: Option<String>,
}

/// Where in a row or column of cells the reading is, and what the present one stands for.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    at: u32,
    times: u32,
    hidden: bool,
}

impl Line {
    fn begin(&mut self, element: &BytesStart<'_>, repeated: &str) {
        self.times = attribute(element, repeated).and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
        self.hidden = attribute(element, "visibility").is_some_and(|visibility| visibility != "visible");
    }

    fn end(&mut self) {
        self.at = self.at.saturating_add(self.times);
    }
}

impl Tables {
    /// Whether text goes into a cell.
    pub const fn open(&self) -> bool {
        self.depth > 0
    }

    /// Puts a paragraph into the cell.
    pub fn text(&mut self, runs: Vec<Run>) {
        if !self.cell.is_empty() && !runs.is_empty() {
            self.cell.push(Run::plain("\n"));
        }
        self.cell.extend(runs);
    }

    /// Takes the beginning of an element.
    pub fn start(&mut self, name: &str, element: &BytesStart<'_>, to: &mut Gather) {
        match name {
            "table:table" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.begin(element, to);
                }
            }
            "table:table-header-rows" if self.depth == 1 => self.head |= self.rows.is_empty(),
            "table:table-column" if self.depth == 1 => {
                self.column.begin(element, "number-columns-repeated");
                if self.column.hidden {
                    self.hidden_columns.push((self.column.at, self.column.at.saturating_add(self.column.times)));
                }
            }
            "table:table-row" if self.depth == 1 => {
                self.row.begin(element, "number-rows-repeated");
                self.column = Line::default();
                self.rows.push(Vec::new());
            }
            "table:table-cell" | "table:covered-table-cell" if self.depth == 1 => {
                self.column.begin(element, "number-columns-repeated");
                self.cell.clear();
                let values = ["string-value", "date-value", "time-value", "boolean-value", "value"];
                self.value = values.into_iter().find_map(|name| attribute(element, name));
            }
            _ => {}
        }
    }

    fn begin(&mut self, element: &BytesStart<'_>, to: &mut Gather) {
        let name = attribute(element, "name").unwrap_or_default();
        let (workbook, sheets) = (self.workbook, self.sheets);
        *self = Self { depth: 1, workbook, sheets, ..Self::default() };
        if workbook {
            self.sheets += 1;
            if sheets < SHEETS {
                sheet::heading(to, &name);
            }
        }
    }

    /// The tables that follow are sheets.
    pub const fn are_sheets(&mut self) {
        self.workbook = true;
    }

    /// Takes the end of an element.
    pub fn end(&mut self, name: &str, to: &mut Gather) {
        match name {
            "table:table" => {
                if self.depth == 1 {
                    self.finish(to);
                }
                self.depth = self.depth.saturating_sub(1);
            }
            "table:table-column" if self.depth == 1 => self.column.end(),
            "table:table-row" if self.depth == 1 => self.end_row(to),
            "table:table-cell" | "table:covered-table-cell" if self.depth == 1 => self.end_cell(to),
            _ => {}
        }
    }

    fn end_cell(&mut self, to: &mut Gather) {
        let runs = std::mem::take(&mut self.cell);
        let column = self.column;
        self.column.end();
        let Some(row) = self.rows.last_mut().filter(|_| !self.workbook) else {
            let text: String = runs.into_iter().map(|run| run.text).collect();
            let text = if text.is_empty() { self.value.take().unwrap_or_default() } else { text };
            if text.is_empty() {
                return;
            }
            for at in (column.at..column.at.saturating_add(column.times)).take(TABLE_COLUMNS) {
                if self.hidden_columns.iter().any(|(first, end)| (*first..*end).contains(&at)) {
                    to.note(Note::HiddenLeftOut);
                } else if (at as usize) < TABLE_COLUMNS && self.held_bytes + text.len() < TEXT_CHARS {
                    self.held_bytes += text.len();
                    self.held.push((at, text.clone()));
                } else {
                    to.note(Note::Shortened);
                }
            }
            return;
        };
        let times = (column.times as usize).min(TABLE_COLUMNS.saturating_sub(row.len()));
        row.push(runs);
        row.resize((row.len() + times).saturating_sub(1), Vec::new());
    }

    fn end_row(&mut self, to: &mut Gather) {
        let row = self.row;
        self.row.end();
        if !self.workbook {
            if self.rows.len() > TABLE_ROWS {
                to.note(Note::Shortened);
                self.rows.truncate(TABLE_ROWS);
            }
            return;
        }
        self.rows.clear();
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if held.is_empty() {
            return;
        }
        if row.hidden {
            return to.note(Note::HiddenLeftOut);
        }
        for at in (row.at..row.at.saturating_add(row.times)).take(TABLE_ROWS + 1) {
            for (column, text) in &held {
                if !self.cells.put(at, *column, text.clone()) {
                    return to.note(Note::Shortened);
                }
            }
        }
    }

    fn finish(&mut self, to: &mut Gather) {
        if !self.workbook {
            let rows = std::mem::take(&mut self.rows);
            if !rows.is_empty() {
                to.push(Block::Table { head: self.head, rows });
            }
        } else if self.sheets > SHEETS {
            to.note(Note::Shortened);
        } else {
            sheet::table(to, std::mem::take(&mut self.cells));
        }
    }
}
