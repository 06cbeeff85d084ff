//! The converter of Office documents as a child process, and somebody who asks it.

use super::Fallible;
use super::program::program;
use super::wait::{PATIENCE, Said, until};
use doorward::preview::office::Format;
use doorward::preview::office::wire::{Answer, Request};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running converter. Dropped, it is killed.
pub struct Converter {
    child: Child,
    /// Its socket.
    pub socket: PathBuf,
    /// Its standard error.
    pub err: Said,
}

/// A document on its way.
pub struct Sent(UnixStream);

/// The command that starts one on a socket and a scratch folder inside `folder`.
pub fn command(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(["office", "--socket"]).arg(folder.join("office.sock"));
    command.arg("--scratch").arg(folder).args(more);
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

impl Converter {
    /// Starts one and waits until it is ready.
    pub fn start(folder: &Path, more: &[&str]) -> Fallible<Self> {
        let mut child = command(folder, more).spawn()?;
        let err = Said::listen(child.stderr.take().ok_or("no standard error")?);
        let converter = Self { child, socket: folder.join("office.sock"), err };
        converter.err.find("ready at", |text| text.contains("ready at").then_some(()))?;
        Ok(converter)
    }

    /// Sends a document with its end.
    pub fn send(&self, format: Format, document: &[u8]) -> Fallible<Sent> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = Request::Convert { format, size: document.len() as u64 };
        let sent = stream.write_all(&request.head()).and_then(|()| stream.write_all(document));
        match sent.and_then(|()| stream.shutdown(Shutdown::Write)) {
            // It may have answered before it had read everything.
            Err(why) if !matches!(why.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::NotConnected) => {
                Err(why.into())
            }
            _ => Ok(Sent(stream)),
        }
    }

    /// Converts a file by the end of its name.
    pub fn convert(&self, file: &Path) -> Fallible<(Answer, Vec<u8>)> {
        let name = file.file_name().and_then(|name| name.to_str()).ok_or("no name")?;
        self.send(Format::of_name(name).ok_or("no such format")?, &std::fs::read(file)?)?.answer()
    }

    /// The process.
    pub fn pid(&self) -> Fallible<Pid> {
        Ok(Pid::from_raw(i32::try_from(self.child.id())?).ok_or("no process")?)
    }

    /// Waits until it runs LibreOffice and returns all processes below it.
    pub fn at_work(&self) -> Fallible<Vec<i32>> {
        let own = i32::try_from(self.child.id())?;
        until("a conversion", || {
            let below = below(own)?;
            let at_work = below.iter().any(|pid| status(*pid).is_some_and(|(name, _)| name == "soffice.bin"));
            Ok(at_work.then_some(below))
        })
    }

    /// Signals it and waits for its end.
    pub fn end(mut self, signal: Signal) -> Fallible<Option<i32>> {
        kill_process(self.pid()?, signal)?;
        Ok(until("the converter to end", || Ok(self.child.try_wait()?))?.code())
    }
}

impl Drop for Converter {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Sent {
    /// Reads the answer to its end.
    pub fn answer(mut self) -> Fallible<(Answer, Vec<u8>)> {
        let mut head = vec![0; 14];
        self.0.read_exact(&mut head)?;
        let mut version = vec![0; usize::from(head[5])];
        self.0.read_exact(&mut version)?;
        let answer = Answer::parse(&[head, version].concat()).ok_or("no answer")?;
        let mut pdf = Vec::new();
        match (self.0.read_to_end(&mut pdf), &answer) {
            (Ok(_), Answer::Converted { size, .. }) => assert_eq!(pdf.len() as u64, *size),
            // What it had not read of a document that it refused is told like this.
            (Err(why), Answer::Refused(_)) if why.kind() == ErrorKind::ConnectionReset => {}
            (read, _) => assert_eq!(read?, 0),
        }
        Ok((answer, pdf))
    }
}

/// Waits until none of these processes is there any more.
pub fn gone(processes: &[i32]) -> Fallible {
    until("the sandbox to end", || Ok(processes.iter().all(|pid| status(*pid).is_none()).then_some(())))
}

/// The name and the parent of a process.
fn status(pid: i32) -> Option<(String, i32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.split_once(") ")?;
    let mut fields = rest.split(' ');
    // One that has ended and is only not yet counted runs no more.
    let runs = fields.next() != Some("Z");
    let parent = fields.next()?.parse().ok()?;
    runs.then(|| (name.to_owned(), parent))
}

/// All processes below one, whichever of its threads began them.
fn below(top: i32) -> Fallible<Vec<i32>> {
    let names = std::fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let all: Vec<(i32, i32)> = names.filter_map(|pid| Some((pid, status(pid)?.1))).collect();
    let mut found = vec![top];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, own)| *own == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found.remove(0);
    Ok(found)
}
