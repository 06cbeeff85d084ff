//! The data keys of people, shares and staff: made when first needed, wrapped by the key ring, appended to one file.
//!
//! Erasing a subject rewrites the file without its key; what was sealed with it stays unreadable for ever.

use crate::crypto::keys::{KeyRing, write_private};
use crate::crypto::primitives::{KEY_BYTES, SealKey};
use crate::crypto::random;
use crate::crypto::sealed::Subject;
use data_encoding::{BASE64URL_NOPAD, Encoding, HEXLOWER};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

type KeyId = [u8; 8];

/// Keys that were not put down.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// What the file holds is not known any more (after a failed fsync the page cache may show what the disk lacks).
    #[error("the data keys cannot be trusted any more: {0}")]
    Unknown(io::Error),
    /// The file is as before; another try may succeed.
    #[error("the data keys cannot be written: {0}")]
    Unwritten(io::Error),
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    v: u32,
    key: String,
    subject: String,
    ring: u8,
    wrapped: String,
}

/// All data keys of the installation.
pub struct DataKeys {
    file: PathBuf,
    ring: Arc<KeyRing>,
    by_id: HashMap<KeyId, (Subject, SealKey)>,
    by_subject: HashMap<Subject, KeyId>,
    /// Lines of keys that were made and are not in the file yet.
    unwritten: Vec<u8>,
}

impl DataKeys {
    /// Reads the file; a last line that was cut off by a crash is dropped, as nothing can have been sealed with it.
    pub fn open(file: &Path, ring: Arc<KeyRing>) -> io::Result<Self> {
        let (keys, whole) = Self::load(file, ring)?;
        if let Some(whole) = whole {
            write_private(file, &whole)?;
        }
        Ok(keys)
    }

    /// Reads the file and leaves it as it is, for exports beside a running server.
    pub fn open_read_only(file: &Path, ring: Arc<KeyRing>) -> io::Result<Self> {
        Ok(Self::load(file, ring)?.0)
    }

    /// The keys, and the whole lines of the file when it has more than those.
    fn load(file: &Path, ring: Arc<KeyRing>) -> io::Result<(Self, Option<Vec<u8>>)> {
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(e),
        };
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let mut keys = Self { file: file.to_owned(), ring, by_id: HashMap::new(), by_subject: HashMap::new(), unwritten: Vec::new() };
        for (number, line) in bytes[..whole].split(|b| *b == b'\n').filter(|line| !line.is_empty()).enumerate() {
            keys.read(line)
                .map_err(|why| io::Error::other(format!("{}: line {}: {why}", file.display(), number + 1)))?;
        }
        let cut = whole < bytes.len();
        Ok((keys, cut.then(|| bytes[..whole].to_vec())))
    }

    /// Appends a value sealed under its subject's key, made now if there is none: `1.<key id>.<nonce | ciphertext | tag>`.
    pub fn seal(&mut self, subject: Subject, context: &[u8], plain: &[u8], out: &mut Vec<u8>) {
        let id = match self.by_subject.get(&subject) {
            Some(id) => *id,
            None => self.make(subject),
        };
        let sealed = self.by_id[&id].1.seal(context, plain);
        out.extend_from_slice(b"1.");
        encode(&HEXLOWER, &id, out);
        out.push(b'.');
        encode(&BASE64URL_NOPAD, &sealed, out);
    }

    /// Opens a sealed value: its subject and the plain bytes, or no bytes when the subject was erased.
    pub fn unseal(&self, text: &str, context: &[u8]) -> Result<(Subject, Option<Vec<u8>>), &'static str> {
        let mut parts = text.splitn(3, '.').skip(1);
        let (Some(id), Some(body)) = (parts.next(), parts.next()) else { return Err("it is not of the form 1.key.value") };
        let mut key = KeyId::default();
        if id.len() != 2 * key.len() || HEXLOWER.decode_mut(id.as_bytes(), &mut key).is_err() {
            return Err("its key id is no key id");
        }
        let Some((subject, key)) = self.by_id.get(&key) else { return Ok((ERASED, None)) };
        let body = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|_| "it is not base64")?;
        let plain = key.open(context, body).ok_or("it was changed, or moved from another place")?;
        Ok((*subject, Some(plain)))
    }

    /// Appends the keys made since the last call and waits until they are on the disk. Nothing sealed with them may be written before.
    pub fn sync(&mut self) -> Result<(), SyncError> {
        if self.unwritten.is_empty() {
            return Ok(());
        }
        let fresh = !self.file.exists();
        let opened = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&self.file);
        let mut to = opened.map_err(SyncError::Unwritten)?;
        let before = to.metadata().map_err(SyncError::Unwritten)?.len();
        if let Err(e) = to.write_all(&self.unwritten) {
            to.set_len(before).map_err(SyncError::Unknown)?;
            return Err(SyncError::Unwritten(e));
        }
        to.sync_data().map_err(SyncError::Unknown)?;
        if fresh && let Some(folder) = self.file.parent() {
            std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(SyncError::Unknown)?;
        }
        self.unwritten.clear();
        Ok(())
    }

    fn make(&mut self, subject: Subject) -> KeyId {
        let id: KeyId = random::bytes();
        let secret = Zeroizing::new(random::bytes::<KEY_BYTES>());
        let name = HEXLOWER.encode(&id);
        let ring = self.ring.active();
        let wrap = self.ring.wrap_key(ring).expect("the active key is in the ring");
        let wrapped = BASE64URL_NOPAD.encode(&wrap.seal(wrap_context(&name, subject).as_bytes(), &*secret));
        let entry = Entry { v: 1, key: name, subject: subject.to_string(), ring, wrapped };
        serde_json::to_writer(&mut self.unwritten, &entry).expect("an entry is plain text and a vector takes all");
        self.unwritten.push(b'\n');
        self.by_id.insert(id, (subject, SealKey::new(&secret)));
        self.by_subject.insert(subject, id);
        id
    }

    fn read(&mut self, line: &[u8]) -> Result<(), String> {
        let entry: Entry = serde_json::from_slice(line).map_err(|e| e.to_string())?;
        let subject: Subject = entry.subject.parse().map_err(|e| format!("{e}"))?;
        let id: KeyId = HEXLOWER.decode(entry.key.as_bytes()).ok().and_then(|id| id.try_into().ok()).ok_or("no key id")?;
        let wrap = self
            .ring
            .wrap_key(entry.ring)
            .ok_or_else(|| format!("it needs key {} of the key ring, which is not there", entry.ring))?;
        let wrapped = BASE64URL_NOPAD.decode(entry.wrapped.as_bytes()).map_err(|e| e.to_string())?;
        let opened = wrap.open(wrap_context(&entry.key, subject).as_bytes(), wrapped).map(Zeroizing::new);
        let secret: [u8; KEY_BYTES] = opened
            .and_then(|s| s[..].try_into().ok())
            .ok_or("it does not belong to this key ring, or was changed")?;
        self.by_id.insert(id, (subject, SealKey::new(&secret)));
        self.by_subject.insert(subject, id);
        Ok(())
    }
}

