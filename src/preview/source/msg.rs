//! Outlook messages (MSG): a compound file of properties, recipients and attachments, each read by its number.

use super::Source;
use super::gather::{Gather, Reading};
use super::letter::{self, Attached, Head};
use super::ole::{self, Compound};
use super::{code_page, html, lzfu, rtf};
use crate::preview::job::Trouble;
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::{MAIL_PEOPLE, MARKUP_BYTES, PARTS, UNPACKED_BYTES};
use crate::words::Words;
use encoding_rs::Encoding;
use jiff::Timestamp;
use std::io::{Cursor, Write};

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "outlook/1";

// Numbers of properties, as Outlook's own description names them.
const SUBJECT: u16 = 0x0037;
const SENDER: [u16; 2] = [0x0C1A, 0x0042];
const SENDER_ADDRESS: [u16; 4] = [0x5D01, 0x5D02, 0x0C1F, 0x0065];
const RECIPIENT_NAME: u16 = 0x3001;
const RECIPIENT_ADDRESS: [u16; 2] = [0x39FE, 0x3003];
const RECIPIENT_KIND: u16 = 0x0C15;
const DISPLAY_TO: u16 = 0x0E04;
const DISPLAY_CC: u16 = 0x0E03;
const SENT: [u16; 3] = [0x0039, 0x0E06, 0x3007];
const BODY: u16 = 0x1000;
const HTML: u16 = 0x1013;
const RTF: u16 = 0x1009;
const TEXT_PAGE: u16 = 0x3FFD;
const HTML_PAGE: u16 = 0x3FDE;
const FILE_NAMES: [u16; 3] = [0x3707, 0x3704, 0x3001];
const FILE_BYTES: u16 = 0x3701;

/// What recipients with a copy are.
const COPY: u32 = 2;
/// What hidden recipients are.
const BLIND: u32 = 3;
/// From the beginning of 1601 to that of 1970, in seconds.
const BEFORE_1970: i64 = 11_644_473_600;

/// Opens an Outlook message.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (reading, attached) = blocks(&bytes)?;
    drop(bytes);
    letter::open(reading, attached, READER)
}

/// The text of an Outlook message, and the documents in it.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<(Reading, Attached), Trouble> {
    let mut file = ole::open(bytes)?;
    if !file.is_stream("/__properties_version1.0") {
        return Err(Trouble::Damaged);
    }
    let words = super::words()?;
    let mut to = Gather::new(&[]);
    let page = fixed(&mut file, "/", TEXT_PAGE).map_or_else(|| code_page::encoding(1252), |value| code_page::encoding(value as u32));
    let mut read = Outlook { file, page };
    let head = read.head();
    letter::head(&mut to, &words, &head);
    read.body(&mut to, &words);
    let attached = read.attached(&mut to, &words);
    letter::list(&mut to, &words, &attached);
    Ok((to.done()?, attached))
}

struct Outlook<'a> {
    file: Compound<'a>,
    page: &'static Encoding,
}

