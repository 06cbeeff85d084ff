//! What is asked of a preview and what comes back, in the types that both sides of the pipe share.

use crate::domain::policy::Strength;
use crate::domain::redaction::Area;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What one document turned out to be, as far as its viewer needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The size of each page that can be shown, in points (1/72 inch); never empty, at most `limits::PAGES`.
    pub pages: Vec<PageSize>,
    /// What it was read as.
    pub kind: Kind,
    /// What decided where on which page things stand: the reader and its version. Areas marked on one layout mean nothing on another.
    pub layout: String,
    /// What the reader should know of how it is shown.
    pub notes: Vec<Note>,
    /// Documents inside this one (attachments of a mail), each of which can be viewed by its number from 1.
    pub parts: Vec<Part>,
}

/// The size of a page, in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageSize {
    /// Width.
    pub width: u16,
    /// Height.
    pub height: u16,
}

/// A document inside another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name, cut to `limits::PART_NAME_BYTES`, without control characters.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// What a document was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// A raster picture, of one page or several.
    Image,
    /// SVG.
    Drawing,
    /// Plain text or source code.
    Text,
    /// A table in comma-separated values.
    Table,
    /// Markdown.
    Markdown,
    /// A word-processing document, text-faithful.
    Document,
    /// A spreadsheet, text-faithful.
    Spreadsheet,
    /// A presentation, text-faithful.
    Presentation,
    /// A mail.
    Mail,
}

/// What a reader should know of how a document is shown. Pages say it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Shown as its text and tables, without its own layout, pictures and charts.
    TextOnly,
    /// Form fields were filled in by a program that left no picture of them; they may look empty.
    FormMayLookEmpty,
    /// Only the first `limits::PAGES` pages, or rows and columns up to a bound, are shown.
    Shortened,
    /// Of a moving picture the first is shown.
    FirstFrame,
    /// What it would fetch from elsewhere is left out.
    NothingFetched,
    /// Some characters could not be read and are shown as �.
    UnreadableCharacters,
    /// What its author has hidden (sheets, rows, slides, text) or deleted with changes being tracked is left out.
    HiddenLeftOut,
}

/// One page that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageJob {
    /// Its number, from 1.
    pub page: u32,
    /// Dots an inch, `limits::DPI_LEAST` to `limits::DPI_MOST`.
    pub dpi: u16,
    /// What is covered in black, before the mark.
    pub covered: Vec<Area>,
    /// Whether a grid of per cents is drawn over it, for staff.
    pub grid: bool,
    /// What is written over it.
    pub mark: Option<Mark>,
}

/// The text written over a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// One line or several; at most `limits::MARK_BYTES`.
    pub text: String,
    /// How strongly.
    pub strength: Strength,
}

/// What a worker is asked to do with the document it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Job {
    /// Only open it.
    Open,
    /// Draw a page.
    Page(PageJob),
    /// Read a page's text; what the areas touch is left out.
    Text {
        /// Its number, from 1.
        page: u32,
        /// What is covered.
        covered: Vec<Area>,
    },
}

/// What a job gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was opened.
    Opened,
    /// A page as JPEG.
    Page(Picture),
    /// A page's text, lines separated by line feeds.
    Text(String),
}

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in dots.
    pub width: u32,
    /// Height in dots.
    pub height: u32,
    /// JPEG.
    pub jpeg: Bytes,
}

/// Why there is no preview, now or ever. None of them ever leads to the file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// All workers are taken, and those who wait are many; it may be tried again soon.
    #[error("every worker is busy")]
    Busy,
    /// This machine cannot confine workers, or previews are switched off.
    #[error("previews are not available on this server")]
    Unavailable,
    /// A password is needed.
    #[error("the document is protected by a password")]
    Protected,
    /// No reader for what it is.
    #[error("there is no preview for documents of this kind")]
    Unsupported,
    /// Sound or film: it could only be played from its own bytes.
    #[error("sound and film cannot be previewed")]
    Media,
    /// It is no well-formed document of its kind.
    #[error("the document is damaged")]
    Damaged,
    /// No bytes, or nothing to show.
    #[error("the document is empty")]
    Empty,
    /// Above a bound: bytes, pixels, entries, unpacked bytes.
    #[error("the document is too large to preview")]
    TooLarge,
    /// There is no page or part of that number.
    #[error("there is no such page")]
    NoSuchPage,
    /// Drawing took more time or memory than is allowed.
    #[error("drawing it takes too long or too much memory")]
    TooHard,
    /// The document could not be read from its store to the end, or has changed meanwhile.
    #[error("the document could not be read")]
    Unreadable,
}
