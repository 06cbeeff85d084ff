//! Buckets of moto, which is Amazon's object store played in Python, with versions. It forgets all when it ends: what stops and comes back is a proxy
//! in front of it.

use super::suite;
use crate::rig::{Outcome, Rig, Traits, entry_of, free_port, until};
use doorward::config::StoreEntry;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

suite!(Moto::start(true));

/// What moto takes for a signature as long as it checks none.
pub(crate) const SIGNED: &str =
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";
const STEP: Duration = Duration::from_millis(5);

static BUCKETS: AtomicUsize = AtomicUsize::new(1);

/// A process of moto. It ends when its input does, at the latest with this process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) port: u16,
    child: Child,
    lines: Mutex<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn start() -> Outcome<Self> {
        let mut command = Command::new("python3");
        command.arg("tests/helpers/moto_server.py").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut port = String::new();
        lines.read_line(&mut port)?;
        let port = port
            .trim()
            .parse()
            .map_err(|_| "moto does not start: python3 tests/helpers/moto_server.py tells why")?;
        Ok(Self { port, child, lines: Mutex::new(lines) })
    }

    fn put_many(&self, bucket: &str, keys: &[String]) -> Outcome {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut input = self.child.stdin.as_ref().ok_or("no input")?;
        writeln!(input, "{}", serde_json::json!({ "bucket": bucket, "keys": keys }))?;
        let mut answer = String::new();
        lines.read_line(&mut answer)?;
        if answer.trim() == "done" { Ok(()) } else { Err(format!("moto said {answer:?}").into()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one that all tests share.
fn process() -> Outcome<&'static Process> {
    static PROCESS: OnceLock<Result<Process, String>> = OnceLock::new();
    Ok(PROCESS
        .get_or_init(|| Process::start().map_err(|e| e.to_string()))
        .as_ref()
        .map_err(String::as_str)?)
}

/// Sends one request and gives the answer, which must be a good one.
pub(crate) fn ask(port: u16, method: &str, target: &str, head: &str, body: &mut dyn Read, length: u64) -> Outcome<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let head = format!("{head}{}", if head.is_empty() { "" } else { "\r\n" });
    write!(stream, "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n")?;
    io::copy(body, &mut stream)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    if answer.starts_with("HTTP/1.1 2") || answer.starts_with("HTTP/1.0 2") {
        Ok(answer)
    } else {
        Err(format!("{method} {target}: {answer}").into())
    }
}

/// A path as it stands in a request, slashes kept.
pub(crate) fn coded(path: &[u8]) -> String {
    path.split(|&b| b == b'/')
        .map(|name| percent_encode(name, NON_ALPHANUMERIC).to_string())
        .collect::<Vec<_>>()
        .join("/")
}

/// A bucket with a proxy of its own in front of it.
pub(crate) struct Moto {
    process: &'static Process,
    pub(crate) bucket: String,
    pub(crate) proxy: Proxy,
    versions: bool,
    entry: StoreEntry,
    _home: TempDir,
}

impl Moto {
    pub(crate) fn start(versions: bool) -> Outcome<Self> {
        Self::of(process()?, versions, "test", "test")
    }

    /// In a moto of its own, with a key to sign in with.
    pub(crate) fn of(process: &'static Process, versions: bool, access_key: &str, secret_key: &str) -> Outcome<Self> {
        let port = process.port;
        let bucket = format!("bucket-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
        ask(port, "PUT", &format!("/{bucket}"), SIGNED, &mut io::empty(), 0)?;
        if versions {
            let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            ask(port, "PUT", &format!("/{bucket}?versioning"), SIGNED, &mut on.as_bytes(), on.len() as u64)?;
        }
        let (home, proxy) = (TempDir::new()?, Proxy::start(port)?);
        let entry = section(home.path(), proxy.port, &bucket, access_key, secret_key)?;
        Ok(Self { process, bucket, proxy, versions, entry, _home: home })
    }

    /// Sends a request for an object, or one beneath the bucket, with a query.
    pub(crate) fn ask(&self, method: &str, path: &[u8], query: &str, content: &[u8]) -> Outcome<String> {
        let target = format!("/{}/{}{query}", self.bucket, coded(path));
        ask(self.process.port, method, &target, SIGNED, &mut &content[..], content.len() as u64)
    }
}

/// The section of a bucket, read by the configuration.
pub(crate) fn section(home: &Path, port: u16, bucket: &str, access_key: &str, secret_key: &str) -> Outcome<StoreEntry> {
    fs::write(home.join("secret-key"), secret_key)?;
    let store = format!(
        "[[store]]\nname = \"bucket\"\nkind = \"s3\"\nwritable = true\n[store.s3]\nendpoint = \"http://127.0.0.1:{port}\"\n\
         bucket = \"{bucket}\"\nprefix = \"the store/of all\"\naccess_key = \"{access_key}\"\nsecret_key_file = \"secret-key\"\n"
    );
    entry_of(home, &store)
}

/// Where the store begins in the bucket.
pub(crate) fn key(path: &[u8]) -> Vec<u8> {
    [b"the store/of all/", path].concat()
}

impl Rig for Moto {
    fn name(&self) -> &'static str {
        "moto"
    }

    fn entry(&self) -> StoreEntry {
        self.entry.clone()
    }

    fn put(&self, path: &[u8], content: &[u8]) -> Outcome {
        self.ask("PUT", &key(path), "", content).map(drop)
    }

    fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        let target = format!("/{}/{}", self.bucket, coded(&key(path)));
        let mut file = File::open(file)?;
        let length = file.metadata()?.len();
        ask(self.process.port, "PUT", &target, SIGNED, &mut file, length).map(drop)
    }

    fn put_many(&self, folder: &str, names: &[String]) -> Outcome {
        let keys: Vec<String> = names.iter().map(|name| format!("the store/of all/{folder}/{name}")).collect();
        self.process.put_many(&self.bucket, &keys)
    }

    fn remove(&self, path: &[u8]) -> Outcome {
        self.ask("DELETE", &key(path), "", b"").map(drop)
    }

    fn stop(&self) -> Outcome {
        self.proxy.stop();
        Ok(())
    }

    fn start(&self) -> Outcome {
        self.proxy.listen()
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: self.versions, entity_tags: true, bytes_in_names: false, links: false, serves: true }
    }

    fn escape(&self) -> Outcome<Vec<Vec<u8>>> {
        for beside in ["beside.txt", "the store/beside.txt", "the store/of all else/beside.txt", "the store/of all//twice.txt"] {
            self.ask("PUT", beside.as_bytes(), "", b"beside")?;
        }
        let ways = [
            "../beside.txt",
            "../../beside.txt",
            "/beside.txt",
            "//beside.txt",
            "/twice.txt",
            "//twice.txt",
            "./twice.txt",
            " else/beside.txt",
        ];
        Ok(ways.iter().map(|way| way.as_bytes().to_vec()).collect())
    }
}

