//! The bytes of a ledger line and of a segment's head, exactly, and the hash that chains them.

#[cfg(test)]
mod tests;

use crate::{
    crypto::primitives::{from_hex, sha256, to_hex},
    domain::{bounds::LINE_BYTES, time::Timestamp},
};
use std::io::Write as _;
use uuid::Uuid;

/// A link of the chain: SHA-256 over the link before it and the line's bytes up to `,"h":`.
pub type Hash = [u8; 32];

/// What the first line of a ledger follows: 64 zeros.
pub const FIRST: Hash = [0; 32];

/// Bytes of `,"h":"<64 digits>"}` at the end of every line.
const TAIL: usize = 72;

/// Bytes before a line's first one, from which the hash of the line before it can be read: 64 digits, `"}` and the end of line.
pub(crate) const PREVIOUS: usize = 67;

/// Where a line stands in the order of things, and when it came there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Its sequence, from 1 on.
    pub n: u64,
    /// The sequence of the first line that was written together with it.
    pub b: u64,
    /// When; never before the line before it.
    pub t: Timestamp,
    /// Its random name, part of what sealed values are bound to.
    pub id: Uuid,
}

/// A line whose form, and where said also whose hash, was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where it stands.
    pub stamp: Stamp,
    /// The JSON array of its events; not yet parsed.
    pub events: &'a str,
    /// Its link of the chain.
    pub hash: Hash,
}

