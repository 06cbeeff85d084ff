//! Starts workers: a small process, made before the server has a thread, a port or a key, that starts one on each request.
//!
//! The two speak over a Unix socket: a number asks for a worker; the answer is that number and the worker's process id, 0 for none, with the
//! ends of its pipes and a handle to the process. An answer that comes too late is known by its number, and its worker ended. The spawner ends
//! when that socket does, and its workers end with it.

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The running program, whatever has become of its file.
pub const OWN_PROGRAM: &str = "/proc/self/exe";
/// How long a spawner may take to start a worker.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a spawner looks after workers that have ended.
const REAP_EVERY: Duration = Duration::from_secs(1);
/// Length of a request's number, and of an answer: the number and a process id, lowest byte first.
const REQUEST: usize = 4;
const ANSWER: usize = 8;
/// What shows that the spawner is no more, or not to be understood any more.
const ENDS: [io::ErrorKind; 5] = [
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::WriteZero,
    io::ErrorKind::InvalidData,
];

/// The gateway's end of a spawner. Dropping it ends the spawner and its workers.
#[derive(Debug)]
pub struct Spawner {
    line: Mutex<Line>,
    ended: AtomicBool,
    process: Child,
}

/// The way to the spawner, and the number of the request made last.
#[derive(Debug)]
struct Line {
    /// Nothing once it has ended.
    socket: Option<UnixStream>,
    number: u32,
}

/// A worker that was started and has said nothing yet.
#[derive(Debug)]
pub struct Started {
    /// Its process id.
    pub pid: Pid,
    /// Where it is told what to do.
    pub orders: OwnedFd,
    /// Where it answers.
    pub answers: OwnedFd,
    /// The process itself, whatever its id is given to afterwards.
    pub process: OwnedFd,
}

impl Started {
    /// Ends it at once.
    pub fn kill(&self) {
        // It may have ended by itself.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }
}

impl Spawner {
    /// Starts the spawner of a program.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn start(program: &Path) -> io::Result<Self> {
        let (ours, its) = UnixStream::pair()?;
        let mut command = confined_command(program, "preview-spawner");
        let process = command.stdin(OwnedFd::from(its)).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
        Self::over(ours, process, PATIENCE)
    }

    /// The spawner that is a process at the other end of a socket.
    fn over(socket: UnixStream, process: Child, patience: Duration) -> io::Result<Self> {
        socket.set_read_timeout(Some(patience))?;
        socket.set_write_timeout(Some(patience))?;
        Ok(Self { line: Mutex::new(Line { socket: Some(socket), number: 0 }), ended: AtomicBool::new(false), process })
    }

    /// Has a worker started; blocks for about a millisecond, or until nothing has come for [`PATIENCE`].
    ///
    /// # Errors
    /// There is no spawner any more, or it cannot start one now.
    pub fn worker(&self) -> io::Result<Started> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let Line { socket: place, number } = &mut *line;
        let socket = place.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        *number = number.wrapping_add(1);
        let started = socket.write_all(&number.to_le_bytes()).and_then(|()| answer(socket, *number));
        // One that is slow may answer later; one that is gone, or says what it must not, never will.
        if let Err(why) = &started
            && ENDS.contains(&why.kind())
        {
            *place = None;
            self.ended.store(true, Ordering::Relaxed);
            tracing::error!(%why, "the process that starts workers for previews has ended: no previews until the server is started again");
        }
        started
    }

    /// Whether it has ended, so that there will be no workers any more. It is seen when a worker is asked for.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        self.line.get_mut().unwrap_or_else(PoisonError::into_inner).socket = None;
        let _ = self.process.wait();
    }
}

fn confined_command(program: &Path, task: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(task).env_clear().env("RUST_BACKTRACE", "0").current_dir("/");
    command
}

/// The answer to the request of a number; workers that come too late for theirs are ended.
fn answer(socket: &UnixStream, number: u32) -> io::Result<Started> {
    loop {
        let (answered, started) = match receive(socket) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            received => received?,
        };
        if answered == number {
            return started.ok_or_else(|| io::Error::other("the spawner could not start a worker"));
        }
        if let Some(late) = started {
            late.kill();
        }
    }
}

