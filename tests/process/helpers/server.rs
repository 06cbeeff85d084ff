//! The server as a child process: started, looked at, signalled, killed.

use super::Fallible;
use super::program::{Ran, doorward_at, program};
use super::wait::{Said, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    pid: Pid,
    /// Where it listens.
    pub port: u16,
    /// Its data directory.
    pub data: PathBuf,
    /// The authority that signed its certificate.
    pub ca: PathBuf,
    /// Its standard output.
    pub out: Said,
    /// Its standard error.
    pub err: Said,
}

/// How a server is to be started.
#[derive(Default, Clone)]
pub struct Start {
    /// A command that starts the program, such as strace with its arguments.
    pub through: Vec<OsString>,
    /// Further arguments of the program.
    pub more: Vec<OsString>,
}

impl Start {
    /// With further arguments.
    pub fn with(more: &[&OsStr]) -> Self {
        Self { more: more.iter().map(OsString::from).collect(), ..Self::default() }
    }

    fn spawn(&self, arguments: &[OsString]) -> Fallible<Child> {
        let mut words = self.through.iter().cloned().chain([program().into_os_string()]);
        let mut command = Command::new(words.next().ok_or("no program")?);
        command.args(words).args(arguments).args(&self.more);
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command.spawn()?)
    }

    /// Starts a quickstart and waits for its screen.
    pub fn quickstart(&self, data: &Path, port: u16) -> Fallible<Server> {
        let arguments = quickstart_arguments(data, port);
        let server = Server::of(self.spawn(&arguments)?, port, data.to_owned(), data.join("tls").join("ca.pem"))?;
        server.ready_when(&server.out, " share create NAME")?;
        Ok(server)
    }

    /// Starts the server of a configuration and waits until it says that it is ready.
    pub fn serve(&self, config: &Path, port: u16) -> Fallible<Server> {
        let folder = config.parent().ok_or("a configuration lies in a folder")?;
        let arguments = ["serve".into(), "--config".into(), config.into()];
        let server = Server::of(self.spawn(&arguments)?, port, folder.join("data"), folder.join("ca.pem"))?;
        server.ready_when(&server.err, "ready at")?;
        Ok(server)
    }
}

/// The arguments of a quickstart.
pub fn quickstart_arguments(data: &Path, port: u16) -> Vec<OsString> {
    let listen = format!("127.0.0.1:{port}");
    vec!["quickstart".into(), "--data".into(), data.into(), "--listen".into(), listen.into()]
}

/// Starts a quickstart on a free port and waits for its screen.
pub fn quickstart(data: &Path, more: &[&OsStr]) -> Fallible<Server> {
    Start::with(more).quickstart(data, free_port()?)
}

impl Server {
    fn of(mut child: Child, port: u16, data: PathBuf, ca: PathBuf) -> Fallible<Self> {
        let out = Said::listen(child.stdout.take().ok_or("no standard output")?);
        let err = Said::listen(child.stderr.take().ok_or("no standard error")?);
        let direct = i32::try_from(child.id())?;
        let pid = until("the program's process", || Ok(program_below(direct).or(child.try_wait()?.map(|_| direct))))?;
        let pid = Pid::from_raw(pid).ok_or("no process")?;
        Ok(Self { child, pid, port, data, ca, out, err })
    }

    fn ready_when(&self, output: &Said, mark: &str) -> Fallible {
        output
            .find(mark, |text| text.contains(mark).then_some(()))
            .map_err(|why| format!("{why}\n{}", self.err.text()).into())
    }

    /// The link on the quickstart's screen.
    pub fn link(&self) -> Fallible<String> {
        let link = |text: &str| text.lines().map(str::trim).find(|line| line.contains("/s/")).map(str::to_owned);
        self.out.find("a link", link)
    }

    /// Kills it where it stands.
    pub fn kill(mut self) -> Fallible {
        kill_process(self.pid, Signal::KILL)?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits for its exit status.
    pub fn stop(mut self, signal: Signal) -> Fallible<Option<i32>> {
        kill_process(self.pid, signal)?;
        let ended = until("the server to stop", || Ok(self.child.try_wait()?))?;
        Ok(ended.code())
    }

    /// The process.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Fallible<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid.as_raw_nonzero()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
    }

    /// Runs a command against it.
    pub fn run(&self, words: &[&str]) -> Fallible<Ran> {
        doorward_at(&[words, &["--data"]].concat(), &self.data)
    }

    /// Runs a command against it that has a page drawn, anew as long as the machine has no processor to spare for that.
    pub fn run_drawing(&self, words: &[&str]) -> Fallible<Ran> {
        until("a worker that is free", || {
            let ran = self.run(words)?;
            Ok((!ran.err.contains("every worker is busy")).then_some(ran))
        })
    }

    /// Runs a command against it for its JSON, once the history that it may need is there.
    pub fn json(&self, words: &[&str]) -> Fallible<Value> {
        until("the history", || {
            let ran = self.run(&[words, &["--json"]].concat())?;
            if ran.code == Some(1) && ran.err.contains("is being made") {
                Ok(None)
            } else {
                ran.json().map(Some).map_err(|why| format!("{why}\n{}", self.err.text()).into())
            }
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(self.pid, Signal::KILL);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The program among a process and its children.
fn program_below(pid: i32) -> Option<i32> {
    let running = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    if running.file_name() == program().file_name() {
        return Some(pid);
    }
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().find_map(|child| program_below(child.parse().ok()?))
}

/// A port that nothing listens on, below those that the system gives away by itself.
pub fn free_port() -> Fallible<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 200)? * 100;
    (0..100)
        .map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed) % 100)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| "no free port".into())
}
