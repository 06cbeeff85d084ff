//! The gateway's side of the converter: a feed that gives a document's PDF where there is one to be had, and the document itself where not.

use crate::crypto::primitives::Sha256;
use crate::domain::language::Language;
use crate::preview::feed::{Converted, Fed, Feed};
use crate::preview::job::Trouble;
use crate::preview::limits::{DOCUMENT_BYTES, OFFICE_GREETING, OFFICE_QUEUE_WAIT, OFFICE_TRANSFER, OFFICE_WALL};
use crate::preview::office::Format;
use crate::preview::office::wire::{Answer, Refused, Request, Version};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// The name that the PDF goes by.
const PDF_NAME: &str = "document.pdf";
/// Bytes of the PDF read at a time.
const PIECE: usize = 64 * 1024;
/// From the document's last byte to the answer's first: the wait for a slot, the conversion, and some.
pub const ANSWER: Duration = OFFICE_QUEUE_WAIT.saturating_add(OFFICE_WALL).saturating_add(Duration::from_secs(5));

/// A document that is handed over as PDF when its name is one of an Office document and the converter can make one.
pub struct OfficeFeed<'a> {
    /// The document itself.
    pub inner: &'a dyn Feed,
    /// The converter's socket.
    pub socket: &'a Path,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum NoPdf {
    /// There is no converter, or the way to it is barred.
    #[error("nobody answers at its socket: {0}")]
    Absent(io::Error),
    /// The connection broke, or something came over it that is no answer.
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    /// The document itself could not be read.
    #[error("the document could not be read: {0}")]
    Document(Trouble),
    /// It said no.
    #[error("{0}")]
    Refused(Refused),
}

impl Feed for OfficeFeed<'_> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn language(&self) -> Language {
        self.inner.language()
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        Box::pin(async {
            let Some(format) = Format::of_name(self.inner.name()) else { return self.inner.open().await };
            match convert(self.socket, format, self.inner).await {
                Ok(fed) => Ok(fed),
                Err(NoPdf::Document(trouble)) => Err(trouble),
                // There will be a PDF soon, with other pages than the text would have.
                Err(NoPdf::Refused(Refused::Busy)) => Err(Trouble::Busy),
                Err(why) => {
                    match why {
                        NoPdf::Absent(_) | NoPdf::Broken(_) => tracing::warn!("no Office converter, so a document is shown as text: {why}"),
                        _ => tracing::info!("the Office converter gives no PDF, so a document is shown as text: {why}"),
                    }
                    self.inner.open().await
                }
            }
        })
    }
}

/// Asks a converter which version of LibreOffice it runs.
///
/// # Errors
/// There is none, or it does not answer.
pub async fn version(socket: &Path) -> Result<Version, NoPdf> {
    let mut stream = connect(socket).await?;
    let ask = async {
        stream.write_all(&Request::Version.head()).await?;
        Answer::read(&mut stream).await
    };
    match within(OFFICE_GREETING, ask).await.map_err(NoPdf::Broken)? {
        Answer::Version(version) => Ok(version),
        Answer::Refused(why) => Err(NoPdf::Refused(why)),
        Answer::Converted { .. } => Err(NoPdf::Broken(io::ErrorKind::InvalidData.into())),
    }
}

/// Has a document converted.
///
/// # Errors
/// There is no PDF; the document may have been read already.
pub async fn convert(socket: &Path, format: Format, document: &dyn Feed) -> Result<Fed, NoPdf> {
    let mut stream = connect(socket).await?;
    let fed = document.open().await.map_err(NoPdf::Document)?;
    if !(1..=DOCUMENT_BYTES).contains(&fed.size) {
        return Err(NoPdf::Refused(Refused::TooLarge));
    }
    let sent = within(OFFICE_TRANSFER, async { Ok(send(&mut stream, format, fed).await) }).await;
    let sent = match sent.map_err(NoPdf::Broken)? {
        Err(NoPdf::Document(trouble)) => return Err(NoPdf::Document(trouble)),
        sent => sent,
    };
    // A connection that takes no more may still have the reason ready.
    match within(ANSWER, Answer::read(&mut stream)).await.map_err(NoPdf::Broken)? {
        Answer::Converted { version, size } => {
            let converted = Converted { name: PDF_NAME, kind: format.kind(), layout: version.layout(), original: sent? };
            Ok(Fed { size, bytes: pdf(stream, size), converted: Some(converted) })
        }
        Answer::Refused(why) => Err(NoPdf::Refused(why)),
        Answer::Version(_) => Err(NoPdf::Broken(io::ErrorKind::InvalidData.into())),
    }
}

async fn connect(socket: &Path) -> Result<UnixStream, NoPdf> {
    within(OFFICE_GREETING, UnixStream::connect(socket)).await.map_err(NoPdf::Absent)
}

async fn within<T>(wait: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(wait, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Sends the document, no faster than it is taken, and the end of it; returns its digest.
async fn send(stream: &mut UnixStream, format: Format, mut document: Fed) -> Result<[u8; 32], NoPdf> {
    let size = document.size;
    stream.write_all(&Request::Convert { format, size }.head()).await.map_err(NoPdf::Broken)?;
    let (mut left, mut hash) = (size, Sha256::new());
    while let Some(piece) = document.bytes.next().await {
        let piece = piece.map_err(|_| NoPdf::Document(Trouble::Unreadable))?;
        left = left.checked_sub(piece.len() as u64).ok_or(NoPdf::Document(Trouble::Unreadable))?;
        hash.update(&piece);
        stream.write_all(&piece).await.map_err(NoPdf::Broken)?;
    }
    if left > 0 {
        return Err(NoPdf::Document(Trouble::Unreadable));
    }
    stream.shutdown().await.map_err(NoPdf::Broken)?;
    Ok(hash.finish())
}

/// The PDF as it comes; an error when it ends before its size.
fn pdf(stream: UnixStream, size: u64) -> BoxStream<'static, io::Result<Bytes>> {
    stream::try_unfold((stream, size), |(mut stream, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut piece = BytesMut::with_capacity(PIECE);
        let most = left.min(PIECE as u64);
        match within(OFFICE_TRANSFER, (&mut stream).take(most).read_buf(&mut piece)).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            got => Ok(Some((piece.freeze(), (stream, left - got as u64)))),
        }
    })
    .boxed()
}
