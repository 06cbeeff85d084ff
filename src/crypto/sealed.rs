//! Personal values: in the clear only in memory, sealed under their subject's data key wherever they are written.
//!
//! An event or state record is a JSON object; each [`Private`] value in it is replaced by a sealed text on the way to the disk and
//! opened on the way back. A subject whose key is gone opens as [`Private::erased`].

mod private;
mod walk;

use crate::crypto::data_keys::DataKeys;
pub use private::{Private, SUBJECT, Subject, VALUE};
use std::io::{self, Write};
use walk::{Malformed, Met, walk};

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

/// What this program cannot have written.
impl From<Malformed> for CannotOpen {
    fn from(Malformed: Malformed) -> Self {
        Self { field: "all".to_owned(), why: "it is not of the form that this program writes" }
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

/// Appends the JSON of a list of events with its sealed values opened.
pub fn open_events(json: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>, out: &mut Vec<u8>) -> Result<(), CannotOpen> {
    open(json, "", place, keys, fetch, out)
}

/// The same with the JSON of a record that stands alone.
pub fn open_record(json: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>, out: &mut Vec<u8>) -> Result<(), CannotOpen> {
    open(json, ALONE, place, keys, fetch, out)
}

fn open(json: &str, base: &str, place: Place<'_>, keys: &DataKeys, fetch: Fetch<'_>, out: &mut Vec<u8>) -> Result<(), CannotOpen> {
    let mut context = Context::new(place);
    walk(json, base, out, |path, met, out| {
        let fail = |why| CannotOpen { field: path.split_once('.').map_or(path, |(_, field)| field).to_owned(), why };
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
    })
}

/// What stands in a field whose sealed text was put aside: this and the SHA-256 of the text.
pub const ASIDE: &str = "aside:";

/// What stands before a plain text that would otherwise be taken for a sealed one, or for one with this before it.
const PLAIN: &str = "~";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyRing, KeyState};
    use crate::domain::ids::GuestId;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use std::sync::Arc;

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

    fn opened(json: &str, place: Place<'_>, keys: &DataKeys) -> Result<Vec<u8>, CannotOpen> {
        let mut out = Vec::new();
        open_events(json, place, keys, &|_| None, &mut out).map(|()| out)
    }

    #[test]
    fn personal_fields_are_written_sealed_and_come_back_in_their_own_place_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = keys(&folder);
        let samples = [sample(), sample()];
        let written = sealed(&serde_json::to_string(&samples).unwrap(), &mut keys);
        assert!(!written.contains("ann") && written.contains("plain"), "{written}");

        let open = |json: &str, place| opened(json, place, &keys);
        let values: Vec<Value> = serde_json::from_str(&written).unwrap();
        let moved = json!([{ "n": 1, "text": "", "who": values[1]["who"] }, values[1]]).to_string();
        assert!(open(&moved, PLACE).is_err(), "from one event to another");
        let moved = json!([{ "n": 1, "text": values[0]["who"], "who": values[0]["who"] }]).to_string();
        assert!(open(&moved, PLACE).is_err(), "from one field to another");
        assert!(open(&written, Place { line: "y", ..PLACE }).is_err(), "from one line to another");
        assert!(open_record(&values[1].to_string(), PLACE, &keys, &|_| None, &mut Vec::new()).is_err(), "to a record");
        let subject = samples[0].who.subject().to_string();
        for clear in [
            json!({ "~": subject, "v": "eve@example.org" }).to_string(),
            format!(r#"{{"~":"{subject}","v":"eve@example.org"}}"#),
            format!(r#"{{ "~":"{subject}","v":"eve@example.org"}}"#),
            format!(r#"{{"\u007e":"{subject}","v":"eve@example.org"}}"#),
            format!(r#"["{subject}","eve@example.org"]"#),
        ] {
            let opened = open(&format!(r#"[{{"n":1,"text":"","who":{clear}}}]"#), PLACE);
            let read = opened.ok().and_then(|json| serde_json::from_slice::<Vec<Sample>>(&json).ok());
            assert_eq!(read, None, "nothing personal is read that was not sealed: {clear}");
        }
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
            let opened = opened(&sealed, PLACE, &keys).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&opened).unwrap(), written);
        }
    }
}
