//! Which document is meant: the name of a store and a path inside it, refused unless every part is plain.

use crate::domain::bounds::{NAME_BYTES, PATH_BYTES};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// A control character, NUL included.
    #[error("a name in a path has a control character")]
    Control,
    /// `.` or `..` as a name.
    #[error("'.' and '..' are not names of documents")]
    Dots,
    /// Two slashes in a row, or one at the start or the end.
    #[error("a path has no empty names: no slash at its start or end, and no two in a row")]
    Empty,
    /// A percent sign without two hexadecimal digits, or an encoded slash.
    #[error("a path in an address has a bad percent code")]
    Encoding,
    /// A store's name that cannot be one.
    #[error("a store's name has 1 to 32 lower-case letters, digits, '-' or '_', and starts with a letter")]
    Store,
    /// A name over 255 bytes or a path over 4096.
    #[error("a name has at most {NAME_BYTES} bytes and a path {PATH_BYTES}")]
    TooLong,
}

/// The name of a configured store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreName(String);

impl StoreName {
    /// Reads a store's name: 1 to 32 of `a-z0-9_-`, a letter first.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        let lead = text.bytes().next().is_some_and(|c| c.is_ascii_lowercase());
        if lead && text.len() <= 32 && text.bytes().all(plain) { Ok(Self(text.to_owned())) } else { Err(InvalidPath::Store) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path inside a store, as bytes: names separated by single slashes, none of them empty, `.` or `..`. The empty path is the store's root folder.
///
/// Its text form is the path itself where it is UTF-8; a byte that is not stands as `%XX`, and so does a `%` that would otherwise be read as such.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentPath(Vec<u8>);

impl DocumentPath {
    /// The root folder of a store.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Takes the bytes of a path as a file system or a command line gives them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidPath> {
        if bytes.is_empty() {
            return Ok(Self::root());
        }
        if bytes.len() > PATH_BYTES {
            return Err(InvalidPath::TooLong);
        }
        bytes.split(|&b| b == b'/').try_for_each(check_name)?;
        Ok(Self(bytes.to_vec()))
    }

    /// Reads the path of a request: percent codes are decoded once, and an encoded slash is refused rather than taken for a separator.
    pub fn from_url(text: &str) -> Result<Self, InvalidPath> {
        if text.len() > 3 * PATH_BYTES {
            return Err(InvalidPath::TooLong);
        }
        let mut bytes = Vec::with_capacity(text.len());
        for (i, name) in text.split('/').enumerate() {
            let decoded: Vec<u8> = percent_decode(name.as_bytes()).collect();
            if decoded.contains(&b'/') || broken_percent(name.as_bytes()) {
                return Err(InvalidPath::Encoding);
            }
            if i > 0 {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(&decoded);
        }
        Self::from_bytes(&bytes)
    }

    /// The path as it stands in a URL, slashes kept.
    pub fn to_url(&self) -> String {
        const PLAIN: &AsciiSet = &CONTROLS
            .add(b' ')
            .add(b'"')
            .add(b'#')
            .add(b'%')
            .add(b'<')
            .add(b'>')
            .add(b'?')
            .add(b'\\')
            .add(b'^')
            .add(b'`')
            .add(b'{')
            .add(b'|')
            .add(b'}')
            .add(b'[')
            .add(b']')
            .add(b'&')
            .add(b'\'')
            .add(b'+')
            .add(b';');
        percent_encode(&self.0, PLAIN).to_string()
    }

    /// The bytes, as the store has them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the root folder.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The names from the root down.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/').filter(|name| !name.is_empty())
    }

    /// The last name, as text; empty for the root.
    pub fn file_name(&self) -> String {
        text_of(self.names().last().unwrap_or_default()).into_owned()
    }

    /// This folder's entry of that name.
    pub fn join(&self, name: &[u8]) -> Result<Self, InvalidPath> {
        check_name(name)?;
        self.append(&Self(name.to_vec()))
    }

    /// The path `below` beneath this folder.
    pub fn append(&self, below: &Self) -> Result<Self, InvalidPath> {
        match (self.is_root(), below.is_root()) {
            (true, _) => Ok(below.clone()),
            (_, true) => Ok(self.clone()),
            _ if self.0.len() + 1 + below.0.len() > PATH_BYTES => Err(InvalidPath::TooLong),
            // Of each the names were looked at when it was made.
            _ => Ok(Self([&self.0[..], b"/", &below.0[..]].concat())),
        }
    }

    /// What follows `folder`, when this path is that folder or lies beneath it.
    pub fn beneath(&self, folder: &Self) -> Option<Self> {
        if folder.is_root() {
            return Some(self.clone());
        }
        match self.0.strip_prefix(&folder.0[..])? {
            [] => Some(Self::root()),
            [b'/', rest @ ..] => Some(Self(rest.to_vec())),
            _ => None,
        }
    }

    /// The folder that holds it, `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let cut = self.0.iter().rposition(|&b| b == b'/').unwrap_or(0);
        Some(Self(self.0[..cut].to_vec()))
    }
}

