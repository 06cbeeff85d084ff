//! Reads a parsed file section by section: every key is asked for once, every problem is kept, and what nobody asked for is unknown.

use crate::config::{
    outside::Outside,
    problem::{MOST_PROBLEMS, Problem, Problems},
    rule::{self, Plain, Rule},
};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Characters of a value that a problem shows.
const SHOWN: usize = 60;

/// One key that some section asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The section, such as `mail.smtp`; empty at the top of the file.
    pub(super) section: String,
    /// The key in it.
    pub(super) key: &'static str,
    /// The value it has when it is left out.
    pub(super) default: Option<Plain<'static>>,
}

/// The file that is read, and what was found in it so far.
pub(super) struct Source<'a> {
    file: String,
    base: PathBuf,
    outside: &'a dyn Outside,
    line_starts: Vec<usize>,
    found: RefCell<Found<'a>>,
}

#[derive(Default)]
struct Found<'a> {
    asked: Vec<Asked>,
    problems: Vec<Problem>,
    visited: Vec<(String, &'a DeTable<'a>)>,
}

/// One section of the file, whether it stands there or not.
pub(super) struct Reader<'s, 'a> {
    source: &'s Source<'a>,
    name: String,
    table: Option<&'a DeTable<'a>>,
    line: Option<usize>,
    /// Something else stands where the section belongs: that was said, and what is missing in it is not.
    replaced: bool,
}

impl<'a> Source<'a> {
    /// Begins with a text and the place it came from.
    pub(super) fn new(text: &str, file: &Path, outside: &'a dyn Outside) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, c)| *c == b'\n').map(|(i, _)| i + 1);
        Self {
            file: file.display().to_string(),
            base: file.parent().unwrap_or_else(|| Path::new("")).to_owned(),
            outside,
            line_starts: std::iter::once(0).chain(ends).collect(),
            found: RefCell::default(),
        }
    }

