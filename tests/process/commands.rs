//! What commands print and how they end: the names of fields, tables, exit status, one line for each refusal.

use crate::helpers::Fallible;
use crate::helpers::program::{doorward, doorward_at};
use crate::helpers::server::{Server, quickstart};
use crate::helpers::wait::until;
use crate::helpers::walk::sign_in;
use rustix::process::Signal;
use serde_json::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use tempfile::TempDir;

const FIELDS: [&str; 11] = ["id", "share", "email", "document", "version", "action", "started", "ended", "bytes", "size", "outcome"];

/// A quickstart over documents with awkward names.
fn start() -> Fallible<(TempDir, Server)> {
    let scratch = tempfile::tempdir()?;
    let documents = scratch.path().join("documents");
    std::fs::create_dir_all(documents.join("folder"))?;
    std::fs::write(documents.join("a name with spaces.txt"), b"spaces")?;
    std::fs::write(documents.join(OsStr::from_bytes(b"caf\xe9.txt")), b"latin one")?;
    std::fs::write(documents.join("folder").join("below.txt"), b"below")?;
    let server = quickstart(&scratch.path().join("data"), &["--documents".as_ref(), documents.as_os_str()])?;
    Ok((scratch, server))
}

fn text<'v>(value: &'v Value, key: &str) -> Fallible<&'v str> {
    value[key].as_str().ok_or_else(|| format!("no {key} in {value}").into())
}

