//! `[disclaimer]`: the text recipients agree to before anything else.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, is_lines, line, lines},
};
use crate::domain::bounds::DISCLAIMER_BYTES;

/// `[disclaimer]`; without the section nobody is asked to agree to anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclaimerEntry {
    /// `version`: what the organisation calls this wording, at most 40 characters. Required; a changed text needs a new one.
    pub version: String,
    /// `title`: heading, at most 100 characters. Required.
    pub title: String,
    /// `text`, or the content of `text_file`: paragraphs separated by blank lines, at most [`DISCLAIMER_BYTES`]. One of them is required.
    pub text: String,
    /// `required`: whether a new share asks for agreement unless it says otherwise. Default `true`.
    pub required: bool,
}

impl DisclaimerEntry {
    /// Nothing where the section is left out, or where it has problems.
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        // Keys are asked for even so: a misspelt section name must find this one near.
        let text = r.optional("text", lines(DISCLAIMER_BYTES));
        let file = r.optional("text_file", r.path());
        let required = r.key("required", Plain::Flag(true), flag());
        if !r.is_present() {
            return None;
        }
        let version = r.required("version", line(40));
        let title = r.required("title", line(100));
        let text = match (r.has("text"), r.has("text_file")) {
            (true, true) => {
                r.fail("text_file", "must not stand beside text".to_owned());
                None
            }
            (false, false) => {
                r.missing("text", "must be the disclaimer's text, or text_file must name a file with it");
                None
            }
            (true, false) => text,
            (false, true) => file.and_then(|path| match from_file(r, &path) {
                Ok(text) => Some(text),
                Err(why) => {
                    r.fail("text_file", format!("must name a file with the disclaimer's text: {why}"));
                    None
                }
            }),
        };
        Some(Self { version: version?, title: title?, text: text?, required: required? })
    }
}

fn from_file(r: &Reader<'_, '_>, path: &std::path::Path) -> Result<String, String> {
    let content = r.outside().file(path, DISCLAIMER_BYTES).map_err(|e| e.to_string())?;
    match std::str::from_utf8(&content) {
        Ok(text) if is_lines(text, DISCLAIMER_BYTES) => Ok(text.to_owned()),
        Ok(_) => Err("it is empty or has control characters".to_owned()),
        Err(_) => Err("it is not UTF-8".to_owned()),
    }
}
