//! That every language has every text, with the same parameters and the plural forms that it needs: whoever adds one is told which others lack it.

use crate::{assert_none, tree};
use std::collections::{BTreeMap, BTreeSet};

/// The plural forms of each language (CLDR), which every choice by a number has, no more and no fewer.
const PLURALS: [(&str, &[&str]); 2] = [("de", &["one", "other"]), ("en", &["one", "other"])];

/// Names of forms that any language has: a choice between such is one by a number.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// What a text is made of beside its words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// Its parameters.
    parameters: BTreeSet<String>,
    /// What its choices are between, each as `parameter: variants`, in no order.
    choices: Vec<(String, BTreeSet<String>)>,
}

/// The texts of a Fluent file with their shapes, in their order.
fn shapes(fluent: &str) -> Vec<(String, Shape)> {
    let mut texts: Vec<(String, Shape)> = Vec::new();
    let mut open: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in fluent.lines().filter(|line| !line.starts_with('#')) {
        if let Some((id, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            texts.push((id.to_owned(), Shape::default()));
        }
        let Some((_, shape)) = texts.last_mut() else { continue };
        shape.parameters.extend(line.match_indices('$').map(|(at, _)| name(&line[at + 1..])));
        let variant = line.trim_start().trim_start_matches('*').strip_prefix('[').and_then(|rest| rest.split_once(']'));
        if let (Some((variant, _)), Some((_, variants))) = (variant, open.last_mut()) {
            variants.insert(variant.trim().to_owned());
        }
        // One choice may end and another begin in the same line.
        if line.trim_start().starts_with('}') {
            shape.choices.extend(open.pop());
        }
        if let Some((before, _)) = line.split_once("->") {
            open.push((before.rsplit_once('$').map(|(_, rest)| name(rest)).unwrap_or_default(), BTreeSet::new()));
        }
    }
    texts.iter_mut().for_each(|(_, shape)| shape.choices.sort());
    texts
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// What is wrong with a text in a language, given its shape in the first one.
fn wrong(language: &str, id: &str, first: &Shape, here: Option<&Shape>) -> Option<String> {
    let Some(here) = here else { return Some(format!("{language} lacks {id}")) };
    if here.parameters != first.parameters {
        return Some(format!("{id} has the parameters {:?} in {language} and {:?} in en", here.parameters, first.parameters));
    }
    let by_number = |variants: &BTreeSet<String>| variants.iter().all(|variant| FORMS.contains(&variant.as_str()));
    let forms = PLURALS.iter().find(|(known, _)| *known == language)?.1;
    let expected = first.choices.iter().map(|(parameter, variants)| match by_number(variants) {
        true => (parameter.clone(), forms.iter().map(|form| (*form).to_owned()).collect()),
        false => (parameter.clone(), variants.clone()),
    });
    let mut expected: Vec<(String, BTreeSet<String>)> = expected.collect();
    expected.sort();
    (here.choices != expected).then(|| format!("{id} chooses between {:?} in {language}, and not between {expected:?}", here.choices))
}

/// The texts of a language, by file.
fn texts_of(language: &str) -> BTreeMap<String, Vec<(String, Shape)>> {
    let folder = format!("src/words/{language}/");
    let files = tree::files()
        .into_iter()
        .filter_map(|path| Some((path.strip_prefix(&folder)?.to_owned(), path.clone())));
    files.map(|(file, path)| (file, shapes(&tree::read(&path)))).collect()
}

#[test]
fn every_language_has_every_text_with_its_parameters_and_plural_forms() {
    let folders: BTreeSet<String> = tree::files()
        .iter()
        .filter_map(|path| Some(path.strip_prefix("src/words/")?.split_once('/')?.0.to_owned()))
        .collect();
    assert_eq!(Vec::from_iter(&folders), PLURALS.map(|(language, _)| language), "the plural forms of each language are known");
    let first = texts_of("en");
    let mut problems = Vec::new();
    for language in &folders {
        let here = texts_of(language);
        for (file, texts) in &first {
            let known: BTreeMap<&str, &Shape> = here.get(file).into_iter().flatten().map(|(id, shape)| (id.as_str(), shape)).collect();
            problems.extend(texts.iter().filter_map(|(id, shape)| {
                Some(format!("src/words/{language}/{file}: {}", wrong(language, id, shape, known.get(id.as_str()).copied())?))
            }));
            let ids: BTreeSet<&str> = texts.iter().map(|(id, _)| id.as_str()).collect();
            problems.extend(
                known
                    .keys()
                    .filter(|id| !ids.contains(*id))
                    .map(|id| format!("src/words/{language}/{file}: en lacks {id}")),
            );
        }
    }
    assert_none(&problems, "each text in every language, in the file of the same name");
}

#[test]
fn a_text_that_another_language_lacks_or_has_otherwise_is_found() {
    let english =
        "a = One\nb = { $count ->\n    [one] one { $what }\n   *[other] { $count }\n}\nc = { $x ->\n    [y] 1\n   *[z] 2\n    }\n";
    let shape = |text: &str, id: &str| shapes(text).into_iter().find(|(known, _)| known == id).map(|(_, shape)| shape);
    let first = shape(english, "b").expect("it is there");
    assert_eq!(Vec::from_iter(&first.parameters), ["count", "what"]);
    assert_eq!(first.choices, [("count".to_owned(), BTreeSet::from(["one", "other"].map(str::to_owned)))]);
    for (german, found) in [
        (english, false),
        ("a = Eins\n", true),
        ("b = { $count ->\n   *[other] { $count } { $what }\n}\n", true),
        ("b = { $count } { $what }\n", true),
        ("b = { $count ->\n    [one] eins\n   *[other] { $count }\n}\n", true),
    ] {
        assert_eq!(wrong("de", "b", &first, shape(german, "b").as_ref()).is_some(), found, "{german}");
    }
    let chosen = shape(english, "c").expect("it is there");
    let fewer = shape("c = { $x ->\n   *[z] 2\n}\n", "c");
    assert!(wrong("de", "c", &chosen, fewer.as_ref()).is_some());
}
