//! All raw cryptography, by ring; no other file calls it.

use data_encoding::HEXLOWER;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};
pub use signing::SigningKey;

mod signing;

/// Bytes of a key, a tag and a SHA-256 digest.
pub const KEY_BYTES: usize = 32;

/// Fills the buffer with random bytes from the operating system.
pub fn fill_random(buffer: &mut [u8]) {
    SystemRandom::new()
        .fill(buffer)
        .expect("getrandom gives bytes on every supported kernel once it is up");
}

/// SHA-256 over the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Sha256::default();
    for part in parts {
        state.update(part);
    }
    state.finish()
}

/// SHA-256 over bytes that come in pieces.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// The hash of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    pub fn finish(self) -> [u8; 32] {
        self.0.finish().as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
    }
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

/// An HMAC-SHA-256 key.
pub struct MacKey(hmac::Key);

impl MacKey {
    /// The key with these bytes.
    pub fn new(secret: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The tag of the parts, one after the other. The caller's format must say where each part ends.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        context.sign().as_ref().try_into().expect("an HMAC-SHA-256 tag has 32 bytes")
    }

    /// Whether it is the tag of the message; takes the same time wherever they differ.
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, message, tag).is_ok()
    }

    /// Another key for one purpose (a one-step HKDF-Expand).
    pub fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        self.tag(&[purpose.as_bytes(), &[1]])
    }
}

/// An AES-256-GCM key for values with random 96-bit nonces; each key seals far fewer than 2^32 values.
pub struct SealKey(LessSafeKey);

impl SealKey {
    /// The key with these bytes.
    pub fn new(secret: &[u8; KEY_BYTES]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).expect("AES-256-GCM takes 32 bytes")))
    }

    /// `nonce | ciphertext | tag` of the plain text, bound to `context`.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        // Asked of the system for each value, never ahead: a machine that is copied while it runs would use the same ones on both sides.
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(NONCE_LEN);
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), body)
            .expect("a value is far below the 64 GiB that AES-GCM takes");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// What was sealed, or nothing when a bit of it, of the key or of the context differs.
    pub fn open(&self, context: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, _) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.0.open_within(nonce, Aad::from(context), &mut sealed, NONCE_LEN..).ok()?.len();
        sealed.truncate(plain);
        Some(sealed)
    }
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

    #[test]
    fn a_sealed_value_opens_only_with_its_key_its_context_and_every_bit() {
        let key = SealKey::new(&[7; 32]);
        let sealed = key.seal(b"here", b"secret");
        assert_eq!(key.open(b"here", sealed.clone()).as_deref(), Some(&b"secret"[..]));
        assert_eq!(key.open(b"there", sealed.clone()), None);
        assert_eq!(SealKey::new(&[8; 32]).open(b"here", sealed.clone()), None);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(b"here", changed), None);
        }
        assert_eq!(key.open(b"here", sealed[..5].to_vec()), None);
    }
}
