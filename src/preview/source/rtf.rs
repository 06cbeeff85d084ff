//! RTF: its text with the plainest looks, or the HTML that Outlook wraps in it.

use super::code_page;
use super::gather::{Gather, Reading};
use crate::preview::job::Trouble;
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::RTF_GROUPS;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// The first bytes of RTF.
pub const RTF: &[u8] = b"{\\rtf";

/// Groups that hold no text of the document.
const APART: [&str; 19] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "objdata",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "nonshppict",
    "listtable",
    "listoverridetable",
    "revtbl",
    "rsidtbl",
    "generator",
];

/// What RTF turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// HTML, wrapped up.
    Html(String),
    /// Text, in paragraphs.
    Text(Vec<Vec<Run>>),
}

/// The paragraphs of an RTF document.
///
/// # Errors
/// `Empty` when it says nothing.
pub fn blocks(bytes: &[u8], mut to: Gather) -> Result<Reading, Trouble> {
    match read(bytes)? {
        Held::Html(html) => super::html::blocks(&html, &mut to),
        Held::Text(paragraphs) => paragraphs.into_iter().for_each(|runs| to.push(Block::Paragraph(runs))),
    }
    to.done()
}

/// Reads RTF.
///
/// # Errors
/// `Damaged` when it is none, `TooLarge` when groups lie too deep in each other.
pub fn read(bytes: &[u8]) -> Result<Held, Trouble> {
    if !bytes.starts_with(RTF) {
        return Err(Trouble::Damaged);
    }
    let mut reader = Reader::new(bytes);
    while reader.at < bytes.len() {
        reader.step()?;
    }
    reader.flush();
    reader.paragraph();
    Ok(if reader.wraps_html { Held::Html(reader.html) } else { Held::Text(reader.paragraphs) })
}

