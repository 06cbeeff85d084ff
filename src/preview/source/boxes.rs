//! What lies in a zip archive or a compound file, by the names in its directory alone: nothing is unpacked.

use crate::preview::job::Trouble;
use crate::preview::limits::UNPACKED_ENTRIES;
use crate::preview::source::ole;
use crate::preview::source::sniff::Format;

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
}

/// What an archive is; nothing for one that is none of ours or has no readable directory.
pub(super) fn in_zip(bytes: &[u8]) -> Option<Format> {
    // OpenDocument says it in its first entry, which is not compressed.
    if bytes.get(30..38) == Some(b"mimetype") {
        let mime = bytes.get(38 + number(bytes, 28, 2)?..)?;
        let kind = mime.strip_prefix(b"application/vnd.oasis.opendocument.")?;
        return match () {
            () if kind.starts_with(b"text") => Some(Format::OpenText),
            () if kind.starts_with(b"spreadsheet") => Some(Format::Spreadsheet),
            () => None,
        };
    }
    let tail = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let end = tail + bytes[tail..].windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let mut at = number(bytes, end + 16, 4)?;
    for _ in 0..UNPACKED_ENTRIES {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (name, extra, comment) = (number(bytes, at + 28, 2)?, number(bytes, at + 30, 2)?, number(bytes, at + 32, 2)?);
        let (from, to) = (at + 46, at + 46 + name);
        let name = bytes.get(from..to)?;
        match name.split(|byte| matches!(byte, b'/' | b'\\')).next() {
            Some(b"word") => return Some(Format::Document),
            Some(b"ppt") => return Some(Format::Presentation),
            Some(b"xl") => return Some(Format::Spreadsheet),
            _ => at = to + extra + comment,
        }
    }
    None
}

/// What a compound file is, by what lies directly in its root; nothing for one that is none of ours or cannot be read.
pub(super) fn in_compound(bytes: &[u8]) -> Option<Result<Format, Trouble>> {
    let file = ole::open(bytes).ok()?;
    let mut found = None;
    for entry in file.read_root_storage() {
        match entry.name() {
            "EncryptedPackage" => return Some(Err(Trouble::Protected)),
            "WordDocument" => found = Some(Format::Document),
            "Workbook" | "Book" => found = Some(Format::Spreadsheet),
            "PowerPoint Document" => found = Some(Format::Presentation),
            "__properties_version1.0" => found = Some(Format::OutlookMail),
            _ => {}
        }
    }
    found.map(Ok)
}
