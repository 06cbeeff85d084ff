//! The hash of a document: taken once, when it is pinned, and compared with what leaves from then on.

use crate::crypto::primitives::Sha256;
use crate::documents::kept::Keeping;
use crate::documents::read::{DocumentStream, OpenDocument};
use crate::documents::{Kind, Place, StoreError};
use crate::domain::document::DocumentName;
use crate::domain::ids::ShareId;
use crate::domain::range::ByteRange;
use crate::domain::scope::Covered;
use crate::domain::version::{ContentHash, FileVersion, Pinned};
use crate::gate::Gate;
use crate::gate::deliver::beside::{Beside, Summing};
use crate::ledger::state::Share;
use bytes::Bytes;
use flate2::Crc;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use std::io;
use std::sync::Arc;

/// What is compared with a document's bytes, and who is told when they are others.
#[derive(Debug, Clone)]
pub(in crate::gate) struct Expected {
    /// The hash that was taken when it was pinned.
    pub(in crate::gate) sha256: ContentHash,
    /// The share.
    pub(in crate::gate) share: ShareId,
    /// The document.
    pub(in crate::gate) document: DocumentName,
}

/// What the bytes of a covered document must come to, where that is known.
pub(in crate::gate) fn expected(share: ShareId, covered: &Covered) -> Option<Expected> {
    let sha256 = covered.pinned.as_ref()?.sha256?;
    Some(Expected { sha256, share, document: covered.name.clone() })
}

/// Whether a document was found to have other bytes than those that were pinned, though its store calls it the same version.
pub(in crate::gate) fn is_known_as_another(share: &Share, document: &DocumentName) -> bool {
    share.changed.iter().any(|changed| changed.content && changed.document.get() == Some(document))
}

impl Gate {
    /// What a share holds on to: the version that the store has now, the hash of its bytes, and a sealed copy of them where that is wanted.
    pub(in crate::gate) async fn pinned_now(&self, place: &Place, keep: Option<&Keeping>) -> Result<Pinned, StoreError> {
        let document = self.documents.open_document(place, None).await?;
        let version = document.version.clone();
        let Sums { sha256, crc32 } = sums(document).await?;
        if let Some(keeping) = keep {
            // Read once more: a copy is bound to its hash, so that must be known before.
            let document = self.documents.open_document(place, Some(&version)).await?;
            let copied = self.kept.keep(sha256, version.size, compare(document, sha256, Summing::Here), keeping).await;
            copied.map_err(|error| {
                tracing::warn!(%error, "a copy of a pinned document could not be kept");
                if is_other_content(&error) {
                    StoreError::Changed
                } else {
                    StoreError::Failed("no copy of it could be kept; the log says why")
                }
            })?;
        }
        Ok(Pinned { version, sha256: Some(sha256), crc32: Some(crc32), kept: keep.is_some() })
    }

    /// Reads a whole document to see whether it is the one that was pinned.
    pub(in crate::gate) async fn is_what_was_pinned(
        &self,
        place: &Place,
        version: &FileVersion,
        expected: &Expected,
    ) -> Result<(), StoreError> {
        let document = self.documents.open_document(place, Some(version)).await?;
        if sums(document).await?.sha256 == expected.sha256 {
            return Ok(());
        }
        self.tell_changed(expected.share, &expected.document, true).await;
        Err(StoreError::Changed)
    }

    /// The version of the document there, when it has this size and this hash.
    pub(in crate::gate) async fn version_holding(
        &self,
        place: &Place,
        size: u64,
        sha256: ContentHash,
    ) -> Result<Option<FileVersion>, StoreError> {
        let stat = self.documents.stat(place, None).await?;
        if stat.kind != Kind::Document || stat.version.size != size {
            return Ok(None);
        }
        let document = self.documents.open_document(place, Some(&stat.version)).await?;
        let version = document.version.clone();
        Ok((sums(document).await?.sha256 == sha256).then_some(version))
    }

    /// A whole document on its way out; should it turn out to be another, the owner of its share is told.
    pub(in crate::gate) fn compared(
        self: &Arc<Self>,
        document: OpenDocument,
        expected: Expected,
        summing: Summing,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let gate = Arc::clone(self);
        let bytes = compare(document, expected.sha256, summing);
        bytes
            .or_else(move |error| {
                let (gate, expected) = (Arc::clone(&gate), expected.clone());
                async move {
                    if is_other_content(&error) {
                        gate.tell_changed(expected.share, &expected.document, true).await;
                    }
                    Err(error)
                }
            })
            .boxed()
    }
}

/// What a document ends in whose bytes are not those that were pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is not what was shared, though its store calls it the same version")]
struct OtherContent;

/// Whether a document ended because its bytes are not those that were pinned.
pub(in crate::gate) fn is_other_content(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<OtherContent>())
}

/// All bytes of a document. The last piece stays back until the hash of all of them is known to be the expected one.
pub(in crate::gate) fn compare(document: OpenDocument, sha256: ContentHash, summing: Summing) -> BoxStream<'static, io::Result<Bytes>> {
    let left = document.size;
    let bytes = document.read(ByteRange { start: 0, end: left });
    stream::try_unfold(Way { bytes, hash: Beside::new(Sha256::new(), summing), left, sha256 }, Way::next).boxed()
}

/// A document on its way out.
struct Way {
    bytes: DocumentStream,
    hash: Beside<Sha256>,
    left: u64,
    sha256: ContentHash,
}

impl Way {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        let Some(piece) = self.bytes.try_next().await? else { return Ok(None) };
        self.hash.add(&piece).await?;
        self.left = self.left.saturating_sub(piece.len() as u64);
        if self.left == 0 && ContentHash(self.hash.come_up().await?.clone().finish()) != self.sha256 {
            return Err(io::Error::other(OtherContent));
        }
        Ok(Some((piece, self)))
    }
}

/// What is taken of all bytes of a document.
struct Sums {
    sha256: ContentHash,
    /// For archives, whose entries bear it.
    crc32: u32,
}

async fn sums(document: OpenDocument) -> Result<Sums, StoreError> {
    let all = ByteRange { start: 0, end: document.size };
    let mut bytes = document.read(all);
    let (mut hash, mut crc) = (Sha256::new(), Crc::new());
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|error| {
            tracing::warn!(%error, "a document could not be read to its end to take its hash");
            StoreError::Unreachable
        })?;
        hash.update(&piece);
        crc.update(&piece);
    }
    Ok(Sums { sha256: ContentHash(hash.finish()), crc32: crc.sum() })
}
