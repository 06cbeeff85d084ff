//! An object that was opened, and the stream of its bytes.

use crate::documents::StoreError;
use crate::documents::media::MediaType;
use crate::documents::read::{Content, OpenDocument, RemoteContent};
use crate::documents::remote::s3::client::{Client, version_of};
use crate::documents::remote::s3::wire::store_error;
use crate::domain::bounds::PROBE_BYTES;
use crate::domain::range::ByteRange;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::GetResult;
use object_store::path::Path;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

type Answer = BoxStream<'static, object_store::Result<Bytes>>;

/// The rest of the answer that told what the object is, and what asks for another part of the same version.
struct Object {
    client: Arc<Client>,
    key: Path,
    version: FileVersion,
    wait: Duration,
    /// What was read of the answer to tell the media type.
    read: Vec<Bytes>,
    /// A stream cannot be shared by threads; this is never locked, only taken out.
    rest: Mutex<Answer>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Takes an answer that begins with the first byte, and looks at what it is.
pub(super) async fn opened(client: Arc<Client>, key: Path, answer: GetResult, wait: Duration) -> Result<OpenDocument, StoreError> {
    let version = version_of(&answer.meta);
    let mut rest = answer.into_stream();
    let (mut read, mut probe) = (Vec::new(), Vec::new());
    let wanted = usize::try_from(version.size).map_or(PROBE_BYTES, |size| size.min(PROBE_BYTES));
    while probe.len() < wanted {
        let piece = tokio::time::timeout(wait, rest.next()).await.map_err(|_| StoreError::Unreachable)?;
        // An answer that ends before its length was cut off on the way.
        let piece = piece.ok_or(StoreError::Unreachable)?.map_err(|e| store_error(&e))?;
        probe.extend_from_slice(&piece[..piece.len().min(PROBE_BYTES - probe.len())]);
        read.push(piece);
    }
    let name = key.filename().unwrap_or_default();
    let media_type = MediaType::detect(name.as_bytes(), &probe);
    let changed = Timestamp::from_millis(version.mtime_ns / 1_000_000);
    let size = version.size;
    let object = Object { client, key, version: version.clone(), wait, read, rest: Mutex::new(rest) };
    Ok(OpenDocument { version, size, media_type, changed, content: Content::Remote(Box::new(object)) })
}

impl RemoteContent for Object {
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        let wait = self.wait;
        if range.start > 0 {
            let part = async move { Ok::<_, io::Error>(in_time(self.part(range).await?, wait)) };
            return stream::once(part).try_flatten().boxed();
        }
        let rest = self.rest.into_inner().unwrap_or_else(PoisonError::into_inner);
        let pieces = stream::iter(self.read.into_iter().map(Ok)).chain(in_time(rest, wait));
        // What goes beyond a whole object is an error of the store, what goes beyond a part is what was not asked for.
        if range.end < self.version.size { cut(pieces.boxed(), range.end) } else { pieces.boxed() }
    }
}

impl Object {
    async fn part(&self, range: ByteRange) -> io::Result<Answer> {
        let asked = self.client.get_part(&self.key, &self.version, range.start..range.end);
        let answer = asked.await.map_err(|e| io::Error::other(store_error(&e)))?;
        let now = version_of(&answer.meta);
        if !self.version.is_still(&now) || self.version.size != now.size || self.version.entity != now.entity {
            return Err(io::Error::other(StoreError::Changed));
        }
        Ok(answer.into_stream())
    }
}

/// The pieces of an answer, none of which may take longer than `wait` once it is asked for.
fn in_time(answer: Answer, wait: Duration) -> BoxStream<'static, io::Result<Bytes>> {
    let next = move |mut answer: Answer| async move {
        match tokio::time::timeout(wait, answer.next()).await {
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some((piece, answer))),
            Ok(Some(Err(error))) => Err(io::Error::other(store_error(&error))),
        }
    };
    stream::try_unfold(answer, next).boxed()
}

/// The first `left` bytes.
fn cut(pieces: BoxStream<'static, io::Result<Bytes>>, left: u64) -> BoxStream<'static, io::Result<Bytes>> {
    let next = |(mut pieces, left): (BoxStream<'static, io::Result<Bytes>>, u64)| async move {
        let Some(mut piece) = (if left > 0 { pieces.try_next().await? } else { None }) else { return Ok(None) };
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - piece.len() as u64;
        Ok(Some((piece, (pieces, left))))
    };
    stream::try_unfold((pieces, left), next).boxed()
}
