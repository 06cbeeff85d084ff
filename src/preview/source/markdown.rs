//! Markdown: its headings, lists, quotes, code and tables become blocks; HTML in it stays text, and nothing is fetched.

use super::Source;
use super::encoding::decode;
use super::text::{is_binary, notes};
use crate::preview::job::{Kind, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The reader and its version.
const READER: &str = "markdown/1";

/// Opens a Markdown document.
///
/// # Errors
/// It is no text, or there is nothing in it.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let decoded = decode(&bytes);
    drop(bytes);
    if is_binary(&decoded.text) {
        return Err(Trouble::Unsupported);
    }
    Ok(Box::new(lay_out(blocks(&decoded.text), Kind::Markdown, READER, notes(&decoded))?))
}

/// The blocks of a Markdown text.
fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let mut reading = Reading::default();
    for event in Parser::new_ext(text, options) {
        reading.event(event);
    }
    reading.end_block();
    reading.blocks
}

/// Where a text goes that has no list and quote around it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    Heading(u8),
    Code,
    Cell,
}

#[derive(Debug, Default)]
struct Reading {
    blocks: Vec<Block>,
    runs: Vec<Run>,
    /// Bytes in all runs.
    length: usize,
    place: Place,
    /// The number of the next entry of each list around; nothing for one with dots.
    lists: Vec<Option<u64>>,
    /// What stands before the entry that begins here.
    mark: Option<String>,
    quotes: u8,
    look: Looks,
    /// Where the links around lead to, and the length of the text when they began.
    links: Vec<(String, usize)>,
    rows: Vec<Vec<Vec<Run>>>,
    head: bool,
}

/// How many of each kind lie around the text.
#[derive(Debug, Default)]
struct Looks {
    bold: usize,
    italic: usize,
    struck: usize,
}

impl Reading {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) => self.push(&text, false),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) | Event::InlineHtml(text) => self.push(&text, true),
            Event::FootnoteReference(name) => self.push(&format!("[{name}]"), false),
            Event::SoftBreak => self.push(" ", false),
            Event::HardBreak => self.push("\n", false),
            Event::TaskListMarker(done) => self.push(if done { "☑ " } else { "☐ " }, false),
            Event::Rule => {
                self.end_block();
                self.blocks.push(Block::Rule);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.end_block();
                self.place = Place::Heading(level as u8);
            }
            Tag::CodeBlock(_) => {
                self.end_block();
                self.place = Place::Code;
            }
            Tag::BlockQuote(_) => {
                self.end_block();
                self.quotes = self.quotes.saturating_add(1);
            }
            Tag::List(first) => {
                self.end_block();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_block();
                self.mark = Some(self.next_mark());
            }
            Tag::FootnoteDefinition(name) => {
                self.end_block();
                self.mark = Some(format!("[{name}]"));
            }
            Tag::TableHead => self.head = true,
            Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Table(_) => {
                self.end_block();
                self.rows = vec![Vec::new()];
                self.place = Place::Cell;
            }
            Tag::Emphasis => self.look.italic += 1,
            Tag::Strong => self.look.bold += 1,
            Tag::Strikethrough => self.look.struck += 1,
            Tag::Link { dest_url, .. } => self.links.push((dest_url.into_string(), self.length)),
            Tag::Image { .. } => self.push("[image: ", false),
            Tag::Paragraph | Tag::HtmlBlock => self.end_block(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.end_block();
                if matches!(tag, TagEnd::Item | TagEnd::FootnoteDefinition) {
                    self.end_entry();
                }
            }
            TagEnd::BlockQuote(_) => {
                self.end_block();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.end_block();
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell = self.take_runs();
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.blocks.push(Block::Table { head: self.head, rows });
                (self.place, self.head) = (Place::Text, false);
            }
            TagEnd::Emphasis => self.look.italic = self.look.italic.saturating_sub(1),
            TagEnd::Strong => self.look.bold = self.look.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.look.struck = self.look.struck.saturating_sub(1),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.push("]", false),
            _ => {}
        }
    }

    /// Says in brackets where a link leads, unless its text is that already.
    fn end_link(&mut self) {
        let Some((address, from)) = self.links.pop() else { return };
        let text = self.since(from, address.len());
        let said = text.as_ref().is_some_and(|text| *text == address || address.strip_prefix("mailto:") == Some(text));
        if !address.is_empty() && !said {
            self.push(&format!(" [{address}]"), false);
        }
    }

    /// The text that came since there were so many bytes, if it is not longer than asked for. It looks at no more than that, since a paragraph
    /// may have any number of links.
    fn since(&self, from: usize, most: usize) -> Option<String> {
        let mut left = self.length.checked_sub(from).filter(|length| *length <= most)?;
        let mut parts = Vec::new();
        for run in self.runs.iter().rev() {
            let part = left.min(run.text.len());
            parts.push(run.text.get(run.text.len() - part..)?);
            left -= part;
            if left == 0 {
                break;
            }
        }
        Some(parts.into_iter().rev().collect())
    }

    fn take_runs(&mut self) -> Vec<Run> {
        self.length = 0;
        std::mem::take(&mut self.runs)
    }

    fn next_mark(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}.");
                *number = number.saturating_add(1);
                mark
            }
            _ => ["•", "◦", "▪"][self.lists.len().saturating_sub(1).min(2)].to_owned(),
        }
    }

    fn push(&mut self, text: &str, mono: bool) {
        self.length += text.len();
        let Looks { bold, italic, struck } = &self.look;
        let look = Run { text: String::new(), bold: *bold > 0, italic: *italic > 0, mono, struck: *struck > 0 };
        match self.runs.last_mut() {
            Some(run) if (run.bold, run.italic, run.mono, run.struck) == (look.bold, look.italic, look.mono, look.struck) => run.text.push_str(text),
            _ => self.runs.push(Run { text: text.to_owned(), ..look }),
        }
    }

    /// Ends the block that was being read, if there is one.
    fn end_block(&mut self) {
        let place = self.place;
        if place == Place::Cell {
            return;
        }
        self.place = Place::Text;
        let runs = self.take_runs();
        if runs.is_empty() {
            return;
        }
        let block = match place {
            Place::Heading(level) => Block::Heading(level, runs),
            Place::Code => Block::Code { text: runs.into_iter().map(|run| run.text).collect(), numbered: false },
            Place::Text | Place::Cell if !self.lists.is_empty() || self.mark.is_some() => {
                let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
                Block::Item { depth, mark: self.mark.take().unwrap_or_default(), text: runs }
            }
            Place::Text | Place::Cell if self.quotes > 0 => Block::Quote(self.quotes, runs),
            Place::Text | Place::Cell => Block::Paragraph(runs),
        };
        self.blocks.push(block);
    }

    /// An entry without a text of its own still has its mark.
    fn end_entry(&mut self) {
        if let Some(mark) = self.mark.take() {
            let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
            self.blocks.push(Block::Item { depth, mark, text: Vec::new() });
        }
    }
}

#[cfg(test)]
mod tests;
