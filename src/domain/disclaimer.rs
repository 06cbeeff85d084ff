//! The text a recipient agrees to before anything else.

use serde::{Deserialize, Serialize};

/// One immutable version of the disclaimer; an edit is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclaimer {
    /// What the organisation calls this version, such as `2026-11`.
    pub version: String,
    /// Heading of the text.
    pub title: String,
    /// The text, in paragraphs separated by blank lines.
    pub text: String,
    /// SHA-256 of version, title and text, in hexadecimal: what an agreement records.
    pub digest: String,
}
