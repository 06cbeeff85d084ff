//! What a document that is mostly text is made of, before it is laid out: blocks of runs.

/// One block, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 6.
    Heading(u8, Vec<Run>),
    /// A paragraph; a line feed in a run breaks the line.
    Paragraph(Vec<Run>),
    /// One entry of a list, `depth` from 0, with its mark ("•", "3.").
    Item {
        /// How deep the list lies in others.
        depth: u8,
        /// What stands before it.
        mark: String,
        /// Its text.
        text: Vec<Run>,
    },
    /// Words of somebody else, `depth` from 1.
    Quote(u8, Vec<Run>),
    /// Text in fixed pitch, blanks and line feeds kept, lines wrapped only at the edge.
    Code {
        /// The text.
        text: String,
        /// Whether each line has its number before it.
        numbered: bool,
    },
    /// Rows of cells.
    Table {
        /// Whether the first row is a head, repeated on each page.
        head: bool,
        /// The rows; they may be of different lengths.
        rows: Vec<Vec<Vec<Run>>>,
    },
    /// A line across.
    Rule,
    /// What follows begins on a new page: a sheet, a slide.
    PageBreak,
}

/// Characters of one look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The characters.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Fixed pitch.
    pub mono: bool,
    /// Struck through.
    pub struck: bool,
}

impl Run {
    /// Characters without any look of their own.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Bold characters.
    pub fn bold(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: true, ..Self::default() }
    }
}
