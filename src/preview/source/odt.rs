//! OpenDocument, text-faithful: texts, workbooks and presentations are read alike, out of one part of XML.

use super::Source;
use super::gather::{Gather, Reading};
use super::odf_styles::Styles;
use super::odf_table::Tables;
use super::relations::attribute;
use super::unzip::{Package, ZIP};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "odf/1";

/// Most blanks that one element may stand for.
const BLANKS: usize = 1_000;
/// Elements whose text is none of the document's.
const APART: [&str; 16] = [
    "office:annotation",
    "office:forms",
    "office:scripts",
    "office:meta",
    "svg:title",
    "svg:desc",
    "text:table-of-content-source",
    "text:alphabetical-index-source",
    "text:bibliography-source",
    "text:illustration-index-source",
    "text:object-index-source",
    "text:table-index-source",
    "text:user-index-source",
    "text:ruby-text",
    "table:content-validations",
    "style:master-page",
];

/// Opens an OpenDocument text.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (blocks, notes) = blocks(&bytes)?;
    // The pages need the memory.
    drop(bytes);
    Ok(Box::new(lay_out(blocks, Kind::Document, READER, notes)?))
}

/// The text of an OpenDocument file.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<Reading, Trouble> {
    if !bytes.starts_with(ZIP) {
        return Err(Trouble::Damaged);
    }
    read(&Package::unpack(bytes)?, Gather::new(&[Note::TextOnly]))
}

/// The text of an unpacked OpenDocument file.
///
/// # Errors
/// Why it cannot be shown.
pub fn read(package: &Package, to: Gather) -> Result<Reading, Trouble> {
    // An encrypted entry is no XML any more; the manifest says so.
    if package.part("META-INF/manifest.xml").is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Trouble::Protected);
    }
    let content = package.part("content.xml").ok_or(Trouble::Damaged)?;
    let mut walk = Walk::new(to);
    if content.contains("<draw:") {
        walk.to.unseen();
    }
    walk.styles.read(package.part("styles.xml").unwrap_or_default());
    walk.styles.read(content);
    walk.all(content)?;
    walk.to.done()
}

/// A paragraph, heading or entry of a list that was begun.
#[derive(Debug, Default)]
struct Begun {
    heading: Option<u8>,
    style: String,
    runs: Vec<Run>,
}

#[derive(Debug)]
struct List {
    style: String,
    number: u32,
    /// The next paragraph gets the mark.
    fresh: bool,
}

struct Walk {
    to: Gather,
    styles: Styles,
    begun: Vec<Begun>,
    spans: Vec<String>,
    lists: Vec<List>,
    numbers: Vec<u32>,
    tables: Tables,
    /// Depth of the element whose text is left out, from its beginning.
    apart: usize,
    /// How many paragraphs were begun when a note was, and what notes say.
    note: Option<usize>,
    notes: Vec<Vec<Run>>,
    note_text: Vec<Run>,
}

impl Walk {
    fn new(to: Gather) -> Self {
        Self {
            to,
            styles: Styles::default(),
            begun: Vec::new(),
            spans: Vec::new(),
            lists: Vec::new(),
            numbers: Vec::new(),
            tables: Tables::default(),
            apart: 0,
            note: None,
            notes: Vec::new(),
            note_text: Vec::new(),
        }
    }

