//! What a worker can do from inside: nothing, tried with the real program.

use crate::helpers::{Fallible, program};
use doorward::domain::language::Language;
use doorward::preview::job::Trouble;
use doorward::preview::wire::{Answer, Open, Order};
use rustix::process::Signal;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

/// Starts a worker and waits until it is confined.
fn worker() -> Fallible<Child> {
    let mut command = Command::new(program());
    command.arg("preview-worker").env_clear().env("RUST_BACKTRACE", "0").current_dir("/");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    match Answer::read(child.stdout.as_mut().ok_or("no standard output")?)? {
        Answer::Ready(confined) if confined.seccomp && confined.landlock > 0 => Ok(child),
        other => Err(format!("{other:?}").into()),
    }
}

/// Hands a worker a document.
fn hand(child: &mut Child, bytes: &[u8]) -> Fallible {
    let open = Open { name: "probe.txt".to_owned(), part: Vec::new(), size: bytes.len() as u64, language: Language::English };
    let orders = [Order::Open(open), Order::Chunk(bytes.to_vec().into()), Order::End];
    Ok(child
        .stdin
        .as_mut()
        .ok_or("no standard input")?
        .write_all(&orders.iter().flat_map(Order::encode).collect::<Vec<_>>())?)
}

/// The signal that ends a worker which tries this.
fn ends_by(attempt: &str) -> Fallible<Option<i32>> {
    let mut child = worker()?;
    hand(&mut child, format!("doorward-probe: {attempt}\n").as_bytes())?;
    let answer = Answer::read(child.stdout.as_mut().ok_or("no standard output")?);
    assert!(answer.is_err(), "{attempt}: {answer:?}");
    Ok(child.wait()?.signal())
}

#[test]
fn a_worker_that_opens_connects_forks_executes_or_signals_is_killed_by_the_kernel() -> Fallible {
    for attempt in ["open", "list", "write", "remove", "connect", "listen", "fork", "exec", "thread", "kill"] {
        assert_eq!(ends_by(attempt)?, Some(Signal::SYS.as_raw()), "{attempt}");
    }
    Ok(())
}

#[test]
fn a_worker_without_memory_or_stack_or_with_a_panic_aborts() -> Fallible {
    for attempt in ["memory", "stack", "panic"] {
        assert_eq!(ends_by(attempt)?, Some(Signal::ABORT.as_raw()), "{attempt}");
    }
    Ok(())
}

#[test]
fn a_worker_that_never_ends_is_killed_after_its_processor_time() -> Fallible {
    assert_eq!(ends_by("cpu")?, Some(Signal::KILL.as_raw()));
    Ok(())
}

#[test]
fn a_worker_that_tries_nothing_says_that_the_document_is_damaged_and_ends_with_its_pipe() -> Fallible {
    let mut child = worker()?;
    hand(&mut child, b"doorward-probe: nothing\n")?;
    let answer = Answer::read(child.stdout.as_mut().ok_or("no standard output")?)?;
    assert!(matches!(answer, Answer::Failed(Trouble::Damaged, _)), "{answer:?}");
    let mut idle = worker()?;
    drop(idle.stdin.take());
    idle.wait()?;
    child.wait()?;
    Ok(())
}

#[test]
fn a_worker_ends_at_orders_that_make_no_sense() -> Fallible {
    for nonsense in [vec![0xff; 64], Order::End.encode(), Order::Chunk(vec![0; 10].into()).encode(), b"\x02\0\0\0\x04{}".to_vec()] {
        let mut child = worker()?;
        child.stdin.as_mut().ok_or("no standard input")?.write_all(&nonsense)?;
        let answer = Answer::read(child.stdout.as_mut().ok_or("no standard output")?);
        assert!(answer.is_err(), "{answer:?}");
        child.wait()?;
    }
    Ok(())
}
