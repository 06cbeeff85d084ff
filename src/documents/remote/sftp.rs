//! A store that is a folder of another machine, over SFTP.

mod connect;
mod content;
mod create;
mod list;
mod names;
mod pool;
mod session;
mod swaps;
mod trouble;
mod walk;

use crate::config::StoreEntry;
use crate::config::store::Sftp as Settings;
use crate::documents::media::MediaType;
use crate::documents::read::{Content as Source, OpenDocument};
use crate::documents::{Incoming, Kind, Listing, Problem, Stat, Store, StoreError};
use crate::domain::bounds::PROBE_BYTES;
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use connect::Target;
use content::Content;
use futures_util::future::{BoxFuture, join3};
use pool::{NoSession, Pool};
use russh_sftp::protocol::OpenFlags;
use session::{ENDED, FOLDER, Opened, kind_of};
use std::sync::Arc;
use walk::{Found, describe, find, is_same, is_still};

/// Tries to open a document that changes between the look at it and its opening.
const OPEN_TRIES: usize = 3;

/// Documents on an SFTP server. It is connected with at the first call.
#[derive(Debug, Clone)]
pub(in crate::documents) struct Sftp {
    pool: Arc<Pool>,
    writable: bool,
    /// The folder inside the store that paths begin at and no link leads out of; its own root, unless it was narrowed.
    fence: DocumentPath,
}

impl Sftp {
    /// The store of a section of the configuration.
    pub(in crate::documents) fn new(entry: &StoreEntry, settings: &Settings) -> Self {
        let target = Target {
            host: settings.host.clone(),
            port: settings.port,
            user: settings.user.clone(),
            password: settings.password.clone(),
            key: settings.key.clone(),
            host_key: settings.host_key.clone(),
            path: settings.path.clone(),
            timeout: entry.timeout,
        };
        Self { pool: Arc::new(Pool::new(target)), writable: entry.writable, fence: DocumentPath::root() }
    }

    /// Opens what was found, unless it is another file by then.
    async fn open_once(&self, path: &DocumentPath) -> Result<Option<OpenDocument>, StoreError> {
        let room = self.pool.room().await?;
        let session = Arc::clone(room.session());
        let found = find(&session, &self.fence, path).await?;
        let stat = describe(&found.attributes)?;
        if stat.kind != Kind::Document {
            return Err(StoreError::NotADocument);
        }
        let opened = room.open(found.place.clone(), OpenFlags::READ).await?;
        let (attributes, probe, still) =
            join3(opened.attributes(), probe(&opened, stat.version.size), is_still(&session, &found, is_same)).await;
        if !is_same(&attributes?, &found.attributes) || !still? {
            return Ok(None);
        }
        let media_type = MediaType::detect(path.names().last().unwrap_or_default(), &probe?);
        let Found { attributes, .. } = found;
        let content = Box::new(Content { opened, attributes, ahead: self.pool.ahead() });
        let (version, size) = (stat.version.clone(), stat.version.size);
        Ok(Some(OpenDocument { version, size, media_type, changed: stat.changed, content: Source::Remote(content) }))
    }

    /// Reads the folder, or says why there is nobody to ask for it.
    async fn try_out(&self) -> Result<Result<(), StoreError>, Problem> {
        let room = match self.pool.room().await {
            Ok(room) => room,
            // All that it can do, it does.
            Err(NoSession::Full) => return Ok(Ok(())),
            Err(NoSession::Trouble(trouble)) => return Err(trouble.to_problem()),
        };
        let session = Arc::clone(room.session());
        let read = async {
            let found = session.look_at(session.root()).await?;
            let is_folder = kind_of(&found) == Some(FOLDER);
            if is_folder { room.open_folder(session.root().to_owned()).await.map(drop) } else { Err(StoreError::NotAFolder) }
        };
        Ok(read.await)
    }

    /// What to mend where the folder cannot be read.
    fn problem(&self, error: StoreError) -> Problem {
        let target = self.pool.target();
        let (server, path) = (target.server(), &target.path);
        let what = match error {
            StoreError::Denied => format!("does not let its user read the folder {path}: give that user permission to read and enter it"),
            StoreError::Missing | StoreError::NotAFolder => {
                format!("has no folder {path} any more: create it there, or correct the store's path in the configuration")
            }
            StoreError::Unreachable => "does not answer any more: look whether it is up".to_owned(),
            error => format!("cannot give the folder {path}: {error}"),
        };
        Problem::Remote(format!("the SFTP server {server} {what}"))
    }
}

impl Store for Sftp {
    fn stat<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(async move {
            let session = self.pool.session().await?;
            describe(&find(&session, &self.fence, path).await?.attributes)
        })
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        Box::pin(async move { list::list(self.pool.room().await?, &self.fence, path).await })
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(async move {
            for _ in 0..OPEN_TRIES {
                if let Some(document) = self.open_once(path).await? {
                    return Ok(document);
                }
            }
            Err(StoreError::Changed)
        })
    }

    fn create<'a>(&'a self, path: &'a DocumentPath, size: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(async move {
            if !self.writable {
                return Err(StoreError::ReadOnly);
            }
            create::create(&self.pool, &self.fence, path, size, bytes).await
        })
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        Box::new(Self { fence: folder.clone(), ..self.clone() })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let mut read = self.try_out().await?;
            if read == Err(StoreError::Unreachable) {
                // It may have been a connection from before the server was started anew.
                read = self.try_out().await?;
            }
            read.map_err(|error| self.problem(error))
        })
    }
}

/// The first bytes, from which its type is told.
async fn probe(opened: &Opened, size: u64) -> Result<Bytes, StoreError> {
    if size == 0 {
        return Ok(Bytes::new());
    }
    let session = opened.session();
    let wanted = usize::try_from(size).map_or(PROBE_BYTES, |size| size.min(PROBE_BYTES));
    match session.wait(session.raw().read(opened.name(), 0, u32::try_from(wanted).unwrap_or_default())).await {
        Ok(data) => Ok(data.data.into()),
        // It became shorter meanwhile, which the comparison of its attributes finds.
        Err(ENDED) => Ok(Bytes::new()),
        Err(error) => Err(error),
    }
}
