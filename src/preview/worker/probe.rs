//! Tries from inside what a worker must not be able to do. Only in builds for development: a release has none of this.
//!
//! A document that begins with the line `doorward-probe: open` has the attempt made in the place where its bytes would be read. An attempt
//! that does not end the worker makes the document a damaged one.

use crate::preview::job::Trouble;
use rustix::process::{Signal, getppid, kill_process};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Makes the attempt that the bytes name, if they do.
pub(super) fn attempt(bytes: &[u8]) -> Result<(), Trouble> {
    let Some(rest) = bytes.strip_prefix(b"doorward-probe: ") else { return Ok(()) };
    let name = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut out = std::io::stdout();
    match name {
        b"open" => drop(std::fs::File::open("/etc/passwd")),
        b"list" => drop(std::fs::read_dir("/")),
        b"write" => drop(std::fs::write("/doorward-probe", b"x")),
        b"remove" => drop(std::fs::remove_file("/doorward-probe")),
        b"connect" => drop(TcpStream::connect(("127.0.0.1", 9))),
        b"listen" => drop(TcpListener::bind(("127.0.0.1", 0))),
        b"fork" => drop(Command::new("/bin/true").spawn()),
        b"exec" => drop(Command::new("/bin/true").exec()),
        b"thread" => drop(std::thread::Builder::new().spawn(|| ())),
        b"kill" => drop(getppid().map(|parent| kill_process(parent, Signal::TERM))),
        b"memory" => drop(std::hint::black_box(vec![1u8; 2 << 30])),
        b"cpu" => loop {
            std::hint::spin_loop();
        },
        b"stack" => drop(deeper(0)),
        b"panic" => drop(std::hint::black_box::<&[u8]>(&[])[bytes.len()]),
        b"hang" => loop {
            std::thread::park();
        },
        b"garbage" => drop(out.write_all(b"\x05\0\0\0\x45hello").and_then(|()| out.flush())),
        b"flood" => drop(out.write_all(b"\xff\xff\xff\xff\x45").and_then(|()| out.flush())),
        b"short" => {
            drop(out.write_all(b"\x00\x00\x10\x00\x45half of it").and_then(|()| out.flush()));
            std::process::exit(0);
        }
        _ => {}
    }
    Err(Trouble::Damaged)
}

/// Goes down until the stack ends.
#[expect(unconditional_recursion, reason = "that the stack ends is what is tried")]
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    deeper(depth + 1) + room[7]
}
