//! Presentations, text-faithful: PPTX and the older PPT; each slide begins a page.

use super::Source;
use super::docx::trouble;
use super::gather::{Gather, Reading};
use super::model::{Blocks, joined};
use super::relations::{self, Relation, attribute};
use super::unzip::{Package, ZIP};
use super::{odt, ole};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use crate::preview::limits::SLIDES;
use crate::words::Words;
use quick_xml::Reader;
use quick_xml::events::Event;
use undoc::ppt::PptParser;
use undoc::pptx::PptxParser;

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "slides/1";

const MAIN: &str = "ppt/presentation.xml";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Opens a presentation.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (blocks, notes) = blocks(&bytes)?;
    // The pages need the memory.
    drop(bytes);
    Ok(Box::new(lay_out(blocks, Kind::Presentation, READER, notes)?))
}

/// The text of a presentation.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<Reading, Trouble> {
    let mut to = Gather::new(&[Note::TextOnly]);
    let document = if bytes.starts_with(ZIP) {
        let package = Package::unpack(bytes)?;
        if package.is_open_document() {
            return odt::read(&package, to);
        }
        PptxParser::from_bytes(prepared(&package, &mut to)?).and_then(|mut parser| parser.parse())
    } else if bytes.starts_with(ole::OLE) {
        ole::unprotected(bytes)?;
        PptParser::from_bytes(bytes.to_vec()).and_then(|mut parser| parser.parse())
    } else {
        return Err(Trouble::Damaged);
    };
    let words = super::words()?;
    for section in document.map_err(|error| trouble(&error))?.sections {
        add(&mut to, &section, &words);
    }
    to.done()
}

fn add(to: &mut Gather, section: &undoc::Section, words: &Words) {
    // A slide without text shows something else.
    to.unseen();
    to.page();
    let titled = section.content.iter().any(|block| matches!(block, undoc::Block::Paragraph(p) if p.is_heading()));
    if !titled {
        let number = section.index + 1;
        to.label(Block::Heading(2, vec![Run::plain(words.with("paper-slide", &[("number", number.into())]))]));
    }
    let mut blocks = Blocks::default();
    for block in &section.content {
        blocks.add(to, block);
    }
    let notes = joined(section.notes.as_deref().unwrap_or_default());
    if !notes.is_empty() {
        to.push(Block::Rule);
        to.label(Block::Paragraph(vec![Run::bold(words.text("paper-speaker-notes"))]));
        to.push(Block::Quote(1, notes));
    }
}

/// The package anew, with every slide and its notes under the name that the library expects for its place in the show.
fn prepared(package: &Package, to: &mut Gather) -> Result<Vec<u8>, Trouble> {
    let main = relations::of(package, "")
        .into_iter()
        .find(|relation| relation.is("officeDocument"))
        .map(|relation| relation.target);
    let main = main.filter(|name| package.part(name).is_some()).unwrap_or_else(|| MAIN.to_owned());
    let order = order(package.part(&main).ok_or(Trouble::Damaged)?);
    let related = relations::of(package, &main);
    let mut anew = Package::default();
    let (mut list, mut targets) = (String::new(), Vec::new());
    for id in order {
        let Some(slide) = related.iter().find(|relation| relation.id == id && relation.is("slide")) else { continue };
        let Some(text) = package.part(&slide.target) else { continue };
        if hidden(text) {
            to.note(Note::HiddenLeftOut);
            continue;
        }
        if targets.len() == SLIDES {
            to.note(Note::Shortened);
            break;
        }
        let number = targets.len() + 1;
        let name = format!("ppt/slides/slide{number}.xml");
        anew.put(name.clone(), text);
        let mut own = relations::of(package, &slide.target);
        if let Some(notes) = own.iter().find(|relation| relation.is("notesSlide")).and_then(|notes| package.part(&notes.target)) {
            anew.put(format!("ppt/notesSlides/notesSlide{number}.xml"), notes);
        }
        own.retain(|relation| !relation.kind.contains("chart") && !relation.is("notesSlide") && !relation.is("slideLayout"));
        relations::put(&mut anew, &name, &own);
        list.push_str(&format!("<p:sldId id=\"{number}\" r:id=\"s{number}\"/>"));
        targets.push(Relation { id: format!("s{number}"), kind: format!("{RELATIONS}/slide"), target: name, outside: false });
    }
    relations::put(&mut anew, MAIN, &targets);
    anew.put(MAIN, format!("<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>{list}</p:sldIdLst></p:presentation>"));
    // Without layouts and masters: what they say in a place that a slide left empty is never shown.
    anew.packed()
}

/// The slides in the order in which they are shown, by the ids of their relations.
fn order(presentation: &str) -> Vec<String> {
    let mut reader = Reader::from_str(presentation);
    let mut ids = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "sldId" => {
                let relation = element.attributes().with_checks(false).flatten().find(|a| a.key.as_ref().ends_with(":id"));
                ids.extend(relation.map(|relation| relation.value.to_string()));
            }
            Ok(Event::Eof) | Err(_) => return ids,
            Ok(_) => {}
        }
    }
}

/// Whether a slide is left out of the show.
fn hidden(slide: &str) -> bool {
    let mut reader = Reader::from_str(slide);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                return matches!(attribute(&element, "show").as_deref(), Some("0" | "false"));
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}
