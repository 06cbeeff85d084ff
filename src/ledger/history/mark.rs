//! Whether the history's files can be trusted: they were stopped cleanly, or the machine has run since they were written.

use crate::ledger::disk::{Disk, RealDisk};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Names the boot of the machine under which the store was last open.
const BOOT: &str = "boot";
/// Is there when the store was stopped and synced.
const CLEAN: &str = "clean";
/// The kernel's name of this boot.
const KERNEL_BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The directory of sled's files.
pub(super) fn store(dir: &Path) -> PathBuf {
    dir.join("store")
}

/// Makes the directory ready for the store to be opened; what cannot be trusted is deleted. Returns whether anything was.
pub(super) fn begin(dir: &Path) -> io::Result<bool> {
    RealDisk.make_dir(dir)?;
    let boot = fs::read_to_string(KERNEL_BOOT_ID).ok();
    let trusted = dir.join(CLEAN).exists() || (boot.is_some() && fs::read_to_string(dir.join(BOOT)).ok() == boot);
    let there = store(dir).exists();
    if there && !trusted {
        delete(dir)?;
    }
    // Must be gone from the disk before the store changes: sled itself does not survive every power cut.
    remove(&dir.join(CLEAN))?;
    RealDisk.sync_dir(dir)?;
    match boot {
        Some(boot) => fs::write(dir.join(BOOT), boot)?,
        None => remove(&dir.join(BOOT))?,
    }
    Ok(there && !trusted)
}

/// Deletes the store.
pub(super) fn delete(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(store(dir)) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The next start shall not trust the store.
pub(super) fn distrust(dir: &Path) -> io::Result<()> {
    remove(&dir.join(BOOT))
}

/// Syncs the flushed store and marks that the next start can trust it.
pub(super) fn end(dir: &Path) -> io::Result<()> {
    sync_all(&store(dir))?;
    fs::File::create(dir.join(CLEAN))?.sync_all()?;
    RealDisk.sync_dir(dir)
}

fn sync_all(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            fs::File::open(entry.path())?.sync_all()?;
        }
    }
    RealDisk.sync_dir(dir)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
