//! A document of a web server, opened: the bytes of one answer, and of a second one only if it is of the same version.

use super::head::{Head, is_plain, leads_to_folder, moment, part_of};
use super::{Client, Fault, next_piece};
use crate::documents::media::MediaType;
use crate::documents::read::{Content, OpenDocument, RemoteContent};
use crate::documents::{Stat, StoreError};
use crate::domain::bounds::{CHUNK_BYTES, PROBE_BYTES};
use crate::domain::document::DocumentPath;
use crate::domain::range::ByteRange;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt, once, try_unfold};
use reqwest::header::{HeaderMap, HeaderValue, IF_MATCH, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE};
use reqwest::{Method, Response, StatusCode, Url};
use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Result as IoResult};
use std::sync::Arc;
use std::time::Duration;

/// An answer that has begun to give a document.
#[derive(Debug)]
pub(in crate::documents::remote) struct Begun {
    client: Arc<Client>,
    url: Url,
    head: Head,
    answer: Response,
}

/// The document that an answer gives, its first bytes read already.
#[derive(Debug)]
struct Download {
    begun: Begun,
    size: u64,
    first: VecDeque<Bytes>,
}

/// Asks for a document from its first byte on.
pub(in crate::documents::remote) async fn begin(
    client: &Arc<Client>,
    path: &DocumentPath,
    wanted: Option<&FileVersion>,
) -> Result<Begun, Fault> {
    if path.is_root() {
        return Err(StoreError::NotADocument.into());
    }
    let url = client.address(path, false)?;
    let tag = wanted.and_then(|wanted| HeaderValue::from_str(wanted.entity.as_deref()?).ok());
    let headers = tag.map(|tag| (IF_MATCH, tag)).into_iter().collect();
    let answer = client.ask(Method::GET, url.clone(), headers, "").await?;
    match answer.status() {
        StatusCode::OK if is_plain(answer.headers()) => {}
        StatusCode::OK => return Err(StoreError::Failed("a packed document, though it was asked for as it is").into()),
        // WebDAV servers give a folder's content only to those who ask for it as such.
        StatusCode::METHOD_NOT_ALLOWED => return Err(StoreError::NotADocument.into()),
        _ if leads_to_folder(&answer) => return Err(StoreError::NotADocument.into()),
        _ => return Err(Fault::told(&answer)),
    }
    let head = Head::of(answer.headers());
    Ok(Begun { client: Arc::clone(client), url, head, answer })
}

impl Begun {
    /// What the head of the answer told.
    pub(in crate::documents::remote) const fn head(&self) -> &Head {
        &self.head
    }

    /// The document, if the answer tells all there is to know of it.
    pub(in crate::documents::remote) async fn document(self, path: &DocumentPath) -> Result<OpenDocument, Fault> {
        let size = self.head.length.ok_or(StoreError::Failed("it does not tell how long the document is"))?;
        let version = self.head.version(size);
        self.open(path, version).await
    }

    /// The document, of which more was told elsewhere. That must be of the same version.
    pub(in crate::documents::remote) async fn completed(self, path: &DocumentPath, told: &Stat) -> Result<OpenDocument, Fault> {
        let size = told.version.size;
        let differs = |one: i64, other: i64| one != 0 && other != 0 && one != other;
        let (entity, other) = (&self.head.entity, &told.version.entity);
        let other_tag = entity.is_some() && other.is_some() && entity != other;
        let changed = self.head.changed.saturating_mul(1_000_000_000);
        if self.head.length.is_some_and(|length| length != size) || other_tag || differs(changed, told.version.mtime_ns) {
            return Err(StoreError::Changed.into());
        }
        let entity = self.head.entity.clone();
        self.open(path, FileVersion { entity, ..told.version.clone() }).await
    }

    async fn open(mut self, path: &DocumentPath, version: FileVersion) -> Result<OpenDocument, Fault> {
        let size = version.size;
        let wanted = usize::try_from(size).map_or(PROBE_BYTES, |size| size.min(PROBE_BYTES));
        let (mut first, mut got) = (VecDeque::new(), 0);
        while got < wanted {
            let piece = next_piece(&mut self.answer, self.client.timeout()).await.map_err(|_| Fault::Away)?;
            let piece = piece.ok_or(StoreError::Failed("fewer bytes than it had promised"))?;
            got += piece.len();
            first.push_back(piece);
        }
        let name = path.names().last().unwrap_or_default();
        let media_type = MediaType::detect(name, &probe(&first, wanted));
        let changed = moment(version.mtime_ns.div_euclid(1_000_000_000));
        let content = Content::Remote(Box::new(Download { begun: self, size, first }));
        Ok(OpenDocument { version, size, media_type, changed, content })
    }
}

