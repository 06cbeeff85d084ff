//! Letters as files: `DIRECTORY/{mail id}.eml`, whole or not there at all, even after a power cut.

use crate::mail::dkim::Dkim;
use crate::mail::{Accepted, Letter, Undelivered};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

/// A directory that gets one file for each letter. Letters carry links and codes: only the server's own user may look inside.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// One writer at a time, so that two attempts at one letter never share a temporary file.
    writing: Arc<Mutex<()>>,
    dkim: Option<Arc<Dkim>>,
}

impl Directory {
    /// The directory at `path`; made at the first letter when it is not there.
    pub fn new(path: PathBuf) -> Self {
        Self { path, writing: Arc::default(), dkim: None }
    }

    /// The same, with letters signed.
    pub fn signing(self, dkim: Option<Arc<Dkim>>) -> Self {
        Self { dkim, ..self }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn deliver(&self, letter: &Letter) -> Result<Accepted, Undelivered> {
        let (name, bytes) = (letter.id.to_string(), letter.wire(self.dkim.as_deref()));
        let stored = self.in_pool(move |directory| write(&directory, &name, &bytes)).await;
        stored.map(|()| Accepted { reply: "written as a file".to_owned() }).map_err(Undelivered::temporary)
    }

    /// Tries to write into the directory. One that is not there yet is not made: whoever asks may be another user than the server's.
    pub(super) async fn probe(&self) -> Result<(), String> {
        self.in_pool(|directory| {
            if !directory.try_exists()? {
                let above = directory.ancestors().find(|folder| folder.is_dir()).unwrap_or_else(|| Path::new("."));
                return Ok(rustix::fs::access(above, rustix::fs::Access::WRITE_OK)?);
            }
            let trial = directory.join(".probe.tmp");
            create(&trial)?;
            fs::remove_file(&trial)
        })
        .await
    }

    /// Runs file work where it may block; the lock goes along, so that it holds even when nobody waits for the end any more.
    async fn in_pool<F>(&self, work: F) -> Result<(), String>
    where
        F: FnOnce(PathBuf) -> io::Result<()> + Send + 'static,
    {
        let lock = Arc::clone(&self.writing).lock_owned().await;
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = work(path);
            drop(lock);
            result
        });
        match done.await {
            Ok(result) => result.map_err(|problem| format!("the mail directory cannot be written: {problem}")),
            Err(_) => Err("the mail directory cannot be written: the server is stopping".to_owned()),
        }
    }
}

fn make(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make(directory)?;
    let temporary = directory.join(format!(".{name}.tmp"));
    let written = create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let stored = written.and_then(|()| fs::rename(&temporary, directory.join(format!("{name}.eml"))));
    if let Err(problem) = stored {
        // The first problem is the one to tell; a leftover is overwritten by the next attempt.
        let _ = fs::remove_file(&temporary);
        return Err(problem);
    }
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Mailer;
    use crate::mail::letter::tests::letter;
    use std::os::unix::fs::PermissionsExt;

    fn names(directory: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(directory)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    #[tokio::test]
    async fn asking_whether_letters_can_be_written_leaves_nothing_behind() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let mailer = Mailer::Directory(Directory::new(scratch.path().join("data/outbox")));
        assert_eq!(mailer.probe().await, Ok(()));
        assert_eq!(names(scratch.path())?, Vec::<String>::new());
        fs::create_dir_all(scratch.path().join("data/outbox"))?;
        assert_eq!(mailer.probe().await, Ok(()));
        assert_eq!(names(&scratch.path().join("data/outbox"))?, Vec::<String>::new());
        Ok(())
    }

    #[tokio::test]
    async fn a_letter_becomes_one_file_however_often_it_is_delivered() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let outbox = scratch.path().join("data/outbox");
        let mailer = Mailer::Directory(Directory::new(outbox.clone()));
        assert_eq!(mailer.probe().await, Ok(()));
        for _ in 0..3 {
            assert!(mailer.deliver(&letter()).await.is_ok());
        }
        assert_eq!(names(&outbox)?, vec![format!("{}.eml", letter().id)]);
        let file = outbox.join(format!("{}.eml", letter().id));
        assert_eq!(fs::read(&file)?, letter().format());
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&outbox)?.permissions().mode() & 0o777, 0o700);
        Ok(())
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_written_is_worth_another_attempt() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        fs::write(scratch.path().join("outbox"), "a file stands in the way")?;
        let mailer = Mailer::Directory(Directory::new(scratch.path().join("outbox")));
        assert!(mailer.probe().await.is_err());
        let refused = mailer.deliver(&letter()).await;
        assert_eq!(refused.as_ref().map_err(|e| e.permanent).err(), Some(false));
        assert!(refused.is_err_and(|e| e.reason.starts_with("the mail directory cannot be written: ")));
        Ok(())
    }

    #[tokio::test]
    async fn many_attempts_at_once_leave_whole_files_and_nothing_else() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let directory = Arc::new(Directory::new(scratch.path().join("outbox")));
        let attempts: Vec<_> = (0..16)
            .map(|_| {
                let directory = Arc::clone(&directory);
                tokio::spawn(async move { directory.deliver(&letter()).await })
            })
            .collect();
        for attempt in attempts {
            assert!(attempt.await.is_ok_and(|result| result.is_ok()));
        }
        assert_eq!(names(directory.path())?.len(), 1);
        Ok(())
    }
}
