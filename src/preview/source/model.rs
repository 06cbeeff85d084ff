//! From the document model of the library that reads Office documents to blocks.

use super::gather::Gather;
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::{NESTED_TABLES, TABLE_COLUMNS, TABLE_ROWS};
use undoc::model;
use undoc::{ListType, Paragraph, Table};

/// What marks an entry of a list without numbers.
pub const BULLET: &str = "•";
/// What lies between the paragraphs of one cell.
const IN_CELL: &str = "\n";

/// Adds blocks of a section, and counts entries of lists that only their style tells.
#[derive(Debug, Default)]
pub struct Blocks {
    counted: u32,
    listed_by_style: bool,
}

impl Blocks {
    /// For documents whose styles are named as Word names them.
    pub fn with_styles() -> Self {
        Self { listed_by_style: true, ..Self::default() }
    }

    /// Adds a block of the model.
    pub fn add(&mut self, to: &mut Gather, block: &model::Block) {
        match block {
            model::Block::Paragraph(paragraph) => self.paragraph(to, paragraph),
            model::Block::Table(table) => {
                for block in tables(table, NESTED_TABLES) {
                    to.push(block);
                }
            }
            model::Block::PageBreak => to.page(),
            model::Block::Note { label, content } => {
                let mut text = vec![Run::plain(format!("[{label}] "))];
                text.extend(joined(content));
                to.push(Block::Paragraph(text));
            }
            // A section may go on upon the same page; of a picture there is nothing but its place.
            model::Block::SectionBreak | model::Block::Image { .. } => {}
        }
    }

    fn paragraph(&mut self, to: &mut Gather, paragraph: &Paragraph) {
        let pieces = pieces(paragraph);
        let last = pieces.len().saturating_sub(1);
        for (index, text) in pieces.into_iter().enumerate() {
            if !text.is_empty() {
                let block = self.block(paragraph, text);
                to.push(block);
            }
            if index < last {
                to.page();
            }
        }
    }

    fn block(&mut self, paragraph: &Paragraph, text: Vec<Run>) -> Block {
        if paragraph.is_heading() {
            self.counted = 0;
            return Block::Heading(paragraph.heading.level(), text);
        }
        if let Some(list) = &paragraph.list_info {
            let mark = match (list.list_type, list.number) {
                (ListType::Numbered, Some(number)) => format!("{number}."),
                (ListType::None, _) => String::new(),
                _ => BULLET.to_owned(),
            };
            return Block::Item { depth: list.level, mark, text };
        }
        let style = paragraph.style_name.as_deref().unwrap_or_default().to_ascii_lowercase();
        if self.listed_by_style && style.starts_with("list bullet") {
            return Block::Item { depth: 0, mark: BULLET.to_owned(), text };
        }
        if self.listed_by_style && style.starts_with("list number") {
            self.counted += 1;
            return Block::Item { depth: 0, mark: format!("{}.", self.counted), text };
        }
        self.counted = 0;
        if style == "quote" || style == "intense quote" {
            return Block::Quote(1, text);
        }
        Block::Paragraph(text)
    }
}

/// The runs of a paragraph, parted where a page ends.
fn pieces(paragraph: &Paragraph) -> Vec<Vec<Run>> {
    let mut pieces = vec![Vec::new()];
    for run in paragraph.runs.iter().filter(|run| run.revision != model::RevisionType::Deleted) {
        let mut text = run.text.clone();
        if let Some(label) = &run.note {
            text.push('[');
            text.push_str(label);
            text.push(']');
        }
        if run.line_break {
            text.push('\n');
        }
        let style = &run.style;
        let run_of = Run { text, bold: style.bold, italic: style.italic, mono: style.code, struck: style.strikethrough };
        if let Some(piece) = pieces.last_mut()
            && !run_of.text.is_empty()
        {
            piece.push(run_of);
        }
        if run.page_break {
            pieces.push(Vec::new());
        }
    }
    pieces
}

/// Paragraphs as the runs of one.
pub fn joined(paragraphs: &[Paragraph]) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    for paragraph in paragraphs {
        let mut runs: Vec<Run> = pieces(paragraph).into_iter().flatten().collect();
        if runs.is_empty() {
            continue;
        }
        if !all.is_empty() {
            all.push(Run::plain(IN_CELL));
        }
        if let Some(list) = paragraph.list_info.as_ref().filter(|list| list.list_type != ListType::None) {
            let mark = list.number.map_or_else(|| BULLET.to_owned(), |number| format!("{number}."));
            runs.insert(0, Run::plain(format!("{mark} ")));
        }
        all.append(&mut runs);
    }
    all
}

/// A table, and behind it those that lie in its cells, so deep.
fn tables(table: &Table, deep: usize) -> Vec<Block> {
    let head = table.rows.first().is_some_and(|row| row.is_header);
    let mut inner = Vec::new();
    let mut rows = Vec::new();
    // Columns taken by cells that reach down from rows above: column -> rows left.
    let mut held: Vec<u32> = Vec::new();
    for row in table.rows.iter().take(TABLE_ROWS + 1) {
        let mut cells: Vec<Vec<Run>> = Vec::new();
        for cell in &row.cells {
            skip_held(&mut cells, &mut held);
            let spans = cell.row_span.saturating_sub(1);
            for extra in 0..cell.col_span.clamp(1, TABLE_COLUMNS as u32) {
                if held.len() <= cells.len() {
                    held.resize(cells.len() + 1, 0);
                }
                held[cells.len()] = spans;
                cells.push(if extra == 0 { joined(&cell.content) } else { Vec::new() });
            }
            if deep > 0 {
                inner.extend(cell.nested_tables.iter().flat_map(|nested| tables(nested, deep - 1)));
            }
            if cells.len() > TABLE_COLUMNS {
                break;
            }
        }
        skip_held(&mut cells, &mut held);
        rows.push(cells);
    }
    if rows.is_empty() {
        return inner;
    }
    let mut all = vec![Block::Table { head, rows }];
    all.append(&mut inner);
    all
}

/// Puts empty cells where one from above reaches down.
fn skip_held(cells: &mut Vec<Vec<Run>>, held: &mut [u32]) {
    while let Some(rows) = held.get_mut(cells.len()).filter(|rows| **rows > 0) {
        *rows -= 1;
        cells.push(Vec::new());
    }
}
