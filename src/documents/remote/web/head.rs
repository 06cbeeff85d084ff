//! What the head of an answer tells of a document.

use super::{Client, Fault, fault::location};
use crate::documents::{Kind, Stat, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, RANGE, TRANSFER_ENCODING,
};
use reqwest::{Method, Response, StatusCode};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Longest entity tag that is kept, in bytes; a longer one counts as none.
const TAG_BYTES: usize = 256;

/// What an answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::documents::remote) struct Head {
    /// Bytes of the body.
    pub(super) length: Option<u64>,
    /// Last change in whole seconds since 1970, 0 where it is not told.
    pub(super) changed: i64,
    /// The strong entity tag.
    pub(super) entity: Option<Arc<str>>,
}

impl Head {
    /// Reads the head of an answer with a body.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let length = text(CONTENT_LENGTH).filter(|_| !headers.contains_key(TRANSFER_ENCODING)).and_then(number);
        let entity = text(ETAG).filter(|tag| is_strong(tag)).map(Arc::from);
        Self { length, changed: text(LAST_MODIFIED).map_or(0, seconds), entity }
    }

    /// Whether something in it tells one version from the next.
    pub(in crate::documents::remote) fn tells_versions(&self) -> bool {
        self.entity.is_some() || self.changed != 0
    }

    /// How long the body is said to be.
    pub(in crate::documents::remote) const fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether an answer with this head is of the same version: by the tag where there was one, else by the time.
    pub(super) fn is_still(&self, now: &Self) -> bool {
        if self.entity.is_some() { self.entity == now.entity } else { self.changed == now.changed }
    }

    /// The version of a document of that size.
    pub(super) fn version(&self, size: u64) -> FileVersion {
        FileVersion { entity: self.entity.clone(), ..dated(size, self.changed) }
    }
}

/// A document of a size and a time in whole seconds.
pub(in crate::documents::remote) fn dated(size: u64, seconds: i64) -> FileVersion {
    FileVersion::plain(size, seconds.saturating_mul(1_000_000_000))
}

/// The moment of a time in whole seconds.
pub(in crate::documents::remote) const fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds.saturating_mul(1000))
}

/// A folder, of which nothing is told that could be held on to.
pub(in crate::documents::remote) const fn folder(seconds: i64) -> Stat {
    Stat { kind: Kind::Folder, version: FileVersion::plain(0, 0), changed: moment(seconds) }
}

/// A date of HTTP in whole seconds since 1970; 0 where it is none.
pub(in crate::documents::remote) fn seconds(date: &str) -> i64 {
    let since = httpdate::parse_http_date(date.trim()).ok().and_then(|date| date.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0)
}

/// A number of digits only.
pub(in crate::documents::remote) fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_strong(tag: &str) -> bool {
    let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    tag.len() <= TAG_BYTES && inner.is_some_and(|inner| inner.bytes().all(|c| c.is_ascii_graphic() && c != b'"'))
}

/// First byte, byte after the last, and size of the whole, of an answer with a part.
pub(super) fn part_of(headers: &HeaderMap) -> Option<(u64, u64, u64)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (range, size) = text.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, end, size) = (number(first)?, number(last)?.checked_add(1)?, number(size)?);
    (first < end && end <= size).then_some((first, end, size))
}

/// The bytes are the document's own, not packed.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether the answer says no more than that a slash belongs to the end of the address: then a folder was asked for.
pub(in crate::documents::remote) fn leads_to_folder(answer: &Response) -> bool {
    let asked = answer.url().path();
    // The host is not compared: servers behind others do not know by which name they were asked, and nobody goes there.
    let slashed = location(answer).is_some_and(|to| to.path().strip_suffix('/').is_some_and(|to| same_path(to, asked)));
    answer.status().is_redirection() && !asked.ends_with('/') && slashed
}

fn same_path(one: &str, other: &str) -> bool {
    let decoded = |path| percent_encoding::percent_decode_str(path).collect::<Vec<u8>>();
    decoded(one) == decoded(other)
}

impl Client {
    /// Asks for the head of a document, or of what a slash shows to be a folder.
    pub(in crate::documents::remote) async fn head(&self, path: &DocumentPath) -> Result<Stat, Fault> {
        let answer = self.ask(Method::HEAD, self.address(path, false)?, HeaderMap::new(), "").await?;
        let head = Head::of(answer.headers());
        match (answer.status(), head.length) {
            (StatusCode::OK, Some(size)) if is_plain(answer.headers()) => Ok(head.stat(size)),
            (StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _) => self.glance(path).await,
            _ if leads_to_folder(&answer) => Ok(folder(0)),
            _ => Err(Fault::told(&answer)),
        }
    }

    /// Asks for the first byte, of a server that tells too little without one.
    async fn glance(&self, path: &DocumentPath) -> Result<Stat, Fault> {
        let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=0-0"))]);
        let answer = self.ask(Method::GET, self.address(path, false)?, headers, "").await?;
        let head = Head::of(answer.headers());
        let size = match answer.status() {
            StatusCode::PARTIAL_CONTENT => part_of(answer.headers()).map(|(.., size)| size),
            StatusCode::OK => head.length,
            // An empty document has no first byte.
            StatusCode::RANGE_NOT_SATISFIABLE if answer.headers().get(CONTENT_RANGE).is_some_and(|range| range == "bytes */0") => Some(0),
            _ if leads_to_folder(&answer) => return Ok(folder(0)),
            _ => return Err(Fault::told(&answer)),
        };
        if !is_plain(answer.headers()) {
            return Err(StoreError::Failed("a packed document, though it was asked for as it is").into());
        }
        size.map(|size| head.stat(size))
            .ok_or(Fault::Told(StoreError::Failed("it does not tell how long the document is")))
    }
}

impl Head {
    fn stat(&self, size: u64) -> Stat {
        Stat { kind: Kind::Document, version: self.version(size), changed: moment(self.changed) }
    }
}
