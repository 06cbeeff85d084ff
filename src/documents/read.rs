//! An open document and the stream of its bytes, whatever store it lies in.

use crate::documents::file::{FileStream, OpenFile};
use crate::documents::media::MediaType;
use crate::domain::range::ByteRange;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use std::fmt::{self, Debug};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A document, opened and looked at. It stays this version, whatever happens to its name.
#[derive(Debug)]
pub struct OpenDocument {
    /// What it was when it was opened.
    pub version: FileVersion,
    /// Its length in bytes, as in `version`.
    pub size: u64,
    /// What its name and first bytes say it is.
    pub media_type: MediaType,
    /// Last change of the content.
    pub changed: Timestamp,
    pub(super) content: Content,
}

/// What the bytes come from.
#[derive(Debug)]
pub(super) enum Content {
    /// A file of this machine.
    File(OpenFile),
    /// An answer of another machine.
    Remote(Box<dyn RemoteContent>),
}

/// A document of a remote store.
pub(super) trait RemoteContent: Send + Sync + Debug {
    /// The bytes of a range that lies in the document, of the version that was opened or none.
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, io::Result<Bytes>>;
}

impl OpenDocument {
    /// The bytes of `range`, clamped to the document. They are all of `version`, or the stream ends with an error before the last of them.
    pub fn read(self, range: ByteRange) -> DocumentStream {
        let end = range.end.min(self.size);
        let range = ByteRange { start: range.start.min(end), end };
        let source = match self.content {
            _ if range.is_empty() => Source::Ended,
            Content::File(file) => Source::File(file.read(range)),
            Content::Remote(content) => Source::Remote(content.read(range)),
        };
        DocumentStream { left: range.len(), source }
    }

    /// Reads in the blocking pool only, as on a file system that cannot say whether bytes are in memory.
    #[cfg(test)]
    pub(super) fn only_in_pool(&self) {
        if let Content::File(file) = &self.content {
            file.only_in_pool();
        }
    }
}

/// The bytes of a document: exactly as many as were promised, or an error before the last of them. After an error it is at its end.
#[must_use = "a stream does nothing unless polled"]
pub struct DocumentStream {
    left: u64,
    source: Source,
}

enum Source {
    File(FileStream),
    Remote(BoxStream<'static, io::Result<Bytes>>),
    Ended,
}

impl Stream for DocumentStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = match &mut self.source {
            Source::Ended => return Poll::Ready(None),
            Source::File(file) => ready!(Pin::new(file).poll_next(context)),
            Source::Remote(answer) => ready!(answer.poll_next_unpin(context)),
        };
        let piece = match piece {
            Some(Ok(piece)) => u64::try_from(piece.len()).ok().and_then(|length| self.left.checked_sub(length)).map_or_else(
                || Err(io::Error::new(io::ErrorKind::InvalidData, "the store gave more bytes than it had promised")),
                |left| {
                    self.left = left;
                    Ok(piece)
                },
            ),
            Some(Err(error)) => Err(error),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the store gave fewer bytes than it had promised")),
        };
        if self.left == 0 || piece.is_err() {
            self.source = Source::Ended;
        }
        Poll::Ready(Some(piece))
    }
}

impl Debug for DocumentStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentStream").field("left", &self.left).finish_non_exhaustive()
    }
}
