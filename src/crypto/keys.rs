//! The key ring: secrets by id, each active, verify-only or retired, in one file that only the server reads.

use crate::crypto::primitives::{KEY_BYTES, MacKey, SealKey};
use crate::crypto::{BOUNCE, CONTENT, ENTITY_TAG, FORM, KEEP, LINK, SEEN, WRAP, random};
use crate::domain::time::Timestamp;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// What a key may still be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// Signs and verifies; exactly one key.
    Active,
    /// Neither: its links are void.
    Retired,
    /// Verifies links made before.
    VerifyOnly,
}

/// A key ring that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file is there and is not a key ring, or breaks a rule of one.
    #[error("{0}: {1}; put the file back from a backup, links made with its keys depend on it")]
    Broken(String, String),
    /// The file cannot be read or written.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// Others than the server's user may read the file.
    #[error("{0}: others may read it (mode {1:o}); run: chmod 600 {0}")]
    Open(String, u32),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    v: u32,
    keys: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: u8,
    state: KeyState,
    made: Timestamp,
    secret: String,
}

/// One key of the ring, with the keys derived from it.
struct RingKey {
    state: KeyState,
    made: Timestamp,
    link: MacKey,
    bounce: MacKey,
    wrap: SealKey,
    keep: SealKey,
}

/// The keys of an installation. It has no default and cannot be empty: without its file nothing starts (CVE-2023-49105).
pub struct KeyRing {
    active: u8,
    keys: BTreeMap<u8, RingKey>,
    form: MacKey,
    entity_tag: MacKey,
    seen: MacKey,
    content: MacKey,
}

impl KeyRing {
    /// Reads the ring from its file, or makes the file with a first key when `make` allows it.
    pub fn open(file: &Path, make: bool, now: Timestamp) -> Result<Self, KeyRingError> {
        let name = file.display().to_string();
        let io_error = |e| KeyRingError::Io(name.clone(), e);
        let text = match std::fs::read_to_string(file) {
            Ok(text) => Zeroizing::new(text),
            Err(e) if e.kind() == io::ErrorKind::NotFound && make => {
                let text = Self::first(now);
                write_private(file, text.as_bytes()).map_err(io_error)?;
                text
            }
            Err(e) => return Err(io_error(e)),
        };
        let mode = std::fs::metadata(file).map_err(io_error)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyRingError::Open(name, mode));
        }
        Self::parse(&text).map_err(|why| KeyRingError::Broken(name, why))
    }

    /// A ring with one key of these bytes, for tests and golden vectors.
    pub fn from_secrets(secrets: &[(u8, KeyState, [u8; KEY_BYTES])]) -> Result<Self, String> {
        let entry = |(id, state, secret): &(u8, KeyState, [u8; KEY_BYTES])| (*id, *state, Timestamp::default(), Zeroizing::new(*secret));
        Self::build(secrets.iter().map(entry).collect())
    }

    /// Ids, states and ages of all keys; never the secrets.
    pub fn list(&self) -> impl Iterator<Item = (u8, KeyState, Timestamp)> {
        self.keys.iter().map(|(id, key)| (*id, key.state, key.made))
    }

    /// The id of the key that signs.
    pub const fn active(&self) -> u8 {
        self.active
    }

    /// The key that signed links under this id, unless it is retired.
    pub fn link_key(&self, id: u8) -> Option<&MacKey> {
        self.keys.get(&id).filter(|key| key.state != KeyState::Retired).map(|key| &key.link)
    }

    /// The key that signs links now.
    pub fn active_link_key(&self) -> &MacKey {
        &self.keys[&self.active].link
    }

    /// The key that tags the addresses that mails come back to under this id, unless it is retired.
    pub fn bounce_key(&self, id: u8) -> Option<&MacKey> {
        self.keys.get(&id).filter(|key| key.state != KeyState::Retired).map(|key| &key.bounce)
    }

    /// The key that wraps data keys under this id; a retired one still unwraps.
    pub fn wrap_key(&self, id: u8) -> Option<&SealKey> {
        self.keys.get(&id).map(|key| &key.wrap)
    }

    /// The key that seals kept documents under this id; a retired one still opens them.
    pub fn keep_key(&self, id: u8) -> Option<&SealKey> {
        self.keys.get(&id).map(|key| &key.keep)
    }

    /// The key of form tokens.
    pub const fn form_key(&self) -> &MacKey {
        &self.form
    }

    /// The key of entity tags.
    pub const fn entity_tag_key(&self) -> &MacKey {
        &self.entity_tag
    }

    /// The key of the tags of what staff looked at.
    pub const fn seen_key(&self) -> &MacKey {
        &self.seen
    }

    /// The key of addresses on the content host.
    pub const fn content_key(&self) -> &MacKey {
        &self.content
    }

    fn first(now: Timestamp) -> Zeroizing<String> {
        let secret = Zeroizing::new(random::bytes::<KEY_BYTES>());
        let entry = KeyEntry { id: 1, state: KeyState::Active, made: now, secret: BASE64.encode(&*secret) };
        let file = RingFile { v: 1, keys: vec![entry] };
        Zeroizing::new(serde_json::to_string_pretty(&file).expect("a ring file has only numbers and texts"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: RingFile = serde_json::from_str(text).map_err(|e| format!("not a key ring: {e}"))?;
        if file.v != 1 {
            return Err(format!("its version is {}, this program reads 1", file.v));
        }
        let mut keys = Vec::new();
        for entry in file.keys {
            let bytes = Zeroizing::new(BASE64.decode(entry.secret.as_bytes()).unwrap_or_default());
            let secret: [u8; KEY_BYTES] = bytes[..]
                .try_into()
                .map_err(|_| format!("the secret of key {} is not {KEY_BYTES} bytes in base64", entry.id))?;
            // A blank secret is what a half-restored or templated file holds: refuse it rather than sign with it.
            if secret.iter().all(|byte| *byte == secret[0]) {
                return Err(format!("the secret of key {} is blank", entry.id));
            }
            keys.push((entry.id, entry.state, entry.made, Zeroizing::new(secret)));
        }
        Self::build(keys)
    }

    fn build(entries: Vec<(u8, KeyState, Timestamp, Zeroizing<[u8; KEY_BYTES]>)>) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        let mut active = None;
        for (id, state, made, secret) in entries {
            let root = MacKey::new(&secret);
            let derived = || [FORM, ENTITY_TAG, SEEN, CONTENT].map(|purpose| root.derive(purpose));
            if state == KeyState::Active && active.replace((id, derived())).is_some() {
                return Err("more than one key is active".to_owned());
            }
            let [wrap, keep] = [WRAP, KEEP].map(|purpose| SealKey::new(&root.derive(purpose)));
            let [link, bounce] = [LINK, BOUNCE].map(|purpose| MacKey::new(&root.derive(purpose)));
            let key = RingKey { state, made, link, bounce, wrap, keep };
            if keys.insert(id, key).is_some() {
                return Err(format!("key {id} is there twice"));
            }
        }
        let (active, [form, entity_tag, seen, content]) = active.ok_or("no key is active")?;
        let [form, entity_tag, seen, content] = [form, entity_tag, seen, content].map(|key| MacKey::new(&key));
        Ok(Self { active, keys, form, entity_tag, seen, content })
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("active", &self.active).finish_non_exhaustive()
    }
}

