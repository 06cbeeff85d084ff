//! The key by which an SSH server is known.

use data_encoding::{BASE64, BASE64_NOPAD};
use std::{fmt, str::FromStr};

/// A server's public key, or the SHA-256 of it, which names it as surely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKey {
    /// `SHA256:…`, as `ssh-keygen -l` and `ssh-keyscan … | ssh-keygen -lf -` print it.
    Fingerprint([u8; 32]),
    /// `ssh-ed25519 AAAA…`, as in `known_hosts` and `/etc/ssh/ssh_host_ed25519_key.pub`.
    Whole {
        /// Its kind, as `ssh-ed25519`.
        algorithm: String,
        /// Its bytes in the encoding of SSH (RFC 4253 section 6.6).
        blob: Vec<u8>,
    },
}

/// A text that is no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a server's key is written \"SHA256:…\" or \"ssh-ed25519 AAAA…\"")]
pub struct InvalidHostKey;

/// The kinds of keys that servers show.
const KINDS: [&str; 5] = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

impl FromStr for HostKey {
    type Err = InvalidHostKey;

    fn from_str(text: &str) -> Result<Self, InvalidHostKey> {
        if let Some(digest) = text.strip_prefix("SHA256:") {
            let digest = BASE64_NOPAD.decode(digest.trim_end_matches('=').as_bytes()).map_err(|_| InvalidHostKey)?;
            return digest.try_into().map(Self::Fingerprint).map_err(|_| InvalidHostKey);
        }
        // What follows the key is a comment.
        let mut words = text.split_ascii_whitespace();
        let (Some(algorithm), Some(blob)) = (words.next(), words.next()) else { return Err(InvalidHostKey) };
        let blob = BASE64.decode(blob.as_bytes()).map_err(|_| InvalidHostKey)?;
        // The bytes begin with the kind too, after its length: a key cut off or put together wrongly is seen here.
        let length = u32::try_from(algorithm.len()).map_err(|_| InvalidHostKey)?;
        let start = [&length.to_be_bytes()[..], algorithm.as_bytes()].concat();
        if !KINDS.contains(&algorithm) || !blob.starts_with(&start) || blob.len() < start.len() + 32 {
            return Err(InvalidHostKey);
        }
        Ok(Self::Whole { algorithm: algorithm.to_owned(), blob })
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(digest) => write!(f, "SHA256:{}", BASE64_NOPAD.encode(digest)),
            Self::Whole { algorithm, blob } => write!(f, "{algorithm} {}", BASE64.encode(blob)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    #[test]
    fn a_key_is_a_fingerprint_or_whole() {
        let fingerprint = "SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ";
        for text in [fingerprint, WHOLE] {
            assert_eq!(text.parse::<HostKey>().map(|key| key.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(format!("{WHOLE} root@files").parse(), WHOLE.parse::<HostKey>());
        assert_eq!(format!("{fingerprint}=").parse(), fingerprint.parse::<HostKey>());
    }

    #[test]
    fn what_is_cut_off_or_of_another_kind_is_no_key() {
        let cut = &WHOLE[..40];
        let other = WHOLE.replace("ssh-ed25519", "ssh-rsa");
        for text in ["", "SHA256:", "SHA256:AAAA", "MD5:aa:bb", "ssh-ed25519", "ssh-dss AAAA", cut, &other] {
            assert_eq!(text.parse::<HostKey>(), Err(InvalidHostKey), "{text}");
        }
    }
}
