//! A store that is a bucket of an object store with the S3 protocol.
//!
//! Requests for objects go through `object_store` rather than OpenDAL, which was measured to trim names, to lose what the answer that carries the bytes
//! says of them, and to list without bounds. Here a key is named exactly or refused, version and size are those of the very answer, and listings
//! (`client`) stop at their bounds.

mod client;
mod folder;
mod object;
pub mod page;
mod reach;
mod upload;
mod wire;

use crate::config::StoreEntry;
use crate::documents::read::OpenDocument;
use crate::documents::{Incoming, Listing, Problem, Refusal, Stat, Store, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use client::{Client, version_of};
use futures_util::future::BoxFuture;
use object_store::path::Path;
pub use reach::Reach;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use wire::{refused, store_error};

/// Longest key, in bytes.
const KEY_BYTES: usize = 1024;
const KEY_TOO_LONG: &str = "its keys have at most 1024 bytes";

/// Documents in a bucket. Nothing is read or asked before the first call.
#[derive(Debug, Clone)]
pub struct Bucket {
    inner: Arc<Inner>,
    /// The folder that paths begin at; nothing where no key is long enough to lie in it.
    fence: Option<DocumentPath>,
}

#[derive(Debug)]
struct Inner {
    settings: Reach,
    wait: Duration,
    writable: bool,
    client: OnceCell<Arc<Client>>,
}

impl Bucket {
    pub(in crate::documents) fn new(entry: &StoreEntry, settings: Reach) -> Self {
        let inner = Inner { settings, wait: entry.timeout, writable: entry.writable, client: OnceCell::new() };
        Self { inner: Arc::new(inner), fence: Some(DocumentPath::root()) }
    }

    async fn client(&self) -> Result<&Arc<Client>, StoreError> {
        let made = async || Client::new(&self.inner.settings, self.inner.wait).await.map(Arc::new);
        self.inner.client.get_or_try_init(made).await
    }

    /// The key of a path; that of a folder lacks the slash that its contents have behind it.
    fn key(&self, path: &DocumentPath) -> Result<Path, StoreError> {
        let refuse = |why| StoreError::Refused(Refusal::Name(why));
        let fence = self.fence.as_ref().ok_or_else(|| refuse(KEY_TOO_LONG))?;
        let whole = self.inner.settings.prefix().append(fence).and_then(|folder| folder.append(path));
        let whole = whole.map_err(|_| refuse(KEY_TOO_LONG))?;
        let key = std::str::from_utf8(whole.as_bytes()).map_err(|_| refuse("its keys are UTF-8"))?;
        if key.len() > KEY_BYTES {
            return Err(refuse(KEY_TOO_LONG));
        }
        Path::parse(key)
            .ok()
            .filter(|parsed| parsed.as_ref() == key)
            .ok_or_else(|| refuse("the key would be another one"))
    }

    fn is_whole_store(&self, path: &DocumentPath) -> bool {
        self.fence.as_ref().is_some_and(DocumentPath::is_root) && path.is_root()
    }

    /// What is there of a folder that is no document.
    async fn folder(&self, path: &DocumentPath, key: &Path) -> Result<Stat, StoreError> {
        let any = folder::has_any(self.client().await?, &beneath(key)).await?;
        // A store may be empty, another folder is there only by what is in it.
        if any || self.is_whole_store(path) { Ok(folder::folder()) } else { Err(StoreError::Missing) }
    }

    async fn look_up(&self, path: &DocumentPath, wanted: Option<&FileVersion>) -> Result<Stat, StoreError> {
        let key = self.key(path)?;
        if key.is_root() || path.is_root() {
            return self.folder(path, &key).await;
        }
        let id = wanted.and_then(|version| version.id.as_deref());
        let error = match self.client().await?.head(&key, id).await {
            Ok(meta) => return Ok(folder::document(version_of(&meta))),
            Err(error) => error,
        };
        let Some(status) = refused(&error).map(|refused| refused.status.as_u16()) else { return Err(store_error(&error)) };
        // The answer to such a look has no body and so no code; that to a listing has, when it is the bucket or the sign-in that is wrong.
        let folder = self.folder(path, &key).await;
        match (status, id, folder) {
            (404, None, folder) => folder,
            (_, _, Err(error)) if error != StoreError::Missing => Err(error),
            (400 | 404 | 405, Some(_), _) => Err(StoreError::Changed),
            _ => Err(store_error(&error)),
        }
    }

    async fn open(&self, path: &DocumentPath, wanted: Option<&FileVersion>) -> Result<OpenDocument, StoreError> {
        let key = self.key(path)?;
        if key.is_root() || path.is_root() {
            return Err(StoreError::NotADocument);
        }
        let client = self.client().await?;
        let id = wanted.and_then(|version| version.id.as_deref());
        let error = match client.get(&key, id).await {
            Ok(answer) => return object::opened(client.clone(), key, answer, self.inner.wait).await,
            Err(error) => error,
        };
        let invalid = refused(&error).is_some_and(|refused| refused.code == "InvalidArgument");
        match (store_error(&error), id) {
            (StoreError::Missing, Some(_)) => Err(StoreError::Changed),
            (StoreError::Failed(_), Some(_)) if invalid => Err(StoreError::Changed),
            (StoreError::Missing, None) => self.folder(path, &key).await.and(Err(StoreError::NotADocument)),
            (error, _) => Err(error),
        }
    }

    async fn list(&self, path: &DocumentPath) -> Result<Listing, StoreError> {
        let key = self.key(path)?;
        let client = self.client().await?;
        match folder::list(client, &beneath(&key)).await? {
            Some(listing) => Ok(listing),
            None if self.is_whole_store(path) => Ok(Listing::default()),
            None if path.is_root() => Err(StoreError::Missing),
            None => match client.head(&key, None).await {
                Ok(_) => Err(StoreError::NotAFolder),
                Err(error) => Err(store_error(&error)),
            },
        }
    }

    async fn create(&self, path: &DocumentPath, size: u64, bytes: Incoming) -> Result<FileVersion, StoreError> {
        if !self.inner.writable {
            return Err(StoreError::ReadOnly);
        }
        match self.look_up(path, None).await {
            Ok(_) => return Err(StoreError::Exists),
            Err(StoreError::Missing) => {}
            Err(error) => return Err(error),
        }
        let key = self.key(path)?;
        let client = self.client().await?;
        let put = upload::put(client.store.as_ref(), &key, size, bytes).await?;
        // Only a look tells the time; without one the version is known well enough.
        let version = put.version.as_deref().filter(|id| *id != "null");
        let meta = client.head(&key, version).await.ok().filter(|meta| meta.e_tag == put.e_tag && meta.size == size);
        Ok(meta.map_or_else(
            || FileVersion { entity: put.e_tag.as_deref().map(Arc::from), id: version.map(Arc::from), ..FileVersion::plain(size, 0) },
            |meta| version_of(&meta),
        ))
    }

    /// One sentence on what to mend.
    fn mend(&self, error: StoreError) -> String {
        let settings = &self.inner.settings;
        let bucket = settings.bucket();
        let host = settings.host();
        match error {
            StoreError::SignIn => format!(
                "the object store {host} does not let the server sign in: look whether access_key and its secret key are right, and the machine's clock"
            ),
            StoreError::Denied if !settings.signs() => {
                format!("the object store {host} shows the bucket {bucket} to nobody without a key: set access_key and its secret key")
            }
            StoreError::Denied => format!(
                "the object store {host} keeps the bucket {bucket} from this access key: allow it to list the bucket and to get objects and their versions"
            ),
            StoreError::Failed(what) => {
                format!(
                    "the object store {host} does not serve the bucket {bucket} as configured, it says {what}: correct endpoint, region, bucket, style or ca_file"
                )
            }
            StoreError::Unreachable | StoreError::Busy => format!(
                "the object store {host} does not answer: look whether it is up, its name and port are right, and its certificate is from an authority that is trusted (ca_file)"
            ),
            other => format!("the bucket {bucket} of the object store {host} cannot be used: {other}"),
        }
    }
}

/// What the keys of all in a folder begin with.
fn beneath(key: &Path) -> String {
    if key.is_root() { String::new() } else { format!("{key}/") }
}

impl Store for Bucket {
    fn stat<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(self.look_up(path, wanted))
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        Box::pin(Self::list(self, path))
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(Self::open(self, path, wanted))
    }

    fn create<'a>(&'a self, path: &'a DocumentPath, size: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(Self::create(self, path, size, bytes))
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        // Nothing in a bucket leads anywhere else, so that a longer beginning of all keys is the whole fence.
        let fence = self.fence.as_ref().and_then(|fence| fence.append(folder).ok());
        Box::new(Self { inner: self.inner.clone(), fence })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async {
            let looked = async {
                let key = self.key(&DocumentPath::root())?;
                folder::has_any(self.client().await?, &beneath(&key)).await
            };
            looked.await.map(drop).map_err(|error| Problem::Remote(self.mend(error)))
        })
    }
}
