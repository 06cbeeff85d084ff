//! Where a conversion has its document and its PDF: a folder for its user alone that goes when the conversion is over, however it ended.
//!
//! A converter that was killed leaves its folder; the next one to start removes it. Which are left over is told by a lock that ends with its process.

use crate::crypto::random;
use data_encoding::HEXLOWER;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

const PREFIX: &str = "doorward-office-";

/// The folder of one converter, held by its lock.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _lock: OwnedFd,
}

/// The folder of one conversion. Dropped, it is gone.
#[derive(Debug)]
pub struct JobFolder(PathBuf);

impl Scratch {
    /// Makes a folder below `parent`, and removes those that dead converters of this user left there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn make(parent: &Path) -> io::Result<Self> {
        remove_left_over(parent)?;
        let folder = new_folder(parent)?;
        let lock =
            lock(&folder)?.ok_or_else(|| io::Error::new(io::ErrorKind::ResourceBusy, "its new folder was taken by somebody else"))?;
        // Between the two, another converter that starts may have taken it for one that is left over.
        if !folder.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "its new folder was removed at once; start it again"));
        }
        Ok(Self { folder, _lock: lock })
    }

    /// A new folder for one conversion.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn job(&self) -> io::Result<JobFolder> {
        new_folder(&self.folder).map(JobFolder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

impl JobFolder {
    /// Where a file of it lies.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for JobFolder {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    if let Err(why) = fs::remove_dir_all(folder) {
        tracing::error!("a folder of a conversion is left over, the next start removes it: {why}");
    }
}

fn new_folder(parent: &Path) -> io::Result<PathBuf> {
    let folder = parent.join(format!("{PREFIX}{}", HEXLOWER.encode(&random::bytes::<8>())));
    DirBuilder::new().mode(0o700).create(&folder)?;
    Ok(folder)
}

/// Takes the lock of a folder, which no other process holds.
fn lock(folder: &Path) -> io::Result<Option<OwnedFd>> {
    let handle = open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(handle)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(why) => Err(why.into()),
    }
}

fn remove_left_over(parent: &Path) -> io::Result<()> {
    let own = |meta: &Metadata| meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // One that went meanwhile is no concern of ours.
        if is_ours && entry.metadata().is_ok_and(|meta| own(&meta)) && matches!(lock(&entry.path()), Ok(Some(_))) {
            tracing::info!("a folder that an earlier converter left over is removed");
            remove(&entry.path());
        }
    }
    Ok(())
}
