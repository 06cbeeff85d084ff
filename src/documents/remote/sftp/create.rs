//! Puts a new document on an SFTP server: under a name of its own until all of it is there, and never over another one.

use super::names::{beneath, text};
use super::pool::Pool;
use super::session::{FAILED, FOLDER, Opened, Room, Session, kind_of};
use super::walk::{Found, describe, find, is_same_folder, is_still};
use crate::crypto::random;
use crate::documents::{Incoming, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use russh_sftp::protocol::{FileAttributes, OpenFlags};
use std::sync::Arc;

/// Pieces of one document that are on their way to the server at the same time.
const WINDOW: usize = 16;

/// Puts `size` bytes at `path` beneath the folder `fence` of the store.
pub(super) async fn create(
    pool: &Arc<Pool>,
    fence: &DocumentPath,
    path: &DocumentPath,
    size: u64,
    bytes: Incoming,
) -> Result<FileVersion, StoreError> {
    let parent = path.parent().ok_or(StoreError::Exists)?;
    let name = DocumentPath::from_bytes(path.names().last().unwrap_or_default()).map_err(|_| StoreError::Missing)?;
    let room = pool.room().await?;
    let session = Arc::clone(room.session());
    let folder = folder(&session, fence, &parent).await?;
    let target = beneath(&folder.place, text(&name)?);
    is_free(&session, &target).await?;
    has_room(&session, &folder.place, size).await?;
    let place = beneath(&folder.place, &format!(".doorward-{:032x}.part", u128::from_be_bytes(random::bytes())));
    // From before the file is there: whoever waits for it may go away in between.
    let mut passing = Passing { pool: Arc::clone(pool), place: Some(place.clone()) };
    let put = put(room, &folder, &place, &target, size, bytes).await;
    let gone = match &put {
        Ok(_) => Ok(()),
        Err(_) => session.wait(session.raw().remove(place)).await.map(drop),
    };
    if matches!(gone, Ok(()) | Err(StoreError::Missing)) {
        passing.place = None;
    }
    put
}

/// Writes the document under its passing name and gives it its own.
async fn put(room: Room, folder: &Found, place: &str, target: &str, size: u64, bytes: Incoming) -> Result<FileVersion, StoreError> {
    let session = Arc::clone(room.session());
    let opened = room.open(place.to_owned(), OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE).await?;
    if !is_still(&session, folder, is_same_folder).await? {
        return Err(StoreError::Changed);
    }
    match write(&opened, size, bytes).await {
        Err(FAILED) => {
            has_room(&session, &folder.place, size).await?;
            return Err(FAILED);
        }
        written => written?,
    }
    if session.offers().fsync {
        session.wait(session.raw().fsync(opened.name())).await?;
    }
    let version = describe(&opened.attributes().await?)?.version;
    if version.size != size {
        return Err(StoreError::Failed("another size than was written"));
    }
    opened.close().await?;
    name(&session, place, target).await.map(|()| version)
}

/// Gives the file its name, unless something has it already.
async fn name(session: &Session, place: &str, target: &str) -> Result<(), StoreError> {
    // A link is never put over anything. A rename is not either by version 3 of the protocol, which not all servers keep to.
    if session.offers().hardlink && session.wait(session.raw().hardlink(place, target)).await.is_ok() {
        // The document is in its place, whether or not its passing name goes.
        let _removed_or_cut_off = session.wait(session.raw().remove(place)).await;
        return Ok(());
    }
    is_free(session, target).await?;
    match session.wait(session.raw().rename(place, target)).await {
        Ok(_) => Ok(()),
        Err(FAILED) => {
            is_free(session, target).await?;
            Err(FAILED)
        }
        Err(error) => Err(error),
    }
}

/// Whether nothing has that name.
async fn is_free(session: &Session, place: &str) -> Result<(), StoreError> {
    match session.look_at(place).await {
        Err(StoreError::Missing) => Ok(()),
        Ok(_) => Err(StoreError::Exists),
        Err(error) => Err(error),
    }
}

/// Whether the disk has room, as far as the server tells: a full one is told by no error of its own.
async fn has_room(session: &Session, place: &str, size: u64) -> Result<(), StoreError> {
    if !session.offers().statvfs {
        return Ok(());
    }
    match session.wait(session.raw().statvfs(place)).await {
        Ok(disk) if disk.blocks_avail.saturating_mul(disk.fragment_size) < size => Err(StoreError::Full),
        Err(StoreError::Unreachable) => Err(StoreError::Unreachable),
        _ => Ok(()),
    }
}

/// Finds a folder; those on the way to it that are missing are made.
async fn folder(session: &Session, fence: &DocumentPath, path: &DocumentPath) -> Result<Found, StoreError> {
    match find(session, fence, path).await {
        Err(StoreError::Missing) if !path.is_root() => {}
        found => return as_folder(found?),
    }
    let mut reached = (DocumentPath::root(), as_folder(find(session, fence, &DocumentPath::root()).await?)?);
    for name in path.names() {
        let step = reached.0.join(name).map_err(|_| StoreError::Missing)?;
        let mut found = find(session, fence, &step).await;
        if matches!(found, Err(StoreError::Missing)) {
            let name = DocumentPath::from_bytes(name).map_err(|_| StoreError::Missing)?;
            let place = beneath(&reached.1.place, text(&name)?);
            match session.wait(session.raw().mkdir(place, FileAttributes::empty())).await {
                // Somebody else may have made it in the meantime.
                Ok(_) | Err(FAILED) => found = find(session, fence, &step).await,
                Err(error) => return Err(error),
            }
        }
        reached = (step, as_folder(found?)?);
    }
    Ok(reached.1)
}

fn as_folder(found: Found) -> Result<Found, StoreError> {
    if kind_of(&found.attributes) == Some(FOLDER) { Ok(found) } else { Err(StoreError::NotAFolder) }
}

/// Writes all bytes, many pieces at a time.
async fn write(opened: &Opened, size: u64, mut bytes: Incoming) -> Result<(), StoreError> {
    let session = opened.session();
    let most = session.pieces().write;
    let mut waiting = FuturesUnordered::new();
    let mut written = 0;
    while let Some(piece) = bytes.next().await {
        let mut piece: Bytes = piece.map_err(|_| StoreError::Failed("the bytes to be put into it could not be read"))?;
        if size - written < piece.len() as u64 {
            return Err(StoreError::Failed("more bytes came than were announced"));
        }
        while !piece.is_empty() {
            let part = piece.split_to(piece.len().min(most));
            let start = written;
            written += part.len() as u64;
            if waiting.len() == WINDOW {
                waiting.next().await.transpose()?;
            }
            waiting.push(session.wait(session.raw().write(opened.name(), start, part.into())));
        }
    }
    if written < size {
        return Err(StoreError::Failed("fewer bytes came than were announced"));
    }
    while let Some(written) = waiting.next().await {
        written?;
    }
    Ok(())
}

/// The passing name of a document that is not in its place yet; it is taken away when there is no next step.
struct Passing {
    pool: Arc<Pool>,
    place: Option<String>,
}

impl Drop for Passing {
    fn drop(&mut self) {
        let (Some(place), Ok(runtime)) = (self.place.take(), tokio::runtime::Handle::try_current()) else { return };
        let pool = Arc::clone(&self.pool);
        runtime.spawn(async move {
            // On a new connection where the old one broke; when there is none, it stays, and its name says what it is.
            if let Ok(session) = pool.session().await {
                let _removed_or_never_there = session.wait(session.raw().remove(place)).await;
            }
        });
    }
}
