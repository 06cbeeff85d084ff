//! The message catalogue: every word of recipient pages and mails, by language. A language is a folder of Fluent files.

pub mod figures;
#[cfg(test)]
mod tests;

use crate::domain::language::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::collections::HashMap;
use std::fmt;
use unic_langid::LanguageIdentifier;

/// The files of the catalogue in a language. Each language has the same texts with the same parameters.
const fn files(language: Language) -> [(&'static str, &'static str); 4] {
    match language {
        Language::English => [
            ("en/mail.ftl", include_str!("en/mail.ftl")),
            ("en/pages.ftl", include_str!("en/pages.ftl")),
            ("en/papers.ftl", include_str!("en/papers.ftl")),
            ("en/report.ftl", include_str!("en/report.ftl")),
        ],
        Language::German => [
            ("de/mail.ftl", include_str!("de/mail.ftl")),
            ("de/pages.ftl", include_str!("de/pages.ftl")),
            ("de/papers.ftl", include_str!("de/papers.ftl")),
            ("de/report.ftl", include_str!("de/report.ftl")),
        ],
    }
}

/// The catalogue in every language.
#[derive(Debug)]
pub struct Languages([Words; Language::ALL.len()]);

impl Languages {
    /// Reads all of them.
    pub fn all() -> Result<Self, BrokenCatalogue> {
        let [english, german] = Language::ALL;
        Ok(Self([Words::of(english)?, Words::of(german)?]))
    }

    /// The texts in a language.
    pub fn of(&self, language: Language) -> &Words {
        let [english, german] = &self.0;
        match language {
            Language::English => english,
            Language::German => german,
        }
    }
}

/// The catalogue in one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// The texts without parameters, by their ids: pages are full of them, and putting one together costs more than all else of a small page.
    fixed: HashMap<&'static str, String>,
}

/// A catalogue that cannot be used: a build fault, found by its test and at the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the message catalogue {file} is not usable: {problem}")]
pub struct BrokenCatalogue {
    /// Which file.
    pub file: String,
    /// What is wrong in it.
    pub problem: String,
}

impl Words {
    /// English.
    pub fn english() -> Result<Self, BrokenCatalogue> {
        Self::of(Language::English)
    }

    /// The texts in a language.
    pub fn of(language: Language) -> Result<Self, BrokenCatalogue> {
        // Without isolation marks: the texts also go into mail subjects and plain text, where those marks show.
        let locale: LanguageIdentifier = language.tag().parse().expect("the tags of languages are tags of BCP 47");
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match language {
            Language::English => |value, _| grouped(value, ','),
            Language::German => |value, _| grouped(value, '.'),
        }));
        for (file, source) in files(language) {
            let broken = |problem: String| BrokenCatalogue { file: file.to_owned(), problem };
            let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| broken(format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
        }
        let mut words = Self { language, bundle, fixed: HashMap::new() };
        let ids = files(language).into_iter().flat_map(|(_, source)| ids(source));
        words.fixed = ids.filter_map(|id| Some((id, words.put_together(id, None).ok()?))).collect();
        Ok(words)
    }

    /// The language as BCP 47 says it, for `lang` and `Content-Language`.
    pub const fn language(&self) -> &'static str {
        self.language.tag()
    }

    /// The language.
    pub const fn speaks(&self) -> Language {
        self.language
    }

    /// A text without parameters.
    pub fn text(&self, id: &str) -> String {
        self.fixed.get(id).cloned().unwrap_or_else(|| self.format(id, None))
    }

    /// A text with its parameters, such as `with("code-sent-to", &[("address", masked.into())])`.
    pub fn with(&self, id: &str, parameters: &[(&str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = parameters.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(id, Some(&args))
    }

    /// Whether the catalogue has this text.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.get_message(id).is_some_and(|message| message.value().is_some())
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        debug_assert!(self.has(id), "no text {id} in the catalogue");
        self.put_together(id, args).unwrap_or_else(|(text, problems)| {
            debug_assert!(problems.is_empty(), "text {id}: {problems:?}");
            text
        })
    }

    /// A text, or what could be made of it and what was wrong.
    fn put_together(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Result<String, (String, Vec<FluentError>)> {
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        // A missing text shows its id: a page with one odd word helps more than no page.
        let Some(pattern) = pattern else { return Err((id.to_owned(), Vec::new())) };
        let mut problems = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut problems).into_owned();
        if problems.is_empty() { Ok(text) } else { Err((text, problems)) }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

/// The ids of the texts in a file: what stands before the `=` of each line that is no comment, no term and not the rest of a text.
fn ids(source: &'static str) -> impl Iterator<Item = &'static str> {
    let begins = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    source.lines().filter(begins).filter_map(|line| Some(line.split_once('=')?.0.trim_end()))
}

/// Whole numbers from five digits on, in groups of three, as both English and German books have them.
fn grouped(value: &FluentValue<'_>, mark: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let digits = number.value.to_string();
    if digits.len() < 5 || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    Some(text)
}
