//! Opens files beneath a folder's handle, in such a way that no link, however it is swapped meanwhile, leads out of it.

use crate::domain::bounds::OPEN_TRIES;
use crate::domain::document::DocumentPath;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, fstat, fstatfs, openat, openat2, stat};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// For looking up only: works without permission to read and has no effect on what is opened.
pub(crate) const PLACE: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
/// For reading. Non-blocking, so that a FIFO without a writer does not hold the thread.
pub(crate) const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC).union(OFlags::NOCTTY);
/// For listing.
pub(crate) const FOLDER: OFlags = READ.union(OFlags::DIRECTORY);

/// File systems of local disks, whose opens and look-ups answer from memory: ext2 to ext4, XFS, Btrfs (`statfs.f_type`).
const LOCAL: [u64; 3] = [0xEF53, 0x5846_5342, 0x9123_683E];

const BENEATH: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// Who walks the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// `openat2`: links inside the folder are followed, those that lead out are refused by the kernel.
    Kernel,
    /// One `openat` a name, where `openat2` is missing or forbidden (old kernels, strict containers): no link is followed at all.
    Steps,
}

/// The handle of a store's folder.
#[derive(Debug)]
pub(crate) struct Root {
    handle: OwnedFd,
    id: (u64, u64),
    local: bool,
    walk: Walk,
}

impl Root {
    /// Opens the folder. The path itself is the operator's and may lead over links.
    pub(crate) fn open(path: &Path) -> Result<Self, Errno> {
        let handle = openat(CWD, path, FOLDER, Mode::empty())?;
        let walk = match openat2(&handle, c".", PLACE, Mode::empty(), BENEATH) {
            Ok(_) => Walk::Kernel,
            Err(Errno::NOSYS | Errno::PERM) => Walk::Steps,
            Err(errno) => return Err(errno),
        };
        let id = identity(handle.as_fd())?;
        let kind = u64::try_from(fstatfs(&handle)?.f_type).unwrap_or_default();
        Ok(Self { handle, id, local: LOCAL.contains(&kind), walk })
    }

    /// The same folder, its paths walked in the given way.
    #[cfg(test)]
    pub(crate) fn walked_by(self, walk: Walk) -> Self {
        Self { walk, ..self }
    }

    /// Whether `path` still names this folder. It does not after the folder was moved away, deleted, or mounted over.
    pub(crate) fn is_still(&self, path: &Path) -> bool {
        stat(path).is_ok_and(|now| (now.st_dev, now.st_ino) == self.id)
    }

    /// Whether opening beneath it may be tried on the thread that serves connections.
    pub(crate) const fn is_local(&self) -> bool {
        self.local && matches!(self.walk, Walk::Kernel)
    }

    /// Opens `path` beneath the folder `fence` from what is already in the kernel's name cache, on the same file system. `None`: cannot be told without perhaps waiting for a disk.
    pub(crate) fn open_cached(&self, fence: &DocumentPath, path: &DocumentPath, flags: OFlags) -> Option<Result<OwnedFd, Errno>> {
        let resolve = BENEATH | ResolveFlags::CACHED | ResolveFlags::NO_XDEV;
        let open = |at: BorrowedFd<'_>, path: &[u8], flags| openat2(at, path, flags, Mode::empty(), resolve);
        // Nothing leads out of the fence where there is no link on the way, so that one call does.
        let whole = if fence.is_root() || path.is_root() { None } else { fence.append(path).ok() };
        let linkless =
            whole.map(|whole| openat2(&self.handle, bytes_of(&whole), flags, Mode::empty(), resolve | ResolveFlags::NO_SYMLINKS));
        let answer = match linkless {
            None | Some(Err(Errno::LOOP)) => self.fenced(fence, path, flags, open),
            Some(answer) => answer,
        };
        match answer {
            // XDEV: another file system is mounted there, or a link leads out. INVAL: a kernel before 5.12.
            Err(Errno::AGAIN | Errno::XDEV | Errno::INVAL) => None,
            answer => Some(answer),
        }
    }

    /// Opens `path` beneath the folder `fence`, which no link may lead out of either; may wait for a disk or a file server.
    pub(crate) fn open_beneath(&self, fence: &DocumentPath, path: &DocumentPath, flags: OFlags) -> Result<OwnedFd, Errno> {
        if self.walk == Walk::Steps {
            return self.open_by_steps(&fence.append(path).map_err(|_| Errno::NAMETOOLONG)?, flags);
        }
        self.fenced(fence, path, flags, open_with_patience)
    }

    /// First the fence from the store's folder, then the path from the fence: a link is held by whichever it would lead out of.
    fn fenced(
        &self,
        fence: &DocumentPath,
        path: &DocumentPath,
        flags: OFlags,
        open: impl Fn(BorrowedFd<'_>, &[u8], OFlags) -> Result<OwnedFd, Errno>,
    ) -> Result<OwnedFd, Errno> {
        if fence.is_root() {
            return open(self.handle.as_fd(), bytes_of(path), flags);
        }
        let folder = open(self.handle.as_fd(), bytes_of(fence), PLACE | OFlags::DIRECTORY)?;
        open(folder.as_fd(), bytes_of(path), flags)
    }

    fn open_by_steps(&self, path: &DocumentPath, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mut folder: Option<OwnedFd> = None;
        let mut names = path.names().peekable();
        if names.peek().is_none() {
            return openat(&self.handle, c".", flags, Mode::empty());
        }
        while let Some(name) = names.next() {
            let at = folder.as_ref().map_or_else(|| self.handle.as_fd(), AsFd::as_fd);
            let last = names.peek().is_none();
            let flags = if last { flags } else { PLACE | OFlags::DIRECTORY };
            let opened = openat(at, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
            if last {
                return Ok(opened);
            }
            folder = Some(opened);
        }
        Err(Errno::NOENT)
    }
}

fn open_with_patience(at: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut answer = Err(Errno::AGAIN);
    for _ in 0..OPEN_TRIES {
        answer = openat2(at, path, flags, Mode::empty(), BENEATH);
        // AGAIN: something was renamed while the kernel walked over `..` of a link, so that it could not be sure.
        if !matches!(answer, Err(Errno::AGAIN | Errno::INTR)) {
            break;
        }
    }
    answer
}

fn identity(handle: BorrowedFd<'_>) -> Result<(u64, u64), Errno> {
    fstat(handle).map(|stat| (stat.st_dev, stat.st_ino))
}

fn bytes_of(path: &DocumentPath) -> &[u8] {
    if path.is_root() { b"." } else { path.as_bytes() }
}
