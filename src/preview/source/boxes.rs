//! What lies in a zip archive or a compound file, by the names in its directory alone: nothing is unpacked.

use crate::preview::job::Trouble;
use crate::preview::limits::UNPACKED_ENTRIES;
use crate::preview::source::sniff::Format;

/// Most sectors of a compound file's directory that are read.
const SECTORS: usize = 4096;

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

/// What a compound file is; nothing for one that is none of ours or has no readable directory.
pub(super) fn in_compound(bytes: &[u8]) -> Option<Result<Format, Trouble>> {
    let directory = Compound::of(bytes)?.directory();
    let mut found = None;
    for name in children(&directory) {
        match name.as_str() {
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

/// The names that lie directly in the root, each once, whatever loops their tree has.
fn children(directory: &[&[u8]]) -> Vec<String> {
    let link = |entry: &[u8], at| number(entry, at, 4).unwrap_or(usize::MAX);
    let mut names = Vec::new();
    let mut seen = vec![false; directory.len()];
    let mut next: Vec<usize> = directory.first().map(|root| link(root, 76)).into_iter().collect();
    while let Some(at) = next.pop() {
        let (Some(entry), Some(seen)) = (directory.get(at), seen.get_mut(at)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let units = entry[..64]
            .as_chunks::<2>()
            .0
            .iter()
            .map(|unit| u16::from_le_bytes(*unit))
            .take_while(|unit| *unit != 0);
        names.push(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect());
        next.extend([link(entry, 68), link(entry, 72)]);
    }
    names
}

/// A compound file: sectors in chains.
struct Compound<'a> {
    bytes: &'a [u8],
    /// Bytes of a sector.
    sector: usize,
    /// The sectors that hold the table of chains.
    table: Vec<usize>,
}

impl<'a> Compound<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let sector = match number(bytes, 30, 2)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let listed = |from: usize, count: usize| {
            (0..count).map_while(move |i| number(bytes, from + i * 4, 4)).filter(|sector| *sector < 0xffff_fffa)
        };
        let mut table: Vec<usize> = listed(76, 109).collect();
        // Of a file above about 7 MB the list goes on elsewhere.
        let mut more = number(bytes, 68, 4)?;
        for _ in 0..SECTORS {
            let Some(from) = more.checked_add(1).and_then(|place| place.checked_mul(sector)).filter(|from| *from < bytes.len()) else {
                break;
            };
            table.extend(listed(from, sector / 4 - 1));
            more = number(bytes, from + sector - 4, 4)?;
        }
        Some(Self { bytes, sector, table })
    }

    fn sector(&self, at: usize) -> Option<&'a [u8]> {
        let from = at.checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(from..from.checked_add(self.sector)?)
    }

    /// The entries of the directory, as far as they can be read.
    fn directory(&self) -> Vec<&'a [u8]> {
        let mut entries = Vec::new();
        let mut next = number(self.bytes, 48, 4);
        for _ in 0..SECTORS {
            let Some((at, sector)) = next.and_then(|at| Some((at, self.sector(at)?))) else { break };
            entries.extend(sector.chunks_exact(128));
            let each = self.sector / 4;
            next = self.table.get(at / each).and_then(|table| number(self.sector(*table)?, at % each * 4, 4));
        }
        entries
    }
}