fn check_name(name: &[u8]) -> Result<(), InvalidPath> {
    match name {
        b"" => Err(InvalidPath::Empty),
        b"." | b".." => Err(InvalidPath::Dots),
        _ if name.contains(&b'/') => Err(InvalidPath::Empty),
        _ if name.len() > NAME_BYTES => Err(InvalidPath::TooLong),
        _ if name.iter().any(|b| b.is_ascii_control()) => Err(InvalidPath::Control),
        _ => Ok(()),
    }
}

fn is_code(at: &[u8]) -> bool {
    matches!(at, [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn broken_percent(name: &[u8]) -> bool {
    (0..name.len()).any(|i| name[i] == b'%' && !is_code(&name[i..]))
}

/// Text of bytes that may not be UTF-8: what is not stands as `%XX`; a `%` before two hexadecimal digits as `%25`.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&b'%') => Cow::Borrowed(text),
        _ => Cow::Owned(coded(bytes)),
    }
}

fn coded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for (i, c) in chunk.valid().char_indices() {
            if c == '%' && is_code(&chunk.valid().as_bytes()[i..]) {
                text.push_str("%25");
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_of(&self.0))
    }
}

impl fmt::Debug for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentPath({:?})", self.to_string())
    }
}

impl FromStr for DocumentPath {
    type Err = InvalidPath;

    /// Reads the text form back.
    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::from_bytes(&percent_decode(text.as_bytes()).collect::<Vec<u8>>())
    }
}

/// A document or folder of a store, written `store:path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentName {
    /// The store.
    pub store: StoreName,
    /// The path inside it.
    pub path: DocumentPath,
}

impl DocumentName {
    /// This folder's entry of that name.
    pub fn join(&self, name: &str) -> Result<Self, InvalidPath> {
        Ok(Self { store: self.store.clone(), path: self.path.join(name.as_bytes())? })
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.store, self.path)
    }
}

impl FromStr for DocumentName {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        let (store, path) = text.split_once(':').ok_or(InvalidPath::Store)?;
        Ok(Self { store: StoreName::parse(store)?, path: path.parse()? })
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

impl FromStr for StoreName {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::parse(text)
    }
}

as_text!(DocumentName, DocumentPath, StoreName);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_out_of_a_folder_is_refused() {
        for text in [
            "..",
            "../a",
            "a/..",
            "a/../b",
            ".",
            "a/./b",
            "/etc/passwd",
            "a//b",
            "a/",
            "%2e%2e/a",
            "%2E%2E",
            "a/%2e%2e",
            "..%2fa",
            "a%2fb",
            "a%00",
            "a%0a",
            "a%",
            "a%4",
            "a%zz",
            "%c0%ae%2f",
        ] {
            assert!(DocumentPath::from_url(text).is_err(), "{text}");
        }
        assert_eq!(DocumentPath::from_url(&"a".repeat(256)), Err(InvalidPath::TooLong));
        assert_eq!(DocumentPath::from_url(&"a/".repeat(3000)), Err(InvalidPath::TooLong));
    }

    #[test]
    fn percent_codes_are_decoded_once() {
        assert_eq!(DocumentPath::from_url("%252e%252e").map(|p| p.as_bytes().to_vec()), Ok(b"%2e%2e".to_vec()));
    }

    #[test]
    fn a_folder_covers_what_lies_beneath_it_and_not_its_namesakes() {
        let path = |text: &str| DocumentPath::from_bytes(text.as_bytes()).unwrap_or(DocumentPath::root());
        assert_eq!(path("a/b/c").beneath(&path("a")), Some(path("b/c")));
        assert_eq!(path("ab/c").beneath(&path("a")), None);
        assert_eq!(path("a").beneath(&path("a")), Some(DocumentPath::root()));
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a").parent(), Some(DocumentPath::root()));
    }

    proptest! {
        #[test]
        fn text_and_url_forms_are_read_back_exactly(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(path) = DocumentPath::from_bytes(&bytes) {
                prop_assert_eq!(path.to_string().parse::<DocumentPath>(), Ok(path.clone()));
                prop_assert_eq!(DocumentPath::from_url(&path.to_url()), Ok(path));
            }
        }
    }
}