/// The first line of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The segment's number, from 1 on.
    pub seg: u32,
    /// The sequence of the first line that follows.
    pub first: u64,
    /// The last link of the segment before.
    pub prev: Hash,
    /// Which ledger.
    pub ledger: Uuid,
    /// Counts the restores of the ledger.
    pub epoch: u64,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Its hash is not the one of its bytes after the line before it.
    #[error("the hash does not fit the line and what comes before it")]
    Chain,
    /// It is not what this program writes.
    #[error("not a line of the ledger: {0}")]
    Malformed(&'static str),
    /// It follows correctly by its hash, but its sequence, batch, time or segment does not.
    #[error("out of order: {0}")]
    Order(&'static str),
    /// It is longer than [`LINE_BYTES`].
    #[error("longer than a line may be")]
    TooLong,
    /// It has no end of line.
    #[error("the line is not complete")]
    Unfinished,
    /// It was written by a later version.
    #[error("written in a format that this version does not know")]
    Version,
}

/// Begins a line at the end of `out`; the events' JSON array follows, then [`end_line`]. Returns where it begins.
pub fn begin_line(out: &mut Vec<u8>, stamp: &Stamp) -> usize {
    let start = out.len();
    let Stamp { n, b, t, id } = stamp;
    write!(out, r#"{{"v":1,"n":{n},"b":{b},"t":{t},"id":"{id}","ev":"#, t = t.millis()).expect("writing into memory cannot fail");
    start
}

/// Ends the line that begins at `start` with its hash and an end of line.
pub fn end_line(out: &mut Vec<u8>, start: usize, prev: &Hash) -> Hash {
    let hash = sha256(&[prev, &out[start..]]);
    out.extend_from_slice(br#","h":""#);
    out.extend_from_slice(&to_hex(&hash));
    out.extend_from_slice(b"\"}\n");
    hash
}

/// A whole line: its bytes with the end of line, and its hash. `events` is a JSON array.
pub fn seal_line(prev: &Hash, stamp: &Stamp, events: &str) -> (Vec<u8>, Hash) {
    let mut out = Vec::with_capacity(events.len() + 256);
    let start = begin_line(&mut out, stamp);
    out.extend_from_slice(events.as_bytes());
    let hash = end_line(&mut out, start, prev);
    (out, hash)
}

/// Writes a segment's head with its end of line; returns its hash.
pub fn write_head(out: &mut Vec<u8>, head: &Head) -> Hash {
    let start = out.len();
    let Head { seg, first, prev, ledger, epoch } = head;
    write!(out, r#"{{"v":1,"seg":{seg},"first":{first},"prev":""#).expect("writing into memory cannot fail");
    out.extend_from_slice(&to_hex(prev));
    write!(out, r#"","ledger":"{ledger}","epoch":{epoch}"#).expect("writing into memory cannot fail");
    end_line(out, start, prev)
}

/// Checks a line, without its end of line, against the link before it.
pub fn check_line<'a>(prev: &Hash, bytes: &'a [u8]) -> Result<Line<'a>, LineError> {
    let line = read_line(bytes)?;
    if sha256(&[prev, &bytes[..bytes.len() - TAIL]]) == line.hash { Ok(line) } else { Err(LineError::Chain) }
}

/// Reads a line, without its end of line, and believes the hash it states.
pub fn read_line(bytes: &[u8]) -> Result<Line<'_>, LineError> {
    let (body, hash) = split_hash(bytes)?;
    let mut rest = Cursor::start(body)?;
    rest.take(r#","n":"#)?;
    let n = rest.number()?;
    rest.take(r#","b":"#)?;
    let b = rest.number()?;
    rest.take(r#","t":"#)?;
    let millis = i64::try_from(rest.number()?).map_err(|_| LineError::Malformed("time"))?;
    let t = Timestamp::from_millis(millis);
    if t.millis() != millis {
        return Err(LineError::Malformed("time"));
    }
    rest.take(r#","id":""#)?;
    let id = rest.uuid()?;
    rest.take(r#"","ev":"#)?;
    let events = rest.0;
    if n == 0 || b == 0 || b > n {
        return Err(LineError::Malformed("numbers"));
    }
    if !events.starts_with('[') || !events.ends_with(']') || events.len() < 2 {
        return Err(LineError::Malformed("events"));
    }
    Ok(Line { stamp: Stamp { n, b, t, id }, events, hash })
}

/// Checks a segment's head, without its end of line, against the link it states itself; returns it with its hash.
pub fn check_head(bytes: &[u8]) -> Result<(Head, Hash), LineError> {
    let (body, hash) = split_hash(bytes)?;
    let mut rest = Cursor::start(body)?;
    rest.take(r#","seg":"#)?;
    let seg = u32::try_from(rest.number()?).map_err(|_| LineError::Malformed("segment number"))?;
    rest.take(r#","first":"#)?;
    let first = rest.number()?;
    rest.take(r#","prev":""#)?;
    let prev = rest.split(64).and_then(|text| from_hex(text.as_bytes())).ok_or(LineError::Malformed("hash"))?;
    rest.take(r#"","ledger":""#)?;
    let ledger = rest.uuid()?;
    rest.take(r#"","epoch":"#)?;
    let epoch = rest.number()?;
    if !rest.0.is_empty() || seg == 0 || first == 0 {
        return Err(LineError::Malformed("segment head"));
    }
    if sha256(&[&prev, body.as_bytes()]) == hash { Ok((Head { seg, first, prev, ledger, epoch }, hash)) } else { Err(LineError::Chain) }
}

fn split_hash(bytes: &[u8]) -> Result<(&str, Hash), LineError> {
    if bytes.len() > LINE_BYTES {
        return Err(LineError::TooLong);
    }
    let body = bytes.len().checked_sub(TAIL).ok_or(LineError::Malformed("too short"))?;
    let (body, tail) = bytes.split_at(body);
    let hash = tail.strip_prefix(br#","h":""#).and_then(|rest| rest.strip_suffix(b"\"}")).and_then(from_hex);
    let body = std::str::from_utf8(body).map_err(|_| LineError::Malformed("not UTF-8"))?;
    Ok((body, hash.ok_or(LineError::Malformed("hash"))?))
}

/// What of a line is not read yet.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn start(body: &'a str) -> Result<Self, LineError> {
        let mut rest = Self(body);
        rest.take(r#"{"v":"#)?;
        if rest.number()? == 1 { Ok(rest) } else { Err(LineError::Version) }
    }

    fn take(&mut self, text: &str) -> Result<(), LineError> {
        self.0 = self.0.strip_prefix(text).ok_or(LineError::Malformed("fields"))?;
        Ok(())
    }

    fn split(&mut self, len: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(text)
    }

    /// A number as this program writes it: digits, no leading zero.
    fn number(&mut self) -> Result<u64, LineError> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let text = self.split(digits).ok_or(LineError::Malformed("number"))?;
        if text.starts_with('0') && digits > 1 {
            return Err(LineError::Malformed("number"));
        }
        text.parse().map_err(|_| LineError::Malformed("number"))
    }

    /// A UUID as this program writes it: lower case, with hyphens.
    fn uuid(&mut self) -> Result<Uuid, LineError> {
        let text = self.split(36).ok_or(LineError::Malformed("id"))?;
        let id = Uuid::try_parse(text).map_err(|_| LineError::Malformed("id"))?;
        if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(id) } else { Err(LineError::Malformed("id")) }
    }
}
