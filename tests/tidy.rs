//! The house rules that a compiler does not hold: who may import whom, sizes, words, names and places.

#[path = "tidy/catalogue.rs"]
mod catalogue;
#[path = "tidy/languages.rs"]
mod languages;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/surface.rs"]
mod surface;
#[path = "tidy/tree.rs"]
mod tree;

use source::{Source, find_words, functions, line_of};
use std::collections::BTreeSet;

/// The layers, lowest first. A module may import those of rows above it and itself; neighbours in a row do not know each other.
const LAYERS: [&[&str]; 9] = [
    &["domain"],
    &["config"],
    &["words"],
    &["crypto"],
    &["ledger"],
    &["documents", "limit", "mail", "preview"],
    &["gate"],
    &["server", "web"],
    &["cli"],
];

/// Lower layers that a module still may not import, with the reason.
const KEPT_APART: [(&str, &[&str], &str); 1] = [("web", &["documents", "ledger"], "only the gate opens a document or writes an event")];

/// Names that only some files of `src/` may say, with the reason.
const RESERVED: [(&str, &[&str], &str); 8] = [
    ("ring::", &["crypto/primitives"], "cryptography of our own stands in one short place"),
    ("documents::", &["cli/", "documents/", "gate/"], "nothing opens a document but the gate, with a permit"),
    ("Documents::", &["cli/", "documents/", "gate/"], "nothing opens a document but the gate, with a permit"),
    ("open_document", &["documents/", "gate/deliver"], "only a delivery opens a document"),
    ("documents.create", &["documents/", "gate/upload/settle.rs"], "only what was looked at and scanned is put into a store"),
    ("SystemTime::now", &["domain/time.rs"], "time comes through the clock"),
    ("Timestamp::now", &["domain/time.rs"], "time comes through the clock"),
    ("Zoned::now", &["domain/time.rs"], "time comes through the clock"),
];

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;
/// The shortest proof that an `expect` may give.
const PROOF_CHARS: usize = 12;

/// What may lie at the top beside dotfiles, `LICENSE-*` and `rust-toolchain*`.
const TOP: [&str; 9] = ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "README.md", "SECURITY.md", "certs", "config", "fuzz", "src"];

/// Words that templates may hold themselves: the name, and a class that a block puts into its base.
const TEMPLATE_WORDS: [&str; 2] = ["Doorward", "wide"];

fn assert_none(problems: &[String], rule: &str) {
    assert!(problems.is_empty(), "{rule}:\n  {}", problems.join("\n  "));
}

fn row(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// The modules at the top of the crate that code imports: `crate::a`, `crate::{a, b::c}`, and `super::` climbing out of the file's own module.
fn imports(path: &str, code: &str) -> Vec<(usize, String)> {
    let first_name = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for at in find_words(code, "crate::") {
        let rest = code[at + 7..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_members(group).iter().map(|member| (at, first_name(member)))),
            None => found.push((at, first_name(rest))),
        }
    }
    let folders = path.matches('/').count();
    let depth = if path.ends_with("/mod.rs") { folders } else { folders + 1 };
    let climb = "super::".repeat(depth);
    found.extend(find_words(code, &climb).into_iter().map(|at| (at, first_name(&code[at + climb.len()..]))));
    found
}

/// The parts of `a, b::{c, d}, e}` that commas of the outermost level separate.
fn group_members(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut members) = (0usize, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                members.push(&group[from..i]);
                from = i + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    members.retain(|member| !member.trim().is_empty());
    members
}

/// Why `module` may not import `other`, if it may not.
fn forbidden(module: &str, other: &str) -> Option<String> {
    if module == other || other.is_empty() {
        return None;
    }
    let (Some(own), Some(others)) = (row(module), row(other)) else { return Some(format!("{module} or {other} has no layer")) };
    let apart = KEPT_APART.iter().find(|(who, whom, _)| *who == module && whom.contains(&other));
    match apart {
        Some((_, _, why)) => Some(format!("{module} imports {other}: {why}")),
        None if others < own => None,
        None => Some(format!("{module} imports {other}, which is not below it")),
    }
}

#[test]
fn modules_import_only_from_layers_below_them() {
    let mut problems = Vec::new();
    for source in tree::sources(&["src/"]) {
        let Some((module, _)) = source.in_src().and_then(|path| path.split_once('/')) else { continue };
        for (at, other) in imports(source.in_src().unwrap_or_default(), &source.product) {
            problems.extend(forbidden(module, &other).map(|why| format!("{}: {why}", source.place(at))));
        }
    }
    assert_none(&problems, "imports go one way");
}