/// Hands on what comes to its port, unless it is stopped: then whoever was connected is cut off, and nobody else is let in.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    to: u16,
    open: Arc<Mutex<Vec<Weak<TcpStream>>>>,
    listening: Mutex<Option<(Arc<AtomicBool>, JoinHandle<()>)>>,
}

impl Proxy {
    pub(crate) fn start(to: u16) -> Outcome<Self> {
        let proxy = Self { port: free_port()?, to, open: Arc::default(), listening: Mutex::default() };
        proxy.listen()?;
        Ok(proxy)
    }

    pub(crate) fn listen(&self) -> Outcome {
        let listener = until("the port of the proxy", || Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).ok()))?;
        listener.set_nonblocking(true)?;
        let (stopped, open, to) = (Arc::new(AtomicBool::new(false)), self.open.clone(), self.to);
        let told = stopped.clone();
        let listening = thread::spawn(move || {
            while !told.load(Ordering::Acquire) {
                match listener.accept() {
                    Ok((client, _)) => drop(hand_on(client, to, &open)),
                    Err(_) => thread::park_timeout(STEP),
                }
            }
        });
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = Some((stopped, listening));
        Ok(())
    }

    pub(crate) fn stop(&self) {
        if let Some((stopped, listening)) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stopped.store(true, Ordering::Release);
            let _ = listening.join();
        }
        for stream in self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
            .filter_map(|stream| stream.upgrade())
        {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn hand_on(client: TcpStream, to: u16, open: &Mutex<Vec<Weak<TcpStream>>>) -> io::Result<()> {
    client.set_nonblocking(false)?;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, to))?;
    let (client, server) = (Arc::new(client), Arc::new(server));
    let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|stream| stream.strong_count() > 0);
    open.extend([Arc::downgrade(&client), Arc::downgrade(&server)]);
    for (from, to) in [(client.clone(), server.clone()), (server, client)] {
        thread::spawn(move || {
            let _ = io::copy(&mut &*from, &mut &*to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop();
    }
}
