//! A disk without room: work is refused in clear words, pages go on, and with room all goes on. The disk is a bound on the size of files, and a small
//! one that is really full.

use crate::helpers::Fallible;
use crate::helpers::client::Browser;
use crate::helpers::disk::SmallDisk;
use crate::helpers::program::{doorward, doorward_at, run};
use crate::helpers::server::{Server, Start};
use crate::helpers::settings::Settings;
use crate::helpers::wait::until;
use crate::helpers::walk::sign_in;
use rustix::process::Signal;
use std::process::Command;

/// Lets no file of the server grow beyond so many bytes; what is longer already stays.
fn bound(server: &Server, bytes: &str) -> Fallible {
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--pid={}", server.pid().as_raw_nonzero()))
        .arg(format!("--fsize={bytes}:unlimited"));
    run(command)?.done().map(|_| ())
}

#[test]
fn without_room_commands_are_refused_and_with_room_they_go_on() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    settings.document("a.txt", 10)?;
    // A process that ignores the signal is told by an error instead, as of a full disk.
    let through = ["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""].map(Into::into).to_vec();
    let server = Start { through, ..Start::default() }.serve(&settings.write()?, settings.port)?;
    let message = "x".repeat(8000);
    let create = || server.run(&["share", "create", "a.txt", "--to", "guest@example.org", "--message", &message, "--json"]);
    let first = create()?.json()?;
    let journal = server.data.join("ledger").join("00000001.jsonl");
    bound(&server, &(std::fs::metadata(&journal)?.len() + 40_000).to_string())?;
    let mut made = 1;
    let refused = until("a refusal", || {
        let ran = create()?;
        if ran.code == Some(0) {
            made += 1;
            return Ok(None);
        }
        ran.refused(1).map(Some)
    })?;
    assert!(refused.contains("the disk takes no more; nothing was written"), "{refused}");
    let browser = Browser::new(server.port, &server.ca)?;
    let link = first["links"][0]["url"].as_str().ok_or("no link")?;
    browser.get(&link[link.find("/s/").ok_or("no link")?..])?.text(200)?;
    assert!(browser.get("/readyz")?.text(503)?.contains("full"));
    browser.get("/healthz")?.text(200)?;
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(made));
    assert_eq!(server.run(&["audit", "verify"])?.done()?.lines().next(), Some("the chain holds"));

    bound(&server, "unlimited")?;
    until("room again", || Ok((create()?.code == Some(0)).then_some(())))?;
    browser.get("/readyz")?.text(200)?;
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    let server = settings.serve()?;
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(made + 1), "what was refused is not there");
    Ok(())
}

/// Has commands of the server written until it refuses even a short one.
fn write_to_the_last_line(server: &Server, share: &str) -> Fallible<usize> {
    let mut made = 0;
    let refused = until("a refusal", || {
        let ran = server.run(&["share", "create", "a.txt", "--to", &format!("guest-{made}@example.org"), "--json"])?;
        made += usize::from(ran.code == Some(0));
        if ran.code == Some(0) { Ok(None) } else { ran.refused(1).map(Some) }
    })?;
    assert!(refused.contains("the disk takes no more; nothing was written"), "{refused}");
    let mut turn = 0;
    until("a refusal of the shortest", || {
        turn += 1;
        let ran = server.run(&["share", "update", share, if turn % 2 == 1 { "--print" } else { "--no-print" }])?;
        Ok((ran.code != Some(0)).then_some(()))
    })?;
    Ok(made)
}

#[test]
fn on_a_disk_that_is_really_full_nothing_is_torn_and_a_killed_server_starts_again_with_room() -> Fallible {
    let (disk, scratch) = (SmallDisk::of(16 << 20)?, tempfile::tempdir()?);
    let data = disk.path().join("data");
    std::fs::create_dir(&data)?;
    std::fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    std::os::unix::fs::symlink(&data, scratch.path().join("data"))?;
    let settings = Settings::new(scratch.path())?;
    settings.document("a.txt", 10)?;
    settings.document("b.txt", 10)?;
    let server = settings.serve()?;
    let first = server.json(&["share", "create", "a.txt", "b.txt", "--preview-only", "--to", "guest@example.org"])?;
    let id = first["id"].as_str().ok_or("no id")?;
    let given = server.json(&["share", "create", "a.txt", "b.txt", "--to", "guest@example.org"])?;
    let visitor = sign_in(&server, given["links"][0]["url"].as_str().ok_or("no link")?, "guest@example.org")?;
    assert_eq!(visitor.download(&visitor.at("a.txt"))?.len(), 10);

    disk.fill()?;
    let made = 2 + write_to_the_last_line(&server, id)?;
    assert!(visitor.download(&visitor.at("b.txt")).is_err(), "no byte leaves without its receipt");
    visitor.browser.get(&visitor.list)?.text(200)?;
    assert!(visitor.browser.get("/readyz")?.text(503)?.contains("full"));
    server.kill()?;
    assert!(doorward_at(&["audit", "verify"], &data)?.done()?.starts_with("the chain holds"));
    let config = settings.write()?;
    let refused = until("a start that is refused", || {
        // The last page of the journal may have room for the line of one start.
        match settings.serve() {
            Ok(server) => server.kill().map(|()| None),
            Err(_) => doorward(["serve".as_ref(), "--config".as_ref(), config.as_os_str()]).map(Some),
        }
    })?;
    let last = refused.err.lines().last().unwrap_or_default();
    assert!(refused.code == Some(1) && last.contains("the ledger cannot be opened") && last.contains("No space left"), "{refused:?}");

    disk.make_room()?;
    let server = settings.serve()?;
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(made), "what was refused is not there, what was not is");
    assert_eq!(visitor.download(&visitor.at("b.txt"))?.len(), 10);
    assert_eq!(server.json(&["receipts"])?.as_array().map(Vec::len), Some(2), "the history is there again");
    server.json(&["share", "create", "a.txt", "--to", "last@example.org"])?;
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    assert!(doorward_at(&["audit", "verify"], &data)?.done()?.starts_with("the chain holds"));
    Ok(())
}
