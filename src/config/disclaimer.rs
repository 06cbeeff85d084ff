//! `[disclaimer]`: the text recipients agree to before anything else.

use crate::config::{
    reader::Reader,
    rule::{Plain, Rule, flag, is_lines, line, lines, matching},
};
use crate::domain::bounds::{DISCLAIMER_BYTES, DISCLAIMER_LANGUAGES};
use std::cell::RefCell;
use unic_langid::LanguageIdentifier;

/// `[disclaimer]`; without the section nobody is asked to agree to anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclaimerEntry {
    /// `version`: what the organisation calls this wording, at most 40 characters. Required; a changed text needs a new one.
    pub version: String,
    /// `language`: of title and text, which who reads none of the others gets. Default `en`.
    pub language: String,
    /// `title`: heading, at most 100 characters. Required.
    pub title: String,
    /// `text`, or the content of `text_file`: paragraphs separated by blank lines, at most [`DISCLAIMER_BYTES`]. One of them is required.
    pub text: String,
    /// `required`: whether a new share asks for agreement unless it says otherwise. Default `true`.
    pub required: bool,
    /// `ask_in_session`: whether recipients who are signed in are asked as well when the text changes. Default `false`: they are asked next time.
    pub ask_in_session: bool,
    /// `mail_copy`: whether recipients are mailed the text that they agreed to. Default `false`.
    pub mail_copy: bool,
    /// `[[disclaimer.translation]]`: the same in other languages.
    pub translations: Vec<TranslationEntry>,
}

/// `[[disclaimer.translation]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationEntry {
    /// `language`: as BCP 47 says it, such as `de`; no two have the same. Required.
    pub language: String,
    /// `title`: heading, at most 100 characters. Required.
    pub title: String,
    /// `text`, or the content of `text_file`: as in the section above. One of them is required.
    pub text: String,
}

impl DisclaimerEntry {
    /// Nothing where the section is left out, or where it has problems.
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        // Keys are asked for even so: a misspelt section name must find this one near.
        let body = Body::read(r);
        let language = r.key("language", Plain::Text("en"), tag());
        let required = r.key("required", Plain::Flag(true), flag());
        let ask_in_session = r.key("ask_in_session", Plain::Flag(false), flag());
        let mail_copy = r.key("mail_copy", Plain::Flag(false), flag());
        let seen = RefCell::new(language.iter().cloned().collect::<Vec<_>>());
        let translations = r.entries("translation", |r| TranslationEntry::read(r, &seen));
        if !r.is_present() {
            return None;
        }
        let version = r.required("version", line(40));
        let title = r.required("title", line(100));
        let text = body.check(r, "the disclaimer's text");
        Some(Self {
            version: version?,
            language: language?,
            title: title?,
            text: text?,
            required: required?,
            ask_in_session: ask_in_session?,
            mail_copy: mail_copy?,
            translations,
        })
    }
}

impl TranslationEntry {
    fn read(r: &Reader<'_, '_>, seen: &RefCell<Vec<String>>) -> Option<Self> {
        let body = Body::read(r);
        let language = r.required("language", tag());
        let title = r.required("title", line(100));
        let text = body.check(r, "the translated text");
        let (language, mut seen) = (language?, seen.borrow_mut());
        if seen.contains(&language) {
            r.fail("language", "must be a language that no other text of the disclaimer has".to_owned());
        }
        if seen.len() >= DISCLAIMER_LANGUAGES {
            r.fail("language", format!("must be one of {DISCLAIMER_LANGUAGES} at most"));
        }
        seen.push(language.clone());
        Some(Self { language, title: title?, text: text? })
    }
}

fn tag() -> Rule<String> {
    let read = |text: &str| text.parse::<LanguageIdentifier>().ok().map(|tag| tag.to_string());
    matching("must be the tag of a language like \"de\" or \"pt-BR\"", read)
}

/// `text` or `text_file`, as they stand.
struct Body {
    text: Option<String>,
    file: Option<std::path::PathBuf>,
}

impl Body {
    fn read(r: &Reader<'_, '_>) -> Self {
        Self { text: r.optional("text", lines(DISCLAIMER_BYTES)), file: r.optional("text_file", r.path()) }
    }

    /// The text, from where it is; just one of both keys must be there.
    fn check(self, r: &Reader<'_, '_>, what: &str) -> Option<String> {
        match (r.has("text"), r.has("text_file")) {
            (true, true) => {
                r.fail("text_file", "must not stand beside text".to_owned());
                None
            }
            (false, false) => {
                r.missing("text", &format!("must be {what}, or text_file must name a file with it"));
                None
            }
            (true, false) => self.text,
            (false, true) => self.file.and_then(|path| match from_file(r, &path) {
                Ok(text) => Some(text),
                Err(why) => {
                    r.fail("text_file", format!("must name a file with {what}: {why}"));
                    None
                }
            }),
        }
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
