//! Workbooks, text-faithful: XLSX, XLS and ODS; each sheet begins a page and has its name above it.

use super::Source;
use super::figure;
use super::gather::{Gather, Reading};
use super::sheet_hidden::{Hidden, hidden};
use super::unzip::{Package, ZIP};
use super::{odt, ole};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use crate::preview::limits::{SHEETS, TABLE_COLUMNS, TABLE_ROWS, TEXT_CHARS};
use calamine::{Data, DataRef, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "sheets/1";

/// Opens a workbook.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (blocks, notes) = blocks(&bytes)?;
    // The pages need the memory.
    drop(bytes);
    Ok(Box::new(lay_out(blocks, Kind::Spreadsheet, READER, notes)?))
}

/// The cells of a workbook.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<Reading, Trouble> {
    let mut to = Gather::new(&[Note::TextOnly]);
    if bytes.starts_with(ZIP) {
        let package = Package::unpack(bytes)?;
        if package.is_open_document() {
            return odt::read(&package, to);
        }
        if package.names().any(|name| name.contains("/drawings/") || name.contains("/chartsheets/")) {
            to.unseen();
        }
        xlsx(package, &mut to)?;
    } else if bytes.starts_with(ole::OLE) {
        ole::unprotected(bytes)?;
        xls(bytes, &mut to)?;
    } else {
        return Err(Trouble::Damaged);
    }
    to.done()
}

/// The names of the sheets of cells that are shown. Macros and charts are not, nor what is hidden.
fn shown(sheets: &[calamine::Sheet], to: &mut Gather) -> Vec<String> {
    let (mut names, mut others) = (Vec::new(), sheets.len());
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        others -= 1;
        match sheet.visible {
            SheetVisible::Visible if names.len() < SHEETS => names.push(sheet.name.clone()),
            SheetVisible::Visible => to.note(Note::Shortened),
            _ => to.note(Note::HiddenLeftOut),
        }
    }
    if others > 0 {
        to.unseen();
    }
    names
}

fn xlsx(package: Package, to: &mut Gather) -> Result<(), Trouble> {
    let hidden = hidden(&package);
    let mut book = Xlsx::new(Cursor::new(package.packed()?)).map_err(|error| match error {
        XlsxError::Password => Trouble::Protected,
        _ => Trouble::Damaged,
    })?;
    for name in shown(book.sheets_metadata(), to) {
        heading(to, &name);
        let nothing = Hidden::default();
        let rows = xlsx_rows(&mut book, &name, hidden.get(&name).unwrap_or(&nothing), to)?;
        table(to, rows);
    }
    Ok(())
}

/// The cells of one sheet, read one by one: a sheet may claim to be as large as it likes.
fn xlsx_rows(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, hidden: &Hidden, to: &mut Gather) -> Result<Rows, Trouble> {
    let mut rows = Rows::default();
    let Ok(mut cells) = book.worksheet_cells_reader(name) else {
        // A sheet that cannot be read is said to be missing something, and the others are shown.
        to.note(Note::Shortened);
        return Ok(rows);
    };
    let formats: Vec<String> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map(|format| format.format_code.clone()).unwrap_or_default())
        .collect();
    loop {
        match cells.next_cell_with_style_id() {
            Ok(Some((cell, style))) => {
                let format = formats.get(style).map_or("", String::as_str);
                let text = figure::text(&Data::from(DataRef::clone(cell.get_value())), format);
                let (row, column) = cell.get_position();
                if text.is_empty() {
                    continue;
                }
                if hidden.holds(row, column) {
                    to.note(Note::HiddenLeftOut);
                    continue;
                }
                if rows.put(row, column, text) {
                    continue;
                }
                to.note(Note::Shortened);
            }
            Ok(None) => return Ok(rows),
            Err(_) => {
                to.note(Note::Shortened);
                return if rows.cells.is_empty() { Err(Trouble::Damaged) } else { Ok(rows) };
            }
        }
    }
}

fn xls(bytes: &[u8], to: &mut Gather) -> Result<(), Trouble> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Trouble::Protected,
        _ => Trouble::Damaged,
    })?;
    for name in shown(book.sheets_metadata(), to) {
        heading(to, &name);
        let Ok(range) = book.worksheet_range(&name) else {
            to.note(Note::Shortened);
            continue;
        };
        let rows = range_rows(&range, to);
        table(to, rows);
    }
    Ok(())
}

fn range_rows(range: &Range<Data>, to: &mut Gather) -> Rows {
    let mut rows = Rows::default();
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let place = |from: u32, index: usize| from.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        let text = figure::text(value, "");
        if !text.is_empty() && !rows.put(place(top, row), place(left, column), text) {
            to.note(Note::Shortened);
        }
    }
    rows
}

/// The cells of a sheet that hold anything, with the row and column each stands in.
#[derive(Debug)]
pub struct Rows {
    cells: Vec<(u32, u32, String)>,
    left: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self { cells: Vec::new(), left: TEXT_CHARS }
    }
}

impl Rows {
    /// Takes a cell; `false` when it lies beyond the bounds.
    pub fn put(&mut self, row: u32, column: u32, text: String) -> bool {
        // A short file may name one long text in a million cells.
        let within = (row as usize) < TABLE_ROWS && (column as usize) < TABLE_COLUMNS && text.len() < self.left;
        if within {
            self.left -= text.len();
            self.cells.push((row, column, text));
        }
        within
    }

    /// The rows, without columns in which nothing stands; rows in which nothing stands become one.
    fn into_rows(mut self) -> Vec<Vec<Vec<Run>>> {
        self.cells.sort_by_key(|(row, column, _)| (*row, *column));
        let used: BTreeSet<u32> = self.cells.iter().map(|cell| cell.1).collect();
        let places: BTreeMap<u32, usize> = used.into_iter().zip(0..).collect();
        let mut rows: Vec<Vec<Vec<Run>>> = Vec::new();
        let mut last = None;
        for (row, column, text) in self.cells {
            if last != Some(row) {
                if last.is_some_and(|last| row > last + 1) {
                    rows.push(vec![Vec::new(); places.len()]);
                }
                rows.push(vec![Vec::new(); places.len()]);
                last = Some(row);
            }
            if let (Some(cells), Some(place)) = (rows.last_mut(), places.get(&column)) {
                cells[*place] = vec![Run::plain(text)];
            }
        }
        rows
    }
}

/// Begins a page for a sheet.
pub fn heading(to: &mut Gather, name: &str) {
    to.page();
    to.label(Block::Heading(2, vec![Run::plain(name)]));
}

/// Adds the cells of a sheet, if there are any.
pub fn table(to: &mut Gather, rows: Rows) {
    let rows = rows.into_rows();
    if !rows.is_empty() {
        to.push(Block::Table { head: false, rows });
    }
}
