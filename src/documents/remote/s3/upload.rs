//! Putting a new document into an object store: at once where it is small, else in parts that are put together when all are there.

use crate::documents::remote::s3::wire::{refused, store_error};
use crate::documents::{Incoming, StoreError};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult};

/// What goes in one request, and so is held in memory, in bytes; stores want at least 5 MiB in each part but the last.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// A part of the longest documents, in bytes.
const PART_BYTES_MOST: u64 = 16 * 1024 * 1024;
/// Most parts of an upload.
const PARTS: u64 = 10_000;

const CUT_OFF: StoreError = StoreError::Failed("an upload that ended before its announced end");
const TOO_LONG: StoreError = StoreError::Failed("an upload that went on after its announced end");

/// Puts the bytes in place, unless something is there by then.
pub(super) async fn put(store: &dyn ObjectStore, key: &Path, size: u64, mut bytes: Incoming) -> Result<PutResult, StoreError> {
    if size > PARTS * PART_BYTES_MOST {
        return Err(StoreError::Full);
    }
    if size > PART_BYTES {
        return put_parts(store, key, size, bytes).await;
    }
    let mut rest = BytesMut::new();
    let only = take(&mut bytes, &mut rest, size).await?;
    at_end(&mut bytes, &rest).await?;
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    store.put_opts(key, only.into(), options).await.map_err(|e| put_error(&e))
}

async fn put_parts(store: &dyn ObjectStore, key: &Path, size: u64, mut bytes: Incoming) -> Result<PutResult, StoreError> {
    let part_bytes = PART_BYTES.max(size.div_ceil(PARTS));
    let upload = store.put_multipart_opts(key, PutMultipartOptions::default()).await.map_err(|e| put_error(&e))?;
    let mut upload = Parts(Some(upload));
    let put = async {
        let parts = upload.0.as_mut().ok_or(CUT_OFF)?;
        let mut rest = BytesMut::new();
        let mut left = size;
        while left > 0 {
            let length = left.min(part_bytes);
            let part = take(&mut bytes, &mut rest, length).await?;
            left -= length;
            if left == 0 {
                at_end(&mut bytes, &rest).await?;
            }
            parts.put_part(PutPayload::from(part)).await.map_err(|e| put_error(&e))?;
        }
        parts.complete().await.map_err(|e| put_error(&e))
    };
    let put = put.await;
    match put {
        Ok(_) => upload.0 = None,
        Err(_) => upload.abort().await,
    }
    put
}

/// An upload whose parts take room in the store until they are put together or it is told to forget them, which happens when this is dropped at the latest.
struct Parts(Option<Box<dyn MultipartUpload>>);

impl Parts {
    async fn abort(mut self) {
        if let Some(mut upload) = self.0.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(error = %store_error(&error), "the parts of an upload that failed may still take room in the object store");
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // Whoever uploaded is gone in the middle of it.
        if let (Some(upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(Self(Some(upload)).abort());
        }
    }
}

/// The next `length` bytes, copied together, so that no more than these are held whatever they came in. What is over goes to `rest`.
async fn take(bytes: &mut Incoming, rest: &mut BytesMut, length: u64) -> Result<Bytes, StoreError> {
    let length = usize::try_from(length).map_err(|_| StoreError::Full)?;
    let mut part = BytesMut::with_capacity(length);
    let own = rest.split_to(rest.len().min(length));
    part.extend_from_slice(&own);
    while part.len() < length {
        let piece = bytes.next().await.ok_or(CUT_OFF)?.map_err(|_| CUT_OFF)?;
        let (own, over) = piece.split_at(piece.len().min(length - part.len()));
        part.extend_from_slice(own);
        rest.extend_from_slice(over);
    }
    Ok(part.freeze())
}

async fn at_end(bytes: &mut Incoming, rest: &BytesMut) -> Result<(), StoreError> {
    if !rest.is_empty() {
        return Err(TOO_LONG);
    }
    while let Some(piece) = bytes.next().await {
        if !piece.map_err(|_| CUT_OFF)?.is_empty() {
            return Err(TOO_LONG);
        }
    }
    Ok(())
}

/// Stores say in several ways that something came to be there meanwhile.
fn put_error(error: &object_store::Error) -> StoreError {
    match refused(error).map(|refused| refused.status.as_u16()) {
        Some(409 | 412) => StoreError::Exists,
        _ => store_error(error),
    }
}