impl Outlook<'_> {
    fn head(&mut self) -> Head {
        let name = self.first("/", &SENDER);
        let address = self.first("/", &SENDER_ADDRESS);
        let (mut to, mut cc) = (Vec::new(), Vec::new());
        for storage in self.storages("__recip_version1.0_").into_iter().take(MAIL_PEOPLE) {
            let name = self.first(&storage, &[RECIPIENT_NAME]);
            let person = person(&name, &self.first(&storage, &RECIPIENT_ADDRESS));
            match fixed(&mut self.file, &storage, RECIPIENT_KIND).map(|kind| kind as u32) {
                Some(COPY) => cc.push(person),
                Some(BLIND) => {}
                _ => to.push(person),
            }
        }
        let or_shown = |people: Vec<String>, shown: String| if people.is_empty() { shown } else { people.join(", ") };
        let date = SENT.iter().find_map(|id| fixed(&mut self.file, "/", *id)).and_then(moment);
        Head {
            from: person(&name, &address),
            to: or_shown(to, self.first("/", &[DISPLAY_TO])),
            cc: or_shown(cc, self.first("/", &[DISPLAY_CC])),
            date: date.unwrap_or_default(),
            subject: self.first("/", &[SUBJECT]),
        }
    }

    /// The text; where there is none, that of the HTML, then of the RTF, which may hold HTML itself.
    fn body(&mut self, to: &mut Gather, words: &Words) {
        let text = self.first("/", &[BODY]);
        if !text.trim().is_empty() {
            return letter::text(to, &text);
        }
        if let Some(source) = self.html().filter(|source| !source.trim().is_empty()) {
            return html::blocks(&source, to);
        }
        let packed = ole::stream(&mut self.file, &format!("/__substg1.0_{RTF:04X}0102"));
        match packed.and_then(|packed| lzfu::unpacked(&packed, MARKUP_BYTES)).and_then(|rtf| rtf::read(&rtf).ok()) {
            Some(rtf::Held::Html(source)) => html::blocks(&source, to),
            Some(rtf::Held::Text(paragraphs)) => paragraphs.into_iter().for_each(|runs| to.push(Block::Paragraph(runs))),
            None => to.push(Block::Paragraph(vec![Run { italic: true, ..Run::plain(words.text("paper-no-body")) }])),
        }
    }

    fn html(&mut self) -> Option<String> {
        if let Some(bytes) = ole::stream(&mut self.file, &format!("/__substg1.0_{HTML:04X}0102")) {
            let page = fixed(&mut self.file, "/", HTML_PAGE).map_or(self.page, |value| code_page::encoding(value as u32));
            return Some(page.decode(&bytes).0.into_owned());
        }
        Some(self.first("/", &[HTML])).filter(|text| !text.is_empty())
    }

    fn attached(&mut self, to: &mut Gather, words: &Words) -> Attached {
        let mut attached = Attached::default();
        let mut left = UNPACKED_BYTES;
        for storage in self.storages("__attach_version1.0_") {
            let data = format!("{storage}/__substg1.0_{FILE_BYTES:04X}");
            let name = self.first(&storage, &FILE_NAMES);
            let message = self.file.is_storage(format!("{data}000D"));
            let bytes = if message { self.copied(&format!("{data}000D")) } else { ole::stream(&mut self.file, &format!("{data}0102")) };
            let bytes = bytes.unwrap_or_default();
            let Some(rest) = left.checked_sub(bytes.len() as u64) else {
                to.note(crate::preview::job::Note::Shortened);
                break;
            };
            left = rest;
            let ending = if message { ".msg" } else { "" };
            attached.put(to, words, Some(name.as_str()), ending, bytes);
        }
        attached
    }

    /// A message inside this one, as a file of its own.
    fn copied(&mut self, storage: &str) -> Option<Vec<u8>> {
        let mut copy = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
        let entries: Vec<(String, bool)> = self
            .file
            .walk_storage(storage)
            .ok()?
            .skip(1)
            .take(ENTRIES)
            .map(|entry| (entry.path().to_string_lossy().into_owned(), entry.is_stream()))
            .collect();
        let mut left = UNPACKED_BYTES;
        for (path, is_stream) in entries {
            let inner = path.strip_prefix(storage)?;
            if !is_stream {
                copy.create_storage(inner).ok()?;
                continue;
            }
            let mut bytes = ole::stream(&mut self.file, &path)?;
            left = left.checked_sub(bytes.len() as u64)?;
            if inner == "/__properties_version1.0" && bytes.len() >= 24 {
                // The head of a message inside another is eight bytes shorter than that of a file.
                bytes.splice(24..24, [0; 8]);
            }
            copy.create_stream(inner).ok()?.write_all(&bytes).ok()?;
        }
        copy.flush().ok()?;
        Some(copy.into_inner().into_inner())
    }

    /// The first of some properties that holds text.
    fn first(&mut self, storage: &str, ids: &[u16]) -> String {
        ids.iter().map(|id| self.text(storage, *id)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn text(&mut self, storage: &str, id: u16) -> String {
        let place = format!("{}/__substg1.0_{id:04X}", storage.trim_end_matches('/'));
        let text = if let Some(bytes) = ole::stream(&mut self.file, &format!("{place}001F")) {
            encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned()
        } else {
            let bytes = ole::stream(&mut self.file, &format!("{place}001E")).unwrap_or_default();
            self.page.decode_without_bom_handling(&bytes).0.into_owned()
        };
        text.trim_end_matches('\0').to_owned()
    }

    /// The storages at the top whose names begin so, in the order of their numbers.
    fn storages(&self, head: &str) -> Vec<String> {
        let storages = self.file.read_root_storage().filter(|entry| entry.is_storage() && entry.name().starts_with(head));
        let mut names: Vec<String> = storages.map(|entry| format!("/{}", entry.name())).take(PARTS.max(MAIL_PEOPLE) + 1).collect();
        names.sort();
        names
    }
}

/// Most entries of a message inside another.
const ENTRIES: usize = 10_000;

/// A property that is kept in the table of a storage: eight bytes.
fn fixed(file: &mut Compound<'_>, storage: &str, id: u16) -> Option<u64> {
    let place = storage.trim_end_matches('/');
    let bytes = ole::stream(file, &format!("{place}/__properties_version1.0"))?;
    let head = if place.is_empty() { 32 } else { 8 };
    let row = bytes.get(head..)?.as_chunks::<16>().0.iter().find(|row| row[2..4] == id.to_le_bytes())?;
    row.last_chunk::<8>().map(|value| u64::from_le_bytes(*value))
}

/// The moment in universal time: Outlook counts tenths of millionths of seconds from 1601.
fn moment(value: u64) -> Option<String> {
    let seconds = i64::try_from(value / 10_000_000).ok()? - BEFORE_1970;
    let time = Timestamp::from_second(seconds).ok().filter(|_| value > 0)?;
    Some(time.strftime("%Y-%m-%d %H:%M +00:00").to_string())
}

fn person(name: &str, address: &str) -> String {
    match (name.trim_matches(['\'', '"']), address) {
        (name, "") => name.to_owned(),
        ("", address) => address.to_owned(),
        // Within one organisation addresses are paths of its directory, which say nothing to others.
        (name, address) if name.eq_ignore_ascii_case(address) || !address.contains('@') => name.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    }
}
