//! The text a recipient agrees to before anything else.

use serde::{Deserialize, Serialize};

/// One immutable version of the disclaimer, in one or several languages; an edit is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclaimer {
    /// What the organisation calls this version, such as `2026-11`.
    pub version: String,
    /// The language of title and text as BCP 47 says it; empty where it was never said. Who reads none of the languages there are gets this one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Heading of the text.
    pub title: String,
    /// The text, in paragraphs separated by blank lines.
    pub text: String,
    /// SHA-256 of version, title and text, in hexadecimal: what an agreement records.
    pub digest: String,
    /// The same in other languages, one of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// The text of a version in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// The language as BCP 47 says it.
    pub language: String,
    /// Heading of the text.
    pub title: String,
    /// The text, in paragraphs separated by blank lines.
    pub text: String,
    /// SHA-256 of version, title and text, in hexadecimal.
    pub digest: String,
}

/// A version as one person is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording<'a> {
    /// What the organisation calls the version.
    pub version: &'a str,
    /// The language of the text; empty where it was never said.
    pub language: &'a str,
    /// Heading of the text.
    pub title: &'a str,
    /// The text, in paragraphs separated by blank lines.
    pub text: &'a str,
    /// SHA-256 of exactly this, in hexadecimal.
    pub digest: &'a str,
}

impl Disclaimer {
    /// All wordings, the one to fall back on first.
    pub fn wordings(&self) -> impl Iterator<Item = Wording<'_>> {
        let Self { version, language, title, text, digest, translations } = self;
        let own = Wording { version, language, title, text, digest };
        let others = translations.iter().map(move |other| Wording {
            version,
            language: &other.language,
            title: &other.title,
            text: &other.text,
            digest: &other.digest,
        });
        std::iter::once(own).chain(others)
    }

    /// The wording for somebody who reads this language: exactly that one, or one of the same language without its region, or the one to fall back on.
    pub fn in_language(&self, language: &str) -> Wording<'_> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let find = |fits: &dyn Fn(&str) -> bool| self.wordings().find(|wording| fits(wording.language));
        find(&|tag| tag.eq_ignore_ascii_case(language))
            .or_else(|| find(&|tag| !tag.is_empty() && primary(tag) == primary(language)))
            .unwrap_or_else(|| self.own())
    }

    /// The wording with this digest: what somebody was shown.
    pub fn shown_as(&self, digest: &str) -> Option<Wording<'_>> {
        self.wordings().find(|wording| wording.digest == digest)
    }

    fn own(&self) -> Wording<'_> {
        let Self { version, language, title, text, digest, .. } = self;
        Wording { version, language, title, text, digest }
    }
}

impl Wording<'_> {
    /// The text's paragraphs, none of them empty.
    pub fn paragraphs(&self) -> Vec<String> {
        let paragraphs = self.text.split("\n\n").map(str::trim);
        paragraphs.filter(|paragraph| !paragraph.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_shown_the_text_in_their_language_or_the_one_to_fall_back_on() {
        let translation = |language: &str, digest: &str| Translation {
            language: language.to_owned(),
            title: "t".to_owned(),
            text: " a\n\n\n\nb ".to_owned(),
            digest: digest.to_owned(),
        };
        let text = Disclaimer {
            version: "1".to_owned(),
            language: "en".to_owned(),
            title: "t".to_owned(),
            text: "t".to_owned(),
            digest: "english".to_owned(),
            translations: vec![translation("de", "german"), translation("pt-BR", "brazilian")],
        };
        for (asked, got) in [
            ("de", "german"),
            ("de-AT", "german"),
            ("DE", "german"),
            ("pt", "brazilian"),
            ("fr", "english"),
            ("en-GB", "english"),
            ("", "english"),
        ] {
            assert_eq!(text.in_language(asked).digest, got, "{asked}");
        }
        assert_eq!(text.shown_as("german").map(|wording| wording.language), Some("de"));
        assert_eq!(text.shown_as("another"), None);
        assert_eq!(text.in_language("de").paragraphs(), ["a", "b"]);
        let untold = Disclaimer { language: String::new(), ..text };
        assert_eq!(untold.in_language("fr").digest, "english");
    }
}
