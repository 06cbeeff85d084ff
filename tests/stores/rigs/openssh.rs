//! OpenSSH's `sshd` with its own SFTP server, started as the user who runs the tests, with keys and settings of its own.

mod faults;
mod links;
mod sign_in;
mod throughput;
mod writing;

use super::suite;
use crate::rig::{Outcome, Rig, Server, Traits, entry_of, free_port, until};
use doorward::config::StoreEntry;
use doorward::documents::read::OpenDocument;
use doorward::documents::{Documents, Place, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// Tries to start on a port that nobody else took meanwhile.
const STARTS: usize = 5;

suite!(OpenSsh::start());

const ALL: ByteRange = ByteRange { start: 0, end: u64::MAX };

/// A server with a folder of its own, and a user's key that it takes.
struct OpenSsh {
    home: TempDir,
    port: u16,
    user: String,
    server: Mutex<Option<Server>>,
}

impl OpenSsh {
    fn start() -> Outcome<Self> {
        Self::start_with(&[])
    }

    /// Starts it with further keys, by name and kind. Those of hosts are shown by it, those of users let in.
    fn start_with(more: &[(&str, &str)]) -> Outcome<Self> {
        let home = TempDir::new()?;
        fs::create_dir(home.path().join("store"))?;
        let (mut hosts, mut users) = (String::new(), String::new());
        for (name, kind) in [("host_ed25519", "ed25519"), ("user", "ed25519")].iter().chain(more) {
            let file = home.path().join(name);
            make_key(&file, kind, if name.ends_with("locked") { "a phrase that opens" } else { "" })?;
            if name.starts_with("host") {
                hosts += &format!("HostKey {}\n", file.display());
            } else if name.starts_with("user") {
                users += &fs::read_to_string(file.with_extension("pub"))?;
            }
        }
        fs::write(home.path().join("authorized_keys"), users)?;
        let user = String::from_utf8(Command::new("id").arg("-un").output()?.stdout)?.trim().to_owned();
        // Started by root, it insists on a folder that the package's own service would make.
        if geteuid().is_root() {
            fs::create_dir_all("/run/sshd")?;
        }
        let mut rig = Self { home, port: 0, user, server: Mutex::new(None) };
        for _ in 0..STARTS {
            rig.port = free_port()?;
            rig.settle(&hosts)?;
            if rig.start_server().is_ok() {
                return Ok(rig);
            }
        }
        rig.start_server().map(|()| rig)
    }

    fn settle(&self, host_keys: &str) -> Outcome {
        let home = self.home.path().display();
        let settings = format!(
            "Port {}\nListenAddress 127.0.0.1\n{host_keys}PidFile {home}/pid\n\
             AuthorizedKeysFile {home}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 100\nUseDNS no\n\
             Subsystem sftp internal-sftp -u 0022\n",
            self.port
        );
        Ok(fs::write(self.home.path().join("sshd_config"), settings)?)
    }

    fn start_server(&self) -> Outcome {
        // It must be named by its whole path: it starts itself anew for every connection.
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(self.home.path().join("sshd_config"));
        let server = Server::start(&mut command, self.port)?;
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("store")
    }

    fn at(&self, path: &[u8]) -> PathBuf {
        self.root().join(OsStr::from_bytes(path))
    }

    /// What `ssh-keygen -l` prints of a key.
    fn fingerprint(&self, key: &str) -> Outcome<String> {
        let out = Command::new("ssh-keygen").arg("-lf").arg(self.home.path().join(format!("{key}.pub"))).output()?;
        let text = String::from_utf8(out.stdout)?;
        Ok(text.split(' ').nth(1).ok_or("no fingerprint")?.to_owned())
    }

    /// The text of its section, with the lines that say how to sign in and what the host's key is.
    fn section(&self, host_key: &str, sign_in: &str, path: &str) -> String {
        format!(
            "[[store]]\nname = \"sftp\"\nkind = \"sftp\"\nwritable = true\ntimeout = \"5s\"\n[store.sftp]\nhost = \"127.0.0.1\"\nport = {}\n\
             user = \"{}\"\nhost_key = \"{host_key}\"\npath = \"{path}\"\n{sign_in}\n",
            self.port, self.user
        )
    }

    /// Its section as read by the configuration.
    fn entry_with(&self, host_key: &str, sign_in: &str) -> Outcome<StoreEntry> {
        let path = self.root().display().to_string();
        entry_of(self.home.path(), &self.section(host_key, sign_in, &path))
    }
}

fn make_key(file: &Path, kind: &str, phrase: &str) -> Outcome {
    let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", phrase, "-f"]).arg(file).status()?;
    if made.success() { Ok(()) } else { Err(format!("ssh-keygen: {made}").into()) }
}

/// The processes that a process has started, and theirs.
fn below(id: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let children: Vec<u32> = children.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect();
    children.into_iter().flat_map(|child| [vec![child], below(child)].concat()).collect()
}

/// Sends a signal to a process; one that is gone already does not matter.
fn signal(id: u32, what: Signal) -> Outcome {
    let id = Pid::from_raw(i32::try_from(id)?).ok_or("a process without an id")?;
    let _gone_already = kill_process(id, what);
    Ok(())
}

/// Where a document of the one store is.
fn place(documents: &Documents, path: impl AsRef<[u8]>) -> Place {
    let store = documents.names().next().expect("a rig has a store").clone();
    Place::named(&DocumentName { store, path: DocumentPath::from_bytes(path.as_ref()).expect("tests name paths that have this form") })
}

async fn open(documents: &Documents, path: impl AsRef<[u8]>) -> Result<OpenDocument, StoreError> {
    documents.open_document(&place(documents, path), None).await
}

/// All bytes of a document.
async fn content(documents: &Documents, path: impl AsRef<[u8]>) -> Outcome<Vec<u8>> {
    all(open(documents, path).await?).await
}

async fn all(document: OpenDocument) -> Outcome<Vec<u8>> {
    let gathered = document.read(ALL).try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    Ok(gathered.await?)
}

/// What the check of the one store says is wrong.
async fn problem(documents: &Documents) -> Option<String> {
    documents
        .check()
        .await
        .into_iter()
        .find_map(|(_, found)| found.err())
        .map(|problem| problem.to_string())
}

impl Rig for OpenSsh {
    fn name(&self) -> &'static str {
        "sftp (OpenSSH)"
    }

    fn entry(&self) -> StoreEntry {
        let fingerprint = self.fingerprint("host_ed25519").expect("the key was made at the start");
        self.entry_with(&fingerprint, "key_file = \"user\"")
            .expect("the section is as the configuration wants it")
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
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or("it is not started")?;
        // Each connection has processes of its own, which outlive the one that listens.
        for id in below(server.id()) {
            signal(id, Signal::KILL)?;
        }
        drop(server);
        Ok(())
    }

    fn start(&self) -> Outcome {
        // The port may be taken for a moment by what is left of old connections.
        until("its port to be free", || Ok(TcpListener::bind(("127.0.0.1", self.port)).is_ok().then_some(())))?;
        self.start_server()
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: false, entity_tags: false, bytes_in_names: false, links: true, serves: true }
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
        // Its name begins as the store's folder does.
        fs::create_dir(self.home.path().join("store-beside"))?;
        fs::write(self.home.path().join("store-beside/secret.txt"), "outside")?;
        symlink("../store-beside", self.at(b"alike"))?;
        let names = ["absolute/secret.txt", "relative/secret.txt", "file", "circle", "machine/etc/passwd", "absolute", "alike/secret.txt"];
        Ok(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }
}

impl Drop for OpenSsh {
    fn drop(&mut self) {
        let _not_started = self.stop();
    }
}
