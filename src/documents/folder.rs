//! A store that is a folder of this machine, a mounted share included.

use crate::documents::beneath::{FOLDER, PLACE, READ, Root};
use crate::documents::buffers::{Buffer, Buffers};
use crate::documents::file::{OpenFile, read_at};
use crate::documents::media::MediaType;
use crate::documents::order::sorted;
use crate::documents::read::{Content, OpenDocument};
use crate::documents::types::KnownTypes;
use crate::documents::{Entry, Incoming, Kind, Listing, Problem, Stat, Store, StoreError};
use crate::domain::bounds::{LISTED_ENTRIES, PROBE_BYTES, SCANNED_ENTRIES, STORE_CALLS, STORE_QUEUE, STORE_WAIT};
use crate::domain::document::DocumentPath;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use arc_swap::ArcSwapOption;
use futures_util::future::BoxFuture;
use rustix::fs::{AtFlags, Dir, FileType, fstat, statat};
use rustix::io::{Errno, ReadWriteFlags};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

/// Documents in a folder. It is opened at the first call, and anew whenever its path stands for another folder than before.
#[derive(Debug, Clone)]
pub struct Folder {
    inner: Arc<Inner>,
    /// The folder inside it that paths begin at and no link leads out of; its own root, unless it was narrowed.
    fence: DocumentPath,
    /// Whether new files have a passing name from the start, as on file systems without nameless ones.
    #[cfg(test)]
    named_only: bool,
}

#[derive(Debug)]
pub(super) struct Inner {
    path: PathBuf,
    root: ArcSwapOption<Root>,
    calls: Calls,
    buffers: Arc<Buffers>,
    types: KnownTypes,
}

/// How many threads may wait for a file system, and how long somebody waits for them.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    permits: Arc<Semaphore>,
    wait: Duration,
}

impl Calls {
    fn new(most: usize, wait: Duration) -> Self {
        Self { permits: Arc::new(Semaphore::new(most)), wait }
    }
}

impl Folder {
    pub(super) fn new(path: PathBuf, buffers: Arc<Buffers>) -> Self {
        Self {
            inner: Arc::new(Inner::new(path, buffers, Calls::new(STORE_CALLS, STORE_WAIT))),
            fence: DocumentPath::root(),
            #[cfg(test)]
            named_only: false,
        }
    }

    /// A store on a file system that has no files without a name.
    #[cfg(test)]
    pub(super) fn without_nameless(self) -> Self {
        Self { named_only: true, ..self }
    }

    /// The folder that paths begin at.
    pub(super) const fn fence(&self) -> &DocumentPath {
        &self.fence
    }

    /// What is known of its files.
    #[cfg(test)]
    pub(super) fn types(&self) -> &KnownTypes {
        &self.inner.types
    }

    /// Whether new files have a passing name from the start.
    pub(super) const fn makes_named_only(&self) -> bool {
        #[cfg(test)]
        return self.named_only;
        #[cfg(not(test))]
        false
    }

    /// The same folder, not opened yet, with other bounds.
    pub(super) fn bounded(self, calls: usize, wait: Duration) -> Self {
        let (path, buffers) = (self.inner.path.clone(), Arc::clone(&self.inner.buffers));
        Self { inner: Arc::new(Inner::new(path, buffers, Calls::new(calls, wait))), ..self }
    }

    /// A store whose paths are walked in the given way.
    #[cfg(test)]
    pub(super) fn walked_by(path: PathBuf, buffers: Arc<Buffers>, walk: super::beneath::Walk) -> Result<Self, Errno> {
        let root = Root::open(&path)?.walked_by(walk);
        let folder = Self::new(path, buffers);
        folder.inner.root.store(Some(Arc::new(root)));
        Ok(folder)
    }

    /// The root, when looking beneath it may be tried on this thread.
    fn root_at_hand(&self) -> Option<Arc<Root>> {
        self.inner.root.load_full().filter(|root| root.is_local() && root.is_still(&self.inner.path))
    }

    /// Does the work on a thread that may wait for the file system.
    pub(super) async fn in_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner, &Root) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.inner.clone();
        wait_in_pool(self.inner.calls.clone(), move || {
            let root = inner.root().map_err(|_| StoreError::Unreachable)?;
            work(&inner, &root)
        })
        .await?
    }
}

