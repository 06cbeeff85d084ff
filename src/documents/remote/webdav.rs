//! A folder of a WebDAV server (RFC 4918): looked up and listed by PROPFIND, read by GET.

pub mod multistatus;
mod put;

use super::web::head::{dated, folder, leads_to_folder, moment};
use super::web::{Client, Fault, Spot, download, pieces};
use crate::config::store::Webdav;
use crate::documents::folder::sort;
use crate::documents::read::OpenDocument;
use crate::documents::{Entry, Incoming, Kind, Listing, Problem, Refusal, Stat, Store, StoreError};
use crate::domain::bounds::{LISTED_ENTRIES, SCANNED_ENTRIES};
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use multistatus::{Ended, Member, Unread, is_good};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use std::io::Result as IoResult;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};
use tokio::sync::Mutex;

const DEPTH: HeaderName = HeaderName::from_static("depth");
const ASKED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/></D:prop></D:propfind>"#;
const NO_DAV: StoreError = StoreError::Failed("it does not answer as WebDAV servers do");
const OTHER_NAME: StoreError = StoreError::Refused(Refusal::Name("it answers with another name than the one that was asked for"));

/// A store of kind `webdav`.
#[derive(Debug, Clone)]
pub(in crate::documents) struct WebdavStore {
    client: Arc<Client>,
    /// Held while something is put in its place, so that of two documents of one name the second finds the first.
    placing: Arc<Mutex<()>>,
    fence: DocumentPath,
}

impl WebdavStore {
    /// The store at the configured address; nothing is asked of it yet.
    pub(in crate::documents) fn new(webdav: &Webdav, timeout: Duration, calls: usize) -> Self {
        let client = Arc::new(Client::new(&webdav.web, timeout, calls));
        Self { client, placing: Arc::default(), fence: DocumentPath::root() }
    }

    /// The path from the store's own root.
    fn whole(&self, path: &DocumentPath) -> Result<DocumentPath, StoreError> {
        self.fence.append(path).map_err(|_| StoreError::Missing)
    }

    /// Asks what is known of a document or folder, or of a folder and all in it.
    async fn find(&self, path: &DocumentPath, depth: &'static str) -> Result<Response, Fault> {
        let xml = HeaderValue::from_static("application/xml; charset=utf-8");
        let headers = HeaderMap::from_iter([(DEPTH, HeaderValue::from_static(depth)), (CONTENT_TYPE, xml)]);
        let method = Method::from_bytes(b"PROPFIND").map_err(|_| NO_DAV)?;
        self.client.ask(method, self.client.address(path, depth == "1")?, headers, ASKED).await
    }

    async fn stat_at(&self, path: &DocumentPath) -> Result<Stat, Fault> {
        let answer = self.find(path, "0").await?;
        if leads_to_folder(&answer) {
            return Ok(folder(0));
        }
        // What Apache says of a name beneath a document.
        if answer.status() == StatusCode::BAD_REQUEST && !path.is_root() {
            return Err(StoreError::Missing.into());
        }
        let mut found = None;
        self.read(answer, |member| {
            found = Some(member);
            false
        })
        .await?;
        let member = found.ok_or(NO_DAV)?;
        // Not taken for the one that was asked for where a server does not tell letters of different case, or form, apart.
        if self.client.base().locate(&member.href, path) != Spot::Itself {
            return Err(OTHER_NAME.into());
        }
        match member.status.filter(|status| !is_good(*status)) {
            None => stat_of(&member).ok_or(Fault::Told(StoreError::Failed("it does not tell how long the document is"))),
            Some(401) => Err(StoreError::SignIn.into()),
            Some(403) => Err(StoreError::Denied.into()),
            Some(404 | 410) => Err(StoreError::Missing.into()),
            Some(_) => Err(NO_DAV.into()),
        }
    }

