//! What is computed from the journal may be lost: history and state files deleted, cut and overwritten, and the next start has them again.

use crate::helpers::Fallible;
use crate::helpers::server::{Server, Start, quickstart};
use crate::helpers::walk::{GUEST, sign_in};
use rustix::process::Signal;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What staff see of everything.
#[derive(Debug, PartialEq)]
struct Seen {
    shares: Value,
    receipts: Value,
    of_guest: Value,
    /// How often lists of documents were seen.
    listed: u64,
}

#[test]
fn history_and_state_files_are_rebuilt_equal() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let server = quickstart(&data, &[])?;
    let port = server.port;
    let visitor = sign_in(&server, &server.link()?, GUEST)?;
    for document in visitor.documents()? {
        visitor.download(&document)?;
    }
    let made = server.json(&["share", "create", ".", "--to", "a@example.org", "b@example.org", "--expires", "30d"])?;
    let id = made["id"].as_str().ok_or("no id")?;
    server.run(&["share", "revoke", id, "--to", "a@example.org"])?.done()?;
    server.run(&["share", "update", id, "--preview-only"])?.done()?;
    server.stop(Signal::INT)?;
    let server = Start::default().quickstart(&data, port)?;
    let mut expected = seen(&server)?;
    assert!(expected.receipts.as_array().is_some_and(|all| all.len() >= 4), "{expected:?}");
    server.stop(Signal::INT)?;

    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for (name, damage) in DAMAGES {
        damage(&data, &mut noise)?;
        let server = Start::default().quickstart(&data, port).map_err(|why| format!("{name}: {why}"))?;
        assert_eq!(seen(&server)?, expected, "{name}");
        assert_eq!(visitor.documents()?.len(), expected.receipts.as_array().map_or(0, Vec::len), "{name}: sessions are as expected");
        assert_eq!(server.stop(Signal::INT)?, Some(0), "{name}");
        // The look at the list just now is counted, and kept when the server stops.
        expected.listed += 1;
    }
    Ok(())
}

type Damage = fn(&Path, &mut Noise) -> Fallible;

const DAMAGES: [(&str, Damage); 8] = [
    ("history deleted", |data, _| Ok(std::fs::remove_dir_all(data.join("history"))?)),
    ("history overwritten", |data, noise| each(&data.join("history"), &mut |file| overwrite(file, noise))),
    ("history cut", |data, noise| each(&data.join("history"), &mut |file| cut(file, noise))),
    ("history emptied", |data, _| each(&data.join("history"), &mut |file| Ok(std::fs::write(file, b"")?))),
    ("state files deleted", |data, _| states(data, &mut |file| Ok(std::fs::remove_file(file)?))),
    ("state files cut", |data, noise| states(data, &mut |file| cut(file, noise))),
    ("state files overwritten", |data, noise| states(data, &mut |file| overwrite(file, noise))),
    ("both lost", |data, _| {
        std::fs::remove_dir_all(data.join("history"))?;
        states(data, &mut |file| Ok(std::fs::remove_file(file)?))
    }),
];

/// What staff see.
fn seen(server: &Server) -> Fallible<Seen> {
    let mut shares = server.json(&["share", "list"])?;
    let mut listed = 0;
    for share in shares.as_array_mut().ok_or("no list")? {
        let id = share["id"].as_str().ok_or("no id")?.to_owned();
        *share = server.json(&["share", "show", &id])?;
        for link in share["links"].as_array_mut().ok_or("no links")? {
            if let Some(counted) = link.get_mut("counted").and_then(Value::as_object_mut) {
                listed += counted.remove("listed").and_then(|count| count.as_u64()).unwrap_or(0);
            }
        }
    }
    Ok(Seen { listed, shares, receipts: server.json(&["receipts"])?, of_guest: server.json(&["receipts", "--guest", GUEST])? })
}

/// Numbers that are the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn overwrite(file: &Path, noise: &mut Noise) -> Fallible {
    let length = std::fs::metadata(file)?.len().max(64);
    let bytes: Vec<u8> = (0..length).map(|_| noise.next().to_le_bytes()[0]).collect();
    Ok(std::fs::write(file, bytes)?)
}

fn cut(file: &Path, noise: &mut Noise) -> Fallible {
    let bytes = std::fs::read(file)?;
    let keep = usize::try_from(noise.next())? % bytes.len().max(1);
    Ok(std::fs::write(file, &bytes[..keep])?)
}

fn states(data: &Path, act: &mut dyn FnMut(&Path) -> Fallible) -> Fallible {
    let mut found = 0;
    each(&data.join("ledger"), &mut |file| {
        if !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("state-")) {
            return Ok(());
        }
        found += 1;
        act(file)
    })?;
    if found > 0 { Ok(()) } else { Err("there is no state file".into()) }
}

/// Every file in a folder and below.
fn each(folder: &Path, act: &mut dyn FnMut(&Path) -> Fallible) -> Fallible {
    let mut entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Fallible<Vec<PathBuf>>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            each(&entry, act)?;
        } else {
            act(&entry)?;
        }
    }
    Ok(())
}
