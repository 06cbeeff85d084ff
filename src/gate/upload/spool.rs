//! Uploads until they are in their store: one file each in the data directory, which is the server's alone.
//!
//! The files are not sealed. They are outsiders' bytes on their way into a store that is not sealed either, they stay for minutes, the scanner
//! has to read them, and an upload goes on where it stopped, by the length of its file.

use crate::domain::ids::UploadId;
use rustix::fs::statvfs;
use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;

/// The folder of unfinished uploads.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    busy: Arc<Mutex<HashSet<UploadId>>>,
    /// Why what is whole is not where it belongs. Not kept: after a start each is tried at once.
    waiting: Mutex<HashMap<UploadId, String>>,
}

/// Holds an upload: nobody else writes, moves or removes its bytes until this is dropped.
#[derive(Debug)]
pub(in crate::gate) struct Hold {
    id: UploadId,
    busy: Arc<Mutex<HashSet<UploadId>>>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// The file of an upload that is being written, with the hold on it. A write is done by another thread, also when whoever asked for it has gone away
/// meanwhile: until it is, nobody may look how far the upload is and go on there.
#[derive(Debug)]
pub(super) struct Writing(Option<(File, Hold)>);

impl Writing {
    pub(super) fn new(file: File, hold: Hold) -> Self {
        Self(Some((file, hold)))
    }

    /// The file.
    pub(super) fn file(&mut self) -> &mut File {
        let (file, _) = self.0.as_mut().expect("it is there until it is ended or dropped");
        file
    }

    /// Ends the writing and gives the hold back. What was written must have been flushed.
    pub(super) fn end(mut self) -> Hold {
        let (_, hold) = self.0.take().expect("it is there until it is ended or dropped");
        hold
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let (Some((mut file, hold)), Ok(runtime)) = (self.0.take(), Handle::try_current()) else { return };
        runtime.spawn(async move {
            if let Err(error) = file.flush().await {
                tracing::warn!(upload = %hold.id, %error, "the last bytes of an upload whose sender has gone away could not be written");
            }
            drop(hold);
        });
    }
}

impl Spool {
    /// The spool in a folder that is there and the server's alone.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, busy: Arc::default(), waiting: Mutex::default() }
    }

    /// Holds an upload, unless somebody does.
    pub(super) fn hold(&self, id: UploadId) -> Option<Hold> {
        let fresh = self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        fresh.then(|| Hold { id, busy: Arc::clone(&self.busy) })
    }

    /// Whether somebody holds it.
    pub(in crate::gate) fn is_busy(&self, id: UploadId) -> bool {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// Notes why an upload that is whole has to wait, until its file is removed.
    pub(super) fn let_wait(&self, id: UploadId, why: String) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, why);
    }

    /// Why an upload that is whole has to wait, where it was tried in vain.
    pub(super) fn why_it_waits(&self, id: UploadId) -> Option<String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The file of an upload.
    pub(super) fn path(&self, id: UploadId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Makes the empty file of a new upload; its name is on the disk when this returns.
    pub(super) async fn make(&self, id: UploadId) -> io::Result<File> {
        let file = OpenOptions::from(open_options(true)).open(self.path(id)).await?;
        File::open(&self.folder).await?.sync_all().await?;
        Ok(file)
    }

    /// Opens the file of an upload to write more behind what is there.
    pub(super) async fn append(&self, id: UploadId) -> io::Result<File> {
        OpenOptions::from(open_options(false)).open(self.path(id)).await
    }

    /// Opens the file of an upload to read it.
    pub(super) async fn read(&self, id: UploadId) -> io::Result<File> {
        File::open(self.path(id)).await
    }

    /// How many bytes of an upload are there; `None` when its file is gone.
    pub(super) async fn received(&self, id: UploadId) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(id)).await {
            Ok(about) => Ok(Some(about.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes what there is of an upload.
    pub(super) async fn remove(&self, id: UploadId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(upload = %id, %error, "what was left of an upload could not be removed; it is tried again");
            }
            _ => {}
        }
    }

    /// Removes every file that belongs to none of the uploads that are waited for and that nobody holds.
    pub(super) async fn keep_only(&self, is_waited_for: impl Fn(UploadId) -> bool) -> io::Result<()> {
        let mut files = fs::read_dir(&self.folder).await?;
        while let Some(file) = files.next_entry().await? {
            let id = file.file_name().to_str().and_then(|name| name.parse::<UploadId>().ok());
            // Asked while it is held, so that one that has just begun is known by then.
            if let Some(id) = id
                && !is_waited_for(id)
                && let Some(_held) = self.hold(id)
                && !is_waited_for(id)
            {
                self.remove(id).await;
            }
        }
        Ok(())
    }

    /// Bytes that are free where the uploads lie.
    pub(super) async fn free(&self) -> io::Result<u64> {
        let folder = self.folder.clone();
        let about = tokio::task::spawn_blocking(move || statvfs(&folder)).await.map_err(io::Error::other)??;
        Ok(about.f_bavail.saturating_mul(about.f_frsize))
    }
}

fn open_options(new: bool) -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create_new(new).mode(0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::error::Error;
    use std::io::Read;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nobody_goes_on_with_an_upload_while_the_last_write_of_one_who_went_away_is_under_way() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::TempDir::new()?;
        let (spool, id) = (Spool::new(folder.path().to_owned()), UploadId::from_bytes([7; 16]));
        // A write into a pipe that nobody empties lasts until somebody does.
        mknodat(CWD, spool.path(id), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        let mut reader = std::fs::File::options().read(true).write(true).open(spool.path(id))?;
        let hold = spool.hold(id).ok_or("nobody holds it")?;
        let mut writing = Writing::new(spool.append(id).await?, hold);
        let bytes = vec![7; 300_000];
        let sender = async { writing.file().write_all(&bytes).await };
        // Most of it is on its way to the disk, and its sender goes away.
        assert!(tokio::time::timeout(Duration::from_millis(100), sender).await.is_ok_and(|taken| taken.is_ok()));
        drop(writing);
        tokio::task::yield_now().await;
        assert!(spool.is_busy(id) && spool.hold(id).is_none());
        tokio::task::spawn_blocking(move || reader.read_exact(&mut vec![0; 300_000])).await??;
        while spool.is_busy(id) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
