//! The bytes of a document on an SFTP server: many pieces are asked for at the same time, and given in their order.

use super::session::{ENDED, Opened};
use super::walk::describe;
use crate::documents::StoreError;
use crate::documents::read::RemoteContent;
use crate::domain::range::ByteRange;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, FuturesOrdered};
use futures_util::{FutureExt, StreamExt};
use russh_sftp::protocol::FileAttributes;
use std::io;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Pieces of one document that are asked for at the same time, at most.
const WINDOW: usize = 32;
/// So many at the start; with each piece that is taken there may be one more.
const FIRST_WINDOW: usize = 4;

/// A document that is open on the server.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) opened: Opened,
    /// What the server said of it when it was opened.
    pub(super) attributes: FileAttributes,
    /// Leave to ask ahead, shared by all downloads from the store: without, one piece is asked for at a time.
    pub(super) ahead: Arc<Semaphore>,
}

impl RemoteContent for Content {
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        let flow = Flow {
            opened: Arc::new(self.opened),
            attributes: self.attributes,
            ahead: self.ahead,
            next: range.start,
            given: range.start,
            end: range.end,
            taken: 0,
            waiting: FuturesOrdered::new(),
        };
        stream::try_unfold(flow, |mut flow| async move { Ok(flow.next().await?.map(|bytes| (bytes, flow))) }).boxed()
    }
}

/// A download on its way.
struct Flow {
    opened: Arc<Opened>,
    attributes: FileAttributes,
    ahead: Arc<Semaphore>,
    /// Where the next piece to ask for begins.
    next: u64,
    /// Where the next piece to give begins.
    given: u64,
    end: u64,
    taken: usize,
    waiting: FuturesOrdered<BoxFuture<'static, Result<Piece, StoreError>>>,
}

/// Part of a document, as it came.
struct Piece {
    start: u64,
    wanted: usize,
    bytes: Bytes,
    leave: Option<OwnedSemaphorePermit>,
}

impl Flow {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.given == self.end {
            return Ok(None);
        }
        self.ask();
        let piece = self.waiting.next().await.unwrap_or(Err(ENDED)).map_err(io::Error::other)?;
        let length = piece.bytes.len();
        if length == 0 || length > piece.wanted {
            return Err(io::Error::other("the store gave another number of bytes than it was asked for"));
        }
        let after = piece.start + length as u64;
        if length < piece.wanted {
            // A server may give less than it was asked for: the rest comes before what was asked for after it.
            self.waiting.push_front(self.request(after, piece.wanted - length, piece.leave));
        }
        (self.given, self.taken) = (after, self.taken + 1);
        if self.given == self.end {
            self.is_still().await?;
        }
        Ok(Some(piece.bytes))
    }

    /// Asks for what fits into the window.
    fn ask(&mut self) {
        let piece = self.opened.session().pieces().read;
        while self.next < self.end && self.waiting.len() < WINDOW.min(FIRST_WINDOW + self.taken) {
            let leave = Arc::clone(&self.ahead).try_acquire_owned().ok();
            if leave.is_none() && !self.waiting.is_empty() {
                break;
            }
            let wanted = usize::try_from(self.end - self.next).unwrap_or(usize::MAX).min(piece);
            self.waiting.push_back(self.request(self.next, wanted, leave));
            self.next += wanted as u64;
        }
    }

    fn request(&self, start: u64, wanted: usize, leave: Option<OwnedSemaphorePermit>) -> BoxFuture<'static, Result<Piece, StoreError>> {
        let opened = Arc::clone(&self.opened);
        async move {
            let length = u32::try_from(wanted).unwrap_or(u32::MAX);
            let data = opened.session().wait(opened.session().raw().read(opened.name(), start, length)).await?;
            Ok(Piece { start, wanted, bytes: data.data.into(), leave })
        }
        .boxed()
    }

    /// Looks once more before the last piece is given: what was written into meanwhile is not what was opened.
    async fn is_still(&mut self) -> io::Result<()> {
        let now = self.opened.attributes().await.map_err(io::Error::other)?;
        let unchanged = describe(&now).is_ok_and(|now| describe(&self.attributes).is_ok_and(|then| now.version == then.version));
        if unchanged { Ok(()) } else { Err(io::Error::other(StoreError::Changed)) }
    }
}
