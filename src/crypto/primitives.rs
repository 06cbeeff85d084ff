//! The one file that calls ring.

use data_encoding::HEXLOWER;
use ring::digest;

/// A SHA-256 that is fed piece by piece.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    /// The hash of nothing yet.
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all that was taken in.
    pub fn finish(self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        out
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}

/// 32 bytes as 64 lower-case hexadecimal digits.
pub fn to_hex(hash: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    HEXLOWER.encode_mut(hash, &mut out);
    out
}

/// The 32 bytes written as exactly 64 lower-case hexadecimal digits.
pub fn from_hex(text: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || HEXLOWER.decode_mut(text, &mut out).is_err() {
        return None;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_abc_is_the_one_of_fips_180() {
        let expected = *b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(to_hex(&sha256(&[b"a", b"", b"bc"])), expected);
        assert_eq!(from_hex(&expected), Some(sha256(&[b"abc"])));
    }

    #[test]
    fn only_64_lower_case_digits_are_a_hash() {
        for wrong in ["", "00", &"A0".repeat(32), &"g0".repeat(32), &"0".repeat(65)] {
            assert_eq!(from_hex(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
