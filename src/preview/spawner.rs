//! Starts workers: a small process, made before the server has a thread, a port or a key, that starts one on each request.
//!
//! The two speak over a Unix socket: a byte asks for a worker; the answer is its process id with the ends of its pipes and a handle to the
//! process. The spawner ends when that socket does, and its workers end with it.

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
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The running program, whatever has become of its file.
pub const OWN_PROGRAM: &str = "/proc/self/exe";
/// How long a spawner may take to start a worker.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a spawner looks after workers that have ended.
const REAP_EVERY: Duration = Duration::from_secs(1);

/// The gateway's end of a spawner. Dropping it ends the spawner and its workers.
#[derive(Debug)]
pub struct Spawner {
    socket: Mutex<Option<UnixStream>>,
    process: Child,
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
        ours.set_read_timeout(Some(PATIENCE))?;
        let mut command = confined_command(program, "preview-spawner");
        let process = command.stdin(OwnedFd::from(its)).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
        Ok(Self { socket: Mutex::new(Some(ours)), process })
    }

    /// Has a worker started; blocks for about a millisecond, at most [`PATIENCE`].
    ///
    /// # Errors
    /// There is no spawner any more, or it cannot start one.
    pub fn worker(&self) -> io::Result<Started> {
        let mut place = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = place.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let started = socket.write_all(&[1]).and_then(|()| receive(socket));
        if started.as_ref().is_err_and(|why| why.kind() != io::ErrorKind::Other) {
            // An answer that comes late would be taken for that of the next request.
            *place = None;
        }
        started
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        *self.socket.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.process.wait();
    }
}

fn confined_command(program: &Path, task: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(task).env_clear().env("RUST_BACKTRACE", "0").current_dir("/");
    command
}

fn receive(socket: &UnixStream) -> io::Result<Started> {
    let mut pid = [0; 4];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = recvmsg(socket, &mut [IoSliceMut::new(&mut pid)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    if got.bytes != pid.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut handles = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(handles) => Some(handles),
        _ => None,
    });
    let mut handles = handles.next().into_iter().flatten();
    match (Pid::from_raw(i32::from_le_bytes(pid)), handles.next(), handles.next(), handles.next()) {
        (Some(pid), Some(orders), Some(answers), Some(process)) => Ok(Started { pid, orders, answers, process }),
        _ => Err(io::Error::other("the spawner could not start a worker")),
    }
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
        match socket.read(&mut [0]) {
            Ok(0) => break,
            Ok(_) => match start(socket) {
                Ok(worker) => workers.push(worker),
                Err(why) => {
                    eprintln!("doorward: a worker for previews could not be started: {why}");
                    socket.write_all(&0i32.to_le_bytes())?;
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
fn start(socket: &UnixStream) -> io::Result<Child> {
    let (orders_in, orders_out) = io::pipe()?;
    let (answers_in, answers_out) = io::pipe()?;
    let mut command = confined_command(Path::new(OWN_PROGRAM), "preview-worker");
    // What it might say on its standard error could be of a document.
    let mut worker = command.stdin(orders_in).stdout(answers_out).stderr(Stdio::null()).spawn()?;
    // The command holds the worker's ends, and the gateway is to see when the worker's own copy closes.
    drop(command);
    hand_over(socket, &worker, orders_out.as_fd(), answers_in.as_fd()).inspect_err(|_| {
        let _ = worker.kill();
        let _ = worker.wait();
    })?;
    Ok(worker)
}

fn hand_over(
    socket: &UnixStream,
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
    sendmsg(socket, &[IoSlice::new(&id.to_le_bytes())], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}
