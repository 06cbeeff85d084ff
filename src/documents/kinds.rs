//! Which configured kind of store is which driver.

use crate::config::{StoreEntry, StoreKind};
use crate::documents::Store;
use crate::documents::buffers::Buffers;
use crate::documents::folder::Folder;
use crate::documents::guard::Guarded;
use crate::documents::remote::http::HttpStore;
use crate::documents::remote::s3::{Bucket, Reach};
use crate::documents::remote::sftp::Sftp;
use crate::documents::remote::webdav::WebdavStore;
use crate::domain::time::Clock;
use std::sync::Arc;

/// A configured store behind its guard. Nothing is opened yet.
pub(super) fn open(entry: &StoreEntry, buffers: &Arc<Buffers>, clock: &Arc<dyn Clock>) -> Guarded {
    Guarded::new(driver(entry, buffers), entry, Arc::clone(clock))
}

/// The driver of a configured store.
fn driver(entry: &StoreEntry, buffers: &Arc<Buffers>) -> Box<dyn Store> {
    match &entry.kind {
        #[cfg(feature = "azblob")]
        StoreKind::Azure(azure) => Box::new(Bucket::new(entry, Reach::Azure(azure.clone()))),
        StoreKind::Folder { path } => Box::new(Folder::new(path.clone(), Arc::clone(buffers)).bounded(entry.calls, entry.timeout)),
        #[cfg(feature = "gcs")]
        StoreKind::Gcs(gcs) => Box::new(Bucket::new(entry, Reach::Gcs(gcs.clone()))),
        StoreKind::Http(http) => Box::new(HttpStore::new(http, entry.timeout, entry.calls)),
        StoreKind::S3(s3) => Box::new(Bucket::new(entry, Reach::S3(s3.clone()))),
        StoreKind::Sftp(sftp) => Box::new(Sftp::new(entry, sftp)),
        StoreKind::Webdav(webdav) => Box::new(WebdavStore::new(webdav, entry.timeout, entry.calls)),
    }
}
