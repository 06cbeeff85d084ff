//! Documents on their way to a preview's worker: opened anew each time one has to be fed, and only as the version that was asked for.

use crate::documents::kept::Kept;
use crate::documents::{Documents, Place};
use crate::domain::document::DocumentPath;
use crate::domain::language::Language;
use crate::domain::range::ByteRange;
use crate::domain::version::{FileVersion, Pinned};
use crate::gate::Gate;
use crate::gate::deliver::beside::Summing;
use crate::gate::deliver::hash::{compare, is_other_content};
use crate::gate::listing::place_of;
use crate::gate::permit::Permit;
use crate::preview::feed::{Fed, Feed};
use crate::preview::job::Trouble;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A document as one version of it.
#[derive(Debug)]
pub struct DocumentFeed<'a> {
    documents: &'a Documents,
    place: Place,
    name: String,
    version: FileVersion,
    /// What was pinned, where it is.
    pinned: Option<Pinned>,
    /// Copies of what was pinned.
    kept: &'a Kept,
    /// The share's language.
    language: Language,
    /// Whether its bytes turned out to be others.
    other: Arc<AtomicBool>,
}

impl DocumentFeed<'_> {
    /// Whether what was fed last was not what was pinned.
    pub(in crate::gate) fn was_other_content(&self) -> bool {
        self.other.load(Ordering::Acquire)
    }
}

impl Gate {
    /// What a permit lets a worker see. Nothing of it but pictures and, where the policy says so, text comes back out.
    pub(in crate::gate) fn feed(&self, permit: &Permit, version: FileVersion) -> DocumentFeed<'_> {
        let covered = permit.covered();
        let pinned = covered.pinned.clone();
        let language = permit.admitted().share().language;
        DocumentFeed { pinned, ..self.feed_of(place_of(covered), &covered.label, version, language) }
    }

    /// What staff, who may read the document anyway, have a worker draw for them.
    pub(in crate::gate) fn feed_of(&self, place: Place, name: &DocumentPath, version: FileVersion, language: Language) -> DocumentFeed<'_> {
        DocumentFeed {
            documents: &self.documents,
            place,
            name: name.file_name(),
            version,
            pinned: None,
            kept: &self.kept,
            language,
            other: Arc::default(),
        }
    }
}

impl Feed for DocumentFeed<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn language(&self) -> Language {
        self.language
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        Box::pin(async {
            let kept = match self.pinned.as_ref().filter(|pinned| pinned.kept && pinned.version == self.version) {
                Some(pinned) => self.kept.open(pinned, self.name.as_bytes()).await.ok(),
                None => None,
            };
            let opened = match kept {
                Some(document) => Ok(document),
                None => self.documents.open_document(&self.place, Some(&self.version)).await,
            };
            let document = opened.map_err(|error| {
                tracing::warn!(%error, "a document could not be opened for its preview");
                Trouble::Unreadable
            })?;
            let size = document.size;
            let bytes = match self.pinned.as_ref().and_then(|pinned| pinned.sha256) {
                None => document.read(ByteRange { start: 0, end: size }).boxed(),
                Some(sha256) => {
                    let other = Arc::clone(&self.other);
                    compare(document, sha256, Summing::Here)
                        .inspect_err(move |error| {
                            other.fetch_or(is_other_content(error), Ordering::AcqRel);
                        })
                        .boxed()
                }
            };
            Ok(Fed { size, bytes, converted: None })
        })
    }
}
