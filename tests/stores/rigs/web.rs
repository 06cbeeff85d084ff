//! What the rigs of web servers have in common: a folder that is the store, with a folder around it, on a port of this machine.

use crate::rig::{Outcome, Server, entry_of, free_port};
use doorward::config::StoreEntry;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The user that Doorward signs in as.
pub(crate) const USER: &str = "doorward";
/// The password, which a header has to carry as it is.
pub(crate) const PASSWORD: &str = "pass: word\u{e4}";
const STARTS: usize = 5;

/// Makes the command that starts the server on a port, with its files in a folder and the documents in another.
type Start = fn(home: &Path, port: u16) -> Outcome<Command>;

/// A web server with a folder of documents.
pub(crate) struct Site {
    home: TempDir,
    port: u16,
    start: Start,
    server: Mutex<Option<Server>>,
    entry: StoreEntry,
    age: AtomicU64,
}

impl Site {
    /// Starts one; `keys` are those of the section of its kind beside address and sign-in.
    pub(crate) fn start(kind: &str, keys: &str, start: Start) -> Outcome<Self> {
        let home = TempDir::new()?;
        fs::create_dir_all(root(home.path()))?;
        fs::write(home.path().join("password"), PASSWORD)?;
        fs::write(home.path().join("web/beside.txt"), "beside")?;
        let digest = Command::new("openssl").args(["passwd", "-apr1", PASSWORD]).output()?.stdout;
        fs::write(home.path().join("users"), format!("{USER}:{}", String::from_utf8(digest)?))?;
        let mut tried = Err("it was not tried".into());
        for _ in 0..STARTS {
            // Somebody else may have taken the port meanwhile.
            let port = free_port()?;
            tried = Server::start(&mut start(home.path(), port)?, port).map(|server| (port, server));
            if tried.is_ok() {
                break;
            }
        }
        let (port, server) = tried?;
        let writable = kind == "webdav";
        let entry = entry_of(
            home.path(),
            &format!(
                "[[store]]\nname = \"web\"\nkind = \"{kind}\"\ntimeout = \"10s\"\nwritable = {writable}\n[store.{kind}]\n\
                 url = \"http://127.0.0.1:{port}/the%20web/store/\"\nuser = \"{USER}\"\npassword_file = \"password\"\n{keys}\n"
            ),
        )?;
        Ok(Self { home, port, start, server: Mutex::new(Some(server)), entry, age: AtomicU64::new(100_000) })
    }

    pub(crate) fn entry(&self) -> StoreEntry {
        self.entry.clone()
    }

    /// The folder that all of it lies in.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn at(&self, path: &[u8]) -> PathBuf {
        root(self.home.path()).join(OsStr::from_bytes(path))
    }

    /// Renames a new file into place, older than now and younger than all before: servers do not trust the time of what is new.
    pub(crate) fn put(&self, path: &[u8], make: impl FnOnce(&Path) -> Outcome) -> Outcome {
        let (at, passing) = (self.at(path), self.home.path().join(format!("passing-{}", self.age.fetch_sub(1, Ordering::Relaxed))));
        at.parent().map_or(Ok(()), fs::create_dir_all)?;
        make(&passing)?;
        let age = Duration::from_secs(self.age.load(Ordering::Relaxed));
        File::options().write(true).open(&passing)?.set_modified(SystemTime::now() - age)?;
        Ok(fs::rename(passing, at)?)
    }

    pub(crate) fn put_bytes(&self, path: &[u8], content: &[u8]) -> Outcome {
        self.put(path, |to| Ok(fs::write(to, content)?))
    }

    pub(crate) fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        self.put(path, |to| Ok(fs::copy(file, to).map(drop)?))
    }

    pub(crate) fn remove(&self, path: &[u8]) -> Outcome {
        Ok(fs::remove_file(self.at(path))?)
    }

    pub(crate) fn deny(&self, path: &[u8]) -> Outcome<bool> {
        fs::set_permissions(self.at(path), Permissions::from_mode(0o000))?;
        // Root is refused nothing.
        Ok(File::open(self.at(path)).is_err())
    }

    pub(crate) fn stop(&self) -> Outcome {
        drop(self.server.lock().map_err(|_| "a test failed while it held the server")?.take());
        Ok(())
    }

    pub(crate) fn restart(&self) -> Outcome {
        let server = Server::start(&mut (self.start)(self.home.path(), self.port)?, self.port)?;
        *self.server.lock().map_err(|_| "a test failed while it held the server")? = Some(server);
        Ok(())
    }

    pub(crate) fn escape(&self) -> Outcome<Vec<Vec<u8>>> {
        let outside = self.home.path().join("web");
        symlink(&outside, self.at(b"absolute"))?;
        symlink("..", self.at(b"relative"))?;
        symlink("../beside.txt", self.at(b"file"))?;
        symlink("circle", self.at(b"circle"))?;
        let names = ["absolute/beside.txt", "relative/beside.txt", "file", "circle", "absolute"];
        Ok(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }
}

/// The folder that is the store; what lies beside it is none of the store's.
pub(crate) fn root(home: &Path) -> PathBuf {
    home.join("web/store")
}

/// What every rig of a web server does alike; `reading` alone where putting and denying are its own.
macro_rules! site {
    () => {
        $crate::rigs::web::site!(reading);

        fn put(&self, path: &[u8], content: &[u8]) -> crate::rig::Outcome {
            self.0.put_bytes(path, content)
        }

        fn put_file(&self, path: &[u8], file: &std::path::Path) -> crate::rig::Outcome {
            self.0.put_file(path, file)
        }

        fn remove(&self, path: &[u8]) -> crate::rig::Outcome {
            self.0.remove(path)
        }

        fn deny(&self, path: &[u8]) -> crate::rig::Outcome<bool> {
            self.0.deny(path)
        }

        fn escape(&self) -> crate::rig::Outcome<Vec<Vec<u8>>> {
            self.0.escape()
        }
    };
    (reading) => {
        fn entry(&self) -> doorward::config::StoreEntry {
            self.0.entry()
        }

        fn stop(&self) -> crate::rig::Outcome {
            self.0.stop()
        }

        fn start(&self) -> crate::rig::Outcome {
            self.0.restart()
        }
    };
}
pub(crate) use site;
