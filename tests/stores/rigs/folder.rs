//! A folder of this machine.

use super::suite;
use crate::rig::{Outcome, Rig, Traits, entry_of};
use doorward::config::StoreEntry;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

suite!(Folder::start());

struct Folder {
    home: TempDir,
    entry: StoreEntry,
}

impl Folder {
    fn start() -> Outcome<Self> {
        let home = TempDir::new()?;
        fs::create_dir(home.path().join("store"))?;
        let entry = entry_of(home.path(), "[[store]]\nname = \"folder\"\npath = \"store\"\nwritable = true\ntimeout = \"5s\"\n")?;
        Ok(Self { home, entry })
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("store")
    }

    fn at(&self, path: &[u8]) -> PathBuf {
        self.root().join(OsStr::from_bytes(path))
    }
}

impl Rig for Folder {
    fn name(&self) -> &'static str {
        "folder"
    }

    fn entry(&self) -> StoreEntry {
        self.entry.clone()
    }

    fn put(&self, path: &[u8], content: &[u8]) -> Outcome {
        let at = self.at(path);
        at.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(fs::write(at, content)?)
    }

    fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        fs::copy(file, self.at(path))?;
        Ok(())
    }

    fn remove(&self, path: &[u8]) -> Outcome {
        Ok(fs::remove_file(self.at(path))?)
    }

    fn deny(&self, path: &[u8]) -> Outcome<bool> {
        fs::set_permissions(self.at(path), Permissions::from_mode(0o000))?;
        // Root is refused nothing.
        Ok(fs::File::open(self.at(path)).is_err())
    }

    fn stop(&self) -> Outcome {
        Ok(fs::rename(self.root(), self.home.path().join("away"))?)
    }

    fn start(&self) -> Outcome {
        Ok(fs::rename(self.home.path().join("away"), self.root())?)
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: false, entity_tags: false, bytes_in_names: true, links: true, serves: false }
    }

    fn escape(&self) -> Outcome<Vec<Vec<u8>>> {
        let outside = self.home.path().join("outside");
        fs::create_dir(&outside)?;
        fs::write(outside.join("secret.txt"), "outside")?;
        symlink(&outside, self.at(b"absolute"))?;
        symlink("../outside", self.at(b"relative"))?;
        symlink("../outside/secret.txt", self.at(b"file"))?;
        symlink("circle", self.at(b"circle"))?;
        symlink("/proc/self/root", self.at(b"machine"))?;
        let names = ["absolute/secret.txt", "relative/secret.txt", "file", "circle", "machine/etc/passwd", "absolute"];
        Ok(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }
}
