//! What a kind of store brings so that the suite can try it, and what rigs have in common.

use doorward::config::{StoreEntry, load};
use doorward::documents::Documents;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long what is about to come may take on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(10);

/// What a store can do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// It lists folders.
    pub(crate) lists: bool,
    /// Its entry is writable, and it takes new documents.
    pub(crate) writes: bool,
    /// It keeps older versions, and gives them by their id.
    pub(crate) versions: bool,
    /// It names what a document holds by an entity tag.
    pub(crate) entity_tags: bool,
    /// Names may have bytes that are not UTF-8.
    pub(crate) bytes_in_names: bool,
    /// There are symbolic links in it.
    pub(crate) links: bool,
    /// It is a server of its own, so that what it was giving breaks off when it stops.
    pub(crate) serves: bool,
}

/// A store of some kind, started by the test with a folder of its own, and what happens to it behind Doorward's back.
pub(crate) trait Rig: Send + Sync {
    /// The kind, for messages.
    fn name(&self) -> &'static str;

    /// Its section, read by the configuration: see [`entry_of`].
    fn entry(&self) -> StoreEntry;

    /// Puts a document with the folders above it by the store's own means, over the one that is there.
    fn put(&self, path: &[u8], content: &[u8]) -> Outcome;

    /// Puts a document that is large.
    fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        self.put(path, &fs::read(file)?)
    }

    /// Puts many small documents into one folder.
    fn put_many(&self, folder: &str, names: &[String]) -> Outcome {
        names.iter().try_for_each(|name| self.put(format!("{folder}/{name}").as_bytes(), name.as_bytes()))
    }

    /// Whether the server itself can hold a document of that name: what it cannot is no case.
    fn holds(&self, _name: &[u8]) -> bool {
        true
    }

    /// Removes a document.
    fn remove(&self, path: &[u8]) -> Outcome;

    /// Takes the right to read a document from the user that Doorward is to the store; `false` where the rig cannot.
    fn deny(&self, _path: &[u8]) -> Outcome<bool> {
        Ok(false)
    }

    /// Kills it.
    fn stop(&self) -> Outcome;

    /// Has it come back as it was, in the same place.
    fn start(&self) -> Outcome;

    /// What it can do.
    fn traits(&self) -> Traits;

    /// Plants what leads out of the store, and names it: each must be refused or missing.
    fn escape(&self) -> Outcome<Vec<Vec<u8>>>;
}

/// The stores as the program opens them.
pub(crate) fn documents(rig: &dyn Rig) -> Documents {
    doorward::server::tls::install_provider();
    Documents::open(&[rig.entry()])
}

/// What the configuration makes of the text of one `[[store]]`; relative paths in it begin in `folder`, into which it is written.
pub(crate) fn entry_of(folder: &Path, store: &str) -> Outcome<StoreEntry> {
    entries_of(folder, store)?.pop().ok_or_else(|| "no store in it".into())
}

/// The same with several.
pub(crate) fn entries_of(folder: &Path, stores: &str) -> Outcome<Vec<StoreEntry>> {
    const AROUND: &str = r#"
data = "data"
[organisation]
name = "Example Organisation"
contact = "help@example.org"
[[staff]]
name = "Ann"
address = "ann@example.org"
[server]
public_url = "https://docs.example.org"
[tls]
certificate = "server.pem"
key = "server.key"
[mail]
from = { address = "documents@example.org" }
transport = "directory"
"#;
    let file = folder.join("doorward.toml");
    fs::write(&file, format!("{AROUND}\n{stores}"))?;
    let config = load(&file).map_err(|problems| format!("{problems:?}"))?;
    Ok(config.store)
}

/// A port that is free now. Whoever takes it may be late: try again with another one.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Looks until there is something to see.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Outcome<Option<T>>) -> Outcome<T> {
    let end = Instant::now() + SOON;
    loop {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
        if Instant::now() > end {
            return Err(format!("waited in vain for {what}").into());
        }
        thread::park_timeout(STEP);
    }
}

/// A server that the test started; it is killed with it.
#[derive(Debug)]
pub(crate) struct Server(Child);

impl Server {
    /// Starts it and waits until it listens. It must stay in the foreground.
    pub(crate) fn start(command: &mut Command, port: u16) -> Outcome<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self(child);
        until(&format!("{command:?} on port {port}"), || {
            if let Some(status) = server.0.try_wait()? {
                return Err(format!("{command:?} ended with {status}").into());
            }
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(()))
        })?;
        Ok(server)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Bytes that look like nothing, the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let mut bytes: Vec<u8> = words.take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}