#[test]
fn a_share_is_made_shown_changed_and_stopped() -> Fallible {
    let (_scratch, server) = start()?;
    let made = server.json(&["share", "create", "a name with spaces.txt", "--to", "a@example.org", "b@example.org", "--expires", "30d"])?;
    let id = text(&made, "id")?;
    assert_eq!(made["links"].as_array().map(Vec::len), Some(2));
    assert_eq!((text(&made["links"][0], "email")?, text(&made["links"][1], "email")?), ("a@example.org", "b@example.org"));
    assert!(text(&made["links"][0], "url")?.starts_with(&format!("https://localhost:{}/s/", server.port)));
    assert!(text(&made, "expires")?.ends_with('Z') && text(&made, "expires")?.contains('T'));
    assert_eq!(text(&made["documents"][0], "document")?, "documents:a name with spaces.txt");
    assert_eq!((&made["documents"][0]["pinned"], text(&made, "delivery")?), (&Value::Bool(true), "download"));

    let beginning = &id[..12];
    let shown = server.json(&["share", "show", beginning])?;
    assert_eq!((&shown["id"], &shown["links"][1]["url"]), (&made["id"], &made["links"][1]["url"]), "links can be had again");
    let page = server.run(&["share", "show", beginning])?.done()?;
    for told in
        [id, "status      open", "delivery    download", "document    documents:a name with spaces.txt (this version)", "b@example.org"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let updated = server.json(&["share", "update", beginning, "--expires", "2031-01-31", "--preview-only"]);
    assert!(updated.is_err(), "a year is the longest");
    let updated = server.json(&["share", "update", beginning, "--expires", "60d", "--preview-only"])?;
    assert_eq!((text(&updated, "delivery")?, &updated["links"][0]["url"]), ("preview", &made["links"][0]["url"]), "links are kept");
    assert!(text(&updated, "expires")? > text(&made, "expires")?);
    assert_eq!(server.json(&["share", "resend", beginning, "--to", "a@example.org"])?["queued"], 1);
    assert_eq!(server.run(&["share", "resend", beginning])?.done()?, "2 invitations mailed again\n");

    let stopped = server.json(&["share", "revoke", beginning, "--to", "a@example.org"])?;
    assert_eq!((text(&stopped["links"][0], "status")?, text(&stopped, "status")?), ("stopped", "open"));
    assert_eq!(server.run(&["share", "revoke", beginning])?.done()?, format!("share {id} is stopped\n"));
    assert_eq!(text(&server.json(&["share", "show", id])?, "status")?, "stopped");
    let listed = server.json(&["share", "list"])?;
    let ids: Vec<_> = listed.as_array().ok_or("no list")?.iter().map(|share| share["id"].as_str()).collect();
    assert_eq!((ids.len(), ids[0]), (2, Some(id)), "the newest first");
    let table = server.run(&["share", "list"])?.done()?;
    assert_eq!(
        table.lines().next().map(|heads| heads.split_whitespace().collect::<Vec<_>>()),
        Some(vec!["SHARE", "STATUS", "EXPIRES", "RECIPIENTS", "READS", "SUBJECT"])
    );
    assert!(table.lines().count() == 3 && table.contains("stopped") && !table.contains('\u{1b}'), "{table}");
    Ok(())
}

#[test]
fn names_of_any_bytes_are_shared_and_read() -> Fallible {
    let (_scratch, server) = start()?;
    let words = ["share", "create", "--json", "--to", "guest@example.org", "--data"];
    let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    arguments.extend([
        server.data.as_os_str(),
        OsStr::from_bytes(b"documents:caf\xe9.txt"),
        OsStr::new("./folder/"),
        OsStr::new("a name with spaces.txt"),
    ]);
    let made = doorward(arguments)?.json()?;
    let names: Vec<_> = made["documents"]
        .as_array()
        .ok_or("no list")?
        .iter()
        .map(|item| item["document"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(names, ["documents:caf%E9.txt", "documents:folder", "documents:a name with spaces.txt"]);
    let visitor = sign_in(&server, text(&made["links"][0], "url")?, "guest@example.org")?;
    assert_eq!(visitor.download(&visitor.at("caf%E9.txt"))?, b"latin one");
    assert_eq!(visitor.download(&visitor.at("folder/below.txt"))?, b"below");
    let receipts = server.json(&["receipts", "--share", text(&made, "id")?])?;
    let read: Vec<_> = receipts
        .as_array()
        .ok_or("no list")?
        .iter()
        .map(|receipt| receipt["document"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(read, ["documents:folder/below.txt", "documents:caf%E9.txt"]);
    Ok(())
}

#[test]
fn no_cell_of_receipts_begins_a_formula_whichever_separator_a_spreadsheet_takes() -> Fallible {
    let (scratch, server) = start()?;
    let name = "x;=1+1; +2;y.txt";
    std::fs::write(scratch.path().join("documents").join(name), b"x")?;
    let made = server.json(&["share", "create", name, "--to", "guest@example.net"])?;
    let visitor = sign_in(&server, text(&made["links"][0], "url")?, "guest@example.net")?;
    visitor.download(&visitor.at("x;=1+1;%20+2;y.txt"))?;
    let csv = server.run(&["receipts", "--csv"])?.done()?;
    assert!(csv.contains("1+1") && csv.contains("+2"), "{csv}");
    for separator in [',', ';', '\t'] {
        let cells = csv.split([separator, '\r', '\n']).map(|cell| cell.trim_start_matches('"'));
        let formulas: Vec<_> = cells.filter(|cell| cell.starts_with(['=', '+', '-', '@', '\t'])).collect();
        assert!(formulas.is_empty(), "{separator:?} makes {formulas:?} of {csv}");
    }
    Ok(())
}

#[test]
fn receipts_come_as_table_json_and_csv() -> Fallible {
    let (_scratch, server) = start()?;
    assert_eq!(server.json(&["receipts"])?, Value::Array(Vec::new()));
    assert_eq!(server.run(&["receipts"])?.done()?, "no receipts yet\n");
    let made = server.json(&["share", "create", "a name with spaces.txt", "--to", "guest@example.net"])?;
    let visitor = sign_in(&server, text(&made["links"][0], "url")?, "guest@example.net")?;
    visitor.download(&visitor.at("a%20name%20with%20spaces.txt"))?;

    let receipts = server.json(&["receipts", "--guest", "Guest@Example.net"])?;
    let receipt = receipts.get(0).and_then(Value::as_object).ok_or("no receipt")?;
    for field in FIELDS {
        assert!(receipt.contains_key(field), "no {field} in {receipt:?}");
    }
    let told = ["share", "email", "document", "action", "outcome"].map(|field| receipt[field].as_str().unwrap_or_default());
    assert_eq!(told, [text(&made, "id")?, "guest@example.net", "documents:a name with spaces.txt", "download", "complete"]);
    assert_eq!((&receipt["bytes"], &receipt["size"]), (&Value::from(6), &Value::from(6)));
    assert_eq!(server.json(&["receipts", "--guest", "nobody@example.org"])?, Value::Array(Vec::new()));

    let csv = server.run(&["receipts", "--csv"])?.done()?;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (3, (FIELDS.join(",") + ",pages,of_pages,sha256,signs,proved").as_str(), ""));
    let hash = receipt["sha256"].as_str().ok_or("what is pinned has a hash")?;
    assert!(lines[1].starts_with(receipt["id"].as_str().unwrap_or("?")) && lines[1].contains(&format!(",6,6,complete,,,{hash},")), "{csv}");
    let table = server.run(&["receipts"])?.done()?;
    assert!(
        table.starts_with("TIME") && table.contains("guest@example.net") && table.contains("6/6") && !table.contains('\u{1b}'),
        "{table}"
    );
    Ok(())
}

#[test]
fn who_has_not_read_it_is_told_and_a_share_is_reported_on() -> Fallible {
    let (scratch, server) = start()?;
    let made = server.json(&[
        "share",
        "create",
        "folder",
        "a name with spaces.txt",
        "--pin",
        "--to",
        "reads@example.net",
        "waits@example.net",
        "--notify",
        "daily",
        "--remind",
        "2d",
    ])?;
    let id = text(&made, "id")?;
    assert_eq!((text(&made, "notify")?, made["reminds"].is_string()), ("daily", true));
    let page = server.run(&["share", "show", id])?.done()?;
    assert!(page.contains("notices     once a day; those who have not read are reminded 20"), "{page}");
    let updated = server.json(&["share", "update", id, "--notify", "now", "--remind", "off"])?;
    assert_eq!((text(&updated, "notify")?, &updated["reminds"]), ("now", &Value::Null));

    let visitor = sign_in(&server, text(&made["links"][0], "url")?, "reads@example.net")?;
    visitor.download(&visitor.at("a%20name%20with%20spaces.txt"))?;
    let missing = server.run(&["receipts", "--share", &id[..8], "--missing"])?.done()?;
    let rows: Vec<Vec<&str>> = missing
        .lines()
        .skip(1)
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows.len(), 4, "{missing}");
    assert_eq!(rows[0][..4], ["reads@example.net", "not all", "documents:folder", "nothing"]);
    assert_eq!(rows[1][..4], ["reads@example.net", "not all", "documents:a name with spaces.txt", "all"]);
    assert_eq!(rows[2][..4], ["waits@example.net", "never opened", "documents:folder", "nothing"]);
    visitor.download(&visitor.at("folder/below.txt"))?;
    let left = server.json(&["receipts", "--share", id, "--missing"])?;
    assert_eq!(
        (left.as_array().map(Vec::len), text(&left[0], "email")?),
        (Some(1), "waits@example.net"),
        "who has read all is not missing"
    );

    let report = server.json(&["share", "report", id])?;
    assert_eq!((report["receipts"].as_array().map(Vec::len), text(&report["ledger"], "head")?.len()), (Some(2), 64));
    assert!(server.run(&["share", "report", id])?.done()?.contains(text(&report["share"], "id")?));
    let file = scratch.path().join("report.html");
    std::fs::write(&file, "what lay there before")?;
    let name = file.to_str().ok_or("a plain path")?;
    assert_eq!(server.run(&["share", "report", id, "--html", name])?.done()?, format!("report written to {name}\n"));
    let page = std::fs::read_to_string(&file)?;
    assert!(page.starts_with("<!doctype html>") && page.contains("waits@example.net") && !page.contains("<script"), "{page}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file)?.permissions());
    assert_eq!(mode & 0o777, 0o600, "it names people");
    assert!(server.run(&["share", "report", id, "--html", "-"])?.done()?.starts_with("<!doctype html>"));
    Ok(())
}

#[test]
fn the_ledger_is_exported_and_verified_with_and_without_a_server() -> Fallible {
    let (_scratch, server) = start()?;
    let data = server.data.clone();
    // Start and share are on the disk when the screen is there; that the invitation was mailed follows a moment later.
    let online = until("that the invitation was mailed is put down", || {
        let verified = server.json(&["audit", "verify"])?;
        Ok((verified["lines"].as_u64() > Some(2)).then_some(verified))
    })?;
    assert!(online["lines"].as_u64() > Some(2) && text(&online, "head")?.len() == 64, "{online}");
    let exported = server.run(&["audit", "export"])?.done()?;
    let lines = exported.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    assert!(online["lines"].as_u64() <= Some(u64::try_from(lines.len())?), "{online}: {}", lines.len());
    assert!(lines.iter().all(|line| line["n"].is_u64() && line["time"].is_string() && line["events"].is_array()));
    assert!(exported.contains("guest@example.org"), "addresses are opened for the operator");
    let as_one = server.json(&["audit", "export"])?;
    assert_eq!(as_one.as_array().and_then(|all| all.first()), lines.first());
    assert_eq!(server.stop(Signal::INT)?, Some(0));

    let offline = doorward_at(&["audit", "verify", "--json"], &data)?.json()?;
    assert_eq!(offline["ledger"], online["ledger"]);
    assert_eq!(doorward_at(&["audit", "verify", "--json"], &data.join("ledger"))?.json()?, offline, "the journal's own folder will do");
    assert!(doorward_at(&["audit", "export"], &data)?.done()?.contains("guest@example.org"));
    std::fs::remove_dir_all(data.join("keys"))?;
    assert_eq!(doorward_at(&["audit", "verify", "--json"], &data)?.json()?, offline, "the chain needs no key");
    assert!(!doorward_at(&["audit", "export"], &data)?.done()?.contains("guest@example.org"), "without keys nothing opens");
    Ok(())
}

#[test]
fn each_refusal_is_one_line_and_an_exit_status() -> Fallible {
    let (scratch, server) = start()?;
    let guest = "--to=guest@example.org";
    for (words, told) in [
        (&["share", "show", "0123456789abcdef"][..], "there is no share"),
        (&["share", "revoke", "0123456789abcdef"], "there is no share"),
        (&["share", "create", "missing.txt", guest], "missing.txt"),
        (&["share", "create", "elsewhere:a.txt", guest], "elsewhere:a.txt"),
        (&["share", "create", "folder", guest, "--expires", "400d"], "shares.max_expiry"),
        (&["share", "create", "folder", guest, "--as", "nobody@example.org"], "nobody@example.org"),
        (&["share", "create", "folder", guest, "--template", "none"], "none"),
        (&["receipts", "--share", "0123456789abcdef"], "there is no share"),
    ] {
        let line = server.run(words)?.refused(1).map_err(|why| format!("{words:?}: {why}"))?;
        assert!(line.contains(told), "{words:?}: {line}");
    }
    for words in [
        &["share", "show", "not an id"][..],
        &["share", "update", "0123"],
        &["share", "create", "../outside.txt", guest],
        &["share", "create", "a\\b/../../c", guest],
    ] {
        server.run(words)?.refused(2).map_err(|why| format!("{words:?}: {why}"))?;
    }
    for words in [
        &["share", "create", "folder", "--to", "nobody"][..],
        &["share", "create", "folder", guest, "--pin", "--follow"],
        &["receipts", "--json", "--csv"],
        &["receipts", "--missing"],
        &["share", "create", "folder", guest, "--notify", "weekly"],
        &["share", "create", "folder", guest, "--remind", "soon"],
    ] {
        let ran = server.run(words)?;
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {ran:?}");
    }
    let nobody = scratch.path().join("nobody");
    for words in [&["share", "list"][..], &["receipts"], &["audit", "verify"], &["audit", "export"]] {
        let ran = doorward_at(&[words, &["--data"]].concat(), &nobody)?;
        assert!(ran.refused(1)?.starts_with(&format!("no server is running on {}", nobody.display())), "{ran:?}");
    }
    let line = doorward_at(&["audit", "verify"], &nobody)?.refused(1)?;
    assert_eq!(line, format!("{} holds no ledger", nobody.display()));
    server.kill()?;
    let left = doorward_at(&["share", "list", "--data"], &scratch.path().join("data"))?;
    assert!(left.refused(1)?.starts_with("no server is running on"), "a socket that a kill left behind is no server: {left:?}");
    Ok(())
}

#[test]
fn the_same_documents_can_be_shared_by_many_commands_at_once() -> Fallible {
    let (_scratch, server) = start()?;
    let server = &server;
    let make = |n: usize| server.json(&["share", "create", "folder", "--to", &format!("g{n}@example.org")]);
    let made = std::thread::scope(|scope| -> Fallible<Vec<Value>> {
        let running: Vec<_> = (0..8).map(|n| scope.spawn(move || make(n).map_err(|why| why.to_string()))).collect();
        running.into_iter().map(|one| Ok(one.join().map_err(|_| "a panic")??)).collect()
    })?;
    let mut ids: Vec<&str> = made.iter().filter_map(|share| share["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(9));
    Ok(())
}

#[test]
fn the_versions_of_the_disclaimer_are_listed_and_shown() -> Fallible {
    let (_scratch, server) = start()?;
    let versions = server.json(&["disclaimer", "list"])?;
    let wording = &versions[0]["wordings"][0];
    assert_eq!((&versions[0]["current"], text(&versions[0], "version")?, text(wording, "language")?), (&Value::Bool(true), "1", "en"));
    let table = server.run(&["disclaimer", "list"])?.done()?;
    assert!(table.contains("holds now") && table.contains(text(wording, "digest")?), "{table}");
    let shown = server.run(&["disclaimer", "show"])?.done()?;
    assert!(shown.starts_with("version 1, which holds now\n") && shown.contains("The documents behind this page"), "{shown}");
    assert_eq!(server.json(&["disclaimer", "show", "1"])?, versions[0]);
    let unknown = server.run(&["disclaimer", "show", "2"])?;
    assert!(unknown.refused(1)?.contains("there is no disclaimer 2; doorward disclaimer list shows all"), "{unknown:?}");
    Ok(())
}