impl Store for Folder {
    fn stat<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(async move {
            if let Some(answer) = self.root_at_hand().and_then(|root| root.open_cached(&self.fence, path, PLACE)) {
                return describe(&fstat(answer?)?);
            }
            let (fence, path) = (self.fence.clone(), path.clone());
            self.in_pool(move |_, root| describe(&fstat(root.open_beneath(&fence, &path, PLACE)?)?)).await
        })
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        let (fence, path) = (self.fence.clone(), path.clone());
        Box::pin(self.in_pool(move |_, root| list(root, &fence, &path)))
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(async move {
            if let Some(root) = self.root_at_hand()
                && let Some(answer) = root.open_cached(&self.fence, path, READ)
            {
                match self.inner.document(answer?, path, ReadWriteFlags::NOWAIT) {
                    Err(StoreError::Io(Errno::AGAIN | Errno::OPNOTSUPP)) => {}
                    answer => return answer,
                }
            }
            let (fence, path) = (self.fence.clone(), path.clone());
            self.in_pool(move |inner, root| inner.document(root.open_beneath(&fence, &path, READ)?, &path, ReadWriteFlags::empty()))
                .await
        })
    }

    fn create<'a>(&'a self, path: &'a DocumentPath, size: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(self.put(path, size, bytes))
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        Box::new(Self { fence: folder.clone(), ..self.clone() })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        let inner = self.inner.clone();
        Box::pin(async move {
            let answer = wait_in_pool(self.inner.calls.clone(), move || inner.root().map(drop)).await;
            answer.unwrap_or_else(|_| Err(Problem::NoAnswer(self.inner.path.clone())))
        })
    }
}

impl Inner {
    fn new(path: PathBuf, buffers: Arc<Buffers>, calls: Calls) -> Self {
        Self { path, root: ArcSwapOption::empty(), calls, buffers, types: KnownTypes::default() }
    }

    fn root(&self) -> Result<Arc<Root>, Problem> {
        if let Some(root) = self.root.load_full().filter(|root| root.is_still(&self.path)) {
            return Ok(root);
        }
        let opened = Root::open(&self.path).map(Arc::new);
        self.root.store(opened.as_ref().ok().cloned());
        let path = || self.path.clone();
        opened.map_err(|errno| match errno {
            Errno::ACCESS | Errno::PERM => Problem::Denied(path()),
            Errno::NOENT => Problem::Missing(path()),
            Errno::NOTDIR => Problem::NotAFolder(path()),
            Errno::HOSTDOWN | Errno::NOTCONN | Errno::STALE | Errno::TIMEDOUT => Problem::NoAnswer(path()),
            errno => Problem::Other(path(), errno),
        })
    }

    /// Looks at what was opened. With `NOWAIT`, `Io(AGAIN)` and `Io(OPNOTSUPP)` mean that its first bytes are not at hand.
    fn document(&self, file: OwnedFd, path: &DocumentPath, flags: ReadWriteFlags) -> Result<OpenDocument, StoreError> {
        let found = fstat(&file)?;
        let stat = describe(&found)?;
        if stat.kind != Kind::Document {
            return Err(StoreError::NotADocument);
        }
        let (size, name) = (stat.version.size, path.names().last().unwrap_or_default());
        let known = self.types.of(&found, name);
        // Nothing is read of a large document whose type is known, unless reading shows whether a file server still answers.
        let is_enough = known.is_some() && size > PROBE_BYTES as u64 && flags.contains(ReadWriteFlags::NOWAIT);
        let first = if is_enough { First::Some(Vec::new()) } else { self.first_bytes(&file, size, flags)? };
        let media_type = known.unwrap_or_else(|| {
            let told = MediaType::detect(name, first.bytes());
            self.types.told(&found, name, told, Instant::now());
            told
        });
        let mut open = OpenFile::new(file, stat.version.clone(), self.calls.clone(), self.buffers.clone());
        if let First::All(whole) = first {
            open.read_whole(whole);
        }
        Ok(OpenDocument { version: stat.version, size, media_type, changed: stat.changed, content: Content::File(open) })
    }

