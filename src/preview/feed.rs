//! How a preview gets a document's bytes: whoever may open it hands them over piece by piece, as often as a worker has to be fed anew.

use crate::domain::language::Language;
use crate::preview::job::{Kind, Opened, Trouble};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::io;

/// A document that may be read for its preview.
pub trait Feed: Send + Sync {
    /// The name its kind may be told from, without folders.
    fn name(&self) -> &str;

    /// The language of the few words that are laid out with it. It stays the same for a share, since what is covered on its pages lies where
    /// these words let the lines break.
    fn language(&self) -> Language {
        Language::default()
    }

    /// Opens it from its beginning.
    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>>;
}

/// A document on its way to a worker.
pub struct Fed {
    /// Bytes in all.
    pub size: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
    /// Set where these are not the document's own bytes but what was made of it.
    pub converted: Option<Converted>,
}

/// What a document was made into on its way, and what is to be said of it in place of what its worker finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The name that the worker tells its kind from.
    pub name: &'static str,
    /// What the document was before.
    pub kind: Kind,
    /// What decided where things stand on its pages.
    pub layout: String,
    /// SHA-256 of the document's own bytes: what is made of them may differ each time.
    pub original: [u8; 32],
}

impl Converted {
    /// What its worker found, said of the document as it was before.
    #[must_use]
    pub fn said_of(&self, opened: Opened) -> Opened {
        Opened { kind: self.kind, layout: self.layout.clone(), ..opened }
    }
}