/// The subject named for values whose key is gone; who it was is no longer known.
const ERASED: Subject = Subject::Guest(crate::domain::ids::GuestId::from_bytes([0; 16]));

/// Appends bytes as text.
fn encode(as_text: &Encoding, bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + as_text.encode_len(bytes.len()), 0);
    as_text.encode_mut(bytes, &mut out[start..]);
}

fn wrap_context(key: &str, subject: Subject) -> String {
    format!("{key}|{subject}")
}

impl std::fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataKeys").field("keys", &self.by_id.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyState;
    use crate::domain::ids::GuestId;

    fn ring(byte: u8) -> Arc<KeyRing> {
        Arc::new(KeyRing::from_secrets(&[(1, KeyState::Active, [byte; 32])]).unwrap())
    }

    fn sealed(keys: &mut DataKeys, subject: Subject) -> String {
        let mut out = Vec::new();
        keys.seal(subject, b"c", b"value", &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn synced_keys_are_there_after_a_restart_and_a_cut_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.jsonl");
        let subject = Subject::Guest(GuestId::from_bytes([1; 16]));
        let mut keys = DataKeys::open(&file, ring(1)).unwrap();
        let sealed = sealed(&mut keys, subject);
        keys.sync().unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.extend_from_slice(br#"{"v":1,"key":"#);
        std::fs::write(&file, &bytes).unwrap();

        let again = DataKeys::open(&file, ring(1)).unwrap();
        assert_eq!(again.unseal(&sealed, b"c"), Ok((subject, Some(b"value".to_vec()))));
        assert!(DataKeys::open(&file, ring(2)).is_err(), "another key ring opens nothing");
    }

    #[test]
    fn a_value_whose_key_is_gone_opens_as_erased() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = DataKeys::open(&folder.path().join("a.jsonl"), ring(1)).unwrap();
        let sealed = sealed(&mut keys, Subject::Guest(GuestId::from_bytes([1; 16])));
        let other = DataKeys::open(&folder.path().join("b.jsonl"), ring(1)).unwrap();
        assert_eq!(other.unseal(&sealed, b"c").map(|(_, plain)| plain), Ok(None));
    }
}