/// How text looks at one place, and whether it is any of the document's. Ends with its group.
#[derive(Debug, Clone, Copy)]
struct Look {
    apart: bool,
    fonts: bool,
    tag: bool,
    hidden: bool,
    bold: bool,
    italic: bool,
    struck: bool,
    /// How many characters stand in for one that is given by its number.
    stand_ins: usize,
    encoding: Option<&'static Encoding>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    look: Look,
    outer: Vec<Look>,
    wraps_html: bool,
    /// Between `\htmlrtf` and `\htmlrtf0`: for readers that do not know HTML.
    not_html: bool,
    page: &'static Encoding,
    fonts: BTreeMap<i32, &'static Encoding>,
    font: i32,
    /// Bytes of a code page that are not characters yet.
    pending: Vec<u8>,
    high: Option<u16>,
    skip: usize,
    html: String,
    runs: Vec<Run>,
    paragraphs: Vec<Vec<Run>>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let look = Look {
            apart: false,
            fonts: false,
            tag: false,
            hidden: false,
            bold: false,
            italic: false,
            struck: false,
            stand_ins: 1,
            encoding: None,
        };
        Self {
            bytes,
            at: 0,
            look,
            outer: Vec::new(),
            wraps_html: false,
            not_html: false,
            page: code_page::encoding(1252),
            fonts: BTreeMap::new(),
            font: 0,
            pending: Vec::new(),
            high: None,
            skip: 0,
            html: String::new(),
            runs: Vec::new(),
            paragraphs: Vec::new(),
        }
    }

    /// Reads one brace, control word or character.
    fn step(&mut self) -> Result<(), Trouble> {
        let byte = self.bytes[self.at];
        self.at += 1;
        match byte {
            b'{' => {
                self.flush();
                if self.outer.len() >= RTF_GROUPS {
                    return Err(Trouble::TooLarge);
                }
                self.outer.push(self.look);
            }
            b'}' => {
                self.flush();
                self.look = self.outer.pop().unwrap_or(self.look);
            }
            b'\\' => self.control(),
            b'\r' | b'\n' => {}
            byte => self.byte(byte),
        }
        Ok(())
    }

    fn control(&mut self) {
        let Some(first) = self.bytes.get(self.at).copied() else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(first);
        }
        let rest = &self.bytes[self.at..];
        let letters = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = str::from_utf8(&rest[..letters]).unwrap_or_default();
        let number = &rest[letters..];
        let digits = usize::from(number.first() == Some(&b'-'));
        let digits = digits + number[digits..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let value = str::from_utf8(&number[..digits]).ok().and_then(|text| text.parse::<i32>().ok());
        self.at += letters + digits;
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        if word != "u" {
            self.flush();
        }
        self.word(word, value);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(|hex| str::from_utf8(hex).ok());
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                self.at = (self.at + 2).min(self.bytes.len());
                if let Some(byte) = byte {
                    self.byte(byte);
                }
            }
            b'*' => self.starred(),
            b'~' => self.say('\u{a0}'),
            b'_' => self.say('\u{2011}'),
            b'\r' | b'\n' => self.word("par", None),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            _ => {}
        }
    }

    /// A group that a reader may skip when it does not know it: all but Outlook's tags.
    fn starred(&mut self) {
        if self.bytes[self.at..].starts_with(b"\\htmltag") {
            self.flush();
            self.look.tag = true;
        } else {
            self.look.apart = true;
        }
    }

    fn word(&mut self, word: &str, value: Option<i32>) {
        let on = value != Some(0);
        match word {
            "fromhtml" => self.wraps_html = on,
            "htmlrtf" => self.not_html = on,
            "par" | "sect" | "row" => self.paragraph(),
            "page" if !self.wraps_html => self.paragraph(),
            "line" => self.say('\n'),
            "tab" | "cell" | "nestcell" => self.say('\t'),
            "emdash" => self.say('—'),
            "endash" => self.say('–'),
            "bullet" => self.say('•'),
            "lquote" => self.say('‘'),
            "rquote" => self.say('’'),
            "ldblquote" => self.say('“'),
            "rdblquote" => self.say('”'),
            "u" => self.numbered(value.unwrap_or(0)),
            "uc" => self.look.stand_ins = usize::try_from(value.unwrap_or(1)).unwrap_or(1).min(16),
            "bin" => self.at = self.at.saturating_add(usize::try_from(value.unwrap_or(0)).unwrap_or(0)).min(self.bytes.len()),
            "ansicpg" => self.page = code_page::encoding(u32::try_from(value.unwrap_or(1252)).unwrap_or(1252)),
            "mac" => self.page = code_page::encoding(10000),
            "fonttbl" => (self.look.fonts, self.look.apart) = (true, true),
            "f" => {
                self.font = value.unwrap_or(0);
                self.look.encoding = self.fonts.get(&self.font).copied();
            }
            "fcharset" if self.look.fonts => {
                if let Some(encoding) = code_page::character_set(value.unwrap_or(0)) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            "plain" => (self.look.bold, self.look.italic, self.look.struck, self.look.hidden) = (false, false, false, false),
            "b" => self.look.bold = on,
            "i" => self.look.italic = on,
            "strike" => self.look.struck = on,
            "v" => self.look.hidden = on,
            "deleted" => self.look.hidden = on,
            word if APART.contains(&word) => self.look.apart = true,
            _ => {}
        }
    }

    /// A character by its number, in whose place others follow for readers that cannot show it.
    fn numbered(&mut self, value: i32) {
        let pending_was = std::mem::take(&mut self.skip);
        if pending_was == 0 {
            self.flush_bytes();
        }
        self.skip = self.look.stand_ins;
        // Numbers above 32767 are written as negative ones.
        let unit = (value & 0xFFFF) as u16;
        let pair = match self.high.take() {
            Some(high) => char::decode_utf16([high, unit]).next().and_then(Result::ok),
            None => None,
        };
        match (pair, unit) {
            (Some(c), _) => self.put(c),
            (None, 0xD800..=0xDBFF) => self.high = Some(unit),
            (None, unit) => self.put(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.pending.push(byte);
    }

    fn say(&mut self, c: char) {
        self.flush();
        self.put(c);
    }

    /// Ends what is pending, and stand-ins too: they never reach over a brace or a control word.
    fn flush(&mut self) {
        self.skip = 0;
        self.high = None;
        self.flush_bytes();
    }

    fn flush_bytes(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() && self.heard() {
            let (text, _) = self.look.encoding.unwrap_or(self.page).decode_without_bom_handling(&pending);
            self.write(&text);
        }
    }

    fn put(&mut self, c: char) {
        if self.heard() {
            self.write(c.encode_utf8(&mut [0; 4]));
        }
    }

    /// Whether text here is any of the document's.
    const fn heard(&self) -> bool {
        if self.wraps_html {
            self.look.tag || !(self.not_html || self.look.apart)
        } else {
            !(self.look.apart || self.look.hidden || self.look.tag)
        }
    }

    fn write(&mut self, text: &str) {
        if self.wraps_html {
            return self.html.push_str(text);
        }
        let Look { bold, italic, struck, .. } = self.look;
        match self.runs.last_mut() {
            Some(run) if (run.bold, run.italic, run.struck) == (bold, italic, struck) => run.text.push_str(text),
            _ => self.runs.push(Run { text: text.to_owned(), bold, italic, struck, mono: false }),
        }
    }

    fn paragraph(&mut self) {
        if self.wraps_html {
            self.put('\n');
        } else if self.heard() && !self.runs.is_empty() {
            self.paragraphs.push(std::mem::take(&mut self.runs));
        }
    }
}
