//! A ledger that was changed behind the server's back, and a clock that cannot be right: the start is refused and says where.

use crate::helpers::Fallible;
use crate::helpers::program::doorward_at;
use crate::helpers::server::Start;
use crate::helpers::settings::Settings;
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A stopped server with some lines in its ledger.
fn stopped() -> Fallible<(TempDir, Settings)> {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    settings.document("a.txt", 10)?;
    let server = settings.serve()?;
    for guest in ["a@example.org", "b@example.org", "c@example.org"] {
        server.json(&["share", "create", "a.txt", "--to", guest])?;
    }
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    Ok((scratch, settings))
}

fn journal(scratch: &Path) -> PathBuf {
    scratch.join("data").join("ledger").join("00000001.jsonl")
}

fn refused(settings: &Settings) -> Fallible<String> {
    let ran = doorward_at(&["serve", "--config"], &settings.write()?)?;
    let line = ran.err.lines().find(|line| line.starts_with("doorward: ")).map(str::to_owned);
    if ran.code == Some(1) { line.ok_or_else(|| format!("{ran:?}").into()) } else { Err(format!("{ran:?}").into()) }
}

#[test]
fn a_flipped_byte_stops_the_start_and_the_verification_and_both_name_file_and_line() -> Fallible {
    let (scratch, settings) = stopped()?;
    let file = journal(scratch.path());
    let good = std::fs::read(&file)?;
    let lines = good.iter().filter(|byte| **byte == b'\n').count();
    for line in [2, lines / 2, lines - 1] {
        let start: usize = good.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
        let mut bad = good.clone();
        bad[start + 40] ^= 1;
        std::fs::write(&file, &bad)?;
        // The state files would spare the start the look at lines that they hold.
        forget_states(scratch.path())?;
        let place = format!("00000001.jsonl line {line}: ");
        let told = refused(&settings)?;
        assert!(told.contains(&place), "{told}");
        let told = doorward_at(&["audit", "verify"], &scratch.path().join("data"))?.refused(1)?;
        assert!(told.starts_with("the ledger is broken: ") && told.contains(&place), "{told}");
        assert_eq!(std::fs::read(&file)?, bad, "nothing is mended by itself");
    }
    std::fs::write(&file, &good)?;
    assert_eq!(settings.serve()?.stop(Signal::TERM)?, Some(0));
    Ok(())
}

#[test]
fn a_line_taken_out_is_found_although_every_other_is_whole() -> Fallible {
    let (scratch, settings) = stopped()?;
    let file = journal(scratch.path());
    let good = std::fs::read_to_string(&file)?;
    // Cut at its end, the chain holds; the state file knows better.
    let kept: String = good.split_inclusive('\n').take(4).collect();
    std::fs::write(&file, kept)?;
    for told in [refused(&settings)?, doorward_at(&["audit", "verify"], &scratch.path().join("data"))?.refused(1)?] {
        assert!(told.contains("00000001.jsonl line") && told.contains("does not hold what"), "{told}");
    }
    let without: String = good.split_inclusive('\n').enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| line).collect();
    std::fs::write(&file, without)?;
    forget_states(scratch.path())?;
    for told in [refused(&settings)?, doorward_at(&["audit", "verify"], &scratch.path().join("data"))?.refused(1)?] {
        assert!(told.contains("00000001.jsonl line 4: "), "{told}");
    }
    Ok(())
}

#[test]
fn a_clock_before_the_last_line_or_long_after_it_is_refused_unless_accepted() -> Fallible {
    for by in [60_000, -401 * 24 * 3_600_000] {
        let (scratch, settings) = stopped()?;
        move_lines(&journal(scratch.path()), by)?;
        forget_states(scratch.path())?;
        assert!(
            doorward_at(&["audit", "verify"], &scratch.path().join("data"))?
                .done()?
                .starts_with("the chain holds")
        );
        let told = refused(&settings)?;
        assert!(told.contains("the clock says") && told.contains("--accept-clock"), "{told}");
        let accepted = Start::with(&["--accept-clock".as_ref()]).serve(&settings.write()?, settings.port)?;
        assert_eq!(accepted.json(&["share", "list"])?.as_array().map(Vec::len), Some(3));
        assert_eq!(accepted.stop(Signal::TERM)?, Some(0));
    }
    let ran = doorward_at(&["quickstart", "--accept-clock", "--data"], Path::new("nowhere"))?;
    assert_eq!(ran.code, Some(2), "only the real server takes a clock on trust");
    Ok(())
}

/// Gives all lines other times and the hashes that go with them: a ledger as it would be had the clock been different.
fn move_lines(file: &Path, by: i64) -> Fallible {
    let text = std::fs::read_to_string(file)?;
    let mut lines = text.lines();
    let mut moved = lines.next().ok_or("no head")?.to_owned();
    let head = moved.rsplit_once("\"h\":\"").and_then(|(_, hash)| hash.strip_suffix("\"}"));
    let mut previous = HEXLOWER.decode(head.ok_or("no hash")?.as_bytes())?;
    for line in lines {
        let (body, _) = line.rsplit_once(",\"h\":").ok_or("no hash")?;
        let (before, rest) = body.split_once("\"t\":").ok_or("no time")?;
        let (time, behind) = rest.split_once(',').ok_or("nothing behind the time")?;
        let body = format!("{before}\"t\":{},{behind}", time.parse::<i64>()? + by);
        previous = digest(&SHA256, &[&previous, body.as_bytes()].concat()).as_ref().to_vec();
        moved.push_str(&format!("\n{body},\"h\":\"{}\"}}", HEXLOWER.encode(&previous)));
    }
    Ok(std::fs::write(file, moved + "\n")?)
}

fn forget_states(scratch: &Path) -> Fallible {
    for entry in std::fs::read_dir(scratch.join("data").join("ledger"))? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("state-")) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}
