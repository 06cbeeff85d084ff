//! What the system is really asked for: the journal is synced before the first byte of an answer that depends on it is sent.

use crate::helpers::Fallible;
use crate::helpers::server::Start;
use crate::helpers::settings::Settings;
use crate::helpers::walk::sign_in;
use rustix::process::Signal;
use std::collections::HashMap;
use std::path::Path;

const DOWNLOADS: usize = 12;

/// A call to the system, with when it began and when it had ended as places in the trace.
#[derive(Debug)]
struct Call {
    name: String,
    text: String,
    begin: usize,
    end: usize,
}

#[test]
fn each_receipt_is_synced_to_the_journal_before_its_answer_is_sent() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let trace = scratch.path().join("trace");
    let settings = Settings::new(scratch.path())?;
    for document in 0..DOWNLOADS {
        settings.document(&format!("{document}.txt"), 1000)?;
    }
    let calls = "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,read,recvfrom,recvmsg";
    let through = ["strace", "-f", "-yy", "-s", "8000", "--seccomp-bpf", "-e", calls, "-o"].map(Into::into);
    let through = through.into_iter().chain([trace.clone().into_os_string()]).collect();
    let server = Start { through, ..Start::default() }.serve(&settings.write()?, settings.port)?;
    let made = server.json(&["share", "create", ".", "--to", "guest@example.org"])?;
    let visitor = sign_in(&server, made["links"][0]["url"].as_str().ok_or("no link")?, "guest@example.org")?;
    let mut line = visitor.browser.connect()?;
    // A first request may come in together with the end of the handshake.
    line.get(&visitor.list)?.text(200)?;
    for document in 0..DOWNLOADS {
        let answer = line.get(&visitor.at(&format!("documents/{document}.txt")))?;
        assert_eq!((answer.head.status, answer.body.len()), (200, 1000));
    }
    let own = format!("->127.0.0.1:{}", line.local_port()?);
    assert_eq!(server.stop(Signal::INT)?, Some(0));

    let calls = read_trace(&trace)?;
    let journal = "/ledger/00000001.jsonl>";
    let rounds = rounds(&calls, &own);
    let downloads = &rounds[rounds.len().checked_sub(DOWNLOADS).ok_or("too few rounds")?..];
    for (asked, answered) in downloads {
        let within = |call: &&Call| call.begin > *asked && call.end < *answered && call.text.contains(journal);
        let written = calls
            .iter()
            .filter(within)
            .find(|call| call.name == "pwrite64" && call.text.contains("receipt.started"));
        let written = written.ok_or_else(|| format!("no receipt was written between {asked} and {answered}"))?;
        let synced = calls
            .iter()
            .filter(within)
            .any(|call| call.name == "fdatasync" && call.begin > written.end && call.text.ends_with("= 0"));
        assert!(synced, "the receipt of {asked} was answered at {answered} without having been synced");
    }
    let syncs = calls.iter().filter(|call| call.name == "fdatasync" && call.text.contains(journal)).count();
    assert!(syncs >= DOWNLOADS, "{syncs} syncs of the journal");
    Ok(())
}

/// On the connection of a client: when each request had come in, and when the first byte of its answer was handed over.
fn rounds(calls: &[Call], connection: &str) -> Vec<(usize, usize)> {
    let mut rounds = Vec::new();
    let mut asked = None;
    for call in calls.iter().filter(|call| call.text.contains(connection)) {
        let moved = call
            .text
            .rsplit("= ")
            .next()
            .is_some_and(|result| result.trim().parse::<u64>().is_ok_and(|bytes| bytes > 0));
        match (call.name.as_str(), asked) {
            ("read" | "recvfrom" | "recvmsg", _) if moved => asked = Some(call.end),
            ("write" | "writev" | "sendto" | "sendmsg", Some(at)) => {
                rounds.push((at, call.begin));
                asked = None;
            }
            _ => {}
        }
    }
    rounds
}

/// Every call of a trace; one that other threads interrupt stands there in two halves.
fn read_trace(file: &Path) -> Fallible<Vec<Call>> {
    let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
    let mut halves: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut calls = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some((process, call)) = line.trim_start().split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(first) = call.strip_suffix("<unfinished ...>") {
            halves.insert(process, (at, first));
            continue;
        }
        let (begin, text) = match call.strip_prefix("<... ") {
            Some(rest) => {
                let Some((begin, first)) = halves.remove(process) else { continue };
                (begin, format!("{first}{}", rest.split_once("resumed>").map_or("", |(_, rest)| rest)))
            }
            None => (at, call.to_owned()),
        };
        if let Some((name, _)) = text.split_once('(') {
            calls.push(Call { name: name.to_owned(), text: text.clone(), begin, end: at });
        }
    }
    calls.sort_by_key(|call| call.end);
    Ok(calls)
}
