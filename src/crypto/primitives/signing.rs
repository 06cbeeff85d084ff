//! Private keys that sign letters: RSA with SHA-256, or Ed25519 (RFC 6376, RFC 8463).

use ring::rand::SystemRandom;
use ring::rsa::KeyPair as RsaKeyPair;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

/// DER of `SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }`.
const RSA_ENCRYPTION: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// Least bits of an RSA key (RFC 8301 section 3.2: signers use at least 1024 and should use 2048).
const RSA_BITS_LEAST: usize = 2048;

/// A private key that signs letters.
pub enum SigningKey {
    /// Ed25519.
    Ed25519(Ed25519KeyPair),
    /// RSA of 2048 bits or more.
    Rsa(RsaKeyPair),
}

impl SigningKey {
    /// Reads a private key in PEM: PKCS#8 for either kind, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// What is wrong with it, to be read after "the key ".
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let der = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|_| "is no private key in PEM (\"-----BEGIN PRIVATE KEY-----\"), or is locked with a passphrase".to_owned())?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs8(key) => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_pkcs8_der()) {
                Ok(key) => return Ok(Self::Ed25519(key)),
                Err(_) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            },
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err("is neither an RSA nor an Ed25519 key".to_owned()),
        };
        let key = rsa.map_err(|why| format!("is neither an Ed25519 key nor an RSA key of {RSA_BITS_LEAST} bits or more ({why})"))?;
        if key.public().modulus_len() * 8 < RSA_BITS_LEAST {
            return Err(format!("has {} bits, and {RSA_BITS_LEAST} are the least", key.public().modulus_len() * 8));
        }
        Ok(Self::Rsa(key))
    }

    /// The algorithm as DNS names it: `rsa` or `ed25519`.
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519",
            Self::Rsa(_) => "rsa",
        }
    }

    /// The signature of a message: of its SHA-256 digest with PKCS#1 v1.5 for RSA; for Ed25519 the message is signed as it is.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("a key pair that was checked when it was read signs whatever it is given");
                signature
            }
        }
    }

    /// The public key as it stands in DNS: 32 bytes for Ed25519, a SubjectPublicKeyInfo for RSA.
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
            Self::Rsa(key) => {
                let bits = der(0x03, &[&[0], key.public_key().as_ref()].concat());
                der(0x30, &[&RSA_ENCRYPTION[..], &bits].concat())
            }
        }
    }
}

/// Never the key itself.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.algorithm())
    }
}

/// A DER value: its tag, its length in the shortest form, its content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let short = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.extend_from_slice(short);
    } else {
        out.push(0x80 | u8::try_from(short.len()).expect("a length in memory has at most eight bytes"));
        out.extend_from_slice(short);
    }
    out.extend_from_slice(content);
    out
}
