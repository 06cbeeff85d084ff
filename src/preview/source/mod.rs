//! Where pages come from: one file per kind of document, all behind one trait.

mod boxes;
mod code_page;
pub mod docx;
mod drawing;
mod encoding;
mod figure;
mod forms;
mod frames;
mod gather;
mod glyphs;
mod html;
mod image;
mod letter;
mod lzfu;
pub mod mail;
pub mod markdown;
mod model;
pub mod msg;
mod odf_styles;
mod odf_table;
pub mod odt;
mod ole;
#[cfg(test)]
#[path = "tests/papers.rs"]
mod paper_tests;
mod pdf;
mod prose;
mod relations;
mod rtf;
mod scan;
pub mod sheet;
mod sheet_hidden;
pub mod slides;
pub mod sniff;
pub mod table;
pub mod text;
pub mod unzip;
mod vanish;

pub use self::sniff::open;

use crate::domain::language::Language;
use crate::domain::redaction::Area;
use crate::preview::job::{Opened, Trouble};
use crate::words::Words;
use std::sync::OnceLock;

/// The language of the few words that are laid out with a document. A worker process holds one document in its whole life, so that it has one
/// language; without being told it is English.
static SPOKEN: OnceLock<Language> = OnceLock::new();

/// Says, before its document is opened, in which language this process lays it out. Only the first time counts.
pub fn speak(language: Language) {
    let _ = SPOKEN.set(language);
}

/// The words that are laid out with a document.
fn words() -> Result<Words, Trouble> {
    Words::of(SPOKEN.get().copied().unwrap_or_default()).map_err(|_| Trouble::Unavailable)
}

/// A document that was opened and can be drawn, inside a worker.
pub trait Source {
    /// What it turned out to be.
    fn opened(&self) -> &Opened;

    /// Draws a page (from 0) at so many dots an inch, clamped to `limits::PAGE_DOTS` and `limits::PAGE_SIDE`, on white.
    ///
    /// # Errors
    /// The page cannot be drawn.
    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble>;

    /// The words of a page (from 0) in reading order, with where they stand.
    ///
    /// # Errors
    /// The page cannot be read.
    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble>;

    /// The bytes of a document inside this one, by its place in `opened().parts`, with its name.
    fn part(&mut self, part: usize) -> Option<(String, Vec<u8>)>;
}

/// The dots of a page: red, green, blue, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in dots.
    pub width: u32,
    /// Height in dots.
    pub height: u32,
    /// Three bytes a dot.
    pub rgb: Vec<u8>,
}

/// One word of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Where it stands; nothing for one that stands nowhere, which is left out as soon as anything on the page is covered.
    pub area: Option<Area>,
    /// Whether a new line begins behind it.
    pub ends_line: bool,
}
