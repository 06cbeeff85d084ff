//! Buckets of s3s-fs, another server of the S3 protocol, in front of a folder: it checks signatures and keeps no versions. Only with the long tests.

use super::moto::{key, section};
use crate::cases::{faults, look, names, turn, versions, writing};
use crate::rig::{Outcome, Rig, Server, Traits, free_port};
use doorward::config::StoreEntry;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

const BUCKET: &str = "papers";
/// It keeps notes on a key under a name that is longer than the key.
const NAME_BYTES: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_moto_shows_holds_for_another_server_too() -> Outcome {
    if std::env::var_os("DOORWARD_FULL").is_none() {
        return Ok(());
    }
    let _turn = turn("large").await;
    let told = |case: &'static str| move |error| format!("{case}: {error}");
    look::ranges(&S3s::start()?).await.map_err(told("ranges"))?;
    look::large(&S3s::start()?).await.map_err(told("large"))?;
    look::missing(&S3s::start()?).await.map_err(told("missing"))?;
    names::hard_names(&S3s::start()?).await.map_err(told("hard names"))?;
    versions::pinned(&S3s::start()?).await.map_err(told("pinned"))?;
    writing::cut_off(&S3s::start()?).await.map_err(told("cut off"))?;
    faults::stops_and_returns(&S3s::start()?).await.map_err(told("stops and returns"))?;
    Ok(())
}

struct S3s {
    home: TempDir,
    port: u16,
    entry: StoreEntry,
    server: Mutex<Option<Server>>,
}

impl S3s {
    fn start() -> Outcome<Self> {
        let home = TempDir::new()?;
        fs::create_dir_all(home.path().join("buckets").join(BUCKET))?;
        let port = free_port()?;
        let entry = section(home.path(), port, BUCKET, "reader", "a secret key")?;
        let rig = Self { home, port, entry, server: Mutex::default() };
        Rig::start(&rig)?;
        Ok(rig)
    }

    fn at(&self, path: &[u8]) -> PathBuf {
        self.home.path().join("buckets").join(BUCKET).join(OsStr::from_bytes(&key(path)))
    }
}

impl Rig for S3s {
    fn name(&self) -> &'static str {
        "s3s-fs"
    }

    fn entry(&self) -> StoreEntry {
        self.entry.clone()
    }

    fn put(&self, path: &[u8], content: &[u8]) -> Outcome {
        let at = self.at(path);
        at.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(fs::write(at, content)?)
    }

    /// By its own protocol, and by somebody else's hand: of what is put behind its back it takes the hash anew whenever it is asked for it, which for
    /// a large document lasts longer than a store may.
    fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--fail-with-body", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "reader:a secret key"]);
        curl.args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-T"]).arg(file);
        // Written as both sides write it when they sign: curl signs an address as it is given.
        let key = String::from_utf8(key(path))?.replace(' ', "%20");
        let output = curl.arg(format!("http://127.0.0.1:{}/{BUCKET}/{key}", self.port)).output()?;
        if output.status.success() { Ok(()) } else { Err(format!("{output:?}").into()) }
    }

    fn holds(&self, name: &[u8]) -> bool {
        name.len() <= NAME_BYTES
    }

    fn remove(&self, path: &[u8]) -> Outcome {
        Ok(fs::remove_file(self.at(path))?)
    }

    fn stop(&self) -> Outcome {
        drop(self.server.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(())
    }

    fn start(&self) -> Outcome {
        let mut command = Command::new("s3s-fs");
        command.args(["--host", "127.0.0.1", "--port", &self.port.to_string(), "--access-key", "reader", "--secret-key", "a secret key"]);
        let server = Server::start(command.arg(self.home.path().join("buckets")), self.port)?;
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: false, entity_tags: true, bytes_in_names: false, links: false, serves: true }
    }

    fn escape(&self) -> Outcome<Vec<Vec<u8>>> {
        Ok(Vec::new())
    }
}
