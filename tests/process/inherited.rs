//! What whoever starts the server has left open does not reach the processes that draw previews.

use crate::helpers::Fallible;
use crate::helpers::server::{Start, free_port};
use crate::helpers::wait::until;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Starts what follows with a file open on the seventh descriptor, and with another far above.
const WITH_FILES: &str = "exec 7<\"$0\" 300>>\"$0\"; exec \"$@\"";

fn children(pid: i32) -> Fallible<Vec<i32>> {
    let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(listed.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

fn task(pid: i32) -> Fallible<String> {
    let line = std::fs::read(format!("/proc/{pid}/cmdline"))?;
    Ok(line
        .split(|b| *b == 0)
        .nth(1)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .unwrap_or_default())
}

/// What a process has open; what it closes while one looks is not.
fn open(pid: i32) -> Fallible<Vec<PathBuf>> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
        match std::fs::read_link(entry?.path()) {
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            link => open.push(link?),
        }
    }
    Ok(open)
}

/// What of it lies in the file system, beside nothing at all.
fn files(pid: i32) -> Fallible<Vec<PathBuf>> {
    Ok(open(pid)?.into_iter().filter(|path| path.is_absolute() && path != Path::new("/dev/null")).collect())
}

#[test]
fn what_the_server_was_started_with_is_not_open_in_what_draws_previews() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (documents, secret) = (scratch.path().join("documents"), scratch.path().join("secret"));
    std::fs::create_dir(&documents)?;
    std::fs::write(documents.join("note.txt"), b"a page")?;
    std::fs::write(&secret, b"not for a worker")?;
    let mut start = Start::with(&["--documents".as_ref(), documents.as_os_str()]);
    start.through = vec!["bash".into(), "-c".into(), WITH_FILES.into(), secret.clone().into()];
    let server = start.quickstart(&scratch.path().join("data"), free_port()?)?;
    let own = server.pid().as_raw_nonzero().get();
    assert_eq!(open(own)?.iter().filter(|path| **path == secret).count(), 2, "the server itself was given them");

    let share = server.json(&["share", "create", "note.txt", "--to", "guest@example.org"])?;
    let share = share["id"].as_str().ok_or("no share")?;
    let picture = scratch.path().join("page.jpg");
    server
        .run_drawing(&["redaction", "page", share, "note.txt", "--page", "1", "--to", &picture.to_string_lossy()])?
        .done()?;
    let [spawner] = children(own)?[..] else { return Err("one process starts the others".into()) };
    assert_eq!((task(spawner)?.as_str(), files(spawner)?), ("preview-spawner", Vec::new()));
    let worker = until("a worker", || Ok(children(spawner)?.first().copied()))?;
    assert_eq!((task(worker)?.as_str(), files(worker)?), ("preview-worker", Vec::new()));
    Ok(())
}
