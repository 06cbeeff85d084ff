//! Puts a new document into a folder of a WebDAV server: sent once, as it comes, under a passing name, and given its own by a MOVE that goes over nothing.

use super::{NO_DAV, WebdavStore};
use crate::crypto::random;
use crate::documents::remote::web::{Client, Fault};
use crate::documents::{Incoming, Kind, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::StreamExt;
use futures_util::stream::try_unfold;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Method, StatusCode};
use std::io::{Error, ErrorKind, Result as IoResult};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

const DESTINATION: HeaderName = HeaderName::from_static("destination");
const OVERWRITE: HeaderName = HeaderName::from_static("overwrite");
const OTHER_BYTES: StoreError = StoreError::Failed("other bytes came than were announced");
const PREFIX: &[u8] = b".doorward-";
const SUFFIX: &[u8] = b".part";

/// A name that a document has until all of it is there; whoever looks into the folder meanwhile is not shown it.
pub(super) fn is_passing(name: &DocumentPath) -> bool {
    name.as_bytes().starts_with(PREFIX) && name.as_bytes().ends_with(SUFFIX)
}

/// What was sent under its passing name. It is taken away unless it gets its own, also when nobody waits for that any more.
struct Passing {
    client: Arc<Client>,
    path: Option<DocumentPath>,
}

impl Passing {
    fn beside(client: &Arc<Client>, path: &DocumentPath) -> Result<Self, StoreError> {
        let name = [PREFIX, format!("{:032x}", u128::from_be_bytes(random::bytes())).as_bytes(), SUFFIX].concat();
        let folder = path.parent().ok_or(StoreError::Exists)?;
        let path = folder.join(&name).map_err(|_| StoreError::Missing)?;
        Ok(Self { client: Arc::clone(client), path: Some(path) })
    }

    async fn remove(client: Arc<Client>, path: DocumentPath) {
        if let Ok(url) = client.address(&path, false) {
            // It cannot be told to anybody; what stays is never shown.
            let _gone_or_beyond_reach = client.ask(Method::DELETE, url, HeaderMap::new(), "").await;
        }
    }

    /// Takes it away now.
    async fn forget(&mut self) {
        if let Some(path) = &self.path {
            Self::remove(Arc::clone(&self.client), path.clone()).await;
            self.path = None;
        }
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let (Some(path), Ok(runtime)) = (self.path.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(Self::remove(Arc::clone(&self.client), path));
        }
    }
}

impl WebdavStore {
    /// Puts `size` bytes in their place.
    pub(super) async fn put(&self, path: &DocumentPath, size: u64, bytes: Incoming) -> Result<FileVersion, Fault> {
        let folder = path.parent().ok_or(StoreError::Exists)?;
        match self.stat_at(path).await {
            Ok(_) => return Err(StoreError::Exists.into()),
            Err(Fault::Told(StoreError::Missing)) => self.make_folder(&folder).await?,
            Err(fault) => return Err(fault),
        }
        let mut passing = Passing::beside(&self.client, path)?;
        let put = self.put_as(&mut passing, path, size, bytes).await;
        if put.is_err() {
            passing.forget().await;
        }
        put
    }

    async fn put_as(&self, passing: &mut Passing, path: &DocumentPath, size: u64, bytes: Incoming) -> Result<FileVersion, Fault> {
        let at = passing.path.clone().ok_or(StoreError::Exists)?;
        self.send(&at, size, bytes).await?;
        if self.stat_at(&at).await?.version.size != size {
            return Err(StoreError::Failed("it keeps another number of bytes than it was given").into());
        }
        let placing = self.placing.lock().await;
        if !matches!(self.stat_at(path).await, Err(Fault::Told(StoreError::Missing))) {
            return Err(StoreError::Exists.into());
        }
        self.rename(&at, path).await?;
        passing.path = None;
        drop(placing);
        Ok(self.stat_at(path).await?.version)
    }

    /// Makes a folder, and those above it that are missing.
    async fn make_folder(&self, folder: &DocumentPath) -> Result<(), Fault> {
        let (mut missing, mut at) = (Vec::new(), Some(folder.clone()));
        while let Some(path) = at {
            match self.stat_at(&path).await {
                Ok(stat) if stat.kind == Kind::Folder => break,
                Ok(_) => return Err(StoreError::NotAFolder.into()),
                Err(Fault::Told(StoreError::Missing)) => {}
                Err(fault) => return Err(fault),
            }
            at = path.parent();
            missing.push(path);
        }
        while let Some(path) = missing.pop() {
            let method = Method::from_bytes(b"MKCOL").map_err(|_| NO_DAV)?;
            let answer = self.client.ask(method, self.client.address(&path, true)?, HeaderMap::new(), "").await?;
            match answer.status() {
                // Also where another upload has just made it.
                StatusCode::CREATED | StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED => {}
                _ => return Err(refused(&answer)),
            }
        }
        Ok(())
    }

