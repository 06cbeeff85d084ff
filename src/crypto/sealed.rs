//! Personal values: in the clear only in memory, sealed under their subject's data key wherever they are written.
//!
//! An event or state record is a JSON object; each [`Private`] value in it is replaced by a sealed text on the way to the disk and
//! opened on the way back. A subject whose key is gone opens as [`Private::erased`].

use crate::crypto::data_keys::DataKeys;
use crate::domain::ids::{GuestId, ShareId, StaffId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::{fmt, str::FromStr, sync::Arc};

/// Whose data it is: who can be forgotten as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An outside person.
    Guest(GuestId),
    /// A share: its texts and file names.
    Share(ShareId),
    /// A member of staff.
    Staff(StaffId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guest(id) => write!(f, "guest:{id}"),
            Self::Share(id) => write!(f, "share:{id}"),
            Self::Staff(id) => write!(f, "staff:{id}"),
        }
    }
}

/// A text that names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject is guest:, share: or staff: and an id")]
pub struct InvalidSubject;

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let (kind, id) = text.split_once(':').ok_or(InvalidSubject)?;
        match kind {
            "guest" => id.parse().map(Self::Guest),
            "share" => id.parse().map(Self::Share),
            "staff" => id.parse().map(Self::Staff),
            _ => return Err(InvalidSubject),
        }
        .map_err(|_| InvalidSubject)
    }
}

/// A value that belongs to a subject. Clones share it: events and the state hold the same names many times over.
#[derive(PartialEq, Eq)]
pub struct Private<T> {
    subject: Subject,
    value: Option<Arc<T>>,
}

impl<T> Clone for Private<T> {
    fn clone(&self) -> Self {
        Self { subject: self.subject, value: self.value.clone() }
    }
}

impl<T> Private<T> {
    /// A value of that subject.
    pub fn new(subject: Subject, value: T) -> Self {
        Self { subject, value: Some(Arc::new(value)) }
    }

    /// The value, unless its subject was erased.
    pub fn get(&self) -> Option<&T> {
        self.value.as_deref()
    }

    /// Whose it is.
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether its subject was erased.
    pub const fn erased(&self) -> bool {
        self.value.is_none()
    }
}

/// What it holds is never printed.
impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({})", self.subject)
    }
}

/// Where an opened value names its subject; no event has a field of this name.
pub const SUBJECT: &str = "~";
/// Where an opened value stands.
pub const VALUE: &str = "v";

#[derive(Serialize, Deserialize)]
struct Opened<T> {
    #[serde(rename = "~")]
    subject: String,
    v: Option<T>,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Opened { subject: self.subject.to_string(), v: self.value.as_deref() }.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let opened = Opened::deserialize(from)?;
        let subject = opened.subject.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { subject, value: opened.v.map(Arc::new) })
    }
}

/// A value that was written and cannot be read back: a fault of the disk or a forged line, never a matter of erasure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the field {field} cannot be opened: {why}")]
pub struct CannotOpen {
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Where a value stands, so that it cannot be moved to another place: ledger, line and index of the event.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The ledger's uuid.
    pub ledger: &'a str,
    /// The line's uuid, or what else names the record.
    pub line: &'a str,
    /// Which event of the line.
    pub index: usize,
}

impl Place<'_> {
    fn context(&self, field: &str) -> Vec<u8> {
        format!("{}|{}|{}|{field}", self.ledger, self.line, self.index).into_bytes()
    }
}

/// Seals the personal values of an event or record, wherever in it they stand. Data keys made on the way must be synced before the result is written.
pub fn seal_fields(event: &mut Map<String, Value>, place: Place<'_>, keys: &mut DataKeys) {
    for (field, value) in event {
        seal_value(value, field, place, keys);
    }
}

fn seal_value(value: &mut Value, field: &str, place: Place<'_>, keys: &mut DataKeys) {
    match value {
        Value::Object(opened) => match opened.get(SUBJECT).and_then(Value::as_str).and_then(|text| text.parse().ok()) {
            Some(subject) => {
                let plain = opened.get(VALUE).unwrap_or(&Value::Null).to_string();
                *value = Value::String(keys.seal(subject, &place.context(field), plain.as_bytes()));
            }
            None => {
                for (name, inner) in opened {
                    seal_value(inner, &format!("{field}.{name}"), place, keys);
                }
            }
        },
        Value::Array(list) => {
            for (at, inner) in list.iter_mut().enumerate().filter(|(_, inner)| !inner.is_number()) {
                seal_value(inner, &format!("{field}.{at}"), place, keys);
            }
        }
        Value::String(text) if is_sealed(text) || text.starts_with(ASIDE) || text.starts_with(PLAIN) => text.insert_str(0, PLAIN),
        _ => {}
    }
}

