//! Documents on their way to a preview's worker: opened anew each time one has to be fed, and only as the version that was asked for.

use crate::documents::{Documents, Place};
use crate::domain::document::DocumentPath;
use crate::domain::range::ByteRange;
use crate::domain::version::FileVersion;
use crate::gate::Gate;
use crate::gate::listing::place_of;
use crate::gate::permit::Permit;
use crate::preview::feed::{Fed, Feed};
use crate::preview::job::Trouble;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;

/// A document as one version of it.
#[derive(Debug)]
pub struct DocumentFeed<'a> {
    documents: &'a Documents,
    place: Place,
    name: String,
    version: FileVersion,
}

impl Gate {
    /// What a permit lets a worker see. Nothing of it but pictures and, where the policy says so, text comes back out.
    pub(in crate::gate) fn feed(&self, permit: &Permit, version: FileVersion) -> DocumentFeed<'_> {
        self.feed_of(place_of(permit.covered()), &permit.covered().label, version)
    }

    /// What staff, who may read the document anyway, have a worker draw for them.
    pub(in crate::gate) fn feed_of(&self, place: Place, name: &DocumentPath, version: FileVersion) -> DocumentFeed<'_> {
        DocumentFeed { documents: &self.documents, place, name: name.file_name(), version }
    }
}

impl Feed for DocumentFeed<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        Box::pin(async {
            let document = self.documents.open_document(&self.place, Some(&self.version)).await.map_err(|error| {
                tracing::warn!(%error, "a document could not be opened for its preview");
                Trouble::Unreadable
            })?;
            let size = document.size;
            Ok(Fed { size, bytes: document.read(ByteRange { start: 0, end: size }).boxed(), converted: None })
        })
    }
}
