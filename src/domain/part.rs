//! Which document inside a document is meant: the way to it by numbers, as an attachment of an attached mail.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How deep documents may lie in documents.
pub const PART_DEPTH: usize = 3;

/// A text that names no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part is written as numbers from 1 with dots between them, as in 2 or 2.1, at most {PART_DEPTH} of them")]
pub struct InvalidPart;

/// The way from a document to one inside it: numbers from 1, none for the document itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
pub struct PartPath(Vec<u16>);

impl PartPath {
    /// The numbers, outermost first.
    pub fn numbers(&self) -> &[u16] {
        &self.0
    }

    /// Whether it is the document itself.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The part of that number inside this one; nothing when it would lie too deep.
    pub fn inside(&self, number: u16) -> Option<Self> {
        Self::try_from([&self.0[..], &[number]].concat()).ok()
    }
}

impl TryFrom<Vec<u16>> for PartPath {
    type Error = InvalidPart;

    fn try_from(numbers: Vec<u16>) -> Result<Self, InvalidPart> {
        if numbers.len() > PART_DEPTH || numbers.contains(&0) {
            return Err(InvalidPart);
        }
        Ok(Self(numbers))
    }
}

impl From<PartPath> for Vec<u16> {
    fn from(part: PartPath) -> Self {
        part.0
    }
}

/// With dots; nothing for the document itself.
impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, number) in self.0.iter().enumerate() {
            write!(f, "{}{number}", if at > 0 { "." } else { "" })?;
        }
        Ok(())
    }
}

impl FromStr for PartPath {
    type Err = InvalidPart;

    fn from_str(text: &str) -> Result<Self, InvalidPart> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let number = |text: &str| {
            let plain = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
            text.parse().ok().filter(|_| plain)
        };
        text.split('.').map(number).collect::<Option<Vec<u16>>>().ok_or(InvalidPart)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_back_from_its_text() {
        for text in ["", "1", "2.1", "65535.1.200"] {
            assert_eq!(text.parse::<PartPath>().map(|part| part.to_string()).as_deref(), Ok(text));
        }
        let deepest: PartPath = "1.2.3".parse().expect("three numbers");
        assert_eq!(deepest.inside(4), None);
    }

    #[test]
    fn nothing_else_is_a_part() {
        for text in ["0", "1.0", "1.", ".1", "1..2", "+1", "01", "65536", "1.2.3.4", " 1", "a", "999999"] {
            assert_eq!(text.parse::<PartPath>(), Err(InvalidPart), "{text}");
        }
        assert!(serde_json::from_str::<PartPath>("[1,0]").is_err());
    }
}
