//! Personal values: in the clear only in memory, sealed under their subject's data key wherever they are written.
//!
//! An event or state record is a JSON object; each [`Private`] value in it is replaced by a sealed text on the way to the disk and
//! opened on the way back. A subject whose key is gone opens as [`Private::erased`].

mod walk;

use crate::crypto::data_keys::DataKeys;
use crate::domain::ids::{GuestId, ShareId, StaffId, TEXT_BYTES};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
    sync::Arc,
};
use walk::{Malformed, Met, walk};

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
        let mut digits = [0; TEXT_BYTES];
        let (kind, id) = match self {
            Self::Guest(id) => ("guest:", id.text(&mut digits)),
            Self::Share(id) => ("share:", id.text(&mut digits)),
            Self::Staff(id) => ("staff:", id.text(&mut digits)),
        };
        f.write_str(kind)?;
        f.write_str(id)
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

/// A private value as it is in memory; [`walk`] knows its form.
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

/// Values that cannot be sealed: a fault of the disk or of this program.
#[derive(Debug, thiserror::Error)]
pub enum CannotSeal {
    /// A large value cannot be put aside.
    #[error("a large value cannot be put aside: {0}")]
    Aside(io::Error),
    /// The JSON is not of the form that this program writes.
    #[error("the events are not of the form in which they are sealed")]
    Form,
}

impl From<Malformed> for CannotSeal {
    fn from(Malformed: Malformed) -> Self {
        Self::Form
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

/// The JSON is none, which this program cannot have written.
impl From<Malformed> for CannotOpen {
    fn from(Malformed: Malformed) -> Self {
        Self { field: "all".to_owned(), why: "it is not JSON" }
    }
}

/// Where values stand, so that they cannot be moved to another place: ledger and line. The index of the event and the field are added.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The ledger's uuid.
    pub ledger: &'a str,
    /// The line's uuid, or what else names the record.
    pub line: &'a str,
}

/// What a sealed value is bound to, for one after the other.
struct Context {
    text: String,
    place: usize,
}

impl Context {
    fn new(place: Place<'_>) -> Self {
        let text = format!("{}|{}|", place.ledger, place.line);
        Self { place: text.len(), text }
    }

