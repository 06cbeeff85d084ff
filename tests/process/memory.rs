//! Memory: what is downloaded does not stay, however large it is and however slowly it is read.

mod moved;

use crate::helpers::server::{Server, quickstart};
use crate::helpers::walk::{GUEST, Visitor, sign_in};
use crate::helpers::{Fallible, is_full};
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

const CLIENTS: usize = 8;
const MOST_GROWTH: u64 = 32 * 1024 * 1024;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

fn size() -> u64 {
    if is_full() { 1 << 30 } else { 1 << 28 }
}

/// A quickstart over large documents that hold nothing, and somebody who is in.
fn start(scratch: &Path) -> Fallible<(Server, Visitor)> {
    let documents = scratch.join("large");
    std::fs::create_dir(&documents)?;
    for client in 0..CLIENTS {
        File::create(documents.join(format!("{client}.bin")))?.set_len(size())?;
    }
    let server = quickstart(&scratch.join("data"), &["--documents".as_ref(), documents.as_os_str()])?;
    let visitor = sign_in(&server, &server.link()?, GUEST)?;
    Ok((server, visitor))
}

#[test]
fn eight_downloads_of_a_large_document_leave_memory_as_it_was() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (server, visitor) = start(scratch.path())?;
    let (told, heard) = channel();
    let (first, most) = thread::scope(|scope| -> Fallible<(u64, u64)> {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (told, visitor) = (told.clone(), visitor.clone());
                scope.spawn(move || download(&visitor, client, &told))
            })
            .collect();
        drop(told);
        // From the first byte of the last one to begin.
        for _ in 0..CLIENTS {
            heard.recv()?;
        }
        let first = server.resident()?;
        let mut most = first;
        while let Err(RecvTimeoutError::Timeout) = heard.recv_timeout(LOOK) {
            most = most.max(server.resident()?);
        }
        for client in clients {
            client.join().map_err(|_| "a client panicked")??;
        }
        Ok((first, most.max(server.resident()?)))
    })?;
    println!("{CLIENTS} downloads of {} MiB: {} KiB at the first byte, {} KiB at most", size() >> 20, first / 1024, most / 1024);
    assert!(most.saturating_sub(first) < MOST_GROWTH, "memory grew from {first} to {most}");
    let receipts = server.json(&["receipts"])?;
    let whole = receipts
        .as_array()
        .ok_or("no list")?
        .iter()
        .filter(|receipt| receipt["outcome"] == "complete" && receipt["bytes"] == size());
    assert_eq!(whole.count(), CLIENTS);
    Ok(())
}

#[test]
fn eight_readers_that_stall_hold_little_memory() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (server, visitor) = start(scratch.path())?;
    let before = server.resident()?;
    let mut lines = Vec::new();
    for client in 0..CLIENTS {
        let mut line = visitor.browser.connect()?;
        let head = line.ask("GET", &visitor.at(&format!("documents/{client}.bin")), "")?;
        assert_eq!(head.status, 200);
        line.skip(64 * 1024)?;
        lines.push(line);
    }
    // While they hold still others are served, and memory is looked at.
    let mut most = 0;
    for _ in 0..20 {
        assert_eq!(visitor.documents()?.len(), CLIENTS);
        most = most.max(server.resident()?);
    }
    println!("{CLIENTS} stalled readers: {} KiB before, {} KiB at most", before / 1024, most / 1024);
    assert!(most.saturating_sub(before) < MOST_GROWTH, "memory grew from {before} to {most}");
    for line in &mut lines {
        line.skip(1024 * 1024)?;
    }
    Ok(())
}

/// Reads a document to its end; tells of the first byte, and by letting go of `told` of the last.
fn download(visitor: &Visitor, client: usize, told: &Sender<()>) -> Fallible {
    let mut line = visitor.browser.connect()?;
    let head = line.ask("GET", &visitor.at(&format!("documents/{client}.bin")), "")?;
    if head.status != 200 || u64::try_from(head.length())? != size() {
        return Err(format!("an odd answer: {head:?}").into());
    }
    line.skip(1)?;
    told.send(())?;
    line.skip(size() - 1)
}
