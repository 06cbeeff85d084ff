//! `[[template]]`: standard responses, and the placeholders their texts may have.

use crate::config::{
    reader::Reader,
    rule::{Rule, line, lines},
};
use crate::domain::bounds::{MESSAGE_BYTES, SUBJECT_BYTES};
use std::{cell::RefCell, collections::HashSet, fmt};

/// One `[[template]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// `name`: what `--template` names, at most 64 characters. Required, and no other template's.
    pub name: String,
    /// `subject`: of the share and its mail, at most [`SUBJECT_BYTES`]. No default: without it the share's own subject stands.
    pub subject: Option<Pattern>,
    /// `message`: in light formatting, at most [`MESSAGE_BYTES`]. Required.
    pub message: Pattern,
}

/// A text with placeholders, written `{{recipient}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Placeholder(Placeholder),
    Text(String),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `{{expires}}`: when the share ends.
    Expires,
    /// `{{organisation}}`: the organisation's name.
    Organisation,
    /// `{{owner}}`: the name of the share's owner.
    Owner,
    /// `{{recipient}}`: the address the mail goes to.
    Recipient,
    /// `{{subject}}`: the share's subject.
    Subject,
}

/// A placeholder that does not exist or does not end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{{{{{0}}}}} is not a placeholder")]
pub struct UnknownPlaceholder(pub String);

impl Placeholder {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("expires", Self::Expires),
        ("organisation", Self::Organisation),
        ("owner", Self::Owner),
        ("recipient", Self::Recipient),
        ("subject", Self::Subject),
    ];
}

impl Pattern {
    /// Reads a text; blanks inside the braces are ignored.
    ///
    /// # Errors
    /// `{{` is followed by no name of [`Placeholder::ALL`] with `}}` after it.
    pub fn parse(text: &str) -> Result<Self, UnknownPlaceholder> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, next) = after.split_once("}}").unwrap_or((after, ""));
            let known = Placeholder::ALL.iter().find(|(known, _)| *known == name.trim() && name.len() < after.len());
            let (_, placeholder) = known.ok_or_else(|| UnknownPlaceholder(name.chars().take(30).collect()))?;
            parts.extend((!before.is_empty()).then(|| Part::Text(before.to_owned())));
            parts.push(Part::Placeholder(*placeholder));
            rest = next;
        }
        parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
        Ok(Self(parts))
    }

    /// The text with every placeholder replaced once; what is put in is not looked at again.
    pub fn fill<'v>(&self, value: impl Fn(Placeholder) -> &'v str) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Placeholder(placeholder) => value(*placeholder),
                Part::Text(text) => text,
            })
            .collect()
    }

    fn has(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Part::Placeholder(placeholder))
    }

    /// A pattern for a subject line.
    pub(super) fn read_subject(r: &Reader<'_, '_>, key: &'static str) -> Option<Self> {
        let text = r.optional(key, line(SUBJECT_BYTES));
        let pattern = Self::read(r, key, text)?;
        if pattern.has(Placeholder::Subject) {
            r.fail(key, "must not have {{subject}} in it: it is the subject".to_owned());
        }
        Some(pattern)
    }

    fn read(r: &Reader<'_, '_>, key: &str, text: Option<String>) -> Option<Self> {
        match Self::parse(&text?) {
            Ok(pattern) => Some(pattern),
            Err(unknown) => {
                let names = Placeholder::ALL.map(|(name, _)| format!("{{{{{name}}}}}")).join(", ");
                r.fail_hidden(key, format!("must have no other placeholders than {names}; {}", unknown.to_string().escape_debug()));
                None
            }
        }
    }
}

impl fmt::Display for Pattern {
    /// As it is written, blanks inside the braces excepted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Placeholder(placeholder) => {
                let name = Placeholder::ALL.iter().find(|(_, known)| known == placeholder).map_or("", |(name, _)| name);
                write!(f, "{{{{{name}}}}}")
            }
            Part::Text(text) => f.write_str(text),
        })
    }
}

impl Template {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let name = r.required("name", line(64));
        let subject = Pattern::read_subject(r, "subject");
        let message: Rule<String> = lines(MESSAGE_BYTES);
        let message = Pattern::read(r, "message", r.required("message", message));
        Some(Self { name: name?, subject, message: message? })
    }

    /// All of them; one name twice is a problem.
    pub(super) fn read_all(root: &Reader<'_, '_>) -> Vec<Self> {
        let seen = RefCell::new(HashSet::new());
        root.entries("template", |r| {
            let template = Self::read(r)?;
            if !seen.borrow_mut().insert(template.name.clone()) {
                r.fail("name", "must be the name of one template only; it stands above already".to_owned());
            }
            Some(template)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let filled = Pattern::parse("{{owner}}: {{ subject }}, } and {").map(|pattern| {
            pattern.fill(|placeholder| match placeholder {
                Placeholder::Owner => "{{subject}}",
                _ => "it",
            })
        });
        assert_eq!(filled, Ok("{{subject}}: it, } and {".to_owned()));
    }

    #[test]
    fn an_unknown_or_open_placeholder_is_refused() {
        for (text, name) in
            [("{{recipent}}", "recipent"), ("{{}}", ""), ("{{owner", "owner"), ("{{owner}", "owner}"), ("{{{owner}}", "{owner")]
        {
            assert_eq!(Pattern::parse(text), Err(UnknownPlaceholder(name.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn a_pattern_is_read_back_from_its_text(text in "([a-z{} ]|\\{\\{owner\\}\\}|\\{\\{ expires \\}\\}|\\PC){0,20}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
            }
        }
    }
}
