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
}

/// The rules of one share, every default resolved when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// In which form documents leave.
    pub delivery: Delivery,
    /// Whether the recipient must agree to the disclaimer first.
    pub disclaimer: bool,
}
