//! What mails of every kind have in common: the head as a table, the list of attachments, and their names.

use super::gather::{Gather, Reading};
use super::{Raster, Source, Word};
use crate::preview::job::{Kind, Note, Opened, Part, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::{Laid, lay_out};
use crate::preview::limits::{HEAD_BYTES, PART_NAME_BYTES, PARTS};
use crate::words::{Words, figures};

/// The lines above a mail; an empty one is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Who wrote it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Who got a copy.
    pub cc: String,
    /// When.
    pub date: String,
    /// About what.
    pub subject: String,
}

/// Documents inside a mail, with their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attached {
    /// Names and sizes, in their order.
    pub parts: Vec<Part>,
    /// The bytes of each.
    pub bytes: Vec<Vec<u8>>,
}

impl Attached {
    /// Takes a document; one without a name gets one.
    pub fn put(&mut self, to: &mut Gather, words: &Words, name: Option<&str>, ending: &str, bytes: Vec<u8>) {
        if self.parts.len() == PARTS {
            return to.note(Note::Shortened);
        }
        let number = self.parts.len() + 1;
        let name = name.map(cleaned).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| words.with("paper-attachment-unnamed", &[("number", number.into())]));
        let dotted = name.to_ascii_lowercase().ends_with(ending);
        let name = if dotted { name } else { shortened(&name, PART_NAME_BYTES - ending.len()).to_owned() + ending };
        self.parts.push(Part { name, size: bytes.len() as u64 });
        self.bytes.push(bytes);
    }

    /// The bytes of a document with its name.
    pub fn part(&self, index: usize) -> Option<(String, Vec<u8>)> {
        Some((self.parts.get(index)?.name.clone(), self.bytes.get(index)?.clone()))
    }
}

/// A mail on pages, with the documents in it.
struct Letter {
    laid: Laid,
    opened: Opened,
    attached: Attached,
}

/// Lays a mail out.
///
/// # Errors
/// There is nothing to show.
pub fn open((blocks, notes): Reading, attached: Attached, reader: &str) -> Result<Box<dyn Source>, Trouble> {
    let laid = lay_out(blocks, Kind::Mail, reader, notes)?;
    let opened = Opened { parts: attached.parts.clone(), ..laid.opened().clone() };
    Ok(Box::new(Letter { laid, opened, attached }))
}

impl Source for Letter {
    fn opened(&self) -> &Opened {
        &self.opened
    }

    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble> {
        self.laid.draw(page, dpi)
    }

    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble> {
        self.laid.words(page)
    }

    fn part(&mut self, part: usize) -> Option<(String, Vec<u8>)> {
        self.attached.part(part)
    }
}

/// Adds the head of a mail.
pub fn head(to: &mut Gather, words: &Words, head: &Head) {
    let lines = [
        (words.text("paper-from"), &head.from),
        (words.text("paper-to"), &head.to),
        (words.text("paper-cc"), &head.cc),
        (words.text("paper-date"), &head.date),
        (words.text("paper-subject"), &head.subject),
    ];
    let shown = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let rows: Vec<_> = shown
        .map(|(label, value)| vec![vec![Run::bold(label)], vec![Run::plain(one_line(value))]])
        .collect();
    if !rows.is_empty() {
        to.push(Block::Table { head: false, rows });
        to.push(Block::Rule);
    }
}

/// Adds the list of attachments.
pub fn list(to: &mut Gather, words: &Words, attached: &Attached) {
    if attached.parts.is_empty() {
        return;
    }
    to.push(Block::Rule);
    to.push(Block::Paragraph(vec![Run::bold(words.text("paper-attachments"))]));
    let mut rows = vec![vec![vec![Run::plain(words.text("paper-attachment-name"))], vec![Run::plain(words.text("paper-attachment-size"))]]];
    rows.extend(
        attached
            .parts
            .iter()
            .map(|part| vec![vec![Run::plain(part.name.clone())], vec![Run::plain(figures::size(words, part.size))]]),
    );
    to.push(Block::Table { head: true, rows });
}

/// Plain text as paragraphs, parted where a line is empty.
pub fn text(to: &mut Gather, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for paragraph in text.split("\n\n").map(|paragraph| paragraph.trim_matches('\n')) {
        if !paragraph.trim().is_empty() {
            to.push(Block::Paragraph(vec![Run::plain(paragraph)]));
        }
    }
}

/// A value of the head as one line, and not an endless one.
fn one_line(value: &str) -> String {
    let line: String = shortened(value, HEAD_BYTES)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !turns(*c))
        .collect();
    if value.len() > HEAD_BYTES { line + "…" } else { line }
}

/// A name without folders, control characters, or any that turn the direction of writing.
pub fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let plain = plain.trim().trim_matches('.');
    if plain.len() <= PART_NAME_BYTES {
        return plain.to_owned();
    }
    // The ending tells what it is.
    match plain.rsplit_once('.').filter(|(_, ending)| ending.len() <= 16) {
        Some((stem, ending)) => format!("{}.{ending}", shortened(stem, PART_NAME_BYTES - ending.len() - 1)),
        None => shortened(plain, PART_NAME_BYTES).to_owned(),
    }
}

fn shortened(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Characters that are not seen, and change how others are read.
const fn turns(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{ad}')
}
