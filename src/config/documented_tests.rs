//! Holds `config/doorward.toml` to the code: it loads as it stands, and names every key with its true default.

use super::*;
use std::collections::BTreeSet;
use toml::{Table, Value};

const SAMPLE: &str = include_str!("../../config/doorward.toml");

/// A key with the section it stands in.
type Place = (String, String);

/// The sample with every commented key taken in: prose has a blank after its `#`, keys have none.
fn all_keys_set() -> String {
    let bare = |line: &str| match line.strip_prefix('#') {
        Some(prose) if prose.starts_with(' ') => String::new(),
        Some(key) => key.to_owned(),
        None => line.to_owned(),
    };
    SAMPLE.lines().map(|line| bare(line) + "\n").collect()
}

fn walk(section: &str, table: &Table, into: &mut Vec<(Place, Value)>) {
    for (key, value) in table {
        let below = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        into.push(((section.to_owned(), key.clone()), value.clone()));
        match value {
            Value::Table(table) => walk(&below, table, into),
            Value::Array(entries) => entries.iter().filter_map(Value::as_table).for_each(|table| walk(&below, table, into)),
            _ => {}
        }
    }
}

fn keys(text: &str) -> Vec<(Place, Value)> {
    let mut all = Vec::new();
    walk("", &text.parse::<Table>().expect("it is TOML"), &mut all);
    all
}

fn asked() -> Vec<Asked> {
    read(&all_keys_set(), Path::new("doorward.toml"), &Nothing).0
}

#[test]
fn the_sample_configuration_loads_as_it_stands() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("doorward.toml");
    std::fs::write(&file, SAMPLE)?;
    let config = load(&file)?;
    assert_eq!(config.data, folder.path().join("../doorward-data"));
    assert_eq!(config.tls.certificate, folder.path().join("../certs/server.pem"));
    assert_eq!(config.admin.socket, config.data.join("admin.sock"));
    assert_eq!(config.warnings(), ["mail.transport: mail is written to a directory and not sent"]);
    assert_eq!(locate(&file)?, super::Place { data: config.data, socket: config.admin.socket });
    Ok(())
}

#[test]
fn the_sample_configuration_names_every_key_and_no_other() {
    let documented: BTreeSet<Place> = keys(&all_keys_set()).into_iter().map(|(place, _)| place).collect();
    let known: BTreeSet<Place> = asked().into_iter().map(|asked| (asked.section, asked.key.to_owned())).collect();
    assert_eq!(documented, known);
    assert!(known.len() > 60, "{}", known.len());
}

#[test]
fn every_key_with_a_default_is_shown_commented_with_just_that_default() {
    let shown = keys(&all_keys_set());
    let set: BTreeSet<Place> = keys(SAMPLE).into_iter().map(|(place, _)| place).collect();
    for Asked { section, key, default } in asked() {
        let Some(default) = default else { continue };
        let place = (section, key.to_owned());
        assert!(!set.contains(&place), "{place:?} has a default and is set");
        let literal = format!("it = {default}").parse::<Table>().expect("a default is TOML");
        assert_eq!(shown.iter().find(|(at, _)| *at == place).map(|(_, value)| value), literal.get("it"), "{place:?}");
    }
}

#[test]
fn every_example_of_the_sample_would_be_taken() {
    // Only what cannot stand together, or is not on this machine, is left to say.
    let problems = parse(&all_keys_set(), Path::new("c.toml"), &Nothing).expect_err("it names two passwords");
    let keys: Vec<&str> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
    let only_one_of = [
        "branding.logo",
        "store.http.password_env",
        "store.http.token_file",
        "store.http.token_env",
        "store.webdav.password_env",
        "store.webdav.token_file",
        "store.webdav.token_env",
        "store.s3.secret_key_env",
        "store.azure.account_key_env",
        "store.sftp.passphrase_env",
        "store.sftp.password_env",
        "mail.smtp.password_env",
        "mail.dkim.key_env",
        "disclaimer.text_file",
        "disclaimer.translation.text_file",
    ];
    assert_eq!(keys, only_one_of, "{problems}");
}

#[test]
fn the_sample_shows_the_disclaimer_of_the_quickstart() {
    let sample = parse(SAMPLE, Path::new("c.toml"), &Nothing).map(|config| config.disclaimer.map(|entry| entry.text));
    assert_eq!(sample, Ok(Some(include_str!("disclaimer.txt").to_owned())));
}
