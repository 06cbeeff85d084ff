//! The message catalogue: every word of recipient pages and mails, by language. A language is a folder of Fluent files.

pub mod figures;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use unic_langid::LanguageIdentifier;

/// The files of the English catalogue.
const ENGLISH: &[(&str, &str)] = &[
    ("mail.ftl", include_str!("en/mail.ftl")),
    ("pages.ftl", include_str!("en/pages.ftl")),
    ("papers.ftl", include_str!("en/papers.ftl")),
    ("report.ftl", include_str!("en/report.ftl")),
];

/// The catalogue in one language.
pub struct Words {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
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
        // Without isolation marks: the texts also go into mail subjects and plain text, where those marks show.
        let language: LanguageIdentifier = "en".parse().expect("'en' is a language tag of BCP 47");
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(false);
        for (file, source) in ENGLISH {
            let broken = |problem: String| BrokenCatalogue { file: (*file).to_owned(), problem };
            let resource = FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| broken(format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
        }
        Ok(Self { language: "en", bundle })
    }

    /// The language as BCP 47 says it, for `lang` and `Content-Language`.
    pub const fn language(&self) -> &'static str {
        self.language
    }

    /// A text without parameters.
    pub fn text(&self, id: &str) -> String {
        self.format(id, None)
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
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        debug_assert!(pattern.is_some(), "no text {id} in the catalogue");
        // A missing text shows its id: a page with one odd word helps more than no page.
        let Some(pattern) = pattern else { return id.to_owned() };
        let mut problems = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut problems).into_owned();
        debug_assert!(problems.is_empty(), "text {id}: {problems:?}");
        text
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_catalogue_is_whole() {
        assert_eq!(Words::english().err(), None);
    }
}
