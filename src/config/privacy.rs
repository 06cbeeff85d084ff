//! `[privacy]`: what recipients are told about what is recorded of them.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, line, lines},
};
use crate::domain::bounds::PRIVACY_BYTES;

/// `[privacy]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// `text`: what the organisation adds to the program's page, paragraphs separated by blank lines, at most [`PRIVACY_BYTES`]. No default.
    pub text: Option<String>,
    /// `kept`: how long what is recorded is kept, in words, at most 200 characters. No default.
    pub kept: Option<String>,
    /// `receipt_copy`: whether recipients are mailed a list of what they opened, once a visit is over. Default `false`.
    pub receipt_copy: bool,
}

impl Privacy {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let text = r.optional("text", lines(PRIVACY_BYTES));
        let kept = r.optional("kept", line(200));
        let receipt_copy = r.key("receipt_copy", Plain::Flag(false), flag());
        Some(Self { text, kept, receipt_copy: receipt_copy? })
    }
}
