//! The text of a page for those who have it read aloud, without what is covered.

use crate::domain::redaction::Area;
use crate::preview::limits::PAGE_TEXT_BYTES;
use crate::preview::source::Word;

/// What stands in the place of covered words, however many they were.
const COVERED: &str = "█";

/// The words joined to lines. A word that a covered area touches is left out, and so is one that stands nowhere as soon as anything is covered.
pub(super) fn joined(words: &[Word], covered: &[Area]) -> String {
    let mut text = String::new();
    let mut begins_line = true;
    for word in words {
        let is_covered = match word.area {
            Some(area) => covered.iter().any(|other| other.touches(area)),
            None => !covered.is_empty(),
        };
        let shown = if is_covered { COVERED } else { word.text.trim() };
        if text.len() + shown.len() + 2 > PAGE_TEXT_BYTES {
            break;
        }
        let repeats = is_covered && !begins_line && text.ends_with(COVERED);
        if !repeats && !shown.is_empty() {
            text.push_str(if begins_line { "" } else { " " });
            text.push_str(shown);
            begins_line = false;
        }
        if word.ends_line {
            text.push('\n');
            begins_line = true;
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, area: Option<&str>, ends_line: bool) -> Word {
        Word { text: text.to_owned(), area: area.map(|area| area.parse().expect("a test writes true areas")), ends_line }
    }

    #[test]
    fn covered_words_are_left_out_and_their_number_is_not_told() {
        let words = [
            word("Paid", Some("0,0,10,5"), false),
            word("to", Some("11,0,5,5"), false),
            word("Ann", Some("20,0,10,5"), false),
            word("Example", Some("31,0,10,5"), true),
            word("today", Some("0,10,10,5"), false),
        ];
        assert_eq!(joined(&words, &[]), "Paid to Ann Example\ntoday");
        let area: Area = "29,1,3,1".parse().expect("it lies on the page");
        assert_eq!(joined(&words, &[area]), "Paid to █\ntoday");
    }

    #[test]
    fn a_word_of_unknown_place_is_left_out_as_soon_as_anything_is_covered() {
        let words = [word("somewhere", None, false), word("here", Some("0,0,10,5"), false)];
        assert_eq!(joined(&words, &[]), "somewhere here");
        assert_eq!(joined(&words, &["90,90,1,1".parse().expect("it lies on the page")]), "█ here");
    }

    #[test]
    fn a_text_above_its_bound_is_cut_between_words() {
        let words = vec![word("ännähern", None, false); PAGE_TEXT_BYTES / 8];
        let text = joined(&words, &[]);
        assert!(text.len() <= PAGE_TEXT_BYTES && text.ends_with("ännähern"), "{}", text.len());
    }
}
