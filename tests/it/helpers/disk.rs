//! A disk of its own that is really full when it is: a small file system in memory, mounted where only one process sees it, which needs no root.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Mounts it in a namespace of its own, says so, and holds it until whoever started it hangs up.
const HOLD: &str = r#"mount -t tmpfs -o "size=$2,mode=0700" none "$1" && echo mounted && exec cat"#;
/// What takes the room away.
const FILLER: &str = "filler";

/// The disk. It is gone when this is dropped.
pub(crate) struct SmallDisk {
    holder: Child,
    place: PathBuf,
    _mounted_on: tempfile::TempDir,
}

impl SmallDisk {
    /// A disk of so many bytes.
    pub(crate) fn of(bytes: u64) -> io::Result<Self> {
        let folder = tempfile::TempDir::with_prefix("doorward-disk-")?;
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", HOLD, "sh"])
            .arg(folder.path())
            .arg(bytes.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        if let Some(out) = holder.stdout.take() {
            BufReader::new(out).read_line(&mut said)?;
        }
        // From outside the namespace the way to it leads through its process.
        let root = Path::new("/proc").join(holder.id().to_string()).join("root");
        let place = root.join(folder.path().strip_prefix("/").map_err(io::Error::other)?);
        let disk = Self { holder, place, _mounted_on: folder };
        if said.trim() == "mounted" {
            Ok(disk)
        } else {
            Err(io::Error::other("no file system could be mounted: user namespaces are needed"))
        }
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        &self.place
    }

    /// Fills it to the last byte.
    pub(crate) fn fill(&self) -> io::Result<()> {
        let mut filler = File::options().create(true).append(true).open(self.place.join(FILLER))?;
        let piece = [b'.'; 4096];
        // A short write comes before the one that is refused.
        loop {
            match filler.write(&piece) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes room again.
    pub(crate) fn make_room(&self) -> io::Result<()> {
        fs::remove_file(self.place.join(FILLER))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