    /// The top of the file.
    pub(super) fn root<'s>(&'s self, table: &'a DeTable<'a>) -> Reader<'s, 'a> {
        self.found.borrow_mut().visited.push((String::new(), table));
        Reader { source: self, name: String::new(), table: Some(table), line: None, replaced: false }
    }

    /// Puts down that the text is not TOML.
    pub(super) fn not_toml(&self, errors: &[toml::de::Error]) {
        for error in errors {
            let message = error.message().replace('\n', ", ").escape_debug().to_string();
            self.problem(error.span().map(|span| self.line(span.start)), "", None, format!("is not valid TOML: {message}"));
        }
    }

    /// Puts down every key that no section has asked for. To be called once, when all sections are read.
    pub(super) fn unknown_keys(&self) {
        let visited = std::mem::take(&mut self.found.borrow_mut().visited);
        for (section, table) in visited {
            for key in table.keys() {
                if !self.found.borrow().asked.iter().any(|asked| asked.section == section && asked.key == key.get_ref()) {
                    let allowed = self.advice(&section, key.get_ref());
                    // Without its value: a misspelt key may hold a password.
                    self.problem(
                        Some(self.line(key.span().start)),
                        &join(&section, &shown(key.get_ref()).escape_debug().to_string()),
                        None,
                        allowed,
                    );
                }
            }
        }
    }

    /// All keys asked for, and the problems in the order of their lines.
    pub(super) fn end(self) -> (Vec<Asked>, Problems) {
        let Found { asked, mut problems, .. } = self.found.into_inner();
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        (asked, Problems(problems))
    }

    /// Whether a problem was found.
    pub(super) fn is_broken(&self) -> bool {
        !self.found.borrow().problems.is_empty()
    }

    fn advice(&self, section: &str, wrong: &str) -> String {
        let found = self.found.borrow();
        let here: Vec<&str> = found.asked.iter().filter(|asked| asked.section == section).map(|asked| asked.key).collect();
        let elsewhere = || {
            found.asked.iter().find(|asked| asked.key == wrong).map(|asked| match asked.section.as_str() {
                "" => format!("\"{wrong}\" stands at the top, before the first section; "),
                other => format!("\"{wrong}\" belongs to [{other}]; "),
            })
        };
        let near = here.iter().map(|key| (distance(wrong, key), *key)).filter(|(far, _)| *far <= 2).min();
        let hint = match (near, wrong) {
            (_, "password") => "a password never stands in this file; ".to_owned(),
            (Some((_, key)), _) => format!("did you mean \"{key}\"? "),
            (None, _) => elsewhere().unwrap_or_default(),
        };
        let place = if section.is_empty() { "the top of the file".to_owned() } else { format!("[{section}]") };
        format!("is not a key; {hint}{place} has {}", here.join(", "))
    }

    fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    fn problem(&self, line: Option<usize>, key: &str, value: Option<String>, allowed: String) {
        let problem = Problem { file: self.file.clone(), line, key: key.to_owned(), value, allowed };
        let problems = &mut self.found.borrow_mut().problems;
        if problems.len() < MOST_PROBLEMS && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

impl<'s, 'a> Reader<'s, 'a> {
    /// A key with a default.
    pub(super) fn key<T>(&self, key: &'static str, default: Plain<'static>, mut rule: Rule<T>) -> Option<T> {
        self.ask(key, Some(default));
        // Where the words end with the default itself, as an example, they need not say it twice.
        if !matches!(default, Plain::Text(text) if rule.allowed.trim_end_matches('"').ends_with(text)) {
            rule.allowed.push_str(&format!(" (default {default})"));
        }
        match self.value(key) {
            Some(value) => self.check(key, value, &rule),
            None => (rule.read)(default).or_else(|| {
                self.fail(key, format!("has a default that it does not take: {}", rule.allowed));
                None
            }),
        }
    }

    /// A key that must be there.
    pub(super) fn required<T>(&self, key: &'static str, rule: Rule<T>) -> Option<T> {
        self.ask(key, None);
        match self.value(key) {
            Some(value) => self.check(key, value, &rule),
            None => {
                self.missing(key, &rule.allowed);
                None
            }
        }
    }

    /// A key that may be left out; a problem with it is kept, so that nothing can be mistaken for left out.
    pub(super) fn optional<T>(&self, key: &'static str, rule: Rule<T>) -> Option<T> {
        self.ask(key, None);
        self.check(key, self.value(key)?, &rule)
    }

    /// A key with a list of values, empty when left out.
    pub(super) fn list<T>(&self, key: &'static str, rule: Rule<T>) -> Vec<T> {
        self.ask(key, Some(Plain::Empty));
        match self.value(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(entries) => entries.iter().filter_map(|entry| self.check(key, entry, &rule)).collect(),
                _ => {
                    self.fail(key, format!("must be a list in [ ], each entry of which {}", rule.allowed));
                    Vec::new()
                }
            },
        }
    }

    /// A section below this one, `read` whether it stands there or not.
    pub(super) fn section<T>(&self, key: &'static str, read: impl FnOnce(&Self) -> T) -> T {
        self.ask(key, None);
        let name = join(&self.name, key);
        let table = self.value(key).and_then(|value| match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.fail(key, format!("must be a section that begins with [{name}], or its keys in {{ }}"));
                None
            }
        });
        let replaced = self.replaced || (table.is_none() && self.has(key));
        read(&Reader { replaced, ..self.below(name, table, self.line_of(key).or(self.line)) })
    }

    /// Sections that may stand there several times, each `read` on its own.
    pub(super) fn entries<T>(&self, key: &'static str, read: impl Fn(&Self) -> Option<T>) -> Vec<T> {
        self.ask(key, None);
        let name = join(&self.name, key);
        let wrong = || self.fail(key, format!("must be sections that each begin with [[{name}]]"));
        let mut all = Vec::new();
        match self.value(key).map(Spanned::get_ref) {
            None => {}
            Some(DeValue::Array(entries)) => {
                for entry in entries {
                    match entry.get_ref() {
                        DeValue::Table(table) => {
                            let line = self.source.line(entry.span().start);
                            all.extend(read(&self.below(name.clone(), Some(table), Some(line))));
                        }
                        _ => wrong(),
                    }
                }
            }
            Some(_) => wrong(),
        }
        all
    }

    /// Whether the section stands in the file.
    pub(super) const fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// Whether the key stands in the section.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The text of a key, where it is one.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(|value| value.get_ref().as_str())
    }

    /// What a path is read by.
    pub(super) fn path(&self) -> Rule<PathBuf> {
        rule::path(&self.source.base)
    }

    /// Files and variables.
    pub(super) fn outside(&self) -> &'a dyn Outside {
        self.source.outside
    }

    /// Puts down a problem with the value of a key.
    pub(super) fn fail(&self, key: &str, allowed: String) {
        let value = self.value(key).and_then(|value| scalar(value.get_ref()));
        self.source.problem(self.line_of(key).or(self.line), &join(&self.name, key), value, allowed);
    }

    /// Puts down a problem with a key whose value is not shown.
    pub(super) fn fail_hidden(&self, key: &str, allowed: String) {
        self.source.problem(self.line_of(key).or(self.line), &join(&self.name, key), None, allowed);
    }

    /// Puts down that a key is missing.
    pub(super) fn missing(&self, key: &str, allowed: &str) {
        if !self.replaced {
            self.source.problem(self.line, &join(&self.name, key), None, format!("is missing; it {allowed}"));
        }
    }

    fn below(&self, name: String, table: Option<&'a DeTable<'a>>, line: Option<usize>) -> Self {
        self.source.found.borrow_mut().visited.extend(table.map(|table| (name.clone(), table)));
        Self { source: self.source, name, table, line, replaced: false }
    }

    fn ask(&self, key: &'static str, default: Option<Plain<'static>>) {
        let asked = Asked { section: self.name.clone(), key, default };
        let all = &mut self.source.found.borrow_mut().asked;
        if !all.contains(&asked) {
            all.push(asked);
        }
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    fn line_of(&self, key: &str) -> Option<usize> {
        Some(self.source.line(self.table?.get_key_value(key)?.0.span().start))
    }

    fn check<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, rule: &Rule<T>) -> Option<T> {
        let found = (rule.read)(plain(value.get_ref()));
        if found.is_none() {
            let line = self.source.line(value.span().start);
            let value = if rule.hidden { None } else { scalar(value.get_ref()) };
            self.source.problem(Some(line), &join(&self.name, key), value, rule.allowed.clone());
        }
        found
    }
}

fn plain<'v>(value: &'v DeValue<'_>) -> Plain<'v> {
    match value {
        DeValue::Boolean(flag) => Plain::Flag(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or(Plain::Other, Plain::Number),
        DeValue::String(text) => Plain::Text(text),
        _ => Plain::Other,
    }
}

/// A value as a problem shows it; lists and tables are not shown, their parts have problems of their own.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Array(_) | DeValue::Table(_) => None,
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(time) => Some(shown(&time.to_string())),
        DeValue::Float(number) => Some(shown(number.as_str())),
        DeValue::Integer(number) => Some(shown(&number.to_string())),
        DeValue::String(text) => Some(format!("{:?}", shown(text))),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// How many letters differ between two names; large when they are nothing alike.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