    /// Of a path such as `0.origin`: the index of the event, then the field.
    fn of(&mut self, path: &str) -> &[u8] {
        let (index, field) = path.split_once('.').unwrap_or((path, ""));
        self.text.truncate(self.place);
        self.text.extend([index, "|", field]);
        self.text.as_bytes()
    }
}

/// The index of a record that stands alone.
const ALONE: &str = "0";

/// Puts a sealed value aside where it is too large for its line, and says under which hash.
pub type Aside<'a> = &'a dyn Fn(&[u8]) -> io::Result<Option<String>>;

/// Appends the JSON of a list of events with its personal values sealed, wherever in it they stand. Data keys made on the way must be synced before
/// the result is written.
pub fn seal_events(json: &str, place: Place<'_>, keys: &mut DataKeys, aside: Aside<'_>, out: &mut Vec<u8>) -> Result<(), CannotSeal> {
    seal(json, "", place, keys, aside, out)
}

/// The same with the JSON of a record that stands alone.
pub fn seal_record(json: &str, place: Place<'_>, keys: &mut DataKeys, out: &mut Vec<u8>) -> Result<(), CannotSeal> {
    seal(json, ALONE, place, keys, &|_| Ok(None), out)
}

fn seal(json: &str, base: &str, place: Place<'_>, keys: &mut DataKeys, aside: Aside<'_>, out: &mut Vec<u8>) -> Result<(), CannotSeal> {
    let mut context = Context::new(place);
    walk(json, base, out, |path, met, out| {
        out.push(b'"');
        match met {
            Met::Opened { subject, plain } => {
                let subject = subject.parse().map_err(|_| CannotSeal::Form)?;
                let start = out.len();
                keys.seal(subject, context.of(path), plain.as_bytes(), out);
                if let Some(hash) = aside(&out[start..]).map_err(CannotSeal::Aside)? {
                    out.truncate(start);
                    out.extend_from_slice(ASIDE.as_bytes());
                    out.extend_from_slice(hash.as_bytes());
                }
            }
            Met::Text(text) => {
                if is_sealed(text) || text.starts_with(ASIDE) || text.starts_with(PLAIN) {
                    out.extend_from_slice(PLAIN.as_bytes());
                }
                out.extend_from_slice(text.as_bytes());
            }
        }
        out.push(b'"');
        Ok(())
    })
}

/// Whether a text has the shape of a sealed value: `1.`, a key id, `.` and the rest.
fn is_sealed(text: &str) -> bool {
    let id = text.strip_prefix("1.").and_then(|rest| rest.split_once('.')).map(|(id, _)| id);
    id.is_some_and(|id| id.len() == 16 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Brings the text of a sealed value that was put aside because of its size, by its hash.
pub type Fetch<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The JSON of a list of events with its sealed values opened.
pub fn open_events(json: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<Vec<u8>, CannotOpen> {
    open(json, "", place, keys, fetch)
}

/// The same with the JSON of a record that stands alone.
pub fn open_record(json: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<Vec<u8>, CannotOpen> {
    open(json, ALONE, place, keys, fetch)
}

fn open(json: &str, base: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>) -> Result<Vec<u8>, CannotOpen> {
    let mut context = Context::new(place);
    let mut out = Vec::with_capacity(json.len());
    walk(json, base, &mut out, |path, met, out| {
        let fail = |why| CannotOpen { field: path.to_owned(), why };
        let Met::Text(text) = met else { return Err(fail("it stands in the clear")) };
        let fetched;
        let sealed = match text.strip_prefix(ASIDE) {
            Some(hash) => {
                fetched = fetch(hash).ok_or_else(|| fail("the file it was put aside in is missing or changed"))?;
                &fetched
            }
            None if is_sealed(text) => text,
            None => {
                out.push(b'"');
                out.extend_from_slice(text.strip_prefix(PLAIN).unwrap_or(text).as_bytes());
                out.push(b'"');
                return Ok(());
            }
        };
        let (subject, plain) = keys.unseal(sealed, context.of(path)).map_err(fail)?;
        write!(out, r#"{{"{SUBJECT}":"{subject}","{VALUE}":"#).expect("writing into memory cannot fail");
        out.extend_from_slice(plain.as_deref().unwrap_or(b"null"));
        out.push(b'}');
        Ok(())
    })?;
    Ok(out)
}

/// What stands in a field whose sealed text was put aside: this and the SHA-256 of the text.
pub const ASIDE: &str = "aside:";

/// What stands before a plain text that would otherwise be taken for a sealed one, or for one with this before it.
const PLAIN: &str = "~";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyRing, KeyState};
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        n: u32,
        text: String,
        who: Private<String>,
    }

    const PLACE: Place<'static> = Place { ledger: "l", line: "x" };

    fn sample() -> Sample {
        Sample {
            n: 1,
            text: "plain".to_owned(),
            who: Private::new(Subject::Guest(GuestId::from_bytes([1; 16])), "ann@example.org".to_owned()),
        }
    }

    fn keys(folder: &tempfile::TempDir) -> DataKeys {
        let ring = Arc::new(KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])]).unwrap());
        DataKeys::open(&folder.path().join("data.jsonl"), ring).unwrap()
    }

    fn sealed(json: &str, keys: &mut DataKeys) -> String {
        let mut out = Vec::new();
        seal_events(json, PLACE, keys, &|_| Ok(None), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn personal_fields_are_written_sealed_and_come_back_in_their_own_place_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = keys(&folder);
        let samples = [sample(), sample()];
        let written = sealed(&serde_json::to_string(&samples).unwrap(), &mut keys);
        assert!(!written.contains("ann") && written.contains("plain"), "{written}");

        let open = |json: &str, place| open_events(json, place, &keys, &|_| None);
        let values: Vec<Value> = serde_json::from_str(&written).unwrap();
        let moved = json!([{ "n": 1, "text": "", "who": values[1]["who"] }, values[1]]).to_string();
        assert!(open(&moved, PLACE).is_err(), "from one event to another");
        let moved = json!([{ "n": 1, "text": values[0]["who"], "who": values[0]["who"] }]).to_string();
        assert!(open(&moved, PLACE).is_err(), "from one field to another");
        assert!(open(&written, Place { line: "y", ..PLACE }).is_err(), "from one line to another");
        assert!(open_record(&values[1].to_string(), PLACE, &keys, &|_| None).is_err(), "to a record");
        let clear = serde_json::to_string(&samples).unwrap();
        assert!(open(&clear, PLACE).is_err(), "nothing personal is read that was not sealed");
        assert_eq!(serde_json::from_slice::<[Sample; 2]>(&open(&written, PLACE).unwrap()).unwrap(), samples);
    }

    #[test]
    fn plain_texts_that_look_like_sealed_ones_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = keys(&folder);
        let mut foreign = Vec::new();
        keys.seal(Subject::Guest(GuestId::from_bytes([1; 16])), b"elsewhere", b"1", &mut foreign);
        let foreign = String::from_utf8(foreign).unwrap();
        for text in [
            "1.0.0",
            "1..",
            "1.0123456789abcdef.",
            &foreign,
            "aside:",
            &format!("aside:{}", "0".repeat(64)),
            "~",
            "~~1.0.0",
            "~aside:",
            "~\"\\~",
            "\u{1}\u{7e}",
        ] {
            let written = json!([{ "text": text, "list": [text, { "inner": text }] }]);
            let sealed = sealed(&written.to_string(), &mut keys);
            let opened = open_events(&sealed, PLACE, &keys, &|_| None).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&opened).unwrap(), written);
        }
    }
}
