//! Doorward in a process of its own, under the bench's configuration: started, asked, and looked at from outside.

use crate::Fallible;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

const CONFIGURATION: &str = include_str!("../peers/doorward.toml");
/// Units of processor time in a second that the kernel tells, on every machine that this is built for (`USER_HZ`).
const TICKS: f64 = 100.0;
/// How often it is looked whether a server is ready, and how many times.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 6_000;

/// A folder with all that a server needs; gone when it is dropped.
pub struct Scene {
    folder: tempfile::TempDir,
    /// The port it is to listen on.
    pub port: u16,
}

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    folder: PathBuf,
}

/// What a server holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Seconds of processor time since its start.
    pub cpu: f64,
    /// Resident memory in bytes.
    pub memory: u64,
    /// Open descriptors.
    pub descriptors: usize,
    /// Bytes of the journal.
    pub ledger: u64,
}

impl Scene {
    /// A folder with a certificate, an empty folder `documents`, and the bench's configuration with its mail handed to a port.
    pub fn new(mail_port: u16, store: &str, change: impl FnOnce(String) -> String) -> Fallible<Self> {
        let folder = tempfile::Builder::new().prefix("doorward-bench.").tempdir()?;
        let port = free_port()?;
        fs::create_dir(folder.path().join("documents"))?;
        certificate(folder.path())?;
        let mail = format!("transport = \"smtp\"\n[mail.smtp]\nhost = \"127.0.0.1\"\nport = {mail_port}\nsecurity = \"plain\"");
        let text = CONFIGURATION
            .replace("@PORT@", &port.to_string())
            .replace("@MAIL@", &mail)
            .replace("@STORE@", store);
        fs::write(folder.path().join("doorward.toml"), change(text))?;
        Ok(Self { folder, port })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a document into the store's folder.
    pub fn document(&self, name: &str, bytes: &[u8]) -> Fallible {
        Ok(fs::write(self.path().join("documents").join(name), bytes)?)
    }

    /// Starts the server and waits until it says that it is ready.
    pub async fn serve(&self) -> Fallible<Server> {
        let log = self.path().join("log");
        let mut command = Command::new(program()?);
        command.arg("serve").arg("--config").arg(self.path().join("doorward.toml"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .env_remove("RUST_LOG")
            .kill_on_drop(true);
        let mut server = Server { child: command.spawn()?, folder: self.path().to_owned() };
        let mut looks = tokio::time::interval(LOOK);
        for _ in 0..LOOKS {
            looks.tick().await;
            let said = fs::read_to_string(&log)?;
            if said.contains("ready at") {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended with {status}:\n{said}").into());
            }
        }
        Err("the server was not ready in time".into())
    }
}

impl Server {
    /// Its process.
    pub fn pid(&self) -> Fallible<u32> {
        Ok(self.child.id().ok_or("the server has ended")?)
    }

    /// Shares documents with addresses, and gives the path of each one's link.
    pub async fn share(&self, documents: &[String], to: &[String]) -> Fallible<Vec<(String, String)>> {
        self.share_with(documents, to, &[]).await
    }

    /// The same with further arguments.
    pub async fn share_with(&self, documents: &[String], to: &[String], more: &[&str]) -> Fallible<Vec<(String, String)>> {
        let mut command = Command::new(program()?);
        command.args(["share", "create"]).args(documents).arg("--to").args(to).args(more);
        command.args(["--json", "--config"]).arg(self.folder.join("doorward.toml"));
        let ran = command.output().await?;
        if !ran.status.success() {
            return Err(String::from_utf8_lossy(&ran.stderr).into_owned().into());
        }
        let made: Value = serde_json::from_slice(&ran.stdout)?;
        let links = made["links"].as_array().ok_or("no links")?;
        links
            .iter()
            .map(|link| {
                let url = link["url"].as_str().ok_or("no address")?;
                let path = url.find("/s/").map(|at| url[at..].to_owned()).ok_or("no link")?;
                Ok((link["email"].as_str().ok_or("no recipient")?.to_owned(), path))
            })
            .collect()
    }

    /// What it holds now.
    pub fn figures(&self) -> Fallible<Figures> {
        let proc = PathBuf::from(format!("/proc/{}", self.pid()?));
        let stat = fs::read_to_string(proc.join("stat"))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).ok_or("no processor time");
        let status = fs::read_to_string(proc.join("status"))?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(Figures {
            cpu: (ticks(11)? + ticks(12)?) as f64 / TICKS,
            memory: memory.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024,
            descriptors: fs::read_dir(proc.join("fd"))?.count(),
            ledger: journal_bytes(&self.folder.join("data").join("ledger"))?,
        })
    }

    /// Receipts that the journal holds.
    pub fn receipts(&self) -> Fallible<usize> {
        let mut receipts = 0;
        for file in journal(&self.folder.join("data").join("ledger"))? {
            receipts += fs::read_to_string(file)?.matches(r#""k":"receipt.started""#).count();
        }
        Ok(receipts)
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> Fallible {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()?)?).ok_or("no process")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let status = self.child.wait().await?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }

    /// What it logged beside its access log.
    pub fn warnings(&self) -> Fallible<Vec<String>> {
        let log = fs::read_to_string(self.folder.join("log"))?;
        Ok(log
            .lines()
            .filter(|line| [" WARN ", " ERROR "].iter().any(|grave| line.contains(grave)))
            .map(str::to_owned)
            .collect())
    }
}

/// The journal's files.
fn journal(folder: &Path) -> Fallible<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".jsonl") && !name.starts_with("state-") {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Bytes of the journal's files.
fn journal_bytes(folder: &Path) -> Fallible<u64> {
    let mut bytes = 0;
    for file in journal(folder)? {
        bytes += fs::metadata(file)?.len();
    }
    Ok(bytes)
}

/// The program: the one that is named, or the one that cargo built beside this bench.
pub fn program() -> Fallible<PathBuf> {
    if let Some(named) = std::env::var_os("DOORWARD_BIN") {
        return Ok(named.into());
    }
    let own = std::env::current_exe()?;
    let built = own.ancestors().nth(2).ok_or("no folder of builds")?.join("doorward");
    if built.is_file() { Ok(built) } else { Err("build the program first: cargo build --release".into()) }
}

/// A port that nothing listens on.
pub fn free_port() -> Fallible<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn certificate(folder: &Path) -> Fallible {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), authority.self_signed(&authority_key)?.pem())?;
    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()])?;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    fs::write(folder.join("server.pem"), leaf.signed_by(&key, &Issuer::new(authority, authority_key))?.pem())?;
    fs::write(folder.join("server.key"), key.serialize_pem())?;
    Ok(fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600))?)
}