/// Whether a text has the shape of a sealed value: `1.`, a key id, `.` and the rest.
pub fn is_sealed(text: &str) -> bool {
    let id = text.strip_prefix("1.").and_then(|rest| rest.split_once('.')).map(|(id, _)| id);
    id.is_some_and(|id| id.len() == 16 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Brings the text of a sealed value that was put aside because of its size, by its hash.
pub type Fetch<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Opens the sealed values of an event or record.
pub fn open_fields(event: &mut Map<String, Value>, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<(), CannotOpen> {
    event.iter_mut().try_for_each(|(field, value)| open_value(value, field, place, keys, fetch))
}

fn open_value(value: &mut Value, field: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<(), CannotOpen> {
    match value {
        Value::String(text) => {
            if let Some(opened) = open_text(text, field, place, keys, fetch)? {
                *value = opened;
            }
            Ok(())
        }
        Value::Object(inner) => inner
            .iter_mut()
            .try_for_each(|(name, v)| open_value(v, &format!("{field}.{name}"), place, keys, fetch)),
        Value::Array(list) => list
            .iter_mut()
            .enumerate()
            .filter(|(_, v)| !v.is_number())
            .try_for_each(|(at, v)| open_value(v, &format!("{field}.{at}"), place, keys, fetch)),
        _ => Ok(()),
    }
}

fn open_text(text: &str, field: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<Option<Value>, CannotOpen> {
    let fail = |why| CannotOpen { field: field.to_owned(), why };
    if let Some(plain) = text.strip_prefix(PLAIN) {
        return Ok(Some(Value::String(plain.to_owned())));
    }
    let fetched;
    let sealed = match text.strip_prefix(ASIDE) {
        Some(hash) => {
            fetched = fetch(hash).ok_or_else(|| fail("the file it was put aside in is missing or changed"))?;
            &fetched
        }
        None if is_sealed(text) => text,
        None => return Ok(None),
    };
    let (subject, plain) = keys.unseal(sealed, &place.context(field)).map_err(fail)?;
    let v: Value = match plain {
        Some(plain) => serde_json::from_slice(&plain).map_err(|_| fail("what was sealed is no JSON"))?,
        None => Value::Null,
    };
    Ok(Some(serde_json::json!({ SUBJECT: subject.to_string(), VALUE: v })))
}

/// What stands in a field whose sealed text was put aside: this and the SHA-256 of the text.
pub const ASIDE: &str = "aside:";

/// What stands before a plain text that would otherwise be taken for a sealed one, or for one with this before it.
const PLAIN: &str = "~";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyRing, KeyState};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        n: u32,
        text: String,
        who: Private<String>,
    }

    fn sample() -> Sample {
        Sample {
            n: 1,
            text: "plain".to_owned(),
            who: Private::new(Subject::Guest(GuestId::from_bytes([1; 16])), "ann@example.org".to_owned()),
        }
    }

    fn object(sample: &Sample) -> Map<String, Value> {
        serde_json::to_value(sample).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn personal_fields_are_written_sealed_and_come_back_in_their_own_place_only() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Arc::new(KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])]).unwrap());
        let mut keys = DataKeys::open(&folder.path().join("data.jsonl"), ring).unwrap();
        let place = Place { ledger: "l", line: "x", index: 0 };
        let mut event = object(&sample());
        seal_fields(&mut event, place, &mut keys);
        let written = Value::Object(event.clone()).to_string();
        assert!(!written.contains("ann") && written.contains("plain"), "{written}");

        let mut elsewhere = event.clone();
        assert!(open_fields(&mut elsewhere, Place { index: 1, ..place }, &keys, &|_| None).is_err());
        open_fields(&mut event, place, &keys, &|_| None).unwrap();
        assert_eq!(serde_json::from_value::<Sample>(Value::Object(event)).unwrap(), sample());
    }

    #[test]
    fn plain_texts_that_look_like_sealed_ones_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Arc::new(KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])]).unwrap());
        let mut keys = DataKeys::open(&folder.path().join("data.jsonl"), ring).unwrap();
        let place = Place { ledger: "l", line: "x", index: 0 };
        let sealed = keys.seal(Subject::Guest(GuestId::from_bytes([1; 16])), b"elsewhere", b"1");
        for text in
            ["1.0.0", "1..", "1.0123456789abcdef.", &sealed, "aside:", &format!("aside:{}", "0".repeat(64)), "~", "~~1.0.0", "~aside:"]
        {
            let written = serde_json::json!({ "text": text, "list": [text, { "inner": text }] }).as_object().unwrap().clone();
            let mut event = written.clone();
            seal_fields(&mut event, place, &mut keys);
            assert_eq!(open_fields(&mut event, place, &keys, &|_| None), Ok(()), "{text}");
            assert_eq!(event, written);
        }
    }
}