    async fn send(&self, path: &DocumentPath, size: u64, mut bytes: Incoming) -> Result<(), Fault> {
        let headers = HeaderMap::from_iter([
            (CONTENT_LENGTH, HeaderValue::from(size)),
            (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        ]);
        let pace = Arc::new(Pace::default());
        let body = if size > 0 {
            Body::wrap_stream(exact(bytes, size, Arc::clone(&pace)))
        } else if next_exact(&mut bytes, 0).await.is_ok() {
            Body::from("")
        } else {
            return Err(OTHER_BYTES.into());
        };
        let sent = self.client.send(Method::PUT, self.client.address(path, false)?, headers, body);
        let answer = tokio::select! {
            answer = sent => answer,
            () = pace.stalled(self.client.timeout()) => Err(Fault::Silent),
        };
        if pace.wrong.load(Ordering::Relaxed) {
            return Err(OTHER_BYTES.into());
        }
        match answer? {
            answer if matches!(answer.status(), StatusCode::CREATED | StatusCode::NO_CONTENT | StatusCode::OK) => Ok(()),
            answer => Err(refused(&answer)),
        }
    }

    async fn rename(&self, from: &DocumentPath, to: &DocumentPath) -> Result<(), Fault> {
        let destination = HeaderValue::from_str(self.client.address(to, false)?.as_str()).map_err(|_| NO_DAV)?;
        let headers = HeaderMap::from_iter([(DESTINATION, destination), (OVERWRITE, HeaderValue::from_static("F"))]);
        let method = Method::from_bytes(b"MOVE").map_err(|_| NO_DAV)?;
        let answer = self.client.ask(method, self.client.address(from, false)?, headers, "").await?;
        match answer.status() {
            StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
            StatusCode::PRECONDITION_FAILED => Err(StoreError::Exists.into()),
            _ => Err(refused(&answer)),
        }
    }
}

/// Why a server does not take something.
fn refused(answer: &reqwest::Response) -> Fault {
    match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => StoreError::ReadOnly.into(),
        StatusCode::PAYLOAD_TOO_LARGE => StoreError::Full.into(),
        StatusCode::CONFLICT => StoreError::Failed("the folder it was to go into is gone").into(),
        StatusCode::LOCKED => StoreError::Failed("somebody has locked it there").into(),
        _ => Fault::told(answer),
    }
}

/// How the sending goes on, seen from the body that is sent.
#[derive(Debug, Default)]
struct Pace {
    /// Pieces asked for.
    asked: AtomicU64,
    /// The next piece is waited for, which is not the store's fault.
    waiting: AtomicBool,
    /// What came was not as long as announced, or broke off.
    wrong: AtomicBool,
}

impl Pace {
    /// Ends when the store took nothing, or did not answer, for `wait`; at the latest after twice that time.
    async fn stalled(&self, wait: Duration) {
        loop {
            let before = self.asked.load(Ordering::Relaxed);
            tokio::time::sleep(wait).await;
            if self.asked.load(Ordering::Relaxed) == before && !self.waiting.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The bytes, if they are exactly as many as announced. The last of them go out only when it is known that none follow.
fn exact(bytes: Incoming, size: u64, pace: Arc<Pace>) -> impl Stream<Item = IoResult<Bytes>> + Send + 'static {
    try_unfold((bytes, size, pace), |(mut bytes, left, pace)| async move {
        pace.asked.fetch_add(1, Ordering::Relaxed);
        pace.waiting.store(true, Ordering::Relaxed);
        let next = next_exact(&mut bytes, left).await;
        pace.waiting.store(false, Ordering::Relaxed);
        pace.wrong.fetch_or(next.is_err(), Ordering::Relaxed);
        Ok(next?.map(|piece| {
            let left = left - piece.len() as u64;
            (piece, (bytes, left, pace))
        }))
    })
}

async fn next_exact(bytes: &mut Incoming, left: u64) -> IoResult<Option<Bytes>> {
    let other = |kind| Error::new(kind, "other bytes came than were announced");
    let piece = some(bytes).await?;
    let length = piece.as_ref().map_or(0, Bytes::len) as u64;
    match piece {
        None if left > 0 => Err(other(ErrorKind::UnexpectedEof)),
        _ if length > left => Err(other(ErrorKind::InvalidData)),
        Some(_) if length == left && some(bytes).await?.is_some() => Err(other(ErrorKind::InvalidData)),
        piece => Ok(piece),
    }
}

/// The next piece that is not empty.
async fn some(bytes: &mut Incoming) -> IoResult<Option<Bytes>> {
    while let Some(piece) = bytes.next().await {
        let piece = piece?;
        if !piece.is_empty() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}
