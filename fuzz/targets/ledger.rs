//! Targets for what the server reads back from its own disk: lines, events and state files.

use super::tokens::RING_KEYS;
use doorward::crypto::{
    data_keys::DataKeys,
    keys::KeyRing,
    primitives::{sha256, to_hex},
};
use doorward::domain::time::Timestamp;
use doorward::ledger::{
    codec::Codec,
    disk::{Disk, sim::SimDisk},
    event::Event,
    house::House,
    line::{FIRST, LineError, Stamp, check_head, check_line, end_line, read_line, seal_line, write_head},
    recover::Opening,
    start,
    state_file::{self, StateFile},
};
use std::{
    path::{Path, PathBuf},
    str,
    sync::Arc,
};
use uuid::Uuid;

const STAMP: Stamp = Stamp { n: 3, b: 2, t: Timestamp::from_millis(1_800_000_000_000), id: Uuid::from_u128(7) };

/// A line without its hash: what is accepted is written again byte for byte, and any other byte in it is found.
pub fn journal_line(data: &[u8]) {
    let _ = (read_line(data), check_head(data));
    let mut bytes = data.to_vec();
    end_line(&mut bytes, 0, &FIRST);
    bytes.pop();
    if let Ok(line) = check_line(&FIRST, &bytes) {
        let (again, hash) = seal_line(&FIRST, &line.stamp, line.events);
        assert_eq!((&again[..again.len() - 1], hash), (&bytes[..], line.hash));
        let at = data.iter().map(|b| usize::from(*b)).sum::<usize>() % bytes.len();
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (data.len() % 8);
        assert!(check_line(&FIRST, &changed).is_err());
        assert_eq!(check_line(&[1; 32], &bytes), Err(LineError::Chain));
    }
    // A head states the link before it itself.
    let stated = data.windows(8).position(|w| w == b"\"prev\":\"").and_then(|at| data.get(at + 8..at + 72));
    if let Some(prev) = stated.and_then(doorward::crypto::primitives::from_hex) {
        let mut head = data.to_vec();
        end_line(&mut head, 0, &prev);
        head.pop();
        if let Ok((read, hash)) = check_head(&head) {
            let mut again = Vec::new();
            assert_eq!(write_head(&mut again, &read), hash);
            assert_eq!(again.strip_suffix(b"\n"), Some(&head[..]));
        }
    }
}

fn codec(disk: &SimDisk) -> Codec {
    let ring = Arc::new(KeyRing::from_secrets(&RING_KEYS).expect("one key is active"));
    // There is no such file, and none is made before the keys are synced.
    let keys = DataKeys::open_read_only(Path::new("no/data.jsonl"), ring).expect("a file that is not there holds no keys");
    Codec::new(Uuid::from_u128(1), keys, Arc::new(disk.clone()), PathBuf::from("/l/aside"))
}

/// Events as JSON with personal values open: sealed and read again they are the same, and nowhere but in their own line.
/// Taken as they stand in a line, they are understood or refused.
pub fn event(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let codec = codec(&SimDisk::new());
    let (bytes, _) = seal_line(&FIRST, &STAMP, text);
    if let Ok(line) = read_line(&bytes[..bytes.len() - 1]) {
        let _ = (codec.decode(&line), codec.opened_values(&line));
    }
    let _ = codec.decode_record(text);
    let Ok(events) = serde_json::from_str::<Vec<Event>>(text) else { return };
    let mut sealed = Vec::new();
    codec.encode(&STAMP, &events, &mut sealed).expect("what was read can be written");
    let sealed = String::from_utf8(sealed).expect("JSON is UTF-8");
    let read = |id| {
        let (bytes, _) = seal_line(&FIRST, &Stamp { id, ..STAMP }, &sealed);
        let line = read_line(&bytes[..bytes.len() - 1]).expect("an array is the events of a line");
        assert_eq!(codec.opened_values(&line).is_ok(), codec.decode(&line).is_ok());
        codec.decode(&line)
    };
    assert_eq!(read(STAMP.id).as_ref(), Ok(&events), "{sealed}");
    if text.contains("\"~\":") {
        assert!(read(Uuid::from_u128(8)).is_err(), "a sealed value was moved: {sealed}");
    }
}

/// A state file without its hash, then a NUL and a journal: whatever they say is taken or refused, and a file with another hash is refused.
pub fn state_file(data: &[u8]) {
    let dir = Path::new("/l");
    let mut parts = data.splitn(2, |b| *b == 0);
    let (state, journal) = (parts.next().unwrap_or_default(), parts.next());
    let disk = SimDisk::new();
    disk.make_dir(dir).expect("a new disk takes a folder");
    let tail = |of: &[u8]| [b"{\"h\":\"", &to_hex(&sha256(&[of]))[..], b"\"}\n"].concat();
    disk.put(&dir.join("state-2.jsonl"), &[state, &tail(b"something else")].concat());
    assert!(StateFile::open(&disk, dir, 2).is_err());
    disk.put(&dir.join("state-2.jsonl"), &[state, &tail(state)].concat());
    assert_eq!(state_file::list(&disk, dir).ok(), Some(vec![2]));
    let codec = codec(&disk);
    if let Ok(file) = StateFile::open(&disk, dir, 2) {
        assert_eq!(file.head.n(), 2);
        let _ = file.records(&mut |record| codec.decode_record(record).map(drop));
    }
    if let Some(journal) = journal {
        disk.put(&dir.join("00000001.jsonl"), journal);
        let disk: Arc<dyn Disk> = Arc::new(disk);
        let opening = Opening::new(dir.to_owned(), Uuid::from_u128(1), STAMP.t);
        let _ = start::open::<House>(&disk, &opening, &codec);
    }
}