/// Writes a file that only its owner may read, whole or not at all, on the disk when this returns.
pub fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or_else(|| io::Error::other("a file needs a folder"))?;
    let partial = file.with_extension("partial");
    let mut to = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    to.write_all(bytes)?;
    to.sync_all()?;
    std::fs::rename(&partial, file)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_that_breaks_a_rule_is_refused_with_the_reason() {
        let key = |id: u8, state: &str, secret: &str| format!(r#"{{"id":{id},"state":"{state}","made":0,"secret":"{secret}"}}"#);
        let good = BASE64.encode(b"the thirty-two bytes of a secret");
        for (keys, why) in [
            (String::new(), "no key is active"),
            (key(1, "verify-only", &good), "no key is active"),
            (format!("{},{}", key(1, "active", &good), key(2, "active", &good)), "more than one"),
            (format!("{},{}", key(1, "active", &good), key(1, "retired", &good)), "twice"),
            (key(1, "active", ""), "not 32 bytes"),
            (key(1, "active", "AAAA"), "not 32 bytes"),
            (key(1, "active", &BASE64.encode(&[0; 32])), "blank"),
            (key(1, "alive", &good), "unknown variant"),
        ] {
            let problem = KeyRing::parse(&format!(r#"{{"v":1,"keys":[{keys}]}}"#)).err().unwrap_or_default();
            assert!(problem.contains(why), "{problem}");
        }
        assert!(KeyRing::parse("").is_err() && KeyRing::parse("{}").is_err() && KeyRing::parse(r#"{"v":2,"keys":[]}"#).is_err());
    }

    #[test]
    fn the_file_is_made_once_for_its_owner_alone_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ring.json");
        assert!(matches!(KeyRing::open(&file, false, Timestamp::default()), Err(KeyRingError::Io(..))));
        let made = KeyRing::open(&file, true, Timestamp::default()).unwrap();
        let again = KeyRing::open(&file, false, Timestamp::default()).unwrap();
        assert_eq!(made.active_link_key().tag(&[b"x"]), again.active_link_key().tag(&[b"x"]));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyRing::open(&file, false, Timestamp::default()), Err(KeyRingError::Open(_, 0o640))));
    }
}