    async fn list_at(&self, path: &DocumentPath) -> Result<Listing, Fault> {
        let answer = self.find(path, "1").await?;
        let not_there = matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST) || answer.status().is_redirection();
        if !path.is_root() && not_there {
            let stat = self.stat_at(path).await?;
            return Err(if stat.kind == Kind::Document { StoreError::NotAFolder } else { StoreError::Missing }.into());
        }
        let (mut listing, mut itself, mut scanned) = (Listing::default(), None, 0);
        let ended = self.read(answer, |member| {
            scanned += 1;
            match self.client.base().locate(&member.href, path) {
                Spot::Itself => itself = Some(member.collection),
                _ if listing.entries.len() == LISTED_ENTRIES || scanned > SCANNED_ENTRIES => return false,
                spot => take(&mut listing, spot, &member),
            }
            true
        });
        listing.truncated = ended.await? == Ended::Cut;
        match itself {
            Some(false) => return Err(StoreError::NotAFolder.into()),
            None if listing.entries.is_empty() => return Err(OTHER_NAME.into()),
            Some(true) | None => {}
        }
        sort(&mut listing.entries);
        listing.entries.dedup_by(|one, other| one.name == other.name);
        Ok(listing)
    }

    async fn read(&self, answer: Response, found: impl FnMut(Member) -> bool + Send) -> Result<Ended, Fault> {
        match answer.status() {
            StatusCode::MULTI_STATUS => {}
            StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => return Err(NO_DAV.into()),
            _ => return Err(Fault::told(&answer)),
        }
        let body = Body { pieces: pieces(answer, self.client.timeout()).boxed(), piece: Bytes::new() };
        multistatus::read(body, found).await.map_err(|unread| match unread {
            Unread::Form => NO_DAV.into(),
            Unread::Io(_) => Fault::Away,
        })
    }

    async fn open_at(&self, path: &DocumentPath, wanted: Option<&FileVersion>) -> Result<OpenDocument, Fault> {
        let begun = download::begin(&self.client, path, wanted).await?;
        // An answer that tells so little may be a page about a folder.
        if begun.head().length().is_some() && begun.head().tells_versions() {
            return begun.document(path).await;
        }
        let told = self.stat_at(path).await?;
        if told.kind == Kind::Folder { Err(StoreError::NotADocument.into()) } else { begun.completed(path, &told).await }
    }
}

/// What is told of an entry; `None` of a document without a length.
fn stat_of(member: &Member) -> Option<Stat> {
    if member.collection {
        return Some(folder(member.changed));
    }
    let version = dated(member.size?, member.changed);
    Some(Stat { kind: Kind::Document, version, changed: moment(member.changed) })
}

fn take(listing: &mut Listing, spot: Spot, member: &Member) {
    let stat = stat_of(member).filter(|_| member.status.is_none_or(is_good));
    match (spot, stat) {
        (Spot::Below(name), Some(stat)) if !put::is_passing(&name) => listing.entries.push(Entry { name, stat }),
        _ => listing.hidden += 1,
    }
}

/// The body of an answer, for a reader of XML.
struct Body {
    pieces: BoxStream<'static, IoResult<Bytes>>,
    piece: Bytes,
}

impl AsyncBufRead for Body {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<&[u8]>> {
        let this = self.get_mut();
        while this.piece.is_empty() {
            match ready!(this.pieces.poll_next_unpin(context)) {
                Some(piece) => this.piece = piece?,
                None => break,
            }
        }
        Poll::Ready(Ok(&this.piece))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.piece.advance(amount);
    }
}

impl AsyncRead for Body {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(context))?;
        let length = bytes.len().min(to.remaining());
        to.put_slice(&bytes[..length]);
        self.consume(length);
        Poll::Ready(Ok(()))
    }
}

impl Store for WebdavStore {
    fn stat<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(async move { Ok(self.stat_at(&self.whole(path)?).await?) })
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        Box::pin(async move { Ok(self.list_at(&self.whole(path)?).await?) })
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(async move { Ok(self.open_at(&self.whole(path)?, wanted).await?) })
    }

    fn create<'a>(&'a self, path: &'a DocumentPath, size: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(async move { Ok(self.put(&self.whole(path)?, size, bytes).await?) })
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        Box::new(Self { fence: folder.clone(), ..self.clone() })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            match self.stat_at(&DocumentPath::root()).await {
                Ok(stat) if stat.kind == Kind::Folder => Ok(()),
                Ok(_) => Err(self.client.problem(StoreError::NotAFolder.into())),
                Err(fault) => Err(self.client.problem(fault)),
            }
        })
    }
}
