//! Lays text out on pages: the same blocks always come to the same lines at the same places, since areas marked on one layout mean nothing on
//! another.

pub mod block;
mod draw;
mod flow;
mod glyphs;
mod ink;
mod line;
mod page;
mod table;
mod tame;

use crate::preview::job::{Kind, Note, Opened, Trouble};
use crate::preview::source::{Raster, Source, Word};
use block::Block;
use flow::Flow;
use page::Page;

/// The version of the layout: it changes with every change of fonts, sizes or rules by which text comes to stand elsewhere.
pub const VERSION: &str = "text/1";

/// A text document on pages.
#[derive(Debug)]
pub struct Laid {
    opened: Opened,
    pages: Vec<Page>,
}

/// Lays blocks out on A4 pages, at most `limits::PAGES` and `limits::TEXT_CHARS`; what is beyond is left out and noted. `layout` names the reader
/// that made the blocks; the version of the layout is added to it.
///
/// # Errors
/// There is nothing to show.
pub fn lay_out(blocks: Vec<Block>, kind: Kind, layout: &str, mut notes: Vec<Note>) -> Result<Laid, Trouble> {
    let (blocks, cut) = tame::tame(blocks);
    let mut flow = Flow::new();
    flow.bare = blocks.len() == 1;
    for block in &blocks {
        flow.block(block);
        if flow.full {
            break;
        }
    }
    if flow.pages.len() > 1 && flow.page().is_empty() {
        flow.pages.pop();
    }
    if flow.pages.iter().all(|page| page.texts.is_empty()) {
        return Err(Trouble::Empty);
    }
    let replaced = flow.pages.iter().flat_map(|page| &page.texts).any(|text| text.line.replaced);
    for (holds, note) in [(cut || flow.full, Note::Shortened), (replaced, Note::UnreadableCharacters)] {
        if holds && !notes.contains(&note) {
            notes.push(note);
        }
    }
    flow.number_pages();
    let pages = flow.pages;
    let sizes = pages.iter().map(|page| page.size).collect();
    let opened = Opened { pages: sizes, kind, layout: format!("{layout} {VERSION}"), notes, parts: Vec::new() };
    Ok(Laid { opened, pages })
}

impl Laid {
    fn page(&self, page: usize) -> Result<&Page, Trouble> {
        self.pages.get(page).ok_or(Trouble::NoSuchPage)
    }
}

impl Source for Laid {
    fn opened(&self) -> &Opened {
        &self.opened
    }

    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble> {
        draw::draw(self.page(page)?, dpi)
    }

    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble> {
        Ok(self.page(page)?.words())
    }

    fn part(&mut self, _part: usize) -> Option<(String, Vec<u8>)> {
        None
    }
}

#[cfg(test)]
mod tests;
