//! The cases, and what they have in common: asking a store as the gate does.

pub(crate) mod faults;
pub(crate) mod look;
pub(crate) mod names;
pub(crate) mod versions;
pub(crate) mod writing;

use crate::rig::{Outcome, SOON};
use doorward::documents::read::OpenDocument;
use doorward::documents::{Documents, Listing, Place, Stat, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use doorward::domain::range::ByteRange;
use doorward::domain::version::FileVersion;
use futures_util::TryStreamExt;
use std::future::Future;
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

const ALL: ByteRange = ByteRange { start: 0, end: u64::MAX };
const STEP: Duration = Duration::from_millis(50);

static MACHINE: RwLock<()> = RwLock::const_new(());

/// A place to run in: together with other cases, or alone where memory or time is measured.
pub(crate) enum Turn {
    Alone { _held: RwLockWriteGuard<'static, ()> },
    Shared { _held: RwLockReadGuard<'static, ()> },
}

pub(crate) async fn turn(case: &str) -> Turn {
    if matches!(case, "large" | "hanging") {
        Turn::Alone { _held: MACHINE.write().await }
    } else {
        Turn::Shared { _held: MACHINE.read().await }
    }
}

fn path(bytes: impl AsRef<[u8]>) -> DocumentPath {
    DocumentPath::from_bytes(bytes.as_ref()).expect("tests name paths that have this form")
}

/// The one store of these documents, asked by path.
struct Asked(Documents);

impl Asked {
    fn place(&self, at: impl AsRef<[u8]>) -> Place {
        let store = self.0.names().next().expect("a rig has a store").clone();
        Place::named(&DocumentName { store, path: path(at) })
    }

    fn beneath(&self, folder: &str, below: &str) -> Place {
        let store = self.0.names().next().expect("a rig has a store").clone();
        Place::in_folder(&DocumentName { store, path: path(folder) }, &path(below))
    }

    async fn stat(&self, at: impl AsRef<[u8]>) -> Result<Stat, StoreError> {
        self.0.stat(&self.place(at), None).await
    }

    async fn list(&self, at: &str) -> Result<Listing, StoreError> {
        self.0.list(&self.place(at)).await
    }

    async fn open(&self, at: impl AsRef<[u8]>, wanted: Option<&FileVersion>) -> Result<OpenDocument, StoreError> {
        self.0.open_document(&self.place(at), wanted).await
    }

    /// All of a document's bytes, and the version they are of.
    async fn whole(&self, at: impl AsRef<[u8]>, wanted: Option<&FileVersion>) -> Outcome<(FileVersion, Vec<u8>)> {
        let document = self.open(at, wanted).await?;
        let version = document.version.clone();
        Ok((version, bytes(document, ALL).await?))
    }
}

async fn bytes(document: OpenDocument, range: ByteRange) -> io::Result<Vec<u8>> {
    let gathered = document.read(range).try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    gathered.await
}

/// Asks again until there is an answer to be happy with.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> Outcome<T> {
    let end = Instant::now() + SOON;
    let mut steps = tokio::time::interval(STEP);
    while Instant::now() < end {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        steps.tick().await;
    }
    Err(format!("waited in vain for {what}").into())
}

/// Fails with what was found instead.
fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise().into()) }
}
