//! Word documents, text-faithful: DOCX, the older DOC, and RTF under either name.

use super::Source;
use super::gather::{Gather, Reading};
use super::model::{Blocks, joined};
use super::relations::{self, Relation};
use super::unzip::{Package, ZIP};
use super::{ole, rtf, vanish};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use undoc::doc::DocParser;
use undoc::docx::DocxParser;

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "word/1";

/// Where the library looks for the parts of a document, by the kind of their relation.
const PLACES: [(&str, &str); 4] = [
    ("styles", "word/styles.xml"),
    ("numbering", "word/numbering.xml"),
    ("footnotes", "word/footnotes.xml"),
    ("endnotes", "word/endnotes.xml"),
];
const MAIN: &str = "word/document.xml";

/// Opens a Word document.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (blocks, notes) = blocks(&bytes)?;
    // The pages need the memory.
    drop(bytes);
    Ok(Box::new(lay_out(blocks, Kind::Document, READER, notes)?))
}

/// The text of a Word document.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<Reading, Trouble> {
    let mut to = Gather::new(&[Note::TextOnly]);
    if bytes.starts_with(ZIP) {
        let document = DocxParser::from_bytes(prepared(Package::unpack(bytes)?, &mut to)?)
            .and_then(|mut parser| parser.parse())
            .map_err(|error| trouble(&error))?;
        add(&mut to, &document);
    } else if bytes.starts_with(ole::OLE) {
        ole::unprotected(bytes)?;
        if ole::open(bytes)?.is_storage("/ObjectPool") {
            to.unseen();
        }
        let document = DocParser::from_bytes(bytes.to_vec())
            .and_then(|mut parser| parser.parse())
            .map_err(|error| trouble(&error))?;
        add(&mut to, &document);
    } else if bytes.starts_with(rtf::RTF) {
        return rtf::blocks(bytes, to);
    } else {
        return Err(Trouble::Damaged);
    }
    to.done()
}

/// Puts every part where the library looks for it, and takes out what would not be shown.
fn prepared(mut package: Package, to: &mut Gather) -> Result<Vec<u8>, Trouble> {
    let main = relations::of(&package, "")
        .into_iter()
        .find(|relation| relation.is("officeDocument"))
        .map(|relation| relation.target);
    let main = main.filter(|name| package.part(name).is_some()).unwrap_or_else(|| MAIN.to_owned());
    let mut related = relations::of(&package, &main);
    // Charts are not shown, and one that is broken must not hide the text.
    related.retain(|relation| !relation.kind.contains("chart"));
    let text = package.take(&main).ok_or(Trouble::Damaged)?;
    if ["<w:drawing", "<w:pict", "<w:object"].iter().any(|element| text.contains(element)) {
        to.unseen();
    }
    let deleted = text.contains("<w:delText");
    let (text, vanished) = vanish::without_hidden(&text);
    if vanished || deleted {
        to.note(Note::HiddenLeftOut);
    }
    let moved: Vec<(&str, String)> = PLACES
        .iter()
        .filter_map(|(kind, place)| Some((*place, package.take(&target(&related, kind)?)?)))
        .collect();
    for (place, text) in moved {
        package.put(place, vanish::without_hidden(&text).0);
    }
    for relation in related.iter().filter(|relation| relation.is("header") || relation.is("footer")) {
        if let Some(text) = package.part(&relation.target) {
            let (shown, _) = vanish::without_hidden(text);
            package.put(relation.target.clone(), shown);
        }
    }
    package.put(MAIN, text);
    relations::put(&mut package, MAIN, &related);
    // What is said of a document is not shown, and broken it must not hide the text.
    package.take("docProps/core.xml");
    package.take("docProps/app.xml");
    package.packed()
}

fn target(related: &[Relation], kind: &str) -> Option<String> {
    related
        .iter()
        .find(|relation| relation.is(kind) && !relation.outside)
        .map(|relation| relation.target.clone())
}

fn add(to: &mut Gather, document: &undoc::Document) {
    let mut blocks = Blocks::with_styles();
    if !document.resources.is_empty() {
        to.unseen();
    }
    for section in &document.sections {
        let margin = |paragraphs: &Option<Vec<undoc::Paragraph>>| {
            let runs: Vec<Run> = joined(paragraphs.as_deref().unwrap_or_default());
            (!runs.is_empty()).then(|| Block::Quote(1, runs.into_iter().map(|run| Run { italic: true, ..run }).collect()))
        };
        if let Some(head) = margin(&section.header) {
            to.push(head);
        }
        for block in &section.content {
            blocks.add(to, block);
        }
        if let Some(foot) = margin(&section.footer) {
            to.push(foot);
        }
    }
}

/// What an error of the library means.
pub const fn trouble(error: &undoc::Error) -> Trouble {
    match error {
        undoc::Error::Encrypted => Trouble::Protected,
        undoc::Error::UnsupportedFormat(_) => Trouble::Unsupported,
        _ => Trouble::Damaged,
    }
}
