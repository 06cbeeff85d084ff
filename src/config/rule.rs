//! What a key takes: how its value is read, and the words that say so when it cannot be.

use crate::config::duration;
use std::{fmt, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

/// One value of the file or one default, as far as a rule looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain<'a> {
    /// A list without entries.
    Empty,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Anything that no key takes: a fraction, a date, a number that is too large, a list or a table.
    Other,
    /// A text.
    Text(&'a str),
}

/// As TOML writes it.
impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("[]"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Other => f.write_str("…"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// How a value becomes a `T`.
type Read<T> = Box<dyn Fn(Plain<'_>) -> Option<T>>;

/// What one key takes.
pub(super) struct Rule<T> {
    /// The end of a sentence whose subject is the key: "must be …".
    pub(super) allowed: String,
    /// Whether the value may be a secret and is never shown.
    pub(super) hidden: bool,
    /// How it is read.
    pub(super) read: Read<T>,
}

impl<T> Rule<T> {
    fn new(allowed: impl Into<String>, read: impl Fn(Plain<'_>) -> Option<T> + 'static) -> Self {
        Self { allowed: allowed.into(), hidden: false, read: Box::new(read) }
    }

    /// The same rule for a key whose value is not to be shown.
    pub(super) fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
}

/// `true` or `false`.
pub(super) fn flag() -> Rule<bool> {
    Rule::new("must be true or false", |value| match value {
        Plain::Flag(flag) => Some(flag),
        _ => None,
    })
}

/// A whole number within bounds that the type of the key holds.
pub(super) fn number<T: TryFrom<usize>>(bounds: RangeInclusive<usize>) -> Rule<T> {
    Rule::new(format!("must be a whole number from {} to {}", bounds.start(), bounds.end()), move |value| match value {
        Plain::Number(number) => usize::try_from(number)
            .ok()
            .filter(|number| bounds.contains(number))
            .and_then(|number| number.try_into().ok()),
        _ => None,
    })
}

/// One of a few values.
pub(super) fn one_of<T: Copy + 'static>(choices: &'static [(Plain<'static>, T)]) -> Rule<T> {
    let mut allowed = String::from("must be ");
    for (i, (choice, _)) in choices.iter().enumerate() {
        let joint = match (i, choices.len() - i) {
            (0, _) => "",
            (_, 1) => " or ",
            _ => ", ",
        };
        allowed.push_str(&format!("{joint}{choice}"));
    }
    Rule::new(allowed, |value| choices.iter().find(|(choice, _)| *choice == value).map(|(_, chosen)| *chosen))
}

/// A length of time within bounds.
pub(super) fn span(bounds: RangeInclusive<Duration>) -> Rule<Duration> {
    let (least, most) = (duration::show(*bounds.start()), duration::show(*bounds.end()));
    Rule::new(format!("must be a duration like \"30s\", \"10m\", \"8h\" or \"365d\", from {least} to {most}"), move |value| match value {
        Plain::Text(text) => duration::parse(text).filter(|span| bounds.contains(span)),
        _ => None,
    })
}

/// One line of text with at most so many characters, and not only blanks.
pub(super) fn line(most: usize) -> Rule<String> {
    Rule::new(format!("must be one line of text with 1 to {most} characters"), move |value| match value {
        Plain::Text(text) if text.chars().count() <= most && !text.trim().is_empty() && !text.contains(char::is_control) => {
            Some(text.to_owned())
        }
        _ => None,
    })
}

/// Text of several lines with at most so many bytes, and not only blanks.
pub(super) fn lines(most: usize) -> Rule<String> {
    Rule::new(format!("must be text with 1 to {most} bytes and no control characters but line ends"), move |value| match value {
        Plain::Text(text) if is_lines(text, most) => Some(text.to_owned()),
        _ => None,
    })
}

/// Whether a text fits [`lines`].
pub(super) fn is_lines(text: &str, most: usize) -> bool {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.len() <= most && !text.trim().is_empty() && !text.contains(control)
}

/// A text that a type of its own reads.
pub(super) fn parsed<T: FromStr>(allowed: &str) -> Rule<T> {
    matching(allowed, |text| text.parse().ok())
}

/// A text that a function reads.
pub(super) fn matching<T>(allowed: &str, read: impl Fn(&str) -> Option<T> + 'static) -> Rule<T> {
    Rule::new(allowed, move |value| match value {
        Plain::Text(text) => read(text),
        _ => None,
    })
}

/// A path; a relative one starts at the folder of the configuration file.
pub(super) fn path(base: &std::path::Path) -> Rule<PathBuf> {
    let base = base.to_owned();
    matching("must be a path; a relative one starts at the folder of this file", move |text| {
        (!text.is_empty() && !text.contains(char::is_control)).then(|| base.join(text))
    })
}
