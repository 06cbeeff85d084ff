//! The words of an upload: a document that a recipient sends in.

use serde::{Deserialize, Serialize};

/// What a scanner said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scan {
    /// It found nothing.
    Clean,
    /// There was none, or it did not answer and was not required to.
    None,
}

/// Why a document that was sent in whole is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unwanted {
    /// The scanner found this in it.
    Infected(String),
    /// It is of a kind that is not taken.
    Kind,
}

/// Why an unfinished upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfinished {
    /// The sender took it back.
    Cancelled,
    /// It was not finished in time.
    Expired,
    /// What had been sent is no longer there.
    Lost,
}
