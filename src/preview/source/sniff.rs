//! What a document is, by its first bytes and then by its name, and the reader that opens it.

use crate::preview::job::Trouble;
use crate::preview::limits::{DOCUMENT_BYTES, PART_DEPTH};
use crate::preview::source::{Source, boxes, docx, drawing, image, mail, markdown, msg, odt, pdf, prose, sheet, slides, table, text};

/// What a document is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PDF.
    Pdf,
    /// A raster picture.
    Image,
    /// SVG, be it compressed.
    Drawing,
    /// Plain text, source code.
    Text,
    /// Comma-separated values.
    Table,
    /// Markdown.
    Markdown,
    /// A mail as it is sent.
    Mail,
    /// A mail as Outlook keeps it.
    OutlookMail,
    /// A word-processing document of Office, old or new.
    Document,
    /// A presentation of Office, old or new.
    Presentation,
    /// A spreadsheet of Office, old or new, or an OpenDocument one.
    Spreadsheet,
    /// A word-processing document of OpenDocument.
    OpenText,
}

/// Opens a document, or the document inside it that the part numbers (from 1) lead to.
///
/// # Errors
/// It is of no kind that can be drawn, or not well-formed, or there is no such part.
pub fn open(name: &str, bytes: Vec<u8>, part: &[u16]) -> Result<Box<dyn Source>, Trouble> {
    if part.len() > PART_DEPTH {
        return Err(Trouble::NoSuchPage);
    }
    let mut source = open_one(name, bytes)?;
    for number in part {
        let place = usize::from(*number).checked_sub(1).ok_or(Trouble::NoSuchPage)?;
        let (name, bytes) = source.part(place).ok_or(Trouble::NoSuchPage)?;
        source = open_one(&name, bytes)?;
    }
    Ok(source)
}

fn open_one(name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    if bytes.len() as u64 > DOCUMENT_BYTES {
        return Err(Trouble::TooLarge);
    }
    match format(name, &bytes)? {
        Format::Pdf => pdf::open(bytes),
        Format::Image => image::open(bytes),
        Format::Drawing => drawing::open(&bytes),
        Format::Mail => mail::open(name, bytes),
        Format::OutlookMail => msg::open(name, bytes),
        Format::Document => docx::open(name, bytes),
        Format::Presentation => slides::open(name, bytes),
        Format::Spreadsheet => sheet::open(name, bytes),
        Format::OpenText => odt::open(name, bytes),
        Format::Text => text::open(name, bytes),
        Format::Table => table::open(name, bytes),
        Format::Markdown => markdown::open(name, bytes),
    }
}

/// What a document is. A name that says something else than the first bytes does not count.
///
/// # Errors
/// It is empty, sound or film, protected as a whole, or of no kind that is known.
pub fn format(name: &str, bytes: &[u8]) -> Result<Format, Trouble> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Trouble::Empty);
    }
    if let Some(format) = by_signature(&ending, bytes) {
        return format;
    }
    if let Some(text) = prose::beginning(bytes) {
        return Ok(text_format(&ending, &text));
    }
    if pdf_within(bytes) {
        return Ok(Format::Pdf);
    }
    if infer::is_audio(bytes) || infer::is_video(bytes) || is_stream(bytes) {
        return Err(Trouble::Media);
    }
    Err(Trouble::Unsupported)
}

/// What the first bytes say that nothing else can begin with.
fn by_signature(ending: &str, bytes: &[u8]) -> Option<Result<Format, Trouble>> {
    let begins = |signature: &[u8]| bytes.starts_with(signature);
    let inner = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    Some(match () {
        () if inner.starts_with(b"%PDF-") => Ok(Format::Pdf),
        () if begins(b"\x89PNG\r\n\x1a\n") || begins(b"\xff\xd8\xff") || begins(b"GIF87a") || begins(b"GIF89a") => Ok(Format::Image),
        () if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Ok(Format::Image),
        () if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|signature| begins(*signature)) => Ok(Format::Image),
        () if begins(b"BM") && is_bitmap(bytes) => Ok(Format::Image),
        () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => boxes::in_zip(bytes).map_or_else(|| by_ending(ending), Ok),
        () if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => boxes::in_compound(bytes).unwrap_or_else(|| by_ending(ending)),
        () if begins(b"\x1a\x45\xdf\xa3") => Err(Trouble::Media),
        () if begins(b"\x1f\x8b") => {
            if ending == "svgz" {
                Ok(Format::Drawing)
            } else {
                Err(Trouble::Unsupported)
            }
        }
        () => return None,
    })
}

/// What a damaged Office document is taken for, so that its reader says what is wrong with it.
fn by_ending(ending: &str) -> Result<Format, Trouble> {
    match ending {
        "docx" | "docm" | "dotx" | "doc" | "dot" => Ok(Format::Document),
        "pptx" | "pptm" | "ppsx" | "ppt" | "pps" => Ok(Format::Presentation),
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Ok(Format::Spreadsheet),
        "odt" => Ok(Format::OpenText),
        "msg" => Ok(Format::OutlookMail),
        _ => Err(Trouble::Unsupported),
    }
}

/// Whether what begins with BM is a bitmap and not a word: its second head has one of the known sizes.
fn is_bitmap(bytes: &[u8]) -> bool {
    let head = bytes.get(14..18).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
    matches!(head, Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// What text is read as.
fn text_format(ending: &str, text: &str) -> Format {
    if prose::is_drawing(text) {
        return Format::Drawing;
    }
    match ending {
        "eml" => Format::Mail,
        "csv" | "tsv" | "tab" => Format::Table,
        "md" | "markdown" => Format::Markdown,
        "" | "txt" | "mht" | "mhtml" | "mail" if prose::is_mail(text) => Format::Mail,
        _ => Format::Text,
    }
}

/// Whether a PDF begins a little later than it should.
fn pdf_within(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}

/// Sound and film of kinds that have no single signature: MPEG streams, MP3 without a tag.
fn is_stream(bytes: &[u8]) -> bool {
    let adts = matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x18 != 0x08 && second & 0x06 != 0);
    let transport = bytes.len() > 188 * 2 && [0, 188, 376].iter().all(|at| bytes[*at] == 0x47);
    adts || transport || bytes.starts_with(b"MThd") || bytes.starts_with(b"#!AMR")
}

#[cfg(test)]
mod tests;
