//! `[uploads]`: documents that recipients send in, where their share lets them.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, matching, number, parsed, span},
};
use crate::domain::bounds::{UPLOAD_BYTES, UPLOAD_KEPT, UPLOAD_KEPT_LEAST, UPLOADS_PER_LINK};
use crate::domain::document::DocumentPath;
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

/// Bytes of a MiB.
const MIB: u64 = 1024 * 1024;
/// Most MiB of one document.
const FILE_MIB: usize = (UPLOAD_BYTES / MIB) as usize;
/// Most MiB of anything larger.
const MOST_MIB: usize = 1024 * 1024 * 1024;

/// `[uploads]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploads {
    /// `folder`: the folder of a writable store in which each share has an inbox of its own. Default `inbox`.
    pub folder: DocumentPath,
    /// `file_mib`: the largest document. In bytes here. Default 100 MiB, at most [`UPLOAD_BYTES`].
    pub file_bytes: u64,
    /// `link_mib`: all that one recipient of a share may send. In bytes here. Default 1024 MiB.
    pub link_bytes: u64,
    /// `store_mib`: all that may be sent into one store. In bytes here. Default 102400 MiB.
    pub store_bytes: u64,
    /// `files`: how many documents one recipient of a share may send. Default 20, at most [`UPLOADS_PER_LINK`].
    pub files: usize,
    /// `types`: media types that are taken, told by content. Default none: then everything but programs and scripts is taken.
    pub types: Vec<MediaRange>,
    /// `free_mib`: what has to stay free where the data directory lies. In bytes here. Default 1024 MiB.
    pub free_bytes: u64,
    /// `keep`: how long an unfinished upload is kept. Default `1d`.
    pub keep: Duration,
    /// `clamd`: where the scanner listens. No default: without it nothing is scanned.
    pub clamd: Option<Clamd>,
    /// `scan_required`: whether a document waits until the scanner has looked at it. Default `true`.
    pub scan_required: bool,
}

impl Uploads {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let folder = r.key("folder", Plain::Text("inbox"), matching("must be a path inside a store, like \"inbox\"", path));
        let file = r.key("file_mib", Plain::Number(100), number::<u64>(1..=FILE_MIB));
        let link = r.key("link_mib", Plain::Number(1024), number::<u64>(1..=MOST_MIB));
        let store = r.key("store_mib", Plain::Number(102_400), number::<u64>(1..=MOST_MIB));
        let files = r.key("files", Plain::Number(20), number(1..=UPLOADS_PER_LINK));
        let types = r.list("types", parsed("must be a media type like \"application/pdf\" or a group like \"image/*\""));
        let free = r.key("free_mib", Plain::Number(1024), number::<u64>(0..=MOST_MIB));
        let keep = r.key("keep", Plain::Text("1d"), span(UPLOAD_KEPT_LEAST..=UPLOAD_KEPT));
        let base = r.path();
        let clamd = r.optional(
            "clamd",
            matching("must be \"tcp:HOST:PORT\" or \"unix:PATH\"", move |text| match text.split_once(':')? {
                ("tcp", address) => tcp(address),
                ("unix", path) => (base.read)(Plain::Text(path)).map(Clamd::Socket),
                _ => None,
            }),
        );
        let scan_required = r.key("scan_required", Plain::Flag(true), flag());
        let bytes = |mib: Option<u64>| mib.map(|mib| mib.saturating_mul(MIB));
        let (folder, file_bytes, link_bytes, store_bytes) = (folder?, bytes(file)?, bytes(link)?, bytes(store)?);
        let (files, free_bytes, keep, scan_required) = (files?, bytes(free)?, keep?, scan_required?);
        Some(Self { folder, file_bytes, link_bytes, store_bytes, files, types, free_bytes, keep, clamd, scan_required })
    }
}

fn path(text: &str) -> Option<DocumentPath> {
    text.parse().ok().filter(|path: &DocumentPath| !path.is_root())
}

fn tcp(address: &str) -> Option<Clamd> {
    let (host, port) = address.rsplit_once(':')?;
    let plain = |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    (plain(host) && port.parse::<u16>().is_ok_and(|port| port > 0)).then(|| Clamd::Tcp(address.to_owned()))
}

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// A socket of this machine.
    Socket(PathBuf),
    /// Host and port.
    Tcp(String),
}

/// A media type, or all of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRange {
    group: String,
    /// `None` for all of the group.
    kind: Option<String>,
}

impl MediaRange {
    /// Whether a type and subtype, written without parameters, is one of it.
    pub fn covers(&self, essence: &str) -> bool {
        let (group, kind) = essence.split_once('/').unwrap_or((essence, ""));
        self.group.eq_ignore_ascii_case(group) && self.kind.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(kind))
    }
}

/// A text that is no media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a media type is written like application/pdf or image/*")]
pub struct InvalidMediaRange;

impl FromStr for MediaRange {
    type Err = InvalidMediaRange;

    fn from_str(text: &str) -> Result<Self, InvalidMediaRange> {
        let (group, kind) = text.split_once('/').ok_or(InvalidMediaRange)?;
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-_".contains(&b));
        match (plain(group), kind) {
            (true, "*") => Ok(Self { group: group.to_owned(), kind: None }),
            (true, kind) if plain(kind) => Ok(Self { group: group.to_owned(), kind: Some(kind.to_owned()) }),
            _ => Err(InvalidMediaRange),
        }
    }
}

impl fmt::Display for MediaRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.group, self.kind.as_deref().unwrap_or("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_or_a_group_of_them_is_told_from_anything_else() {
        let covers = |range: &str, essence: &str| range.parse::<MediaRange>().map(|range| range.covers(essence));
        assert_eq!(covers("image/*", "image/png"), Ok(true));
        assert_eq!(covers("image/*", "imagex/png"), Ok(false));
        assert_eq!(covers("Application/PDF", "application/pdf"), Ok(true));
        assert_eq!(covers("application/pdf", "application/zip"), Ok(false));
        for wrong in ["", "pdf", "*/*", "image/", "/png", "image/p*", "image/png; q=1"] {
            assert_eq!(wrong.parse::<MediaRange>(), Err(InvalidMediaRange), "{wrong}");
        }
    }

    #[test]
    fn the_scanner_has_a_host_and_a_port() {
        assert_eq!(tcp("127.0.0.1:3310"), Some(Clamd::Tcp("127.0.0.1:3310".to_owned())));
        assert_eq!(tcp("[::1]:3310"), Some(Clamd::Tcp("[::1]:3310".to_owned())));
        for wrong in ["", ":3310", "host", "host:", "host:0", "host:70000", "a b:1"] {
            assert_eq!(tcp(wrong), None, "{wrong}");
        }
    }
}
