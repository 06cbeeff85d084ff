//! What staff looked at before they cover something, as a tag: the same as long as the document is, and telling nothing of it.

use data_encoding::HEXLOWER;
use std::{fmt, str::FromStr};

/// A text that is not such a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page's tag is 32 hexadecimal digits, as `doorward redaction page` shows it")]
pub struct InvalidSeen;

/// Stands for one version of a document of a share, laid out in one way; made by `crypto::form`. It is no secret and no leave for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenTag([u8; 16]);

impl SeenTag {
    /// The tag with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for SeenTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for SeenTag {
    type Err = InvalidSeen;

    fn from_str(text: &str) -> Result<Self, InvalidSeen> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidSeen)?;
        Ok(Self(bytes.try_into().map_err(|_| InvalidSeen)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_back_from_its_text_and_nothing_else_is_one() {
        let tag = SeenTag::from_bytes([0xa7; 16]);
        assert_eq!(tag.to_string().parse(), Ok(tag));
        for wrong in ["", "a7", &"A7".repeat(16), &"g7".repeat(16), &"a7".repeat(17)] {
            assert_eq!(wrong.parse::<SeenTag>(), Err(InvalidSeen), "{wrong}");
        }
    }
}
