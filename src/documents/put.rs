//! Puts a new file into a folder of this machine: under no name or a passing one until all of it is there and on the disk, and never over another file.

use crate::crypto::random;
use crate::documents::beneath::{FOLDER, PLACE, Root};
use crate::documents::folder::{Folder, describe};
use crate::documents::{Incoming, StoreError};
use crate::domain::bounds::PUT_STEP_BYTES;
use crate::domain::document::DocumentPath;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::StreamExt;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, fchmod, fstat, fsync, linkat, mkdirat, openat, renameat_with, statat, unlinkat};
use rustix::io::{Errno, retry_on_intr, write};
use std::os::fd::{AsRawFd, OwnedFd};

/// What something new may be used for until its folder has said it.
const CLOSED: Mode = Mode::RWXU;

/// A file that is not in its place yet.
#[derive(Debug)]
struct Unfinished {
    folder: OwnedFd,
    file: OwnedFd,
    /// Its passing name, where the file system has no files without one.
    passing: Option<String>,
}

impl Unfinished {
    /// Makes an empty file in the folder. Without a name where the file system can do so: then a crash leaves nothing behind.
    fn make(folder: OwnedFd) -> Result<Self, Errno> {
        let nameless = openat(&folder, c".", OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, CLOSED);
        if let Ok(file) = nameless
            && statat(CWD, open_path(&file), AtFlags::empty()).is_ok()
        {
            return Ok(Self { folder, file, passing: None });
        }
        Self::make_named(folder)
    }

    fn make_named(folder: OwnedFd) -> Result<Self, Errno> {
        let name = format!(".doorward-{:032x}.part", u128::from_be_bytes(random::bytes()));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folder, name.as_str(), flags, CLOSED)?;
        Ok(Self { folder, file, passing: Some(name) })
    }

    fn write(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            let written = retry_on_intr(|| write(&self.file, bytes))?;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// Gives it its name, unless something has that name already; both are on the disk when this returns.
    fn place(&mut self, name: &[u8]) -> Result<FileVersion, StoreError> {
        share_alike(&self.file, &self.folder, Mode::from_raw_mode(0o666))?;
        fsync(&self.file)?;
        match &self.passing {
            None => linkat(CWD, open_path(&self.file), &self.folder, name, AtFlags::SYMLINK_FOLLOW)?,
            Some(passing) => {
                match renameat_with(&self.folder, passing.as_str(), &self.folder, name, RenameFlags::NOREPLACE) {
                    // A file system that cannot rename like this, as NFS, can mostly link.
                    Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                        linkat(&self.folder, passing.as_str(), &self.folder, name, AtFlags::empty())?;
                    }
                    answer => {
                        answer?;
                        self.passing = None;
                    }
                }
            }
        }
        self.forget();
        // Some network file systems cannot sync a folder, and have the name on their server's disk already.
        match fsync(openat(&self.folder, c".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?) {
            Err(Errno::INVAL | Errno::OPNOTSUPP) | Ok(()) => {}
            Err(errno) => return Err(errno.into()),
        }
        Ok(describe(&fstat(&self.file)?)?.version)
    }

    /// Takes the passing name away.
    fn forget(&mut self) {
        if let Some(name) = self.passing.take() {
            let _gone_or_beyond_reach = unlinkat(&self.folder, name.as_str(), AtFlags::empty());
        }
    }
}

/// Lets whoever may use the folder use what is new in it likewise, as far as `most` goes, whatever the server's own umask: the store belongs to others.
fn share_alike(new: &OwnedFd, folder: &OwnedFd, most: Mode) -> Result<(), Errno> {
    let mode = Mode::from_raw_mode(fstat(folder)?.st_mode).intersection(most);
    match fchmod(new, mode) {
        // File systems that have no such thing, as mounted shares of Windows, decide by themselves.
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) | Ok(()) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// Where the kernel shows an open file, so that one without a name can be given one.
fn open_path(file: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Holds the file between two steps, and takes it away when there is no next one.
struct Held(Option<Unfinished>);

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut file) = self.0.take().filter(|file| file.passing.is_some()) else { return };
        match tokio::runtime::Handle::try_current() {
            // The file system may hang, and this thread serves connections.
            Ok(runtime) => drop(runtime.spawn_blocking(move || file.forget())),
            Err(_) => file.forget(),
        }
    }
}

impl Folder {
    /// Puts `size` bytes in their place.
    pub(super) async fn put(&self, path: &DocumentPath, size: u64, mut bytes: Incoming) -> Result<FileVersion, StoreError> {
        let name = path.names().last().ok_or(StoreError::Exists)?.to_vec();
        let folder = path.parent().ok_or(StoreError::Exists)?;
        let (fence, whole) = (self.fence().clone(), path.clone());
        let named_only = self.makes_named_only();
        let made = self.in_pool(move |_, root| {
            if root.open_beneath(&fence, &whole, PLACE).is_ok() {
                return Err(StoreError::Exists);
            }
            let folder = folder_made(root, &fence, &folder)?;
            Ok(if named_only { Unfinished::make_named(folder)? } else { Unfinished::make(folder)? })
        });
        let mut held = Held(Some(made.await?));
        let (mut left, mut gathered, mut waiting) = (size, Vec::new(), 0);
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|_| StoreError::Failed("the bytes to be put into it could not be read"))?;
            left = left
                .checked_sub(piece.len() as u64)
                .ok_or(StoreError::Failed("more bytes came than were announced"))?;
            waiting += piece.len();
            gathered.push(piece);
            if waiting >= PUT_STEP_BYTES {
                (held, waiting) = (self.write_down(held, std::mem::take(&mut gathered)).await?, 0);
            }
        }
        if left > 0 {
            return Err(StoreError::Failed("fewer bytes came than were announced"));
        }
        let mut held = self.write_down(held, gathered).await?;
        self.in_pool(move |_, _| held.0.as_mut().map_or(Err(StoreError::Unreachable), |file| file.place(&name)))
            .await
    }

    async fn write_down(&self, held: Held, pieces: Vec<Bytes>) -> Result<Held, StoreError> {
        self.in_pool(move |_, _| {
            if let Some(file) = &held.0 {
                pieces.iter().try_for_each(|piece| file.write(piece))?;
            }
            Ok(held)
        })
        .await
    }
}

/// Opens a folder; those on the way to it that are missing are made. Each step begins at the store's handle, so that no link leads out meanwhile.
fn folder_made(root: &Root, fence: &DocumentPath, folder: &DocumentPath) -> Result<OwnedFd, StoreError> {
    let open = |path: &DocumentPath| root.open_beneath(fence, path, PLACE | OFlags::DIRECTORY);
    match open(folder) {
        Err(Errno::NOENT) => {}
        Err(Errno::NOTDIR) => return Err(StoreError::NotAFolder),
        answer => return Ok(answer?),
    }
    let (mut path, mut above) = (DocumentPath::root(), open(&DocumentPath::root())?);
    for name in folder.names() {
        path = path.join(name).map_err(|_| StoreError::Missing)?;
        let opened = |flags| root.open_beneath(fence, &path, flags);
        match mkdirat(&above, name, CLOSED) {
            Ok(()) => share_alike(&opened(FOLDER)?, &above, Mode::from_raw_mode(0o777))?,
            // Also what another upload has just made.
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        above = opened(PLACE | OFlags::DIRECTORY)
            .map_err(|errno| if errno == Errno::NOTDIR { StoreError::NotAFolder } else { errno.into() })?;
    }
    Ok(above)
}
