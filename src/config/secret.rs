//! A secret that never stands in the configuration itself: it comes from a file, the environment or a systemd credential, and cannot be printed.

use crate::config::{reader::Reader, rule::matching};
use std::{fmt, os::unix::ffi::OsStringExt, path::Path, sync::Arc};
use zeroize::Zeroizing;

/// Longest secret, in bytes.
const SECRET_BYTES: usize = 64 * 1024;
/// The folder systemd puts credentials into (systemd.exec(5), `LoadCredential=`).
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Bytes of a file with a private key, wiped from memory with their last copy; they show nothing of themselves.
#[derive(Clone)]
pub struct Pem(Arc<Zeroizing<Vec<u8>>>);

impl Pem {
    /// Takes the content of a file.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The bytes in clear, for the one who reads the key.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pem(…)")
    }
}

/// A text that is wiped from memory when its last copy goes, and that shows nothing of itself.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

/// Why a secret is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// Nothing but line ends.
    #[error("it is empty")]
    Empty,
    /// More than one line, or a control character.
    #[error("it must be a single line")]
    Lines,
    /// Bytes that are not UTF-8.
    #[error("it is not text")]
    NotText,
}

impl Secret {
    /// Takes a secret, less the line end that editors and `echo` put after it.
    ///
    /// # Errors
    /// It is empty, not UTF-8, or has control characters.
    pub fn new(bytes: &Zeroizing<Vec<u8>>) -> Result<Self, InvalidSecret> {
        let text = std::str::from_utf8(bytes).map_err(|_| InvalidSecret::NotText)?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(InvalidSecret::Empty),
            text if text.contains(char::is_control) => Err(InvalidSecret::Lines),
            text => Ok(Self(Arc::new(Zeroizing::new(text.to_owned())))),
        }
    }

    /// The secret in clear, for the one who must present it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads the secret that the keys `…_file`, `…_env` or `…_credential` name; `keys` are these three. At most one may be there.
    /// With `wanted` false only the keys are checked, and no file or variable is looked at.
    pub(super) fn read(r: &Reader<'_, '_>, keys: [&'static str; 3], wanted: bool) -> Option<Self> {
        let (key, bytes) = from_one_of(r, keys, wanted)?;
        match bytes.and_then(|bytes| Self::new(&bytes).map_err(|e| e.to_string())) {
            Ok(secret) => Some(secret),
            Err(why) => {
                r.fail_hidden(key, format!("must name a secret that can be read: {why}"));
                None
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key that names a secret, and what it led to: the secret, or why there is none.
type Named = (&'static str, Result<Zeroizing<Vec<u8>>, String>);

/// What the one of the keys `…_file`, `…_env` and `…_credential` that is there names, with that key. At most one may be there.
pub(super) fn from_one_of(r: &Reader<'_, '_>, keys: [&'static str; 3], wanted: bool) -> Option<Named> {
    let [file, env, credential] = keys;
    let named_file = r.optional(file, r.path().hidden());
    let named_env = r.optional(env, matching("must be the name of an environment variable", variable).hidden());
    let named_credential = r.optional(credential, matching("must be the name of a systemd credential", plain_name).hidden());
    if keys.iter().filter(|key| r.has(key)).count() > 1 {
        let second = keys.into_iter().filter(|key| r.has(key)).nth(1).unwrap_or(file);
        r.fail_hidden(second, format!("must stand alone: only one of {file}, {env} and {credential}"));
        return None;
    }
    if !wanted {
        return None;
    }
    if let Some(path) = named_file {
        Some((file, from_file(r, &path)))
    } else if let Some(name) = named_env {
        let value = r.outside().variable(&name).ok_or_else(|| "that environment variable is not set".to_owned());
        Some((env, value.map(|value| Zeroizing::new(value.into_vec()))))
    } else {
        let folder = r.outside().variable(CREDENTIALS);
        let path = named_credential.map(|name| folder.map(|folder| Path::new(&folder).join(name)))?;
        let none = || "systemd has handed over no credentials: LoadCredential= in the unit does it".to_owned();
        Some((credential, path.ok_or_else(none).and_then(|path| from_file(r, &path))))
    }
}

fn from_file(r: &Reader<'_, '_>, path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    r.outside().file(path, SECRET_BYTES).map_err(|e| e.to_string())
}

fn variable(text: &str) -> Option<String> {
    let first = text.bytes().next().is_some_and(|c| c.is_ascii_alphabetic() || c == b'_');
    (first && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')).then(|| text.to_owned())
}

fn plain_name(text: &str) -> Option<String> {
    let plain = !matches!(text, "" | "." | "..") && text.len() <= 255 && !text.contains(['/', '\0']);
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(bytes: &[u8]) -> Result<String, InvalidSecret> {
        Secret::new(&Zeroizing::new(bytes.to_vec())).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn the_line_end_after_a_secret_is_not_part_of_it() {
        assert_eq!(secret(b" kept as it is \r\n"), Ok(" kept as it is ".to_owned()));
        assert_eq!(secret(b"\n"), Err(InvalidSecret::Empty));
        assert_eq!(secret(b"one\ntwo"), Err(InvalidSecret::Lines));
        assert_eq!(secret(b"\xff"), Err(InvalidSecret::NotText));
    }

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let shown = Secret::new(&Zeroizing::new(b"hunter2".to_vec())).map(|secret| format!("{secret:?}"));
        assert_eq!(shown, Ok("Secret(…)".to_owned()));
    }
}
