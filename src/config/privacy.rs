//! `[privacy]`: what recipients are told about what is recorded of them.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, line, lines, matching},
};
use crate::domain::bounds::PRIVACY_BYTES;

/// `[privacy]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// `url`: a page of the organisation's own that the foot of every page leads to instead of the program's. No default.
    pub url: Option<String>,
    /// `text`: what the organisation adds to the program's page, paragraphs separated by blank lines, at most [`PRIVACY_BYTES`]. No default.
    pub text: Option<String>,
    /// `kept`: how long what is recorded is kept, in words, at most 200 characters. No default.
    pub kept: Option<String>,
    /// `receipt_copy`: whether recipients are mailed a list of what they opened, once a visit is over. Default `false`.
    pub receipt_copy: bool,
}

impl Privacy {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let url = r.optional("url", matching("must be an address that begins with https://", address));
        let text = r.optional("text", lines(PRIVACY_BYTES));
        let kept = r.optional("kept", line(200));
        let receipt_copy = r.key("receipt_copy", Plain::Flag(false), flag());
        Some(Self { url, text, kept, receipt_copy: receipt_copy? })
    }
}

fn address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
    rest.filter(|_| text.len() <= 300 && text.bytes().all(|c| c.is_ascii_graphic()))
        .map(|_| text.to_owned())
}
