//! Names inside an archive: such that every system can unpack them, and no two that any of them takes for one.

use crate::domain::bounds::NAME_BYTES;
use crate::domain::document::DocumentPath;
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// Names that Windows keeps for its devices, whatever ending they have.
const DEVICES: [&str; 6] = ["aux", "con", "conin$", "conout$", "nul", "prn"];
/// The same with a digit behind them.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// The names given so far.
#[derive(Debug, Default)]
pub struct Names {
    /// What a path is called in the archive, by its own bytes.
    given: HashMap<Vec<u8>, String>,
    /// What is taken, as systems compare names that look at neither case nor composition.
    taken: HashSet<String>,
}

impl Names {
    /// Takes a name that no member may have.
    pub fn reserve(&mut self, name: &str) {
        self.taken.insert(folded(name));
    }

    /// What a path is called in the archive; the same each time it is asked for.
    pub fn of(&mut self, path: &DocumentPath) -> String {
        let (mut raw, mut name) = (Vec::new(), String::new());
        for part in path.names() {
            if !raw.is_empty() {
                raw.push(b'/');
                name.push('/');
            }
            raw.extend_from_slice(part);
            name = match self.given.get(&raw) {
                Some(given) => given.clone(),
                None => {
                    let free = self.free(&name, &plain(&text_of(part)));
                    self.given.insert(raw.clone(), free.clone());
                    free
                }
            };
        }
        name
    }

    fn free(&mut self, folder: &str, own: &str) -> String {
        let mut name = format!("{folder}{own}");
        let mut number = 2;
        while !self.taken.insert(folded(&name)) {
            name = format!("{folder}{}", numbered(own, number));
            number += 1;
        }
        name
    }
}

fn text_of(part: &[u8]) -> String {
    DocumentPath::from_bytes(part).map_or_else(|_| String::from_utf8_lossy(part).into_owned(), |path| path.file_name())
}

/// A name that every system takes: without what Windows refuses, what no terminal should be sent, and what climbs out of a folder.
pub fn plain(name: &str) -> String {
    let refused = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let swapped: String = name.chars().map(|c| if refused(c) || turns(c) { '_' } else { c }).collect();
    let kept = swapped.trim_end_matches(['.', ' ']);
    let kept = shortened(if kept.is_empty() { "_" } else { kept }, NAME_BYTES);
    if is_device(&kept) { format!("_{kept}") } else { kept }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| {
        let digit = stem.strip_prefix(device).map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(digit.as_deref(), Some(['1'..='9' | '¹' | '²' | '³']))
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(|device| numbered(device))
}

/// `name (2).ending`, no longer than a name may be.
fn numbered(name: &str, number: u32) -> String {
    let (stem, ending) = match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => (stem, format!(" ({number}).{ending}")),
        None => (name, format!(" ({number})")),
    };
    format!("{}{ending}", shortened(stem, NAME_BYTES.saturating_sub(ending.len())))
}

fn shortened(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}

/// What two names have in common that some system takes for one.
fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> DocumentPath {
        DocumentPath::from_bytes(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn names_are_made_such_that_every_system_takes_them() {
        for (own, given) in [
            ("report.txt", "report.txt"),
            ("C:\\Windows", "C__Windows"),
            ("what?.txt", "what_.txt"),
            ("dots...", "dots"),
            ("blank ", "blank"),
            (". .", "_"),
            ("con", "_con"),
            ("Con.txt", "_Con.txt"),
            ("COM1", "_COM1"),
            ("lpt9.log", "_lpt9.log"),
            ("com10", "com10"),
            ("console", "console"),
            ("exe\u{202e}fdp", "exe_fdp"),
            ("a\u{85}b", "a_b"),
            ("Zoe\u{308}", "Zoe\u{308}"),
        ] {
            assert_eq!(plain(own), given, "{own:?}");
        }
    }

    #[test]
    fn names_that_some_system_takes_for_one_are_numbered() {
        let mut names = Names::default();
        names.reserve("MANIFEST.jsonl");
        let of = |names: &mut Names, text: &str| names.of(&path(text));
        assert_eq!(of(&mut names, "manifest.jsonl"), "manifest (2).jsonl");
        assert_eq!(of(&mut names, "Zo\u{eb}.txt"), "Zo\u{eb}.txt");
        assert_eq!(of(&mut names, "Zoe\u{308}.txt"), "Zoe\u{308} (2).txt");
        assert_eq!(of(&mut names, "Case/a.txt"), "Case/a.txt");
        assert_eq!(of(&mut names, "case/a.txt"), "case (2)/a.txt", "a folder is renamed with all that is in it");
        assert_eq!(of(&mut names, "case/b.txt"), "case (2)/b.txt");
        assert_eq!(of(&mut names, "Case/A.TXT"), "Case/A (2).TXT");
        assert_eq!(of(&mut names, "STRASSE"), "STRASSE");
        assert_eq!(of(&mut names, "straße"), "straße (2)");
        assert_eq!(of(&mut names, "Case/a.txt"), "Case/a.txt", "the same path has the same name");
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder_and_none_is_there_twice(paths in proptest::collection::vec("[aA.: \u{e9}e\u{301}]{1,4}(/[bB.*]{1,3})?", 1..40)) {
            let mut names = Names::default();
            let parsed: HashSet<_> = paths.iter().filter_map(|text| DocumentPath::from_bytes(text.as_bytes()).ok()).collect();
            let mut seen = HashSet::new();
            for path in &parsed {
                let name = names.of(path);
                prop_assert!(name.split('/').all(|part| !matches!(part, "" | "." | "..") && part.len() <= NAME_BYTES));
                prop_assert!(!name.contains([':', '*', '\\']));
                prop_assert!(seen.insert(folded(&name)), "{} is there twice", name);
            }
        }
    }
}
