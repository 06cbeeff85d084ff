//! A disk in memory for tests: it knows what was synced, loses or tears the rest when the power is cut, and fails when told to.

mod accident;

use super::{Disk, DiskFile};
use accident::{Change, Dice, Inode, NameChange};
use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Default)]
pub struct SimDisk(Arc<Mutex<World>>);

/// What a disk did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes.
    pub writes: u64,
    /// fdatasync and fsync of files.
    pub syncs: u64,
}

#[derive(Default)]
struct World {
    files: BTreeMap<u64, Inode>,
    names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    waiting_names: Vec<NameChange>,
    next: u64,
    counts: Counts,
    /// Handles of an earlier boot are dead.
    boot: u64,
    /// Changes left until the power goes.
    changes_left: Option<u64>,
    dead: bool,
    /// Bytes that still fit.
    free: Option<u64>,
    fail_sync: bool,
    fail_truncate: bool,
    fail_write: Option<usize>,
}

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it did so far.
    pub fn counts(&self) -> Counts {
        self.world().counts
    }

    /// The power goes after this many more changes (writes, cuts, syncs, names).
    pub fn cut_after(&self, changes: u64) {
        self.world().changes_left = Some(changes);
    }

    /// Whether the power is gone.
    pub fn is_dark(&self) -> bool {
        self.world().dead
    }

    /// The next write takes only so many bytes; with none it is an error "no space".
    pub fn fail_next_write(&self, taken: usize) {
        self.world().fail_write = Some(taken);
    }

    /// The next sync of a file fails, and as on Linux what it should have written still shows but is not on the disk.
    pub fn fail_next_sync(&self) {
        self.world().fail_sync = true;
    }

    /// The next cut of a file fails.
    pub fn fail_next_truncate(&self) {
        self.world().fail_truncate = true;
    }

    /// How many more bytes fit.
    pub fn set_free(&self, bytes: Option<u64>) {
        self.world().free = bytes;
    }

    /// What a file holds, as it is seen now.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let world = self.world();
        world.names.get(path).and_then(|id| world.files.get(id)).map(|file| file.seen.clone())
    }

    /// Puts a file down, synced.
    pub fn put(&self, path: &Path, bytes: &[u8]) {
        let mut world = self.world();
        let id = world.next;
        world.next += 1;
        world.files.insert(id, Inode { seen: bytes.to_vec(), durable: bytes.to_vec(), waiting: Vec::new() });
        world.names.insert(path.to_owned(), id);
        world.durable_names.insert(path.to_owned(), id);
    }

    /// Cuts the power and turns it on again: of what was not synced any part may be lost or torn, as the seed decides.
    pub fn power_cut(&self, seed: u64) {
        let mut dice = Dice(seed);
        let mut world = self.world();
        let kept = dice.below(world.waiting_names.len() + 1);
        let changes: Vec<NameChange> = world.waiting_names.drain(..).collect();
        for change in changes.into_iter().take(kept) {
            change.apply(&mut world.durable_names);
        }
        for file in world.files.values_mut() {
            file.lose(&mut dice);
        }
        world.names = world.durable_names.clone();
        world.boot += 1;
        world.dead = false;
        world.changes_left = None;
        world.fail_sync = false;
        world.fail_truncate = false;
        world.fail_write = None;
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, inode: u64, boot: u64) -> Box<dyn DiskFile> {
        Box::new(SimFile { disk: self.clone(), inode, boot })
    }
}

impl World {
    /// Counts one change; an error once the power is gone.
    fn change(&mut self) -> io::Result<()> {
        match &mut self.changes_left {
            Some(0) => self.dead = true,
            Some(left) => *left -= 1,
            None => {}
        }
        if self.dead { Err(power_is_out()) } else { Ok(()) }
    }

    fn change_name(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.waiting_names.push(change);
    }
}

impl Disk for SimDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut world = self.world();
        world.change()?;
        if world.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = world.next;
        world.next += 1;
        world.files.insert(id, Inode::default());
        world.change_name(NameChange::Link(path.to_owned(), id));
        Ok(self.handle(id, world.boot))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let world = self.world();
        if world.dead {
            return Err(power_is_out());
        }
        let id = *world.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(self.handle(id, world.boot))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let world = self.world();
        let inside = world.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect())
    }

    fn make_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        if !world.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change_name(NameChange::Unlink(path.to_owned()));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        if !world.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change_name(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        let (synced, waiting): (Vec<_>, Vec<_>) = world.waiting_names.drain(..).partition(|change| change.dir() == Some(dir));
        world.waiting_names = waiting;
        for change in synced {
            change.apply(&mut world.durable_names);
        }
        Ok(())
    }
}

struct SimFile {
    disk: SimDisk,
    inode: u64,
    boot: u64,
}

impl SimFile {
    fn with<T>(&self, changes: bool, act: impl FnOnce(&mut World, u64) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.disk.world();
        if changes {
            world.change()?;
        }
        if world.dead || world.boot != self.boot {
            return Err(power_is_out());
        }
        act(&mut world, self.inode)
    }

    fn sync(&self) -> io::Result<()> {
        self.with(true, |world, id| {
            world.counts.syncs += 1;
            let failing = std::mem::take(&mut world.fail_sync);
            let file = inode(world, id)?;
            if failing {
                file.waiting.clear();
                return Err(io::Error::other("the drive failed"));
            }
            file.sync();
            Ok(())
        })
    }
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.with(false, |world, id| Ok(inode(world, id)?.seen.len() as u64))
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(false, |world, id| {
            let seen = &inode(world, id)?.seen;
            let rest = usize::try_from(offset).ok().and_then(|from| seen.get(from..)).unwrap_or_default();
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut world = self.disk.world();
        if world.boot != self.boot {
            return Err(power_is_out());
        }
        let was_dead = world.dead;
        let power = world.change();
        world.counts.writes += 1;
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        let mut taken = world.fail_write.take().unwrap_or(bytes.len()).min(bytes.len());
        let grows = (at + taken).saturating_sub(inode(&mut world, self.inode)?.seen.len()) as u64;
        if let Some(free) = world.free {
            taken -= usize::try_from(grows.saturating_sub(free)).unwrap_or(taken).min(taken);
            world.free = Some(free.saturating_sub(grows));
        }
        if !was_dead {
            // The write during which the power goes may reach the disk in part.
            inode(&mut world, self.inode)?.change(Change::Write(at, bytes[..taken].to_vec()));
        }
        power?;
        if taken == 0 && !bytes.is_empty() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.with(true, |world, id| {
            if std::mem::take(&mut world.fail_truncate) {
                return Err(io::Error::other("the drive failed"));
            }
            let len = usize::try_from(len).map_err(io::Error::other)?;
            let before = inode(world, id)?.seen.len();
            inode(world, id)?.change(Change::Truncate(len));
            world.free = world.free.map(|free| free + before.saturating_sub(len) as u64);
            Ok(())
        })
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimDisk").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

fn inode(world: &mut World, id: u64) -> io::Result<&mut Inode> {
    world.files.get_mut(&id).ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn power_is_out() -> io::Error {
    io::Error::other("the power is out")
}