#[test]
fn the_import_rule_sees_every_way_to_write_one() {
    let modules = |path: &str, code: &str| imports(path, code).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(modules("web/open.rs", "use crate::gate::Permit; crate::words::Words"), ["gate", "words"]);
    assert_eq!(modules("web/open.rs", "use crate::{gate::{a, b}, ledger, };"), ["gate", "ledger"]);
    assert_eq!(modules("web/open.rs", "use super::super::ledger::Tx; use super::page;"), ["ledger"]);
    assert_eq!(modules("web/mod.rs", "use super::ledger::Tx;"), ["ledger"]);
    assert_eq!(modules("web/mod.rs", "macro $crate::x mycrate::y"), ["x"]);
    assert!(forbidden("gate", "ledger").is_none() && forbidden("web", "web").is_none());
    for (module, other) in
        [("ledger", "gate"), ("mail", "limit"), ("web", "ledger"), ("web", "server"), ("domain", "words"), ("gate", "odd")]
    {
        assert!(forbidden(module, other).is_some(), "{module} {other}");
    }
}

#[test]
fn some_names_are_said_in_one_place_only() {
    let mut problems = Vec::new();
    for source in tree::sources(&["src/"]) {
        for (name, places, why) in RESERVED {
            if !places.iter().any(|place| source.in_src().unwrap_or_default().starts_with(place)) {
                problems.extend(find_words(&source.product, name).iter().map(|at| format!("{}: {name} ({why})", source.place(*at))));
            }
        }
    }
    assert_none(&problems, "reserved names");
}

#[test]
fn files_and_functions_stay_short_and_files_say_their_purpose() {
    let mut problems = Vec::new();
    for source in tree::sources(&["src/", "tests/", "fuzz/"]) {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            problems.push(format!("{}: {lines} lines, at most {FILE_LINES}", source.path));
        }
        if !source.text.lines().next().is_some_and(|first| first.starts_with("//! ") && first.len() > 12) {
            problems.push(format!("{}: the first line says the file's purpose as `//! ...`", source.path));
        }
        let long = functions(&source.code).into_iter().filter(|function| function.lines > FUNCTION_LINES);
        problems.extend(long.map(|f| format!("{}:{}: {} has {} lines, at most {FUNCTION_LINES}", source.path, f.line, f.name, f.lines)));
    }
    assert_none(&problems, "sizes");
}

/// Positions of `expect`s that do not give a proof of `PROOF_CHARS` or more as a literal.
fn weak_expects(source: &Source) -> Vec<usize> {
    let proof = |at: &usize| {
        let argument = source.text[at + ".expect(".len()..].trim_start().strip_prefix('"')?;
        argument.split_once('"').map(|(proof, _)| proof.chars().count())
    };
    find_words(&source.product, ".expect(")
        .into_iter()
        .filter(|at| proof(at).is_none_or(|chars| chars < PROOF_CHARS))
        .collect()
}

#[test]
fn the_product_unwraps_nothing_and_expects_only_with_a_proof() {
    let mut problems = Vec::new();
    for source in tree::sources(&["src/"]) {
        problems.extend(find_words(&source.product, ".unwrap()").iter().map(|at| format!("{}: unwrap", source.place(*at))));
        problems.extend(weak_expects(&source).iter().map(|at| format!("{}: expect without its proof", source.place(*at))));
    }
    assert_none(&problems, "no unwrap");
    let source = |text: &str| Source::new("src/a/b.rs", text.to_owned());
    assert_eq!(weak_expects(&source("x.expect(\"short\"); y.expect(\n  \"the list is never empty\"); z.expect(why)")), [1, 60]);
}

#[test]
fn nobody_builds_in_where_the_checkout_lay() {
    let built_in = ["env!(\"CARGO_", "MANIFEST_DIR"].concat();
    let places = tree::sources(&["src/", "tests/", "fuzz/"]);
    let places = places
        .iter()
        .flat_map(|source| source.text.match_indices(&built_in).map(|(at, _)| source.place(at)));
    assert_none(&places.collect::<Vec<_>>(), "tests run in a copy, with the top of it as their working directory");
}

#[test]
fn nothing_is_left_for_later_and_no_test_waits_by_sleeping() {
    // Put together here, so that a search for them finds none in this file either.
    let unfinished = [["to", "do!"].concat(), ["unimpl", "emented!"].concat(), ["#[ig", "nore"].concat()];
    let pause = ["sl", "eep"].concat();
    let mut problems = Vec::new();
    for source in tree::sources(&["src/", "tests/", "fuzz/"]) {
        for word in &unfinished {
            problems.extend(find_words(&source.code, word).iter().map(|at| format!("{}: {word}", source.place(*at))));
        }
        problems.extend(
            find_words(&source.tests(), &pause)
                .iter()
                .map(|at| format!("{}: a test that sleeps", source.place(*at))),
        );
    }
    assert_none(&problems, "finished work");
}

