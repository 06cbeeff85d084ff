//! The gateway's end against a spawner that is slow, says no, and goes.

use super::*;
use std::os::unix::process::ExitStatusExt;
use std::thread;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A program that does nothing for long enough.
fn idle() -> io::Result<Child> {
    Command::new("sleep").arg("600").stdin(Stdio::null()).stdout(Stdio::null()).spawn()
}

fn number(mut socket: &UnixStream) -> io::Result<[u8; REQUEST]> {
    let mut number = [0; REQUEST];
    socket.read_exact(&mut number)?;
    Ok(number)
}

fn hand(socket: &UnixStream, number: [u8; REQUEST], worker: &Child) -> io::Result<()> {
    let (pipe, other) = io::pipe()?;
    hand_over(socket, number, worker, other.as_fd(), pipe.as_fd())
}

#[test]
fn a_worker_that_comes_too_late_is_ended_and_the_next_request_has_its_own() -> Outcome {
    let (ours, its) = UnixStream::pair()?;
    let spawner = Spawner::over(ours, Command::new("true").spawn()?, Duration::from_millis(50))?;
    assert!(spawner.worker().is_err(), "no answer in time");
    assert!(!spawner.has_ended());
    spawner
        .line
        .lock()
        .map_err(|_| "poisoned")?
        .socket
        .as_ref()
        .ok_or("a socket")?
        .set_read_timeout(Some(PATIENCE))?;
    let other = thread::spawn(move || -> io::Result<(Child, Child)> {
        let (first, second) = (number(&its)?, number(&its)?);
        assert_ne!(first, second);
        let (late, prompt) = (idle()?, idle()?);
        hand(&its, first, &late)?;
        hand(&its, second, &prompt)?;
        // A request that cannot be met says so, and is no end.
        let third = number(&its)?;
        (&its).write_all(&said(third, 0))?;
        Ok((late, prompt))
    });
    let started = spawner.worker()?;
    assert!(spawner.worker().is_err() && !spawner.has_ended());
    let (mut late, mut prompt) = other.join().map_err(|_| "the other end failed")??;
    assert_eq!(started.pid.as_raw_nonzero().get(), i32::try_from(prompt.id())?);
    assert_eq!(late.wait()?.signal(), Some(9), "nobody holds it");
    assert!(prompt.try_wait()?.is_none());
    started.kill();
    prompt.wait()?;
    // The other end is closed by now.
    assert!(spawner.worker().is_err() && spawner.has_ended());
    assert_eq!(spawner.worker().err().map(|why| why.kind()), Some(io::ErrorKind::NotConnected));
    Ok(())
}
