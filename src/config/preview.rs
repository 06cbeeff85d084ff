//! `[preview]`: pages of documents as pictures, and what is written over them.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, matching, number},
};
use std::{fmt, path::PathBuf, str::FromStr};

/// Longest text of a watermark beside its placeholders, in bytes. With each placeholder once, what is written fits its bound.
pub const WATERMARK_TEXT_BYTES: usize = 100;
/// Most documents that can be drawn at once.
pub const MOST_WORKERS: usize = 64;
/// Most requests that can be let wait for a worker.
pub const MOST_QUEUE: usize = 1_000;

const WATERMARK: &str = "{{recipient}}\n{{time}}\n{{share}} {{receipt}}";

/// `[preview]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// `enabled`: whether there are previews. Default `true`.
    pub enabled: bool,
    /// `workers`: how many pages are drawn at once, at most [`MOST_WORKERS`]. No default: without it as many as the machine has processors.
    pub workers: Option<usize>,
    /// `queue`: how many requests may wait for a worker, at most [`MOST_QUEUE`]. Default `32`.
    pub queue: usize,
    /// `require_landlock`: whether there are no previews on a kernel without Landlock. Default `true`.
    pub require_landlock: bool,
    /// `watermark`: what is written over pages. Default: recipient, time, share and receipt.
    pub watermark: Watermark,
    /// `office_socket`: where `doorward office` listens. No default: without it Office documents are shown as their text and tables.
    pub office_socket: Option<PathBuf>,
}

impl Preview {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let enabled = r.key("enabled", Plain::Flag(true), flag());
        let workers = r.optional("workers", number(1..=MOST_WORKERS));
        let queue = r.key("queue", Plain::Number(32), number(1..=MOST_QUEUE));
        let require_landlock = r.key("require_landlock", Plain::Flag(true), flag());
        let watermark = r.key("watermark", Plain::Text(WATERMARK), matching(&allowed(), |text| text.parse().ok()));
        let office_socket = r.optional("office_socket", r.path());
        Some(Self { enabled: enabled?, workers, queue: queue?, require_landlock: require_landlock?, watermark: watermark?, office_socket })
    }
}

fn allowed() -> String {
    format!(
        "must be text with {{{{recipient}}}} or {{{{receipt}}}} in it, {{{{time}}}} and {{{{share}}}} if you like, each once, \
        and at most {WATERMARK_TEXT_BYTES} bytes beside them"
    )
}

/// What is written over pages, with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Filled(Filled),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    Receipt,
    Recipient,
    Share,
    Time,
}

const PLACEHOLDERS: [(&str, Filled); 4] =
    [("receipt", Filled::Receipt), ("recipient", Filled::Recipient), ("share", Filled::Share), ("time", Filled::Time)];

/// What stands in the places of a watermark.
#[derive(Debug, Clone, Copy)]
pub struct Marked<'a> {
    /// `{{recipient}}`: the recipient's address.
    pub recipient: &'a str,
    /// `{{time}}`: when it is drawn, as the organisation writes it.
    pub time: &'a str,
    /// `{{share}}`: the share's id.
    pub share: &'a str,
    /// `{{receipt}}`: the receipt's id.
    pub receipt: &'a str,
}

impl Watermark {
    /// The text with every placeholder replaced once; what is put in is not looked at again.
    pub fn fill(&self, marked: Marked<'_>) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Filled(Filled::Receipt) => marked.receipt.to_owned(),
            Piece::Filled(Filled::Recipient) => marked.recipient.to_owned(),
            Piece::Filled(Filled::Share) => marked.share.to_owned(),
            Piece::Filled(Filled::Time) => marked.time.to_owned(),
            Piece::Text(text) => text.clone(),
        };
        self.0.iter().map(piece).collect()
    }
}

impl Default for Watermark {
    fn default() -> Self {
        WATERMARK.parse().expect("the default is in order: the_default_names_who_when_and_what")
    }
}

/// A text that is not a watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no text of a watermark")]
pub struct InvalidWatermark;

impl FromStr for Watermark {
    type Err = InvalidWatermark;

    fn from_str(text: &str) -> Result<Self, InvalidWatermark> {
        let (mut pieces, mut rest, mut own) = (Vec::new(), text, 0);
        let mut words = |text: &str, pieces: &mut Vec<Piece>| {
            own += text.len();
            pieces.extend((!text.is_empty()).then(|| Piece::Text(text.to_owned())));
        };
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, next) = after.split_once("}}").ok_or(InvalidWatermark)?;
            let (_, filled) = PLACEHOLDERS.iter().find(|(known, _)| *known == name.trim()).ok_or(InvalidWatermark)?;
            words(before, &mut pieces);
            if pieces.contains(&Piece::Filled(*filled)) {
                return Err(InvalidWatermark);
            }
            pieces.push(Piece::Filled(*filled));
            rest = next;
        }
        words(rest, &mut pieces);
        let names_somebody = [Filled::Receipt, Filled::Recipient]
            .into_iter()
            .any(|filled| pieces.contains(&Piece::Filled(filled)));
        let plain = !text.contains(|c: char| c.is_control() && c != '\n');
        if names_somebody && plain && own <= WATERMARK_TEXT_BYTES { Ok(Self(pieces)) } else { Err(InvalidWatermark) }
    }
}

/// As it is written, blanks inside the braces excepted.
impl fmt::Display for Watermark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Filled(filled) => {
                let name = PLACEHOLDERS.iter().find(|(_, known)| known == filled).map_or("", |(name, _)| name);
                write!(f, "{{{{{name}}}}}")
            }
            Piece::Text(text) => f.write_str(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: Marked<'static> = Marked { recipient: "ann@example.org", time: "now", share: "S", receipt: "{{time}}" };

    #[test]
    fn the_default_names_who_when_and_what() {
        assert_eq!(Watermark::default().fill(MARKED), "ann@example.org\nnow\nS {{time}}");
        assert_eq!(Watermark::default().to_string(), WATERMARK);
    }

    #[test]
    fn a_watermark_that_names_nobody_or_cannot_be_read_is_refused() {
        let long = format!("{{{{recipient}}}}{}", "x".repeat(WATERMARK_TEXT_BYTES + 1));
        for text in ["", "confidential", "{{time}}", "{{recipient}}{{recipient}}", "{{recipient", "{{reader}}", "{{recipient}}\u{7}", &long]
        {
            assert_eq!(text.parse::<Watermark>(), Err(InvalidWatermark), "{text}");
        }
        let read: Watermark = "for {{ recipient }} alone".parse().expect("blanks do no harm");
        assert_eq!(read.fill(MARKED), "for ann@example.org alone");
    }
}