fn templates() -> Vec<(String, String)> {
    let wanted = |path: &String| {
        path.starts_with("src/") && path.contains("/templates/") && [".html", ".txt", ".md"].iter().any(|end| path.ends_with(end))
    };
    tree::files().into_iter().filter(wanted).map(|path| (path.clone(), tree::read(&path))).collect()
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let mut problems = Vec::new();
    for (path, text) in templates() {
        let mut words = catalogue::own_words(&text, path.ends_with(".html"));
        words.retain(|word| !TEMPLATE_WORDS.contains(&word.as_str()));
        problems.extend(words.iter().map(|word| format!("{path}: {word}")));
    }
    assert_none(&problems, "words come from the catalogue");
}

#[test]
fn the_catalogue_has_every_text_that_is_asked_for_and_no_other() {
    let fluent: Vec<String> = tree::files()
        .into_iter()
        .filter(|p| p.starts_with("src/words/en/"))
        .map(|p| tree::read(&p))
        .collect();
    let defined: BTreeSet<String> = fluent.iter().flat_map(|text| catalogue::defined(text)).collect();
    let (words, others): (Vec<Source>, Vec<Source>) = tree::sources(&["src/"]).into_iter().partition(|s| s.path.starts_with("src/words/"));
    let code = others.into_iter().map(|source| source.text);
    let users = code.chain(templates().into_iter().map(|(_, text)| text)).collect::<Vec<_>>().join("\n");
    let missing = catalogue::asked(&users)
        .into_iter()
        .filter(|id| !defined.contains(id))
        .map(|id| format!("{id} is not in the catalogue"));
    let all = words
        .into_iter()
        .map(|source| source.text)
        .chain(fluent)
        .fold(users.clone(), |all, text| all + "\n" + &text);
    let unused = defined
        .iter()
        .filter(|id| !catalogue::names(&all, id))
        .map(|id| format!("{id} is asked for nowhere"));
    assert_none(&missing.chain(unused).collect::<Vec<_>>(), "one catalogue");
}

#[test]
fn the_top_of_the_checkout_holds_only_what_belongs_there() {
    let known = |name: &str| {
        TOP.contains(&name) || name == "tests" || [".", "LICENSE-", "rust-toolchain"].iter().any(|head| name.starts_with(head))
    };
    let names: BTreeSet<String> = tree::files().iter().filter_map(|path| path.split('/').next().map(str::to_owned)).collect();
    assert_none(&names.into_iter().filter(|name| !known(name)).collect::<Vec<_>>(), "not at the top");
}

/// Places in a text where it speaks of one machine, or of who made it rather than of itself.
fn foreign(text: &str) -> Vec<(usize, String)> {
    let folders = ["work", "root", "home", "tmp"].map(|folder| format!("/{folder}/"));
    let mut found: Vec<(usize, String)> = folders
        .iter()
        .flat_map(|folder| text.match_indices(folder.as_str()))
        .map(|(at, folder)| (at, folder.to_owned()))
        .collect();
    // A folder inside a URL or of another folder, such as `/usr/tmp/`, is none of this machine.
    found.retain(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '}' | '.')));
    let lower = text.to_ascii_lowercase();
    for word in [["ag", "ent"].concat(), ["ag", "ents"].concat()] {
        let by_itself = |at: &usize| !lower[..*at].trim_end_matches([' ', '-', '_', '\n']).ends_with("user");
        found.extend(find_words(&lower, &word).into_iter().filter(by_itself).map(|at| (at, word.clone())));
    }
    let number = |at: usize| lower[at + 6..].trim_start_matches('#').starts_with(|c: char| c.is_ascii_digit());
    found.extend(
        find_words(&lower, "issue")
            .into_iter()
            .filter(|at| lower[*at..].starts_with("issue ") && number(*at))
            .map(|at| (at, "issue".to_owned())),
    );
    found
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let mut problems = Vec::new();
    let ours = |path: &String| path != "Cargo.lock" && !path.starts_with("LICENSE-") && !path.starts_with("fuzz/corpus/");
    for path in tree::files().into_iter().filter(ours) {
        let mut text = tree::text(&path).unwrap_or_default();
        if path.ends_with(".rs") {
            text = Source::new(&path, text).prose();
        }
        problems.extend(foreign(&text).into_iter().map(|(at, what)| format!("{path}:{}: {what}", line_of(&text, at))));
    }
    assert_none(&problems, "no machine, no maker");
}

#[test]
fn what_speaks_of_a_machine_or_a_maker_is_recognised() {
    let names = |text: &str| foreign(text).into_iter().map(|(_, what)| what).collect::<Vec<_>>();
    assert_eq!(names(&["see /ho", "me/x and '/ro", "ot/y'"].concat()), [["/ro", "ot/"].concat(), ["/ho", "me/"].concat()]);
    assert_eq!(
        names(&["An ag", "ent. User-Agent, user_agent, agency. Iss", "ue 7"].concat()),
        [["ag", "ent"].concat(), "issue".to_owned()]
    );
    assert_eq!(names("https://example.org/home/x, an issue of 2024"), Vec::<String>::new());
}
