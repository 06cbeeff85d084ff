//! Zip-based documents: every entry is unpacked and counted here, once, and only what was counted is read any further.
//!
//! What other libraries read is a new archive made of the kept entries, so no header of the original, no overlap and no second entry of a
//! name can make them see anything else. An archive inside an entry is bytes like any other and is not unpacked.

use crate::preview::job::Trouble;
use crate::preview::limits::{UNPACKED_BYTES, UNPACKED_ENTRIES, UNPACKED_RATIO, UNPACKED_RATIO_FROM, XML_DEPTH};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The first bytes of a zip archive.
pub const ZIP: &[u8] = b"PK\x03\x04";

/// The XML parts of a document, by their names: no leading slash, `/` between folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    parts: BTreeMap<String, String>,
}

impl Package {
    /// Unpacks an archive and keeps its XML parts.
    ///
    /// # Errors
    /// `Protected` when an entry is encrypted, `TooLarge` above a bound, `Damaged` when it is no sound archive.
    pub fn unpack(bytes: &[u8]) -> Result<Self, Trouble> {
        // Before the directory is read: each of its records takes far more memory than its 46 bytes.
        if memchr_count(bytes, b"PK\x01\x02") > UNPACKED_ENTRIES {
            return Err(Trouble::TooLarge);
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Trouble::Damaged)?;
        if archive.len() > UNPACKED_ENTRIES {
            return Err(Trouble::TooLarge);
        }
        if archive.has_duplicate_names() {
            return Err(Trouble::Damaged);
        }
        let mut package = Self::default();
        let mut left = UNPACKED_BYTES;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(|error| trouble(&error))?;
            if entry.encrypted() {
                return Err(Trouble::Protected);
            }
            let name = entry.name().map_err(|_| Trouble::Damaged)?.replace('\\', "/");
            let name = name.trim_start_matches('/').to_owned();
            let packed = entry.compressed_size().min(bytes.len() as u64);
            let unpacked = unpack_entry(entry, packed, &mut left, is_xml(&name))?;
            if let Some(unpacked) = unpacked
                && package.parts.insert(name, text(&unpacked)?).is_some()
            {
                return Err(Trouble::Damaged);
            }
        }
        Ok(package)
    }

    /// The text of a part.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts.get(name).map(String::as_str)
    }

    /// Whether it is an OpenDocument file, and none of Office Open XML.
    pub fn is_open_document(&self) -> bool {
        self.parts.contains_key("content.xml") || self.parts.contains_key("META-INF/manifest.xml")
    }

    /// Puts a part in, in place of one of that name.
    pub fn put(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.parts.insert(name.into(), text.into());
    }

    /// Takes a part out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.parts.remove(name)
    }

    /// The names of all parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// An archive of the parts, not compressed.
    ///
    /// # Errors
    /// `TooLarge` when it does not fit into an archive.
    pub fn packed(self) -> Result<Vec<u8>, Trouble> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, text) in self.parts {
            writer.start_file(name, options).map_err(|_| Trouble::Damaged)?;
            writer.write_all(text.as_bytes()).map_err(|_| Trouble::TooLarge)?;
        }
        writer.finish().map(Cursor::into_inner).map_err(|_| Trouble::TooLarge)
    }
}

/// Reads an entry to its end, counting; gives its bytes when they are kept.
fn unpack_entry(mut entry: impl Read, packed: u64, left: &mut u64, kept: bool) -> Result<Option<Vec<u8>>, Trouble> {
    let mut all = Vec::new();
    let mut piece = [0; 32 * 1024];
    let mut unpacked = 0u64;
    loop {
        let count = match entry.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            // A picture that is damaged or of an unknown method hides no text; a part that is read does.
            Err(_) if !kept => break,
            Err(_) => return Err(Trouble::Damaged),
        };
        unpacked += count as u64;
        *left = left.checked_sub(count as u64).ok_or(Trouble::TooLarge)?;
        if unpacked > UNPACKED_RATIO_FROM && unpacked / packed.max(1) > UNPACKED_RATIO {
            return Err(Trouble::TooLarge);
        }
        if kept {
            all.extend_from_slice(&piece[..count]);
        }
    }
    Ok(kept.then_some(all))
}

fn trouble(error: &ZipError) -> Trouble {
    match error {
        ZipError::InvalidPassword => Trouble::Protected,
        ZipError::UnsupportedArchive(what) if *what == ZipError::PASSWORD_REQUIRED => Trouble::Protected,
        _ => Trouble::Damaged,
    }
}

fn is_xml(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(end.as_str(), "xml" | "rels") || name == "mimetype"
}

fn memchr_count(bytes: &[u8], what: &[u8; 4]) -> usize {
    bytes.windows(4).filter(|window| window == what).count()
}

/// Bytes of XML as text without its declaration, which may name an encoding that no longer holds.
fn text(bytes: &[u8]) -> Result<String, Trouble> {
    let encoding = match bytes {
        [_, 0, _, 0, ..] => encoding_rs::UTF_16LE,
        [0, _, 0, _, ..] => encoding_rs::UTF_16BE,
        _ => encoding_rs::UTF_8,
    };
    let (decoded, _, _) = encoding.decode(bytes);
    let text = match decoded.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, body)) => body.to_owned(),
        None => decoded.into_owned(),
    };
    shallow(&text)?;
    Ok(text)
}

/// Whether elements lie in each other no deeper than a reader that calls itself can bear.
fn shallow(text: &str) -> Result<(), Trouble> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            // The reader of the part says what it makes of it.
            Err(_) => return Ok(()),
        }
        if depth > XML_DEPTH {
            return Err(Trouble::TooLarge);
        }
    }
}
