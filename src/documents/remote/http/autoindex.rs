//! Reads a listing of a folder as nginx writes it with `autoindex_format json`, piece by piece: an array of objects, one an entry.

use crate::documents::Kind;
use crate::documents::remote::web::head::seconds;
use crate::domain::bounds::LISTING_PART_BYTES;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;

/// One entry, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name; what is between the quotes need not be UTF-8.
    pub name: Vec<u8>,
    /// Document or folder; `None` for anything else.
    pub kind: Option<Kind>,
    /// Bytes, of documents.
    pub size: Option<u64>,
    /// Last change, in whole seconds since 1970; 0 where it is not told.
    pub changed: i64,
}

/// A text that is no such listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a listing that is not an array of entries in JSON")]
pub struct NoListing;

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Next {
    #[default]
    Start,
    FirstOrEnd,
    Entry,
    Inside {
        depth: usize,
        text: Text,
    },
    CommaOrEnd,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escape,
}

/// Takes a listing in pieces, cut anywhere, and holds no more than one entry of it.
#[derive(Debug, Default)]
pub struct Entries {
    next: Next,
    entry: Vec<u8>,
}

impl Entries {
    /// Reads on, and gives what it finds to `found` until that says to stop. Says whether it did.
    ///
    /// # Errors
    /// It is no listing, or an entry is longer than `bounds::LISTING_PART_BYTES`.
    pub fn read(&mut self, piece: &[u8], mut found: impl FnMut(Member) -> bool) -> Result<bool, NoListing> {
        for &byte in piece {
            if let Next::Inside { depth, text } = self.next {
                self.entry.push(byte);
                if self.entry.len() > LISTING_PART_BYTES {
                    return Err(NoListing);
                }
                self.next = inside(byte, depth, text);
                if self.next == Next::CommaOrEnd {
                    let member = serde_json::from_slice::<Raw>(&self.entry).map_err(|_| NoListing)?;
                    self.entry.clear();
                    if !found(member.into()) {
                        return Ok(false);
                    }
                }
                continue;
            }
            self.next = match (self.next, byte) {
                (next, b' ' | b'\t' | b'\r' | b'\n') => next,
                (Next::Start, b'[') => Next::FirstOrEnd,
                (Next::FirstOrEnd | Next::Entry, b'{') => {
                    self.entry.push(byte);
                    Next::Inside { depth: 1, text: Text::Outside }
                }
                (Next::FirstOrEnd | Next::CommaOrEnd, b']') => Next::Nothing,
                (Next::CommaOrEnd, b',') => Next::Entry,
                _ => return Err(NoListing),
            };
        }
        Ok(true)
    }

    /// Says that there is no more.
    ///
    /// # Errors
    /// The listing is not at its end.
    pub fn end(self) -> Result<(), NoListing> {
        if self.next == Next::Nothing { Ok(()) } else { Err(NoListing) }
    }
}

/// Where one is after a byte inside an entry.
const fn inside(byte: u8, depth: usize, text: Text) -> Next {
    let (depth, text) = match (text, byte) {
        (Text::Escape, _) => (depth, Text::Inside),
        (Text::Inside, b'\\') => (depth, Text::Escape),
        (Text::Inside, b'"') => (depth, Text::Outside),
        (Text::Outside, b'"') => (depth, Text::Inside),
        (Text::Outside, b'{' | b'[') => (depth + 1, text),
        (Text::Outside, b'}' | b']') => (depth - 1, text),
        _ => (depth, text),
    };
    if depth == 0 { Next::CommaOrEnd } else { Next::Inside { depth, text } }
}

#[derive(serde::Deserialize)]
struct Raw {
    name: Name,
    #[serde(rename = "type")]
    kind: String,
    mtime: Option<String>,
    size: Option<u64>,
}

impl From<Raw> for Member {
    fn from(raw: Raw) -> Self {
        let kind = match raw.kind.as_str() {
            "file" => Some(Kind::Document),
            "directory" => Some(Kind::Folder),
            _ => None,
        };
        Self { name: raw.name.0, kind, size: raw.size, changed: raw.mtime.as_deref().map_or(0, seconds) }
    }
}

/// A name as bytes: nginx writes what its file system has between the quotes, whatever it is.
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Name, E> {
                Ok(Name(name.to_vec()))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.as_bytes().to_vec()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text that comes in pieces of that length.
    fn all(text: &[u8], length: usize) -> Result<Vec<Member>, NoListing> {
        let (mut entries, mut found) = (Entries::default(), Vec::new());
        for piece in text.chunks(length) {
            entries.read(piece, |member| {
                found.push(member);
                true
            })?;
        }
        entries.end().map(|()| found)
    }

    const LISTING: &[u8] =
        b"[\r\n{ \"name\":\"a {\\\"} [\\\\\", \"type\":\"directory\", \"mtime\":\"Thu, 01 Jan 1970 00:00:09 GMT\" },\r\n\
        { \"name\":\"caf\xe9.txt\", \"type\":\"file\", \"mtime\":\"Thu, 01 Jan 1970 00:01:00 GMT\", \"size\":7 },\n\
        { \"name\":\"..\", \"type\":\"other\", \"more\":{\"of\":[\"}\"]} }\n]\n";

    #[test]
    fn a_listing_is_read_whatever_pieces_it_comes_in() {
        let member = |name: &[u8], kind, size, changed| Member { name: name.to_vec(), kind, size, changed };
        let expected = vec![
            member(b"a {\"} [\\", Some(Kind::Folder), None, 9),
            member(b"caf\xe9.txt", Some(Kind::Document), Some(7), 60),
            member(b"..", None, None, 0),
        ];
        for length in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(all(LISTING, length), Ok(expected.clone()), "{length}");
        }
        assert_eq!(all(b" [ ] ", 1), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_listing_or_not_whole_is_refused() {
        let long = format!("[{{\"name\":\"{}\",\"type\":\"file\"}}]", "a".repeat(LISTING_PART_BYTES));
        for wrong in [
            "",
            "[",
            "<html>",
            "{}",
            "[]]",
            "[{}]",
            "[1]",
            "[,]",
            "[{\"name\":\"a\",\"type\":\"file\"},]",
            "[{\"name\":\"a\",\"type\":\"file\"}",
            "[{\"name\":\"a\",\"type\":\"file\"}{\"name\":\"b\",\"type\":\"file\"}]",
            "[{\"name\":1,\"type\":\"file\"}]",
            "[{\"name\":\"a\",\"type\":\"file\",\"size\":-1}]",
            &long,
        ] {
            assert_eq!(all(wrong.as_bytes(), 5), Err(NoListing), "{:.60}", wrong);
        }
    }

    #[test]
    fn whoever_has_enough_stops_it() {
        let mut seen = 0;
        let stopped = Entries::default().read(LISTING, |_| {
            seen += 1;
            seen < 2
        });
        assert_eq!((stopped, seen), (Ok(false), 2));
    }
}