/// The first bytes in one piece.
fn probe(first: &VecDeque<Bytes>, wanted: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(wanted);
    for piece in first {
        let left = wanted - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(left)]);
    }
    bytes
}

impl RemoteContent for Download {
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, IoResult<Bytes>> {
        let at_hand: u64 = self.first.iter().map(|piece| piece.len() as u64).sum();
        if range.start <= at_hand {
            let Begun { client, head, answer, .. } = self.begun;
            let unbounded = head.length.is_none() && range.end == self.size;
            let left = range.len();
            return Rest { answer, first: self.first, skip: range.start, left, unbounded, wait: client.timeout() }.stream();
        }
        // What is still under way of the first answer is not waited for.
        let size = self.size;
        let Begun { client, url, head, answer } = self.begun;
        let modified = answer.headers().get(LAST_MODIFIED).cloned();
        drop(answer);
        let rest = async move { part(&client, url, &head, modified, size, range).await };
        once(rest).map_ok(Rest::stream).try_flatten().boxed()
    }
}

/// Asks for a part of a document that was opened. Whatever is not of its version is an error before the first byte.
async fn part(client: &Client, url: Url, head: &Head, modified: Option<HeaderValue>, size: u64, range: ByteRange) -> IoResult<Rest> {
    let other = || Error::new(ErrorKind::InvalidData, "the document is another one by now");
    let mut headers = HeaderMap::new();
    let wanted = HeaderValue::from_str(&format!("bytes={}-{}", range.start, range.end - 1)).map_err(Error::other)?;
    headers.insert(RANGE, wanted);
    match (&head.entity, modified) {
        (Some(tag), _) => drop(headers.insert(IF_MATCH, HeaderValue::from_str(tag).map_err(Error::other)?)),
        (None, Some(modified)) => drop(headers.insert(IF_UNMODIFIED_SINCE, modified)),
        (None, None) => {}
    }
    let answer = client
        .ask(Method::GET, url, headers, "")
        .await
        .map_err(|fault| Error::other(StoreError::from(fault)))?;
    let now = Head::of(answer.headers());
    let skip = match answer.status() {
        StatusCode::PARTIAL_CONTENT if part_of(answer.headers()) == Some((range.start, range.end, size)) => 0,
        // A server that knows no parts gives the whole.
        StatusCode::OK if now.length == Some(size) => range.start,
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE => {
            return Err(other());
        }
        _ => return Err(Error::other(StoreError::from(Fault::told(&answer)))),
    };
    if !head.is_still(&now) || !is_plain(answer.headers()) {
        return Err(other());
    }
    Ok(Rest { answer, first: VecDeque::new(), skip, left: range.len(), unbounded: now.length.is_none(), wait: client.timeout() })
}

/// What is left to give of an answer.
struct Rest {
    answer: Response,
    /// Read already.
    first: VecDeque<Bytes>,
    /// Bytes to leave out first.
    skip: u64,
    /// Bytes to give after them.
    left: u64,
    /// The answer did not say how long it is, so that its end is looked at.
    unbounded: bool,
    wait: Duration,
}

impl Rest {
    fn stream(self) -> BoxStream<'static, IoResult<Bytes>> {
        try_unfold(self, |mut rest| async move { Ok(rest.next().await?.map(|piece| (piece, rest))) }).boxed()
    }

    async fn piece(&mut self) -> IoResult<Option<Bytes>> {
        match self.first.pop_front() {
            Some(piece) => Ok(Some(piece)),
            None => next_piece(&mut self.answer, self.wait).await,
        }
    }

    /// The next bytes, at most `bounds::CHUNK_BYTES` of them, without copying any.
    async fn next(&mut self) -> IoResult<Option<Bytes>> {
        while self.left > 0 {
            let Some(mut piece) = self.piece().await? else { return Ok(None) };
            let skipped = usize::try_from(self.skip).map_or(piece.len(), |skip| skip.min(piece.len()));
            self.skip -= skipped as u64;
            let mut piece = piece.split_off(skipped);
            if piece.len() > CHUNK_BYTES {
                self.first.push_front(piece.split_off(CHUNK_BYTES));
            }
            let more = usize::try_from(self.left).map_or_else(|_| Bytes::new(), |left| piece.split_off(left.min(piece.len())));
            if piece.is_empty() {
                continue;
            }
            self.left -= piece.len() as u64;
            if self.unbounded && self.left == 0 && (!more.is_empty() || self.piece().await?.is_some()) {
                return Err(Error::new(ErrorKind::InvalidData, "the store gave more bytes than it had promised"));
            }
            return Ok(Some(piece));
        }
        Ok(None)
    }
}
