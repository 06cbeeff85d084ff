//! A command that did not do what was asked: one line, and an exit status that scripts can use.

use std::fmt::Display;

/// What is said on standard error, and the exit status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The text; empty when all was said already.
    pub text: String,
    /// 1 refused or failed, 2 usage.
    pub status: u8,
}

impl Failure {
    /// Refused or failed.
    pub fn refused(text: impl Display) -> Self {
        Self { text: text.to_string(), status: 1 }
    }

    /// Used wrongly.
    pub fn usage(text: impl Display) -> Self {
        Self { text: text.to_string(), status: 2 }
    }

    /// Failed, and the command has said why.
    pub const fn said() -> Self {
        Self { text: String::new(), status: 1 }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::refused(error)
    }
}
