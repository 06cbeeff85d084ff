//! What tells one version of a document from the next.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The version of a document, as its store states it. What a store does not tell is zero or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileVersion {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, in nanoseconds since 1970; of remote stores in whole seconds, since their listings tell no more.
    pub mtime_ns: i64,
    /// Device; 0 in remote stores.
    pub device: u64,
    /// Inode on that device; 0 in remote stores.
    pub inode: u64,
    /// The entity tag, with its quotes (RFC 9110 section 8.8.3). Listings of stores do not tell it reliably, so that it is only of opened documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Arc<str>>,
    /// The id by which the store keeps this version beside others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
}

impl FileVersion {
    /// A version of which a store tells size and time only.
    pub const fn plain(size: u64, mtime_ns: i64) -> Self {
        Self { size, mtime_ns, device: 0, inode: 0, entity: None, id: None }
    }

    /// Whether `now` is this version still: by the id where both have one, else by the entity tag, else by size, time and inode.
    pub fn is_still(&self, now: &Self) -> bool {
        if let (Some(id), Some(other)) = (&self.id, &now.id) {
            return id == other && self.size == now.size;
        }
        if let (Some(entity), Some(other)) = (&self.entity, &now.entity) {
            return entity == other && self.size == now.size;
        }
        (self.size, self.mtime_ns, self.device, self.inode) == (now.size, now.mtime_ns, now.device, now.inode)
    }

    /// Whether both are of one file, whatever it holds. Remote stores do not tell.
    pub fn same_file(&self, other: &Self) -> bool {
        self.inode != 0 && (self.device, self.inode) == (other.device, other.inode)
    }
}

/// Receipts name a version by this text: the store's own id or entity tag, or what its file system says.
impl fmt::Display for FileVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, &self.entity) {
            (Some(id), _) => write!(f, "{}-{}-id:{id}", self.size, self.mtime_ns),
            (None, Some(entity)) => write!(f, "{}-{}-tag:{}", self.size, self.mtime_ns, entity.trim_matches('"')),
            (None, None) => write!(f, "{}-{}-{:x}-{:x}", self.size, self.mtime_ns, self.device, self.inode),
        }
    }
}

/// The SHA-256 of a document's bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is written as 64 lower-case hexadecimal digits")]
pub struct InvalidHash;

impl FromStr for ContentHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidHash)?;
        bytes.try_into().map(Self).map_err(|_| InvalidHash)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A version that a share holds on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// What the store said of it.
    #[serde(flatten)]
    pub version: FileVersion,
    /// The hash of its bytes, taken once, when it was pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<ContentHash>,
    /// Their CRC-32, taken in the same pass: an archive of documents that all have one is the same bytes each time, so that it can be resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc32: Option<u32>,
    /// Whether a sealed copy of it is kept, which is read when the store has another version by now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

impl Pinned {
    /// Whether both are of the same bytes: by their hashes where both have one, else by what their store said of them.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self.sha256, other.sha256) {
            (Some(hash), Some(other)) => hash == other,
            _ => self.version.is_still(&other.version),
        }
    }
}

impl From<FileVersion> for Pinned {
    fn from(version: FileVersion) -> Self {
        Self { version, sha256: None, crc32: None, kept: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(id: Option<&str>, entity: Option<&str>, mtime_ns: i64) -> FileVersion {
        FileVersion { entity: entity.map(Arc::from), id: id.map(Arc::from), ..FileVersion::plain(9, mtime_ns) }
    }

    #[test]
    fn the_best_that_both_tell_decides_whether_a_version_is_still_the_same() {
        let tells_all = version(Some("v1"), Some("\"a\""), 1);
        assert!(tells_all.is_still(&version(Some("v1"), Some("\"b\""), 2)));
        assert!(!tells_all.is_still(&version(Some("v2"), Some("\"a\""), 1)));
        assert!(tells_all.is_still(&version(None, Some("\"a\""), 2)));
        assert!(!tells_all.is_still(&version(None, Some("\"b\""), 1)));
        assert!(tells_all.is_still(&version(None, None, 1)));
        assert!(!tells_all.is_still(&version(None, None, 2)));
        assert!(!tells_all.is_still(&FileVersion { size: 8, ..tells_all.clone() }));
    }

    #[test]
    fn documents_of_remote_stores_are_never_taken_for_one_file() {
        assert!(!FileVersion::plain(9, 1).same_file(&FileVersion::plain(9, 1)));
        let local = FileVersion { device: 1, inode: 7, ..FileVersion::plain(9, 1) };
        assert!(local.same_file(&FileVersion { size: 4, ..local.clone() }));
    }

    #[test]
    fn a_pin_is_written_as_the_version_alone_was() -> Result<(), serde_json::Error> {
        let old = r#"{"size":1,"mtime_ns":2,"device":3,"inode":4}"#;
        let pinned: Pinned = serde_json::from_str(old)?;
        assert_eq!(serde_json::to_string(&pinned)?, old);
        let hashed = Pinned { sha256: Some(ContentHash([7; 32])), crc32: Some(7), ..pinned };
        assert_eq!(serde_json::from_str::<Pinned>(&serde_json::to_string(&hashed)?)?, hashed);
        Ok(())
    }
}
