//! `doorward store`: what it lists, what it finds wrong, and how a store that does not answer is told of.

use crate::helpers::Fallible;
use crate::helpers::program::doorward_at;
use crate::helpers::settings::Settings;
use crate::helpers::wait::until;
use crate::helpers::walk::sign_in;
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use toml::Table;

/// A folder as a store.
fn store(name: &str, path: &str) -> toml::Value {
    Table::from_iter([("name".to_owned(), name.into()), ("path".to_owned(), path.into())]).into()
}

/// Further stores beside `documents`.
fn stores(settings: &mut Settings, more: &[(&str, &str)]) -> Fallible {
    let all = [("documents", "documents")].iter().chain(more).map(|(name, path)| store(name, path));
    settings.set("store", all.collect::<Vec<_>>())
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn a_folder_is_listed_and_the_only_store_need_not_be_named() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let settings = Settings::new(scratch.path())?;
    settings.document("10.txt", 10)?;
    settings.document("2 two.txt", 2)?;
    std::fs::create_dir(scratch.path().join("documents/below"))?;
    settings.document("below/deep.txt", 4)?;
    std::os::unix::fs::symlink("/etc", scratch.path().join("documents/out"))?;
    let server = settings.serve()?;
    let listed = server.run(&["store", "ls"])?.done()?;
    let lines: Vec<Vec<&str>> = listed.lines().map(words).collect();
    assert_eq!(lines[0], ["TYPE", "SIZE", "CHANGED", "NAME"]);
    assert_eq!((lines[1].as_slice(), lines.len()), (["folder", "below"].as_slice(), 5), "{listed}");
    assert!(lines[2][..2] == ["document", "2"] && lines[2].ends_with(&["2", "two.txt"]) && lines[2][3].ends_with('Z'), "{listed}");
    assert!(lines[3][..2] == ["document", "10"] && lines[4][..4] == ["1", "name", "left", "out:"], "{listed}");
    for way in ["below", "below/", "documents:below", "./below"] {
        let found = server.json(&["store", "ls", way])?;
        assert_eq!((&found["folder"], &found["hidden"]), (&"documents:below".into(), &0.into()), "{way}");
        assert_eq!((&found["entries"][0]["name"], &found["entries"][0]["size"]), (&"deep.txt".into(), &4.into()), "{way}");
    }
    for (way, code, said) in [
        ("none", 1, "documents:none: the store has nothing of that name"),
        ("10.txt", 1, "documents:10.txt: it is not a folder"),
        ("out", 1, "documents:out: a link on its path leads out of the store or in circles"),
        ("../documents", 2, "'.' and '..' are not names of documents"),
    ] {
        let refused = server.run(&["store", "ls", way])?.refused(code)?;
        assert!(refused.contains(said), "{way}: {refused}");
    }
    Ok(())
}

#[test]
fn stores_are_listed_and_tried_and_what_is_wrong_is_told_with_its_mend() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = Settings::new(scratch.path())?;
    stores(&mut settings, &[("archive", "archive")])?;
    std::fs::create_dir(scratch.path().join("archive"))?;
    settings.document("a.txt", 10)?;
    let server = settings.serve()?;
    let listed = server.run(&["store", "list"])?.done()?;
    let lines: Vec<Vec<&str>> = listed.lines().map(words).collect();
    assert_eq!(
        lines,
        [vec!["STORE", "KIND", "WRITABLE", "STATE"], vec!["archive", "folder", "no", "ok"], vec!["documents", "folder", "no", "ok"]]
    );
    assert!(server.run(&["store", "check"])?.done()?.lines().skip(1).all(|line| words(line).ends_with(&["ok"])));
    assert!(server.run(&["store", "ls"])?.refused(1)?.contains("write one of archive:, documents: and the path"));

    let made = server.json(&["share", "create", "documents:a.txt", "--to", "guest@example.org"])?;
    std::fs::remove_dir(scratch.path().join("archive"))?;
    let ran = server.run(&["store", "check"])?;
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    let wrong: Vec<&str> = ran.out.lines().filter(|line| line.contains(" wrong ")).collect();
    assert!(matches!(wrong.as_slice(), [one] if one.starts_with("archive ") && one.contains("create it, mount it")), "{ran:?}");
    let ran = server.run(&["store", "check", "--json"])?;
    let found: Value = serde_json::from_str(&ran.out)?;
    assert_eq!((ran.code, &found[0]["ok"], &found[1]["ok"]), (Some(1), &false.into(), &true.into()), "{found}");
    assert_eq!(server.run(&["store", "ls", "archive:"])?.refused(1)?, "archive:: the store cannot be reached");

    let visitor = sign_in(&server, made["links"][0]["url"].as_str().ok_or("no link")?, "guest@example.org")?;
    assert_eq!(visitor.download(&visitor.at("a.txt"))?.len(), 10, "the other store does not notice");
    std::fs::create_dir(scratch.path().join("archive"))?;
    server.run(&["store", "check"])?.done()?;
    assert_eq!(server.json(&["store", "ls", "archive:"])?["entries"], serde_json::json!([]));
    Ok(())
}

#[test]
fn a_store_whose_server_is_silent_is_left_alone_and_told_of() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let mut settings = Settings::new(scratch.path())?;
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("url = \"http://localhost:{}/documents\"", silent.local_addr()?.port());
    let more: Table = format!("name = \"silent\"\nkind = \"webdav\"\ntimeout = \"1s\"\ntries = 1\n[webdav]\n{url}\n").parse()?;
    settings.set("store", vec![store("documents", "documents"), more.into()])?;
    settings.document("a.txt", 10)?;
    let server = settings.serve()?;
    let state = || -> Fallible<Value> { Ok(server.json(&["store", "list"])?[1].clone()) };
    assert_eq!((&state()?["state"], &state()?["kind"]), (&"ok".into(), &"webdav".into()), "it was not asked yet");
    let said = server.run(&["store", "ls", "silent:"])?.refused(1)?;
    assert_eq!((said.as_str(), &state()?["state"]), ("silent:: the store cannot be reached", &"failing".into()));
    assert!(server.run(&["store", "list"])?.done()?.contains("failing since 2"));
    let left_alone = until("the store to be left alone", || {
        server.run(&["store", "ls", "silent:"])?.refused(1)?;
        Ok(Some(state()?).filter(|state| state["state"] == "left_alone"))
    })?;
    assert!(
        text(&left_alone, "until") > text(&left_alone, "since") && text(&left_alone, "error") == "the store cannot be reached",
        "{left_alone}"
    );
    assert!(server.run(&["store", "list"])?.done()?.contains("left alone until 2"));
    let checked = server.run(&["store", "check"])?;
    assert!(checked.code == Some(1) && checked.out.lines().any(|line| words(line)[..2] == ["documents", "folder"] && line.ends_with("ok")));
    assert_eq!(server.json(&["store", "ls", "documents:"])?["entries"][0]["name"], "a.txt", "the other store does not notice");
    drop(silent);
    Ok(())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn without_a_server_it_says_how_to_have_one() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let nowhere: &Path = &scratch.path().join("none");
    for command in ["list", "check", "ls"] {
        let refused = doorward_at(&["store", command, "--data"], nowhere)?.refused(1)?;
        assert!(refused.contains("no server is running on"), "{refused}");
    }
    Ok(())
}
