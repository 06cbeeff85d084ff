//! A ledger that was kept for each version of its format: journal alone, and state file with what follows, make the same state for ever.
//!
//! `DOORWARD_WRITE_VECTORS=1 cargo test --test vectors` writes the one of the present version anew; a version that was released is never written again.

use crate::samples;
use doorward::crypto::{
    keys::KeyRing,
    primitives::{sha256, to_hex},
};
use doorward::domain::time::{ManualClock, Timestamp};
use doorward::ledger::{
    Ledger,
    disk::RealDisk,
    event::Event,
    open::OpenOptions,
    read::{export_data, verify_data},
    records::records,
    start::Report,
    state::State,
    state_file::StateError,
    tx::{Class, Unavailable},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, error::Error, fs, io, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};

/// The newest, which has every kind of event.
const KEPT: &str = "tests/vectors/ledger/v1-door";
/// All of them, each as the program of its time wrote it.
const ALL: [&str; 4] = ["tests/vectors/ledger/v1", "tests/vectors/ledger/v1-previews", "tests/vectors/ledger/v1-stores", KEPT];
/// 2026-11-01T08:00:00Z
const START: Timestamp = Timestamp::from_millis(1_793_520_000_000);
/// Two keys that protect nothing but this ledger.
const RING: &str = r#"{
  "v": 1,
  "keys": [
    { "id": 1, "state": "verify-only", "made": 1790000000000, "secret": "a2VwdCBsZWRnZXIsIGtleSBvbmUgLyB0ZXN0cyBvbmw=" },
    { "id": 2, "state": "active", "made": 1793520000000, "secret": "a2VwdCBsZWRnZXIsIGtleSB0d28gLyB0ZXN0cyBvbmw=" }
  ]
}
"#;

type Outcome = Result<(), Box<dyn Error>>;

fn keys(data: &Path) -> Result<Arc<KeyRing>, Box<dyn Error>> {
    let file = data.join("keys/ring.json");
    // A checkout does not keep the mode.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    Ok(Arc::new(KeyRing::open(&file, false, START)?))
}

fn open(data: &Path, clock: &ManualClock) -> Result<(Ledger, Report), Box<dyn Error>> {
    Ok(Ledger::open(OpenOptions {
        data: data.to_owned(),
        disk: Arc::new(RealDisk),
        clock: Arc::new(clock.clone()),
        keys: keys(data)?,
        accept_clock: false,
    })?)
}

/// The state of a copy of a kept ledger that has only the state files that `keep` wants.
fn state(kept: &str, keep: impl Fn(&str) -> bool) -> Result<(State, Report), Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    copy(Path::new(kept), data.path(), &|name| !name.starts_with("state-") || keep(name))?;
    let (ledger, report) = open(data.path(), &ManualClock::at(START.plus(Duration::from_secs(24 * 3600))))?;
    let state = State::clone(&ledger.state());
    ledger.stop();
    Ok((state, report))
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target, wanted)?,
            false if wanted(&entry.file_name().to_string_lossy()) => fs::write(target, fs::read(entry.path())?)?,
            false => {}
        }
    }
    Ok(())
}

/// What a state holds, for people; and the digest of all its records, for what this leaves out.
fn summary(state: &State) -> Result<Value, Box<dyn Error>> {
    fn ids<K: ToString, V>(map: impl IntoIterator<Item = (K, V)>) -> Vec<String> {
        map.into_iter().map(|(id, _)| id.to_string()).collect()
    }
    let mut lines = Vec::new();
    for record in records(state) {
        lines.extend(serde_json::to_vec(&record)?);
        lines.push(b'\n');
    }
    let shares = state.shares.iter().map(|(id, share)| {
        let recipients = share
            .recipients
            .iter()
            .map(|(id, r)| (id.to_string(), json!({ "reads": r.reads, "fetched": r.fetched, "stopped": r.stopped })));
        let recipients: serde_json::Map<String, Value> = recipients.collect();
        let value = json!({
            "delivery": share.delivery(), "redacted": share.redacted, "expires": share.expires, "stopped": share.stopped, "end_told": share.end_told, "unreported": share.unreported.len(),
            "undelivered": share.undelivered.len(), "items": share.items.get().map(|items| items.len()), "recipients": recipients,
        });
        (id.to_string(), value)
    });
    Ok(json!({
        "browsers": state.browsers.len(),
        "challenges": ids(&state.challenges),
        "disclaimer": state.disclaimer.as_ref().map(|d| d.version.clone()),
        "guests": ids(&state.guests),
        "guest_ids": state.guest_ids.len(),
        "mails": ids(&state.mails),
        "passing": state.passing.len(),
        "receipts": ids(&state.receipts),
        "records_sha256": String::from_utf8_lossy(&to_hex(&sha256(&[&lines]))),
        "sessions": ids(&state.sessions),
        "shares": shares.collect::<serde_json::Map<String, Value>>(),
        "staff": ids(&state.staff),
        "timers": state.timers.len(),
        "tokens": state.tokens.len(),
        "uploads": state.uploads.values().map(|upload| (upload.id.to_string(), json!(upload.stage))).collect::<serde_json::Map<String, Value>>(),
    }))
}

