//! How a preview gets a document's bytes: whoever may open it hands them over piece by piece, as often as a worker has to be fed anew.

use crate::preview::job::Trouble;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::io;

/// A document that may be read for its preview.
pub trait Feed: Send + Sync {
    /// The name its kind may be told from, without folders.
    fn name(&self) -> &str;

    /// Opens it from its beginning.
    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>>;
}

/// A document on its way to a worker.
pub struct Fed {
    /// Bytes in all.
    pub size: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
}
