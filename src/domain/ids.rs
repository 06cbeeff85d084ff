//! Names of things: 128 random bits each, shown as 32 hexadecimal digits.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Digits of an id.
pub const TEXT_BYTES: usize = 32;

/// A text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bits; they are drawn by `crypto::random`.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bits.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Its digits, written into a place for them: lines of the ledger are full of ids.
            pub fn text<'a>(&self, into: &'a mut [u8; TEXT_BYTES]) -> &'a str {
                HEXLOWER.encode_mut(&self.0, into);
                std::str::from_utf8(into).expect("hexadecimal digits are ASCII")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text(&mut [0; TEXT_BYTES]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let mut bytes = [0; 16];
                if text.len() != TEXT_BYTES || HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_err() {
                    return Err(InvalidId);
                }
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.text(&mut [0; TEXT_BYTES]))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One mailed one-time code and the browser that asked for it.
    ChallengeId,
    /// One outside e-mail address, whatever it has access to.
    GuestId,
    /// One mail of the outbox; also its Message-ID.
    MailId,
    /// One receipt.
    ReceiptId,
    /// One recipient of one share.
    RecipientId,
    /// One area covered on a page of a shared document.
    RedactionId,
    /// One session of a recipient in a browser.
    SessionId,
    /// One share.
    ShareId,
    /// One member of staff.
    StaffId,
    /// One document that a recipient sends in.
    UploadId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text_and_nothing_else_is_an_id() {
        let id = ShareId::from_bytes([0xa7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in
            ["", "a7", "A7A7A7A7A7A7A7A7A7A7A7A7A7A7A7A7", "g7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7", "a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7"]
        {
            assert_eq!(wrong.parse::<ShareId>(), Err(InvalidId), "{wrong}");
        }
    }
}