fn write_anew() -> Outcome {
    let data = tempfile::tempdir()?;
    fs::create_dir(data.path().join("keys"))?;
    fs::write(data.path().join("keys/ring.json"), RING)?;
    let clock = ManualClock::at(START);
    for part in [samples::beginning(START), samples::rest(START)] {
        let (ledger, _) = open(data.path(), &clock)?;
        for events in part {
            clock.advance(Duration::from_secs(10));
            write(&ledger, events)?;
        }
        ledger.stop();
    }
    let _ = fs::remove_dir_all(KEPT);
    let ours = |name: &str| Path::new(name).extension().is_none_or(|ending| ending == "jsonl" || ending == "json");
    for part in ["keys", "ledger"] {
        copy(&data.path().join(part), &Path::new(KEPT).join(part), &ours)?;
    }
    let (state, _) = state(KEPT, |_| false)?;
    Ok(fs::write(Path::new(KEPT).join("summary.json"), serde_json::to_string_pretty(&summary(&state)?)? + "\n")?)
}

fn write(ledger: &Ledger, events: Vec<Event>) -> Result<(), Unavailable> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime of one thread needs nothing");
    runtime.block_on(ledger.tx(Class::First, move |t| {
        events.iter().for_each(|event| t.emit(event.clone()));
        Ok(())
    }))
}

#[test]
fn a_kept_ledger_makes_the_same_state_from_its_journal_and_from_each_state_file() -> Outcome {
    if std::env::var_os("DOORWARD_WRITE_VECTORS").is_some() {
        write_anew()?;
    }
    ALL.into_iter().try_for_each(makes_the_same_state)
}

fn makes_the_same_state(folder: &str) -> Outcome {
    let (from_journal, report) = state(folder, |_| false)?;
    assert_eq!((report.from_state, report.cut), (None, None));
    let lines = report.replayed;
    let kept: Value = serde_json::from_slice(&fs::read(Path::new(folder).join("summary.json"))?)?;
    assert!(is_told_by(&summary(&from_journal)?, &kept, folder == KEPT), "{folder} makes {:#}", summary(&from_journal)?);

    let names: Vec<String> = fs::read_dir(Path::new(folder).join("ledger"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("state-"))
        .collect();
    assert_eq!(names.len(), 2, "one in the middle and one at the end: {names:?}");
    for name in names {
        let (from_file, report) = state(folder, |other| other == name)?;
        if folder == KEPT {
            assert!(report.skipped.is_empty(), "{:?}", report.skipped);
            assert_eq!(report.from_state.map(|n| n + report.replayed), Some(lines));
        } else {
            // The same events make more of a state by now: what an earlier program made of them is passed over.
            assert!(matches!(&*report.skipped, [(_, StateError::Version)]), "{:?}", report.skipped);
            assert_eq!((report.from_state, report.replayed), (None, lines));
        }
        assert!(from_file == from_journal, "{name} and what follows make another state");
    }
    Ok(())
}

/// Whether a summary has all that a kept one says. What was added to the records since changes their digest, in older ones.
fn is_told_by(now: &Value, kept: &Value, newest: bool) -> bool {
    match (now, kept) {
        (Value::Object(now), Value::Object(kept)) => kept
            .iter()
            .all(|(key, kept)| (key == "records_sha256" && !newest) || now.get(key).is_some_and(|now| is_told_by(now, kept, newest))),
        _ => now == kept,
    }
}

#[test]
fn every_kind_of_event_is_in_the_kept_ledger() -> Outcome {
    let source = fs::read_to_string("src/ledger/event.rs")?;
    let known: BTreeSet<&str> = source.split("#[serde(rename = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let journal = fs::read_to_string(Path::new(KEPT).join("ledger/00000001.jsonl"))?;
    let kept: BTreeSet<&str> = journal.split("\"k\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(known, kept);
    Ok(())
}

#[test]
fn the_chain_of_the_kept_ledger_holds_and_its_personal_values_are_sealed() -> Outcome {
    let data = tempfile::tempdir()?;
    copy(Path::new(KEPT), data.path(), &|_| true)?;
    let lines = verify_data(data.path())?.lines;
    let mut exported = String::new();
    let mut each = |line: &str| {
        exported.push_str(line);
        Ok(())
    };
    assert_eq!(export_data(data.path(), Some(keys(data.path())?), &mut each)?.lines, lines);
    let personal = ["ann@example.net", "Zoë", "report.pdf", "2001:db8::1", "Files for the hearing", "a long name"];
    let mut written = String::new();
    for folder in ["ledger", "ledger/aside", "keys"] {
        for entry in fs::read_dir(data.path().join(folder))?.flatten().filter(|entry| entry.path().is_file()) {
            written.push_str(&fs::read_to_string(entry.path())?);
        }
    }
    for text in personal {
        assert!(exported.contains(text), "{text} is not exported");
        assert!(!written.contains(text), "{text} is written in the clear");
    }
    Ok(())
}
