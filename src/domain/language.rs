//! The languages that recipients are spoken to in, and what of them a browser asks for (RFC 9110 section 12.5.4).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A language of pages and mails. The catalogue has every text in each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English; whatever was written down before there were others.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

/// What a text is no language of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {}", tags())]
pub struct UnknownLanguage;

/// Longest header that is read, in bytes; what follows counts as not said.
const HEADER_BYTES: usize = 1_000;
/// Longest language range, in bytes.
const RANGE_BYTES: usize = 64;
/// Most languages of a header that are looked at.
const RANGES: usize = 32;
/// What a range weighs that says nothing else, in thousandths.
const WHOLE: u16 = 1_000;

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As BCP 47 says it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language that an `Accept-Language` header prefers; nothing where it says none that there is a text in, or only that any will do.
    /// A region does not matter: `de-AT` is German. `usual` is the one that is spoken when nothing is said.
    pub fn preferred(header: &str, usual: Self) -> Option<Self> {
        let mut named = Self::ALL.map(|language| (language, None::<(u16, usize)>));
        let mut any = None;
        for (place, (range, weight)) in ranges(header).enumerate() {
            let primary = range.split('-').next().unwrap_or_default();
            if range == "*" {
                any = any.max(Some(weight));
            }
            for (_, said) in named.iter_mut().filter(|(language, _)| primary.eq_ignore_ascii_case(language.tag())) {
                // Of two mentions the heavier one counts.
                if said.is_none_or(|(before, _)| before < weight) {
                    *said = Some((weight, place));
                }
            }
        }
        let weighed = named.map(|(language, said)| match said {
            Some((weight, place)) => (language, weight, place),
            None if language == usual => (language, any.unwrap_or(0), RANGES),
            None => (language, any.unwrap_or(0), RANGES + 1),
        });
        let best = weighed.into_iter().filter(|(_, weight, _)| *weight > 0);
        let (language, _, place) = best.min_by_key(|(_, weight, place)| (std::cmp::Reverse(*weight), *place))?;
        (place < RANGES || language != usual).then_some(language)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.into_iter().find(|language| language.tag() == text).ok_or(UnknownLanguage)
    }
}

fn tags() -> String {
    Language::ALL.map(|language| format!("\"{language}\"")).join(", ")
}

/// The ranges of a header with their weights; what is malformed is passed over.
fn ranges(header: &str) -> impl Iterator<Item = (&str, u16)> {
    // One that is cut would say something else.
    let cut = |bytes: &[u8]| bytes.iter().rposition(|c| *c == b',').unwrap_or(0);
    let most = header.as_bytes().get(..=HEADER_BYTES).map_or(header.len(), cut);
    header[..most].split(',').take(RANGES).filter_map(|part| {
        let (range, parameters) = part.split_once(';').map_or((part, None), |(range, rest)| (range, Some(rest)));
        let range = range.trim_matches([' ', '\t']);
        let weight = parameters.map_or(Some(WHOLE), weight)?;
        is_range(range).then_some((range, weight))
    })
}

/// Whether this is a basic language range (RFC 4647 section 2.1).
fn is_range(text: &str) -> bool {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
    let primary = text.split('-').next().unwrap_or_default();
    text == "*" || text.len() <= RANGE_BYTES && primary.bytes().all(|c| c.is_ascii_alphabetic()) && text.split('-').all(subtag)
}

/// Reads `q=0.8` in thousandths: at most three digits behind the point, and no more than 1.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim_matches([' ', '\t']).split_once('=')?;
    let (whole, digits) = value.split_once('.').unwrap_or((value, ""));
    let well_formed = digits.len() <= 3 && digits.bytes().all(|c| c.is_ascii_digit()) && name.eq_ignore_ascii_case("q");
    let behind = format!("{digits:0<3}").parse::<u16>().ok().filter(|_| well_formed)?;
    match whole {
        "0" => Some(behind),
        "1" if behind == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, German};
    use proptest::prelude::*;

    #[test]
    fn a_header_chooses_by_weight_then_by_order() {
        for (header, wanted) in [
            ("de", Some(German)),
            ("de-AT", Some(German)),
            ("DE-ch-1996", Some(German)),
            ("en-GB,en;q=0.9,de;q=0.8", Some(English)),
            ("en;q=0.8, de;q=0.9", Some(German)),
            ("de, en", Some(German)),
            ("en, de", Some(English)),
            ("fr-FR, fr;q=0.9, de;q=0.2", Some(German)),
            ("de;q=0.5, en;q=0.500", Some(German)),
            ("de-AT;q=0.3, de;q=0.9, en;q=0.5", Some(German)),
            ("en;q=0, de;q=0.001", Some(German)),
            ("*;q=0.5, en;q=0", Some(German)),
            ("*;q=0.5, de;q=0.4", None),
            ("de;q=0", None),
            ("*", None),
            ("", None),
            ("fr, *;q=0.1", None),
            ("deutsch, den, d, german", None),
            (" \tde\t;\tq=1.000 ", Some(German)),
            ("de;q=1.001, en;q=0.1", Some(English)),
            ("de;q=0.0001, en;q=0.1", Some(English)),
            ("de;q=.5, en;q=0.1", Some(English)),
            ("de;level=1, en;q=0.1", Some(English)),
            ("de_DE, en;q=0.1", Some(English)),
            ("de-, en;q=0.1", Some(English)),
            ("1de, en;q=0.1", Some(English)),
            ("de;Q=0.7, en;q=0.6", Some(German)),
            (",,de", Some(German)),
        ] {
            assert_eq!(Language::preferred(header, English), wanted, "{header}");
        }
        assert_eq!(Language::preferred("*;q=0.5, de;q=0", German), Some(English));
    }

    #[test]
    fn what_lies_beyond_the_bounds_is_not_said() {
        assert_eq!(Language::preferred(&format!("{}de", "fr,".repeat(31)), English), Some(German));
        assert_eq!(Language::preferred(&format!("{}de", "fr,".repeat(32)), English), None);
        assert_eq!(Language::preferred(&format!("{}de", " ".repeat(HEADER_BYTES - 2)), English), Some(German));
        assert_eq!(Language::preferred(&format!("{}de", " ".repeat(HEADER_BYTES - 1)), English), None);
    }

    #[test]
    fn a_language_is_read_as_it_is_written() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
            assert_eq!(serde_json::to_string(&language).ok(), Some(format!("\"{language}\"")));
        }
        assert_eq!("DE".parse::<Language>(), Err(UnknownLanguage));
        assert_eq!(UnknownLanguage.to_string(), "must be one of \"en\", \"de\"");
    }

    proptest! {
        #[test]
        fn whatever_a_browser_sends_is_read(header in "\\PC{0,1200}") {
            for usual in Language::ALL {
                let _ = Language::preferred(&header, usual);
            }
        }

        #[test]
        fn the_heavier_of_two_wins_whatever_stands_around_them(
            (german, english) in (1u16..=1000, 1u16..=1000),
            junk in "[a-c;=, -]{0,40}",
            region in "[A-Z]{2}",
        ) {
            let q = |weight: u16| format!("{}.{:03}", weight / 1000, weight % 1000);
            let header = format!("{junk},de-{region};q={},{junk},en;q={}", q(german), q(english));
            let wanted = if english > german { English } else { German };
            prop_assert_eq!(Language::preferred(&header, English), Some(wanted), "{}", header);
        }
    }
}
