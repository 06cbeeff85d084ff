//! A disk without room: work is refused in clear words, pages go on, and with room all goes on. The disk is a bound on the size of files.

use crate::helpers::Fallible;
use crate::helpers::client::Browser;
use crate::helpers::program::run;
use crate::helpers::server::{Server, Start};
use crate::helpers::settings::Settings;
use crate::helpers::wait::until;
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
