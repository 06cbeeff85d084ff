//! Collects the blocks of a document, up to the bound of what is laid out.

use crate::preview::job::{Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::{TABLE_COLUMNS, TABLE_ROWS, TEXT_CHARS};

/// What a reader made of a document.
pub type Reading = (Vec<Block>, Vec<Note>);

/// The blocks read so far.
#[derive(Debug)]
pub struct Gather {
    blocks: Vec<Block>,
    notes: Vec<Note>,
    left: usize,
    said: bool,
    unseen: bool,
}

impl Gather {
    /// None yet, with what is to be said in any case.
    pub fn new(notes: &[Note]) -> Self {
        Self { blocks: Vec::new(), notes: notes.to_vec(), left: TEXT_CHARS, said: false, unseen: false }
    }

    /// Says something of the document, once.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether no more is taken.
    pub const fn full(&self) -> bool {
        self.left == 0
    }

    /// What follows begins on a new page, unless nothing stands before it.
    pub fn page(&mut self) {
        if !self.blocks.is_empty() && self.blocks.last() != Some(&Block::PageBreak) {
            self.blocks.push(Block::PageBreak);
        }
    }

    /// Takes a block that is not the document's own: what it says does not count.
    pub fn label(&mut self, block: Block) {
        let said = self.said;
        self.push(block);
        self.said = said;
    }

    /// Takes a block; the part of it that fits.
    pub fn push(&mut self, mut block: Block) {
        if self.full() {
            return self.note(Note::Shortened);
        }
        let before = self.left;
        match &mut block {
            Block::Heading(_, runs) | Block::Paragraph(runs) | Block::Quote(_, runs) => self.fit(runs),
            Block::Item { text, .. } => self.fit(text),
            Block::Code { text, .. } => self.fit_text(text),
            Block::Table { rows, .. } => self.fit_rows(rows),
            Block::Rule | Block::PageBreak => {}
        }
        self.said |= self.left < before && says_something(&block);
        // Every block takes room of its own, so that a million empty ones have an end too.
        self.left = self.left.saturating_sub(1);
        self.blocks.push(block);
    }

    fn fit_rows(&mut self, rows: &mut Vec<Vec<Vec<Run>>>) {
        if rows.len() > TABLE_ROWS || rows.iter().any(|row| row.len() > TABLE_COLUMNS) {
            self.note(Note::Shortened);
            rows.truncate(TABLE_ROWS);
            rows.iter_mut().for_each(|row| row.truncate(TABLE_COLUMNS));
        }
        let mut kept = 0;
        for row in rows.iter_mut() {
            if self.full() {
                self.note(Note::Shortened);
                break;
            }
            for cell in row.iter_mut() {
                self.fit(cell);
                self.left = self.left.saturating_sub(1);
            }
            kept += 1;
        }
        rows.truncate(kept);
    }

    fn fit(&mut self, runs: &mut Vec<Run>) {
        runs.retain(|run| !run.text.is_empty());
        for run in runs.iter_mut() {
            self.fit_text(&mut run.text);
        }
        runs.retain(|run| !run.text.is_empty());
    }

    fn fit_text(&mut self, text: &mut String) {
        // Bytes are at least as many as characters.
        if text.len() <= self.left {
            self.left -= text.len();
            return;
        }
        let count = text.chars().count();
        if count > self.left {
            let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
            text.truncate(end);
            self.note(Note::Shortened);
        }
        self.left = self.left.saturating_sub(count);
    }

    /// Says that there is something besides text, which is not shown: pictures, charts, objects.
    pub const fn unseen(&mut self) {
        self.unseen = true;
    }

    /// All that was read.
    ///
    /// # Errors
    /// `Empty` when there is nothing in the document at all.
    pub fn done(mut self) -> Result<Reading, Trouble> {
        let left_out = self.unseen || self.notes.contains(&Note::HiddenLeftOut);
        if !self.said && left_out {
            let words = super::words()?;
            self.push(Block::Paragraph(vec![Run { italic: true, ..Run::plain(words.text("paper-no-text")) }]));
        }
        if self.said { Ok((self.blocks, self.notes)) } else { Err(Trouble::Empty) }
    }
}

fn says_something(block: &Block) -> bool {
    let seen = |runs: &[Run]| runs.iter().any(|run| !run.text.trim().is_empty());
    match block {
        Block::Heading(_, runs) | Block::Paragraph(runs) | Block::Quote(_, runs) | Block::Item { text: runs, .. } => seen(runs),
        Block::Code { text, .. } => !text.trim().is_empty(),
        Block::Table { rows, .. } => rows.iter().flatten().any(|cell| seen(cell)),
        Block::Rule | Block::PageBreak => false,
    }
}
