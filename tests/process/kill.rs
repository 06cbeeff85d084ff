//! Killed under load: whatever a client saw a byte of has its receipt, and the chain holds.

use crate::helpers::program::doorward_at;
use crate::helpers::server::Start;
use crate::helpers::settings::Settings;
use crate::helpers::walk::{Visitor, sign_in};
use crate::helpers::{Fallible, is_full};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

const CLIENTS: usize = 16;
/// Documents there are to be had in one cycle.
const DOCUMENTS: usize = 400;
/// More than a socket holds, so that some transfers are cut in the middle.
const BYTES: usize = 300_000;

#[test]
fn every_receipt_whose_first_byte_was_seen_survives_kill_9_under_load() -> Fallible {
    let cycles = if is_full() { 50 } else { 8 };
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    for document in 0..DOCUMENTS {
        settings.document(&format!("{document:04}.bin"), BYTES)?;
    }
    let mut server = settings.serve()?;
    let mut seen_at_all = 0;
    let mut visitor = None;
    for cycle in 0..cycles {
        // A share of its own for each cycle, so that every document makes a new receipt.
        let guest = format!("guest-{cycle}@example.org");
        let made = server.json(&["share", "create", ".", "--to", &guest])?;
        let (id, link) = (made["id"].as_str().ok_or("no id")?, made["links"][0]["url"].as_str().ok_or("no link")?);
        let inside = sign_in(&server, link, &guest)?;
        let (next, (told, heard)) = (AtomicUsize::new(0), channel());
        let seen = thread::scope(|scope| -> Fallible<BTreeSet<String>> {
            for _ in 0..CLIENTS {
                let (told, inside, next) = (told.clone(), inside.clone(), &next);
                scope.spawn(move || read_on(&inside, next, &told));
            }
            drop(told);
            // Killed at a different moment each time, always under load.
            let mut seen: BTreeSet<String> = heard.iter().take(CLIENTS + cycle * 37 % 200).collect();
            server.kill()?;
            seen.extend(heard);
            Ok(seen)
        })?;
        let verified = doorward_at(&["audit", "verify", "--json"], &scratch.path().join("data"))?;
        assert!(verified.json()?["lines"].as_u64() > Some(0), "the chain holds as the kill left it");
        server = settings.serve()?;
        let receipts = server.json(&["receipts", "--share", id])?;
        let kept: BTreeSet<&str> = receipts
            .as_array()
            .ok_or("no list")?
            .iter()
            .filter_map(|receipt| receipt["document"].as_str())
            .collect();
        let lost: Vec<&String> = seen.iter().filter(|name| !kept.contains(format!("documents:{name}").as_str())).collect();
        assert!(lost.is_empty() && seen.len() >= CLIENTS, "cycle {cycle}: {lost:?} of {} have no receipt", seen.len());
        let states: BTreeSet<&str> = receipts
            .as_array()
            .ok_or("no list")?
            .iter()
            .filter_map(|receipt| receipt["outcome"].as_str())
            .collect();
        assert!(!states.contains("open"), "cycle {cycle}: what a kill cut is not open any more: {states:?}");
        assert_eq!(server.run(&["audit", "verify"])?.done()?.lines().next(), Some("the chain holds"));
        seen_at_all += seen.len();
        visitor = Some(inside);
    }
    println!("{cycles} kills, {seen_at_all} documents of which a byte was seen");
    let visitor = visitor.ok_or("no cycle")?;
    assert_eq!(visitor.download(&visitor.at("documents/0000.bin"))?.len(), BYTES, "a session outlives the kill");
    Ok(())
}

/// Downloads one document after the other and tells of each at its first byte, until the server is gone.
fn read_on(visitor: &Visitor, next: &AtomicUsize, told: &Sender<String>) {
    let read = || -> Fallible {
        let mut line = visitor.browser.connect()?;
        let mut piece = vec![0; 16 * 1024];
        loop {
            let name = format!("{:04}.bin", next.fetch_add(1, Ordering::Relaxed) % DOCUMENTS);
            let head = line.ask("GET", &visitor.at(&format!("documents/{name}")), "")?;
            if head.status != 200 {
                return Err(format!("{} for {name}", head.status).into());
            }
            let mut left = head.length();
            while left > 0 {
                let most = left.min(piece.len());
                let got = line.read(&mut piece[..most])?;
                if got == 0 {
                    return Err("cut".into());
                }
                if left == head.length() {
                    told.send(name.clone())?;
                }
                left -= got;
            }
        }
    };
    // It ends when the server does.
    let _ = read();
}

#[test]
fn a_torn_tail_is_cut_said_and_kept() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    settings.document("a.txt", 10)?;
    let server = settings.serve()?;
    server.json(&["share", "create", "a.txt", "--to", "guest@example.org"])?;
    server.kill()?;
    let ledger = scratch.path().join("data").join("ledger");
    let journal = ledger.join("00000001.jsonl");
    let torn = br#"{"v":1,"n":99,"b":99,"t":17"#;
    OpenOptions::new().append(true).open(&journal)?.write_all(torn)?;
    let verified = doorward_at(&["audit", "verify", "--json"], &ledger)?.json()?;
    assert_eq!(verified["unfinished_bytes"], torn.len());
    let server = Start::default().serve(&settings.write()?, settings.port)?;
    let said = server.err.text();
    assert!(said.contains("unfinished write") && said.contains(&format!("{} bytes", torn.len())), "{said}");
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(&ledger)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "bin") {
            File::open(path)?.read_to_end(&mut kept)?;
        }
    }
    assert_eq!(kept, torn);
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(1));
    assert_eq!(server.json(&["audit", "verify"])?["unfinished_bytes"], 0);
    Ok(())
}
