//! The few operations the ledger needs from a disk, so that tests can cut the power between any two of them.

pub mod sim;

use rustix::fs::{FlockOperation, flock};
use std::{
    fmt, fs, io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// A disk: named files in folders.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Makes a new, empty file; an error when the name is taken.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens a file that is there, for reading and writing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// The names in a folder, sorted; none when the folder is not there.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Makes a folder with those above it; nothing when it is there.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// Takes a file's name away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name in the same folder, in place of what had that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Waits until the names in a folder are on the disk.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Its length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Whether it holds nothing.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Reads at an offset; fewer bytes than asked for when the file ends, or when the system gives fewer.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes at an offset in one call; returns how many bytes were taken, which may be fewer.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// Waits until the content is on the disk (fdatasync).
    fn sync_data(&self) -> io::Result<()>;
    /// Waits until content and attributes are on the disk (fsync).
    fn sync_all(&self) -> io::Result<()>;
    /// Cuts the file to a length.
    fn truncate(&self, len: u64) -> io::Result<()>;
}

/// The operating system's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = fs::OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = match fs::OpenOptions::new().read(true).write(true).open(path) {
            // An auditor may read a directory that he must not change.
            Err(e) if matches!(e.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => fs::File::open(path)?,
            other => other?,
        };
        Ok(Box::new(RealFile(file)))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in entries {
            // Every name the ledger gives is ASCII; whatever else lies in the folder is not its own.
            names.extend(entry?.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        fs::File::open(dir)?.sync_all()
    }
}

struct RealFile(fs::File);

impl DiskFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(into, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
}

/// Writes all the bytes at an offset; a disk that takes fewer is full.
pub(crate) fn write_all_at(file: &dyn DiskFile, bytes: &[u8], offset: u64) -> io::Result<()> {
    loop {
        match file.write_at(bytes, offset) {
            Ok(taken) if taken == bytes.len() => return Ok(()),
            Ok(_) => return Err(io::Error::new(io::ErrorKind::StorageFull, "the disk took only a part")),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Fills `into` from an offset on; returns how many bytes there were before the file ended.
pub(crate) fn read_full_at(file: &dyn DiskFile, into: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match file.read_at(&mut into[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// The data directory is held by this process until the value is dropped.
#[derive(Debug)]
pub struct DataLock(#[allow(dead_code, reason = "the lock lives as long as the file is open")] fs::File);

/// The data directory cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The lock file cannot be made or opened.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds it.
    #[error("{} is in use by another doorward process; only one may write a ledger", .0.display())]
    Taken(PathBuf),
}

impl DataLock {
    /// Holds a data directory, which is made when it is not there.
    pub fn take(data: &Path) -> Result<Self, LockError> {
        let path = data.join("lock");
        let failed = |source| LockError::Io { path: path.clone(), source };
        RealDisk.make_dir(data).map_err(failed)?;
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(LockError::Taken(data.to_owned())),
            Err(e) => Err(failed(e.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_told_that_the_directory_is_in_use() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let data = dir.path().join("data");
        let first = DataLock::take(&data)?;
        let refused = DataLock::take(&data).expect_err("taken");
        assert!(matches!(&refused, LockError::Taken(path) if *path == data));
        assert!(refused.to_string().contains("in use by another"));
        drop(first);
        DataLock::take(&data)?;
        Ok(())
    }

    #[test]
    fn files_are_made_once_renamed_and_listed_in_order() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let disk = RealDisk;
        let path = dir.path().join("b");
        write_all_at(&*disk.create(&path)?, b"hello", 0)?;
        assert!(disk.create(&path).is_err());
        disk.create(&dir.path().join("a"))?.sync_all()?;
        disk.rename(&path, &dir.path().join("c"))?;
        disk.sync_dir(dir.path())?;
        assert_eq!(disk.list(dir.path())?, ["a", "c"]);
        assert_eq!(disk.list(&dir.path().join("none"))?, Vec::<String>::new());
        let mut found = [0; 9];
        assert_eq!(read_full_at(&*disk.open(&dir.path().join("c"))?, &mut found, 1)?, 4);
        assert_eq!(&found[..4], b"ello");
        Ok(())
    }
}
