//! Every mistake of `mistakes.txt` is told in the exact lines that stand there.

use super::tests::{LEAST, Pretended};
use super::*;

/// What is said of the least configuration when its line `at`, counted from 1, is `text` instead.
fn said(at: usize, text: &str) -> String {
    let outside = Pretended {
        files: [("empty", &b"\n"[..]), ("binary", b"\xff\xfe"), ("long", &[b'x'; 70_000])].into(),
        variables: [("TWO_LINES", "a\nb")].into(),
    };
    let mutated: Vec<&str> = LEAST.lines().enumerate().map(|(i, line)| if i + 1 == at { text } else { line }).collect();
    parse(&mutated.join("\n"), Path::new("c.toml"), &outside).map_or_else(|problems| problems.to_string(), |_| "nothing".to_owned())
}

#[test]
fn every_mistake_is_told_in_one_line_with_key_value_and_what_is_allowed() {
    let mut told = 0;
    for block in include_str!("mistakes.txt").split("\n\n").skip(1) {
        let (at, rest) = block.split_once('\n').expect("a block has a number");
        let (told_lines, text): (Vec<&str>, Vec<&str>) = rest.lines().partition(|line| line.starts_with("=> "));
        let expected = told_lines.join("\n").replace("=> ", "");
        assert_eq!(said(at.parse().expect("a block begins with a number"), &text.join("\n")), expected, "{block}");
        told += 1;
    }
    assert!(told > 75, "{told} mistakes");
}

#[test]
fn no_secret_is_ever_told() {
    for key in ["password", "pasword_env", "password_env", "password_file", "password_credential"] {
        for value in ["hunter2", "hunter2 and more", "hunter2/../", "hunter2\\n"] {
            let smtp = format!("transport = \"smtp\"\n[mail.smtp]\nhost = \"mail.example.org\"\nuser = \"me\"\n{key} = \"{value}\"");
            let line = said(18, &smtp);
            assert!(line.contains("c.toml:22: mail.smtp.") && !line.contains("hunter2"), "{line}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let told = |file: &Path| load(file).map(|_| ()).map_err(|problems| problems.to_string());
    let missing = folder.path().join("missing.toml");
    assert_eq!(told(&missing), Err(format!("{}: cannot be read: No such file or directory (os error 2)", missing.display())));
    assert_eq!(told(folder.path()), Err(format!("{}: cannot be read: it is not a file", folder.path().display())));
    let file = folder.path().join("c.toml");
    std::fs::write(&file, b"data = \"\xff\"")?;
    assert_eq!(told(&file), Err(format!("{}: is not UTF-8 text from byte 9 on", file.display())));
    std::fs::write(&file, vec![b'#'; CONFIG_BYTES + 1])?;
    assert_eq!(told(&file), Err(format!("{}: cannot be read: it has more than 1048576 bytes", file.display())));
    Ok(())
}

#[test]
fn a_flood_of_mistakes_is_cut() {
    let flood: String = (0..5000).map(|i| format!("k{i} = 1\n")).collect();
    assert_eq!(parse(&flood, Path::new("c.toml"), &Nothing).map_err(|problems| problems.0.len()).err(), Some(problem::MOST_PROBLEMS));
}
