//! One-time codes: the digits that totp-rs makes once from a challenge's own secret, for the challenge's own moment.
//!
//! A mailed code must not slide with a TOTP window, so the moment is fixed when the challenge is made and validity is kept beside it.

use crate::crypto::random;
use crate::domain::time::Timestamp;
use data_encoding::BASE64;
use std::fmt;
use totp_rs::{Algorithm, Builder};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The 160-bit secret of one challenge.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CodeSecret([u8; 20]);

/// A code as somebody typed it: digits only, blanks and hyphens taken away.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TypedCode(String);

impl TypedCode {
    /// Reads what was typed; `None` when it cannot be a code of that many digits.
    pub fn parse(text: &str, digits: u8) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (plain.len() == usize::from(digits) && plain.bytes().all(|b| b.is_ascii_digit())).then_some(Self(plain))
    }
}

impl CodeSecret {
    /// A new one.
    pub fn draw() -> Self {
        Self(random::bytes())
    }

    /// The digits to be mailed.
    pub fn digits(&self, moment: Timestamp, digits: u8) -> String {
        self.totp(digits).generate(moment.seconds()).to_string()
    }

    /// Whether these are the digits; compares in constant time.
    pub fn accepts(&self, typed: &TypedCode, moment: Timestamp, digits: u8) -> bool {
        self.totp(digits).check(&typed.0, moment.seconds()).is_some()
    }

    fn totp(&self, digits: u8) -> totp_rs::Totp {
        // Skew 0: the digits of exactly one step are right.
        Builder::new()
            .with_algorithm(Algorithm::SHA256)
            .with_digits(digits)
            .with_skew(0)
            .with_step_duration(30)
            .with_secret(self.0)
            .build()
            .expect("6 or 8 digits, a 160-bit secret and a step of 30 s are what RFC 6238 allows")
    }
}

impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret(…)")
    }
}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(…)")
    }
}

/// Only ever written inside a sealed value.
impl serde::Serialize for CodeSecret {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> serde::Deserialize<'de> for CodeSecret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes.try_into().map_err(|_| serde::de::Error::custom("a code's secret has 20 bytes"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mailed_digits_are_right_and_their_neighbours_are_not() {
        let secret = CodeSecret([9; 20]);
        let moment = Timestamp::from_millis(1_800_000_000_000);
        for digits in [6, 8] {
            let mailed = secret.digits(moment, digits);
            assert_eq!(mailed.len(), usize::from(digits));
            assert!(secret.accepts(&TypedCode::parse(&mailed, digits).unwrap(), moment, digits));
            let next: u32 = (mailed.parse::<u32>().unwrap() + 1) % 10u32.pow(u32::from(digits));
            let wrong = TypedCode::parse(&format!("{next:0width$}", width = usize::from(digits)), digits).unwrap();
            assert!(!secret.accepts(&wrong, moment, digits));
        }
    }

    #[test]
    fn a_code_may_be_typed_with_blanks_and_hyphens_and_nothing_else() {
        for good in ["123456", " 123 456 ", "123-456", "1 2 3 4 5 6", "\u{a0}123456"] {
            assert_eq!(TypedCode::parse(good, 6), Some(TypedCode("123456".to_owned())), "{good}");
        }
        for wrong in ["", "12345", "1234567", "12345a", "+12345", "１２３４５６", &"1".repeat(65)] {
            assert_eq!(TypedCode::parse(wrong, 6), None, "{wrong}");
        }
    }
}
