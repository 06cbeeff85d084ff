//! Which configured kind of store is which driver.

use crate::config::{StoreEntry, StoreKind};
use crate::documents::Store;
use crate::documents::buffers::Buffers;
use crate::documents::folder::Folder;
use crate::documents::remote::s3::{Bucket, Reach};
use std::sync::Arc;

/// The driver of a configured store. Nothing is opened yet.
pub(super) fn open(entry: &StoreEntry, buffers: &Arc<Buffers>) -> Box<dyn Store> {
    match &entry.kind {
        StoreKind::Folder { path } => Box::new(Folder::new(path.clone(), Arc::clone(buffers))),
        StoreKind::S3(s3) => Box::new(Bucket::new(entry, Reach::S3(s3.clone()))),
        #[cfg(feature = "azblob")]
        StoreKind::Azure(azure) => Box::new(Bucket::new(entry, Reach::Azure(azure.clone()))),
        #[cfg(feature = "gcs")]
        StoreKind::Gcs(gcs) => Box::new(Bucket::new(entry, Reach::Gcs(gcs.clone()))),
        // The configuration refuses what is not built in.
        #[cfg(not(feature = "azblob"))]
        StoreKind::Azure(_) => Box::new(Folder::new("/nonexistent".into(), Arc::clone(buffers))),
        #[cfg(not(feature = "gcs"))]
        StoreKind::Gcs(_) => Box::new(Folder::new("/nonexistent".into(), Arc::clone(buffers))),
        StoreKind::Http(_) | StoreKind::Sftp(_) | StoreKind::Webdav(_) => Box::new(Folder::new("/nonexistent".into(), Arc::clone(buffers))),
    }
}
