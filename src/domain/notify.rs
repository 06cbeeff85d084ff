//! When the owner of a share is told of reads.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// When the owner of a share is told of reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Once a day, all together.
    Daily,
    /// At once, what follows within the quiet time together.
    #[default]
    Now,
    /// Never; receipts are made all the same.
    Off,
}

/// A text that is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is now, daily or off")]
pub struct InvalidNotify;

impl Notify {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Now => "now",
            Self::Off => "off",
        }
    }

    /// Whether it is what holds where nothing was ever said.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl FromStr for Notify {
    type Err = InvalidNotify;

    fn from_str(text: &str) -> Result<Self, InvalidNotify> {
        [Self::Daily, Self::Now, Self::Off]
            .into_iter()
            .find(|mode| mode.word() == text)
            .ok_or(InvalidNotify)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_by_its_word() {
        for mode in [Notify::Daily, Notify::Now, Notify::Off] {
            assert_eq!((mode.word().parse(), serde_json::to_value(mode).ok()), (Ok(mode), Some(mode.word().into())));
        }
        assert_eq!("Now".parse::<Notify>(), Err(InvalidNotify));
    }
}
