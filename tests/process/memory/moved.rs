//! Memory of the server while a large document is sent in, by the form and piece by piece, and while an archive is made of one.

use super::{LOOK, MOST_GROWTH};
use crate::helpers::client::Head;
use crate::helpers::server::Server;
use crate::helpers::settings::Settings;
use crate::helpers::walk::{Visitor, sign_in, value_of};
use crate::helpers::{Fallible, is_full};
use std::fs::File;
use std::io::{Read, repeat};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use tempfile::TempDir;

const GUEST: &str = "guest@example.org";
const BOUNDARY: &str = "----doorward-test";

fn size() -> u64 {
    if is_full() { 1 << 30 } else { 1 << 28 }
}

/// A server over a folder that may be written to, with a share of a large document that takes documents, too.
fn start() -> Fallible<(TempDir, Server, Visitor)> {
    let scratch = tempfile::tempdir()?;
    let mut settings = Settings::new(scratch.path())?;
    let documents = toml::Table::from_iter([
        ("name".to_owned(), toml::Value::from("documents")),
        ("path".to_owned(), "documents".into()),
        ("writable".to_owned(), true.into()),
    ]);
    settings.set("store", vec![toml::Value::from(documents)])?;
    settings.set("uploads.file_mib", i64::try_from(size() >> 20)?)?;
    settings.set("uploads.link_mib", i64::try_from(size() >> 18)?)?;
    settings.set("uploads.free_mib", 0)?;
    let large = scratch.path().join("documents/large");
    std::fs::create_dir(&large)?;
    File::create(large.join("large.bin"))?.set_len(size())?;
    let server = settings.serve()?;
    let made = server.json(&["share", "create", "documents:large/", "--to", GUEST, "--upload"])?;
    let visitor = sign_in(&server, made["links"][0]["url"].as_str().ok_or("no link")?, GUEST)?;
    Ok((scratch, server, visitor))
}

/// Does the work and says by how many bytes the server's memory has grown at most meanwhile.
fn growth(server: &Server, what: &str, work: impl FnOnce() -> Fallible + Send) -> Fallible {
    let first = server.resident()?;
    // Never sent over: it breaks when the work is over.
    let (busy, done) = channel::<()>();
    let most = thread::scope(|scope| -> Fallible<u64> {
        let work = scope.spawn(move || {
            let _busy = busy;
            work()
        });
        let mut most = first;
        while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(LOOK) {
            most = most.max(server.resident()?);
        }
        work.join().map_err(|_| "it panicked")??;
        Ok(most.max(server.resident()?))
    })?;
    println!("{what} of {} MiB: {} KiB before, {} KiB at most", size() >> 20, first / 1024, most / 1024);
    assert!(most.saturating_sub(first) < MOST_GROWTH, "{what}: memory grew from {first} to {most}");
    Ok(())
}

impl Visitor {
    /// Sends a request with a body over a connection of its own.
    fn send(&self, method: &str, path: &str, fields: &[(&str, &str)], length: u64, body: impl Read) -> Fallible<Head> {
        self.browser.connect()?.send(method, path, fields, length, body)
    }

    fn page(&self, of: &str) -> String {
        format!("{}{of}", self.list)
    }
}

/// The one document that lies in the inbox.
fn arrived(scratch: &Path) -> Fallible<u64> {
    let inbox = std::fs::read_dir(scratch.join("documents/inbox"))?.next().ok_or("no inbox")??.path();
    let mut lengths = std::fs::read_dir(inbox)?.map(|entry| Ok(entry?.metadata()?.len()));
    match (lengths.next(), lengths.next()) {
        (Some(length), None) => length,
        _ => Err("not one document".into()),
    }
}

#[test]
fn a_large_document_that_is_sent_by_the_form_is_never_in_memory_as_a_whole() -> Fallible {
    let (scratch, server, visitor) = start()?;
    let page = visitor.browser.get(&visitor.page("u"))?.text(200)?;
    let form = page.find("enctype=").ok_or("no form that sends documents")?;
    let token = value_of(&page[form..], "token").ok_or("no token in the form")?;
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"sent.bin\"\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let length = head.len() as u64 + size() + tail.len() as u64;
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let fields = [("content-type", media_type.as_str()), ("sec-fetch-site", "same-origin")];
    growth(&server, "a form", || {
        let body = head.as_bytes().chain(repeat(0).take(size())).chain(tail.as_bytes());
        let answer = visitor.send("POST", &visitor.page("u"), &fields, length, body)?;
        if answer.status == 303 { Ok(()) } else { Err(format!("{answer:?}").into()) }
    })?;
    assert_eq!(arrived(scratch.path())?, size());
    Ok(())
}

#[test]
fn a_large_document_that_is_sent_so_that_it_can_go_on_is_never_in_memory_as_a_whole() -> Fallible {
    let (scratch, server, visitor) = start()?;
    let length = size().to_string();
    // "sent.bin", as the protocol wants it.
    let fields = [("tus-resumable", "1.0.0"), ("upload-length", length.as_str()), ("upload-metadata", "filename c2VudC5iaW4=")];
    let begun = visitor.send("POST", &visitor.page("u"), &fields, 0, std::io::empty())?;
    let at = begun.field("location").ok_or("no address")?;
    let piece = size() / 4;
    growth(&server, "pieces", || {
        for offset in (0..size()).step_by(usize::try_from(piece)?) {
            let offset = offset.to_string();
            let fields =
                [("tus-resumable", "1.0.0"), ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
            let answer = visitor.send("PATCH", at, &fields, piece, repeat(0).take(piece))?;
            if answer.status != 204 {
                return Err(format!("{answer:?}").into());
            }
        }
        Ok(())
    })?;
    assert_eq!(arrived(scratch.path())?, size());
    Ok(())
}

#[test]
fn an_archive_of_a_large_document_is_never_in_memory_as_a_whole() -> Fallible {
    let (_scratch, server, visitor) = start()?;
    let page = visitor.browser.get(&visitor.page("z"))?.text(200)?;
    let token = value_of(&page, "token").ok_or("no token in the form")?;
    let at = visitor.browser.post(&visitor.page("z"), &[("token", &token), ("folder", "")])?.goes_to()?;
    growth(&server, "an archive", || {
        let mut line = visitor.browser.connect()?;
        let head = line.ask("GET", &at, "")?;
        let length = u64::try_from(head.length())?;
        if head.status != 200 || length <= size() {
            return Err(format!("an odd answer: {head:?}").into());
        }
        line.skip(length)
    })
}
