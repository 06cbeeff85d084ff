//! Mistakes in a configuration: one line each, exit status 1, and nothing is begun.

use crate::helpers::Fallible;
use crate::helpers::program::{Ran, doorward_at, program, run};
use crate::helpers::settings::Settings;
use std::path::Path;
use std::process::Command;

/// The configuration that the list of mistakes changes, as it stands in the reader's own tests.
fn least() -> Fallible<String> {
    let tests = std::fs::read_to_string("src/config/tests.rs")?;
    let text = tests
        .split_once("LEAST: &str = r#\"")
        .and_then(|(_, rest)| rest.split_once("\"#"))
        .ok_or("no least configuration")?
        .0;
    Ok(text.replace("/var/lib/doorward", "d"))
}

fn serve(folder: &Path) -> Fallible<Ran> {
    let mut command = Command::new(program());
    command
        .args(["serve", "--config", "c.toml"])
        .current_dir(folder)
        .env("TWO_LINES", "a\nb")
        .env_remove("CREDENTIALS_DIRECTORY");
    run(command)
}

/// Key and value, without the words about what is allowed.
fn key_and_value(line: &str) -> &str {
    line.split(": must").next().unwrap_or(line)
}

#[test]
fn every_mistake_is_told_in_a_line_of_its_own_and_nothing_starts() -> Fallible {
    let least = least()?;
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path();
    for (name, content) in [("empty", &b"\n"[..]), ("binary", b"\xff\xfe"), ("long", &[b'x'; 70_000])] {
        std::fs::write(folder.join(name), content)?;
    }
    let list = std::fs::read_to_string("src/config/mistakes.txt")?;
    let mut told = 0;
    for block in list.split("\n\n").skip(1) {
        // A variable that every machine has is of no use here.
        let block = &block.replace("\"PATH\"", "\"UNSET\"");
        let (at, rest) = block.split_once('\n').ok_or("a block begins with a number")?;
        let at: usize = at.parse()?;
        let (said, text): (Vec<&str>, Vec<&str>) = rest.lines().partition(|line| line.starts_with("=> "));
        let text = text.join("\n");
        let changed: Vec<&str> = least.lines().enumerate().map(|(i, line)| if i + 1 == at { &text } else { line }).collect();
        std::fs::write(folder.join("c.toml"), changed.join("\n"))?;
        let ran = serve(folder)?;
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{block}: {ran:?}");
        let lines = ran.err.strip_prefix("doorward: ").ok_or_else(|| format!("{ran:?}"))?.lines().map(key_and_value);
        let expected = said.iter().map(|line| key_and_value(line.trim_start_matches("=> ")));
        assert!(lines.eq(expected), "{block}\n{}", ran.err);
        told += 1;
    }
    assert!(told > 75, "{told} mistakes");
    let mut left = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<Fallible<Vec<_>>>()?;
    left.sort();
    assert_eq!(left, ["binary", "c.toml", "empty", "long"], "nothing was made");
    Ok(())
}

#[test]
fn the_configuration_that_comes_with_the_program_has_no_mistake() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let file = Settings::new(scratch.path())?.write()?;
    let told = doorward_at(&["check", "--config"], &file)?.done()?;
    assert!(told.lines().all(|line| line.starts_with("ok ") || line.starts_with("warning ")), "{told}");
    let missing = scratch.path().join("missing.toml");
    for command in ["serve", "check"] {
        let ran = doorward_at(&[command, "--config"], &missing)?;
        assert_eq!(ran.code, Some(1));
        assert!(format!("{}{}", ran.out, ran.err).contains(&format!("{}: cannot be read", missing.display())), "{ran:?}");
    }
    let asked = doorward_at(&["share", "list", "--config"], &missing)?.refused(1)?;
    assert!(asked.contains("cannot be read"), "{asked}");
    Ok(())
}
