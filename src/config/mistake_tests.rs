//! Every mistake, with the exact line that tells of it.

use super::tests::{LEAST, Pretended};
use super::*;

/// What is said of the least configuration when its line `at`, counted from 1, is `text` instead.
fn said(at: usize, text: &str) -> String {
    let outside = Pretended {
        files: [("empty", &b"\n"[..]), ("binary", b"\xff\xfe"), ("long", &[b'x'; 70_000])].into(),
        variables: [("TWO_LINES", "a\nb")].into(),
    };
    let mutated: Vec<&str> = LEAST.lines().enumerate().map(|(i, line)| if i + 1 == at { text } else { line }).collect();
    match parse(&mutated.join("\n"), Path::new("c.toml"), &outside) {
        Ok(_) => "in order".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

#[track_caller]
fn check(cases: &[(usize, &str, &str)]) {
    for (at, text, expected) in cases {
        assert_eq!(said(*at, text), *expected, "line {at}: {text}");
    }
}
