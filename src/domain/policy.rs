//! What a recipient may do with a share.

use serde::{Deserialize, Serialize};

/// In which form documents leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The documents themselves.
    Download,
    /// Pictures of their pages only; never a byte of the documents.
    Preview,
    /// Pictures of their pages to look at, and to take away as a PDF with the mark in each page; never a byte of the documents.
    Watermarked,
}

/// How strongly the mark is written over pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Only just readable.
    Light,
    /// Readable without standing in the way.
    #[default]
    Medium,
    /// Not to be overlooked.
    Strong,
}

/// The rules of one share, every default resolved when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// In which form documents leave.
    pub delivery: Delivery,
    /// Whether the recipient must agree to the disclaimer first.
    pub disclaimer: bool,
    /// How strongly pages are marked.
    #[serde(default)]
    pub mark: Strength,
    /// Whether viewed pages may be printed, mark included.
    #[serde(default)]
    pub print: bool,
    /// Whether the text of viewed pages stands beside their pictures, for screen readers; it can be copied.
    #[serde(default)]
    pub text: bool,
    /// Whether the recipient may send documents in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upload: bool,
}
