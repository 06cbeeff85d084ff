//! Events and records as they stand on the disk: JSON, personal values sealed, very large ones put aside in a file of their own.

use crate::crypto::data_keys::{DataKeys, SyncError};
use crate::crypto::primitives::{from_hex, sha256, to_hex};
use crate::crypto::sealed::{ASIDE, Place, SUBJECT, VALUE, is_sealed, open_fields, seal_fields};
use crate::ledger::disk::{Disk, read_full_at, write_all_at};
use crate::ledger::event::Event;
use crate::ledger::line::{Line, Stamp};
use crate::ledger::records::Record;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A sealed value longer than this is put aside.
const ASIDE_BYTES: usize = 64 * 1024;

/// Seals and opens; cheap to clone.
#[derive(Clone)]
pub struct Codec(Arc<Inner>);

struct Inner {
    ledger: String,
    keys: Mutex<DataKeys>,
    disk: Arc<dyn Disk>,
    aside: PathBuf,
}

impl Codec {
    /// The codec of one ledger; `aside` is the folder for very large values.
    pub fn new(ledger: Uuid, keys: DataKeys, disk: Arc<dyn Disk>, aside: PathBuf) -> Self {
        Self(Arc::new(Inner { ledger: ledger.to_string(), keys: Mutex::new(keys), disk, aside }))
    }

    /// Appends a line's events as a JSON array.
    pub fn encode(&self, stamp: &Stamp, events: &[Event], out: &mut Vec<u8>) -> Result<(), String> {
        let line = stamp.id.to_string();
        let mut sealed = Vec::with_capacity(events.len());
        for (index, event) in events.iter().enumerate() {
            let mut object = object(serde_json::to_value(event))?;
            seal_fields(&mut object, Place { ledger: &self.0.ledger, line: &line, index }, &mut self.keys());
            self.put_aside(&mut object).map_err(|e| format!("a large value cannot be put aside: {e}"))?;
            sealed.push(Value::Object(object));
        }
        serde_json::to_writer(out, &sealed).map_err(|e| e.to_string())
    }

    /// The events of a line.
    pub fn decode(&self, line: &Line<'_>) -> Result<Vec<Event>, String> {
        let id = line.stamp.id.to_string();
        let events: Vec<Map<String, Value>> = serde_json::from_str(line.events).map_err(|e| e.to_string())?;
        events.into_iter().enumerate().map(|(index, event)| self.opened(event, &id, index)).collect()
    }

    /// The events of a line for an export: personal values in the clear, `null` where their key was destroyed.
    pub fn opened_values(&self, line: &Line<'_>) -> Result<Value, String> {
        let id = line.stamp.id.to_string();
        let mut events: Vec<Map<String, Value>> = serde_json::from_str(line.events).map_err(|e| e.to_string())?;
        for (index, event) in events.iter_mut().enumerate() {
            let place = Place { ledger: &self.0.ledger, line: &id, index };
            open_fields(event, place, &self.keys(), &|hash| self.fetch(hash)).map_err(|e| e.to_string())?;
        }
        Ok(plain(Value::Array(events.into_iter().map(Value::Object).collect())))
    }

    /// A record of a state file. Large values stay in it: a file aside would outlive the state file that it was made for.
    pub fn encode_record(&self, record: &Record) -> Result<String, String> {
        let mut object = object(serde_json::to_value(record))?;
        seal_fields(&mut object, Place { ledger: &self.0.ledger, line: STATE, index: 0 }, &mut self.keys());
        Ok(Value::Object(object).to_string())
    }

    /// A record read back.
    pub fn decode_record(&self, text: &str) -> Result<Record, String> {
        self.opened(serde_json::from_str(text).map_err(|e| e.to_string())?, STATE, 0)
    }

    /// Waits until all data keys made so far are on the disk.
    pub fn sync_keys(&self) -> Result<(), SyncError> {
        self.keys().sync()
    }

    fn opened<T: DeserializeOwned>(&self, mut object: Map<String, Value>, line: &str, index: usize) -> Result<T, String> {
        let place = Place { ledger: &self.0.ledger, line, index };
        open_fields(&mut object, place, &self.keys(), &|hash| self.fetch(hash)).map_err(|e| e.to_string())?;
        serde_json::from_value(Value::Object(object)).map_err(|e| e.to_string())
    }

    fn keys(&self) -> MutexGuard<'_, DataKeys> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Large values leave the line for a file that is on the disk before the line names its hash.
    fn put_aside(&self, object: &mut Map<String, Value>) -> io::Result<()> {
        for value in object.values_mut() {
            let Value::String(text) = &*value else { continue };
            if text.len() <= ASIDE_BYTES || !is_sealed(text) {
                continue;
            }
            let hash = String::from_utf8_lossy(&to_hex(&sha256(&[text.as_bytes()]))).into_owned();
            let path = self.0.aside.join(&hash);
            let disk = &self.0.disk;
            disk.make_dir(&self.0.aside)?;
            if self.fetch(&hash).is_none() {
                // A file that is there and not right was cut off by a crash before any line named it.
                let _ = disk.remove(&path);
                let file = disk.create(&path)?;
                write_all_at(&*file, text.as_bytes(), 0)?;
                file.sync_all()?;
                disk.sync_dir(&self.0.aside)?;
            }
            *value = Value::String(format!("{ASIDE}{hash}"));
        }
        Ok(())
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

fn object(value: serde_json::Result<Value>) -> Result<Map<String, Value>, String> {
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not an object".to_owned()),
        Err(e) => Err(e.to_string()),
    }
}
