//! Events and records as they stand on the disk: JSON, personal values sealed, very large ones put aside in a file of their own.

use crate::crypto::data_keys::{DataKeys, SyncError};
use crate::crypto::primitives::{from_hex, sha256, to_hex};
use crate::crypto::sealed::{Place, SUBJECT, VALUE, open_events, open_record, seal_events, seal_record};
use crate::ledger::disk::{Disk, read_full_at, write_all_at};
use crate::ledger::event::Event;
use crate::ledger::line::{Line, Stamp};
use crate::ledger::records::Record;
use serde_json::{Map, Value};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// A sealed value longer than this is put aside.
const ASIDE_BYTES: usize = 64 * 1024;
/// Bytes that most lines keep below.
const LINE_USUALLY: usize = 2048;

/// Seals and opens; cheap to clone.
#[derive(Clone)]
pub struct Codec(Arc<Inner>);

struct Inner {
    ledger: String,
    keys: RwLock<DataKeys>,
    disk: Arc<dyn Disk>,
    aside: PathBuf,
}

impl Codec {
    /// The codec of one ledger; `aside` is the folder for very large values.
    pub fn new(ledger: Uuid, keys: DataKeys, disk: Arc<dyn Disk>, aside: PathBuf) -> Self {
        Self(Arc::new(Inner { ledger: ledger.to_string(), keys: RwLock::new(keys), disk, aside }))
    }

    /// Appends a line's events as a JSON array.
    pub fn encode(&self, stamp: &Stamp, events: &[Event], out: &mut Vec<u8>) -> Result<(), String> {
        let (line, mut plain) = (stamp.id.to_string(), Vec::with_capacity(LINE_USUALLY));
        serde_json::to_writer(&mut plain, events).map_err(|e| e.to_string())?;
        let plain = std::str::from_utf8(&plain).map_err(|e| e.to_string())?;
        let aside = |sealed: &[u8]| self.put_aside(sealed);
        seal_events(plain, self.place(&line), &mut self.keys_to_add_to(), &aside, out).map_err(|e| e.to_string())
    }

    /// The events of a line.
    pub fn decode(&self, line: &Line<'_>) -> Result<Vec<Event>, String> {
        Self::understand(&self.opened(line)?)
    }

    /// Appends the JSON of a line's events, sealed values opened.
    pub fn open(&self, line: &Line<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        let id = line.stamp.id.to_string();
        open_events(line.events, self.place(&id), &self.keys(), &|hash| self.fetch(hash), out).map_err(|e| e.to_string())
    }

    /// The events in such JSON.
    pub fn understand(json: &[u8]) -> Result<Vec<Event>, String> {
        serde_json::from_slice(json).map_err(|e| e.to_string())
    }

    /// The events of a line for an export: personal values in the clear, `null` where their key was destroyed.
    pub fn opened_values(&self, line: &Line<'_>) -> Result<Value, String> {
        let events: Vec<Map<String, Value>> = serde_json::from_slice(&self.opened(line)?).map_err(|e| e.to_string())?;
        Ok(plain(Value::Array(events.into_iter().map(Value::Object).collect())))
    }

    /// A record of a state file. Large values stay in it: a file aside would outlive the state file that it was made for.
    pub fn encode_record(&self, record: &Record) -> Result<String, String> {
        let (plain, mut out) = (serde_json::to_string(record).map_err(|e| e.to_string())?, Vec::new());
        seal_record(&plain, self.place(STATE), &mut self.keys_to_add_to(), &mut out).map_err(|e| e.to_string())?;
        String::from_utf8(out).map_err(|e| e.to_string())
    }

    /// A record read back.
    pub fn decode_record(&self, text: &str) -> Result<Record, String> {
        let mut opened = Vec::with_capacity(text.len());
        open_record(text, self.place(STATE), &self.keys(), &|hash| self.fetch(hash), &mut opened).map_err(|e| e.to_string())?;
        serde_json::from_slice(&opened).map_err(|e| e.to_string())
    }

    /// Waits until all data keys made so far are on the disk.
    pub fn sync_keys(&self) -> Result<(), SyncError> {
        self.keys_to_add_to().sync()
    }

    fn opened(&self, line: &Line<'_>) -> Result<Vec<u8>, String> {
        let mut opened = Vec::with_capacity(line.events.len());
        self.open(line, &mut opened)?;
        Ok(opened)
    }

    fn place<'a>(&'a self, line: &'a str) -> Place<'a> {
        Place { ledger: &self.0.ledger, line }
    }

    fn keys(&self) -> RwLockReadGuard<'_, DataKeys> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys_to_add_to(&self) -> RwLockWriteGuard<'_, DataKeys> {
        self.0.keys.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Large values leave the line for a file that is on the disk before the line names its hash.
    fn put_aside(&self, sealed: &[u8]) -> io::Result<Option<String>> {
        if sealed.len() <= ASIDE_BYTES {
            return Ok(None);
        }
        let hash = String::from_utf8_lossy(&to_hex(&sha256(&[sealed]))).into_owned();
        let path = self.0.aside.join(&hash);
        let disk = &self.0.disk;
        disk.make_dir(&self.0.aside)?;
        if self.fetch(&hash).is_none() {
            // A file that is there and not right was cut off by a crash before any line named it.
            let _ = disk.remove(&path);
            let file = disk.create(&path)?;
            write_all_at(&*file, sealed, 0)?;
            file.sync_all()?;
            disk.sync_dir(&self.0.aside)?;
        }
        Ok(Some(hash))
    }

    fn fetch(&self, hash: &str) -> Option<String> {
        let expected = from_hex(hash.as_bytes())?;
        let file = self.0.disk.open(&self.0.aside.join(hash)).ok()?;
        let mut bytes = vec![0; usize::try_from(file.len().ok()?).ok()?];
        let read = read_full_at(&*file, &mut bytes, 0).ok()?;
        (read == bytes.len() && sha256(&[&bytes]) == expected)
            .then(|| String::from_utf8(bytes).ok())
            .flatten()
    }
}

/// Puts what an opened value holds in its place.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut object) if object.contains_key(SUBJECT) => object.remove(VALUE).map_or(Value::Null, plain),
        Value::Object(object) => Value::Object(object.into_iter().map(|(key, value)| (key, plain(value))).collect()),
        Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        other => other,
    }
}

/// What stands for the line's id in a state file.
const STATE: &str = "state";
