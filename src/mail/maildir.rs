//! A Maildir from which mails are taken: those in `new`, each moved to `cur` once it was looked at.

use crate::domain::bounds::BOUNCE_BYTES;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The folder. Every call blocks shortly.
#[derive(Debug, Clone)]
pub struct Maildir(PathBuf);

impl Maildir {
    /// The one at this path.
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of at most so many mails that nobody has looked at.
    pub fn waiting(&self, most: usize) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.0.join("new"))? {
            let entry = entry?;
            // Others than mail servers leave other things, and links lead elsewhere.
            if entry.file_type()?.is_file() {
                names.push(entry.file_name());
            }
            if names.len() >= most {
                break;
            }
        }
        names.sort();
        Ok(names)
    }

    /// The beginning of a mail, up to [`BOUNCE_BYTES`].
    pub fn read(&self, name: &OsString) -> io::Result<Vec<u8>> {
        let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
        let flags = i32::try_from(flags).map_err(|_| io::ErrorKind::InvalidInput)?;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(self.0.join("new").join(name))?;
        let mut bytes = Vec::new();
        file.take(BOUNCE_BYTES as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Puts a mail aside, as read or as one that people should look at.
    pub fn put_aside(&self, name: &OsString, read: bool) -> io::Result<()> {
        let mut to = name.clone();
        if !name.to_string_lossy().contains(":2,") {
            to.push(if read { ":2,S" } else { ":2," });
        }
        fs::rename(self.0.join("new").join(name), self.0.join("cur").join(to))
    }

    /// Whether mails can be taken from it.
    pub fn probe(&self) -> Result<(), String> {
        for folder in ["new", "cur"] {
            let path = self.0.join(folder);
            if !path.is_dir() {
                return Err(format!("{}: there is no such folder; name a Maildir, which has \"new\" and \"cur\"", path.display()));
            }
            let access = rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
            if rustix::fs::access(&path, access).is_err() {
                return Err(format!("{}: this user may not read and write there", path.display()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_read_in_part_put_aside_and_links_are_left_alone() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let maildir = Maildir::new(folder.path().to_owned());
        assert!(maildir.probe().is_err_and(|why| why.contains("no such folder")));
        assert!(maildir.waiting(9).is_err());
        for part in ["new", "cur", "tmp"] {
            fs::create_dir(folder.path().join(part))?;
        }
        assert_eq!(maildir.probe(), Ok(()));
        fs::write(folder.path().join("new/1.a"), "one")?;
        fs::write(folder.path().join("new/2.b"), vec![b'x'; BOUNCE_BYTES + 10])?;
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("new/3.c"))?;
        assert_eq!(maildir.waiting(9)?, ["1.a", "2.b"]);
        assert_eq!(maildir.waiting(1)?.len(), 1);
        assert_eq!(maildir.read(&"1.a".into())?, b"one");
        assert_eq!(maildir.read(&"2.b".into())?.len(), BOUNCE_BYTES);
        assert!(maildir.read(&"3.c".into()).is_err());
        maildir.put_aside(&"1.a".into(), true)?;
        maildir.put_aside(&"2.b".into(), false)?;
        assert!(folder.path().join("cur/1.a:2,S").exists() && folder.path().join("cur/2.b:2,").exists());
        assert!(maildir.waiting(9)?.is_empty());
        Ok(())
    }
}