    fn all(&mut self, content: &str) -> Result<(), Trouble> {
        let mut reader = Reader::from_str(content);
        reader.config_mut().allow_dangling_amp = true;
        while !self.to.full() {
            match reader.read_event() {
                Ok(Event::Start(element)) => self.start(&element),
                Ok(Event::Empty(element)) => {
                    self.start(&element);
                    self.end(element.name().as_ref());
                }
                Ok(Event::End(element)) => self.end(element.name().as_ref()),
                Ok(Event::Text(text)) => self.text(&text.xml10_content()),
                Ok(Event::CData(text)) => self.text(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.reference(&reference),
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(_) => return Err(Trouble::Damaged),
            }
        }
        for runs in std::mem::take(&mut self.notes) {
            self.to.push(Block::Paragraph(runs));
        }
        Ok(())
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let name = element.name();
        let name = name.as_ref();
        if self.apart > 0 || APART.contains(&name) || self.hides(name, element) {
            self.apart += 1;
            return;
        }
        let style = || attribute(element, "style-name").unwrap_or_default();
        match name {
            "text:p" => self.begin(None, style()),
            "text:h" => {
                let level = attribute(element, "outline-level").and_then(|text| text.parse().ok()).unwrap_or(1);
                self.begin(Some(u8::clamp(level, 1, 6)), style());
            }
            "text:span" => self.spans.push(style()),
            "text:s" => {
                let count = attribute(element, "c").and_then(|text| text.parse().ok()).unwrap_or(1usize);
                self.say(&" ".repeat(count.min(BLANKS)));
            }
            "text:tab" => self.say("\t"),
            "text:line-break" => self.say("\n"),
            "text:list" => self.list(element),
            "text:list-item" => self.item(element),
            "text:note-citation" => self.say("["),
            "text:note-body" => self.note = Some(self.begun.len()),
            "draw:page" => {
                self.to.page();
                if let Some(name) = attribute(element, "name") {
                    self.to.label(Block::Heading(2, vec![Run::plain(name)]));
                }
            }
            "office:spreadsheet" => self.tables.are_sheets(),
            "presentation:notes" => self.speaker_notes(),
            name if name.starts_with("table:") => self.tables.start(name, element, &mut self.to),
            _ => {}
        }
    }

    /// Whether an element is hidden, which is then said.
    fn hides(&mut self, name: &str, element: &BytesStart<'_>) -> bool {
        let named = attribute(element, "style-name");
        let hidden = match name {
            "text:tracked-changes" | "text:hidden-text" | "text:hidden-paragraph" => true,
            "text:section" => attribute(element, "display").is_some_and(|display| display == "none"),
            "text:p" | "text:h" | "text:span" | "table:table" => named.is_some_and(|style| self.styles.style(&style).hidden),
            "draw:page" => attribute(element, "visibility").is_some_and(|visibility| visibility == "hidden"),
            _ => false,
        };
        if hidden {
            self.to.note(Note::HiddenLeftOut);
        }
        hidden
    }

    fn end(&mut self, name: &str) {
        if self.apart > 0 {
            self.apart -= 1;
            return;
        }
        match name {
            "text:p" | "text:h" => self.finish(),
            "text:span" => drop(self.spans.pop()),
            "text:list" => {
                let ended = self.lists.pop();
                let depth = self.lists.len();
                self.numbers.resize(self.numbers.len().max(depth + 1), 0);
                self.numbers[depth] = ended.map_or(0, |list| list.number);
            }
            "text:note-citation" => self.say("]"),
            "text:note-body" => {
                self.note = None;
                self.notes.push(std::mem::take(&mut self.note_text));
            }
            name if name.starts_with("table:") => self.tables.end(name, &mut self.to),
            _ => {}
        }
    }

    fn begin(&mut self, heading: Option<u8>, style: String) {
        self.begun.push(Begun { heading, style, runs: Vec::new() });
    }

    fn list(&mut self, element: &BytesStart<'_>) {
        let inherited = self.lists.last().map(|list| list.style.clone()).unwrap_or_default();
        let goes_on = attribute(element, "continue-numbering").is_some_and(|value| value == "true");
        let number = if goes_on { self.numbers.get(self.lists.len()).copied().unwrap_or(0) } else { 0 };
        let style = attribute(element, "style-name").unwrap_or(inherited);
        self.lists.push(List { style, number, fresh: false });
    }

    fn item(&mut self, element: &BytesStart<'_>) {
        let starts = attribute(element, "start-value").and_then(|text| text.parse::<u32>().ok());
        if let Some(list) = self.lists.last_mut() {
            list.number = starts.unwrap_or_else(|| list.number.saturating_add(1));
            list.fresh = true;
        }
    }

    fn speaker_notes(&mut self) {
        self.to.push(Block::Rule);
        if let Ok(words) = super::words() {
            self.to.label(Block::Paragraph(vec![Run::bold(words.text("paper-speaker-notes"))]));
        }
    }

    /// Ends the innermost paragraph and puts it where it belongs: a note, a cell, the text.
    fn finish(&mut self) {
        let Some(begun) = self.begun.pop() else { return };
        let mut runs = begun.runs;
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
        }
        if self.note.is_some_and(|outer| self.begun.len() >= outer) {
            if self.note_text.is_empty() {
                self.note_text.push(Run::plain(format!("[{}] ", self.notes.len() + 1)));
            }
            return self.note_text.append(&mut runs);
        }
        if self.tables.open() {
            return self.tables.text(runs);
        }
        if self.styles.style(&begun.style).breaks {
            self.to.page();
        }
        if runs.iter().all(|run| run.text.is_empty()) {
            return;
        }
        let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let level = self.lists.len();
        let block = match (begun.heading, self.lists.last_mut()) {
            (Some(level), _) => Block::Heading(level, runs),
            (None, Some(list)) => {
                let mark = self.styles.mark(&list.style, level).text(list.number);
                let mark = if std::mem::take(&mut list.fresh) { mark } else { String::new() };
                Block::Item { depth, mark, text: runs }
            }
            (None, None) => Block::Paragraph(runs),
        };
        self.to.push(block);
    }

    fn text(&mut self, text: &str) {
        let mut plain = String::with_capacity(text.len());
        let ends_blank = self
            .begun
            .last()
            .is_none_or(|begun| begun.runs.last().is_none_or(|run| run.text.ends_with([' ', '\n'])));
        let mut blank = ends_blank;
        for c in text.chars() {
            let is_blank = matches!(c, ' ' | '\t' | '\r' | '\n');
            if !(is_blank && blank) {
                plain.push(if is_blank { ' ' } else { c });
            }
            blank = is_blank;
        }
        self.say(&plain);
    }

    /// A character by its number, or one of the five names of XML. Others were defined by the document and stay what they are.
    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) {
        let text = match reference.resolve_char_ref() {
            Ok(Some(c)) => c.to_string(),
            _ => {
                let name = reference.xml10_content();
                quick_xml::escape::resolve_predefined_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned)
            }
        };
        self.say(&text);
    }

    fn say(&mut self, text: &str) {
        if self.apart > 0 || text.is_empty() {
            return;
        }
        let Some(begun) = self.begun.last_mut() else { return };
        let mut look = self.styles.style(&begun.style);
        for span in &self.spans {
            let span = self.styles.style(span);
            (look.bold, look.italic, look.struck) = (span.bold.or(look.bold), span.italic.or(look.italic), span.struck.or(look.struck));
        }
        let on = |value: Option<bool>| value == Some(true);
        let run = Run { text: text.to_owned(), bold: on(look.bold), italic: on(look.italic), mono: false, struck: on(look.struck) };
        match begun.runs.last_mut() {
            Some(last) if (last.bold, last.italic, last.struck) == (run.bold, run.italic, run.struck) => last.text.push_str(text),
            _ => begun.runs.push(run),
        }
    }
}