    /// Reads what tells the type. Of a small document that is all: it goes out of the same memory, where there is any left.
    fn first_bytes(&self, file: &OwnedFd, size: u64, flags: ReadWriteFlags) -> Result<First, StoreError> {
        let wanted = usize::try_from(size).map_or(PROBE_BYTES, |size| size.min(PROBE_BYTES));
        let buffer = if size == wanted as u64 { self.buffers.try_take(wanted) } else { None };
        let mut first = buffer.map_or_else(|| First::Some(vec![0; wanted]), First::All);
        let space = match &mut first {
            First::All(buffer) => buffer.space(),
            First::Some(bytes) => bytes,
        };
        let got = if wanted == 0 { 0 } else { read_at(file, space, 0, flags)? };
        if got < wanted {
            if flags.contains(ReadWriteFlags::NOWAIT) {
                return Err(StoreError::Io(Errno::AGAIN));
            }
            return Ok(First::Some(space[..got].to_vec()));
        }
        if let First::All(buffer) = &mut first {
            buffer.set_filled(got);
        }
        Ok(first)
    }
}

/// The first bytes of a document.
enum First {
    /// And there are no others.
    All(Buffer),
    Some(Vec<u8>),
}

impl First {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::All(buffer) => buffer.as_ref(),
            Self::Some(bytes) => bytes,
        }
    }
}

/// What a file system says of a regular file or a folder.
pub(super) fn describe(stat: &rustix::fs::Stat) -> Result<Stat, StoreError> {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::Document,
        FileType::Directory => Kind::Folder,
        // A link is opened itself only where no links are followed.
        FileType::Symlink => return Err(Errno::LOOP.into()),
        _ => return Err(StoreError::NotADocument),
    };
    let nanos = i64::try_from(stat.st_mtime_nsec).unwrap_or_default();
    let mtime_ns = stat.st_mtime.saturating_mul(1_000_000_000).saturating_add(nanos);
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    let version = FileVersion { device: stat.st_dev, inode: stat.st_ino, ..FileVersion::plain(size, mtime_ns) };
    Ok(Stat { kind, version, changed: Timestamp::from_millis(mtime_ns.div_euclid(1_000_000)) })
}

fn list(root: &Root, fence: &DocumentPath, path: &DocumentPath) -> Result<Listing, StoreError> {
    let not_a_folder = |errno: Errno| if errno == Errno::NOTDIR { StoreError::NotAFolder } else { errno.into() };
    let folder = root.open_beneath(fence, path, FOLDER).map_err(not_a_folder)?;
    let mut listing = Listing::default();
    let mut scanned = 0;
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        scanned += 1;
        if listing.entries.len() == LISTED_ENTRIES || scanned > SCANNED_ENTRIES {
            listing.truncated = true;
            break;
        }
        let found = DocumentPath::from_bytes(name.to_bytes())
            .ok()
            .map(|name| (look_up(root, fence, path, &folder, &name), name));
        match found {
            Some((Ok(stat), name)) => listing.entries.push(Entry { name, stat }),
            // Deleted since the folder was read: a link whose target is gone is not.
            Some((Err(StoreError::Missing), _)) if statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).is_err() => {}
            _ => listing.hidden += 1,
        }
    }
    sort(&mut listing.entries);
    Ok(listing)
}

fn look_up(root: &Root, fence: &DocumentPath, path: &DocumentPath, folder: &OwnedFd, name: &DocumentPath) -> Result<Stat, StoreError> {
    let stat = statat(folder, name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
        return describe(&stat);
    }
    let target = path.append(name).map_err(|_| StoreError::Missing)?;
    describe(&fstat(root.open_beneath(fence, &target, PLACE)?)?)
}

/// Folders first, then documents, each in natural order without regard to case.
pub(super) fn sort(entries: &mut Vec<Entry>) {
    *entries = sorted(std::mem::take(entries), |entry| entry);
}

/// Runs what may wait for a file system on a thread of the blocking pool. The store's permit goes with the work and comes back with the thread, so that a
/// file server that hangs holds up no more threads than its own; the caller goes on after the store's time.
pub(super) async fn wait_in_pool<T: Send + 'static>(calls: Calls, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let end = Instant::now() + calls.wait;
    let queue = timeout(STORE_QUEUE.min(calls.wait), calls.permits.acquire_owned());
    let permit = queue.await.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Busy)?;
    let thread = tokio::task::spawn_blocking(move || {
        let _held = permit;
        work()
    });
    match timeout_at(end, thread).await {
        Ok(Err(failed)) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        Ok(answer) => answer.map_err(|_| StoreError::Unreachable),
        Err(_) => Err(StoreError::Unreachable),
    }
}