/// The next answer: its number, and a worker if one was started.
fn receive(socket: &UnixStream) -> io::Result<(u32, Option<Started>)> {
    let mut answer = [0; ANSWER];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = recvmsg(socket, &mut [IoSliceMut::new(&mut answer)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    if got.bytes != ANSWER {
        return Err(if got.bytes == 0 { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData }.into());
    }
    let [a, b, c, d, pid @ ..] = answer;
    let mut handles = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(handles) => Some(handles),
        _ => None,
    });
    let mut handles = handles.next().into_iter().flatten();
    let started = match (Pid::from_raw(i32::from_le_bytes(pid)), handles.next(), handles.next(), handles.next()) {
        (Some(pid), Some(orders), Some(answers), Some(process)) => Some(Started { pid, orders, answers, process }),
        _ => None,
    };
    Ok((u32::from_le_bytes([a, b, c, d]), started))
}

/// An answer's bytes.
fn said(number: [u8; REQUEST], pid: i32) -> [u8; ANSWER] {
    let ([a, b, c, d], [e, f, g, h]) = (number, pid.to_le_bytes());
    [a, b, c, d, e, f, g, h]
}

/// The work of the spawner process, until its socket, which is its standard input, ends.
pub fn run() -> ExitCode {
    let socket = match io::stdin().as_fd().try_clone_to_owned() {
        Ok(socket) => UnixStream::from(socket),
        Err(_) => return ExitCode::FAILURE,
    };
    match serve(&socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("doorward: the process that starts workers for previews ends: {why}");
            ExitCode::FAILURE
        }
    }
}

fn serve(mut socket: &UnixStream) -> io::Result<()> {
    let mut workers: Vec<Child> = Vec::new();
    loop {
        // Whoever has ended is let go of.
        workers.retain_mut(|worker| matches!(worker.try_wait(), Ok(None)));
        socket.set_read_timeout((!workers.is_empty()).then_some(REAP_EVERY))?;
        let mut number = [0; REQUEST];
        match socket.read(&mut number) {
            Ok(0) => break,
            // It is written at once, and so read at once.
            Ok(got) if got < REQUEST => return Err(io::ErrorKind::InvalidData.into()),
            Ok(_) => match start(socket, number) {
                Ok(worker) => workers.push(worker),
                Err(why) => {
                    eprintln!("doorward: a worker for previews could not be started: {why}");
                    socket.write_all(&said(number, 0))?;
                }
            },
            Err(why) if matches!(why.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(why) => return Err(why),
        }
    }
    for mut worker in workers {
        let _ = worker.kill();
        let _ = worker.wait();
    }
    Ok(())
}

/// Starts a worker and hands its pipes over.
fn start(socket: &UnixStream, number: [u8; REQUEST]) -> io::Result<Child> {
    let (orders_in, orders_out) = io::pipe()?;
    let (answers_in, answers_out) = io::pipe()?;
    let mut command = confined_command(Path::new(OWN_PROGRAM), "preview-worker");
    // What it might say on its standard error could be of a document.
    let mut worker = command.stdin(orders_in).stdout(answers_out).stderr(Stdio::null()).spawn()?;
    // The command holds the worker's ends, and the gateway is to see when the worker's own copy closes.
    drop(command);
    hand_over(socket, number, &worker, orders_out.as_fd(), answers_in.as_fd()).inspect_err(|_| {
        let _ = worker.kill();
        let _ = worker.wait();
    })?;
    Ok(worker)
}

fn hand_over(
    socket: &UnixStream,
    number: [u8; REQUEST],
    worker: &Child,
    orders: std::os::fd::BorrowedFd<'_>,
    answers: std::os::fd::BorrowedFd<'_>,
) -> io::Result<()> {
    let id = worker.id().cast_signed();
    let pid = Pid::from_raw(id).ok_or(io::ErrorKind::InvalidData)?;
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    let handles = [orders, answers, process.as_fd()];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&handles));
    sendmsg(socket, &[IoSlice::new(&said(number, id))], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

#[cfg(test)]
mod tests;
