//! `doorward guest` and `doorward share code`: what they print and how they end.

use crate::helpers::Fallible;
use crate::helpers::server::{Server, quickstart};
use serde_json::Value;

/// A quickstart with a share for one person: the server and the share's id.
fn start(scratch: &std::path::Path) -> Fallible<(Server, String)> {
    let documents = scratch.join("documents");
    std::fs::create_dir_all(&documents)?;
    std::fs::write(documents.join("note.txt"), b"a note")?;
    let server = quickstart(&scratch.join("data"), &["--documents".as_ref(), documents.as_os_str()])?;
    let made = server.json(&["share", "create", "note.txt", "--to", "guest+one@example.net", "--subject", "A note"])?;
    let id = made["id"].as_str().ok_or("the share has an id")?.to_owned();
    Ok((server, id))
}

#[test]
fn people_outside_are_listed_shown_and_stopped() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (server, id) = start(scratch.path())?;
    let table = server.run(&["guest", "list"])?.done()?;
    assert!(table.starts_with("GUEST") && table.contains("guest+one@example.net") && !table.contains('\u{1b}'), "{table}");
    let listed = server.json(&["guest", "list"])?;
    let of = |listed: &Value, email: &str| listed.as_array().and_then(|all| all.iter().find(|guest| guest["email"] == email).cloned());
    let guest = of(&listed, "guest+one@example.net").ok_or("the person is listed")?;
    assert_eq!((&guest["open"], &guest["shares"], &guest["reads"]), (&Value::from(1), &Value::from(1), &Value::from(0)));
    let page = server.run(&["guest", "show", "Guest+One@Example.net"])?.done()?;
    for told in ["guest+one@example.net", "1 share, 1 open", &id, "A note", "0 wrong codes"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let shown = server.json(&["guest", "show", "guest+one@example.net"])?;
    assert_eq!((&shown["access"][0]["share"], &shown["access"][0]["status"]), (&Value::from(id), &Value::from("open")));
    assert_eq!(server.run(&["guest", "lift", "guest+one@example.net"])?.done()?, "guest+one@example.net: nothing was used up\n");
    assert_eq!(server.json(&["guest", "revoke", "guest+one@example.net"])?["shares"], 1);
    assert_eq!(
        server.run(&["guest", "revoke", "guest+one@example.net"])?.done()?,
        "guest+one@example.net: access is stopped at 0 shares\n"
    );
    for words in
        [["guest", "show", "nobody@example.org"], ["guest", "lift", "nobody@example.org"], ["guest", "revoke", "nobody@example.org"]]
    {
        let line = server.run(&words)?.refused(1)?;
        assert!(line.contains("there is no guest nobody@example.org"), "{line}");
    }
    Ok(())
}

#[test]
fn a_code_is_read_out_once_and_lifting_gives_that_back() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (server, id) = start(scratch.path())?;
    let told = server.run(&["share", "code", &id[..12], "guest+one@example.net"])?.done()?;
    let code = told.lines().next().unwrap_or_default();
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()), "{told}");
    let again = server.json(&["share", "code", &id, "guest+one@example.net"])?;
    assert!(again["code"] != code && again["expires"].is_string() && again["share"] == id.as_str(), "{again}");
    for _ in 0..3 {
        server.json(&["share", "code", &id, "guest+one@example.net"])?;
    }
    let line = server.run(&["share", "code", &id, "guest+one@example.net"])?.refused(1)?;
    assert!(line.contains("too many codes were read"), "{line}");
    assert_eq!(
        server.run(&["guest", "lift", "guest+one@example.net"])?.done()?,
        "guest+one@example.net: waits and used-up mails are ended at 1 share\n"
    );
    server.json(&["share", "code", &id, "guest+one@example.net"])?;
    let exported = server.run(&["audit", "export"])?.done()?;
    assert_eq!((exported.matches("\"code.read\"").count(), exported.matches("\"recipient.lifted\"").count()), (6, 1));
    assert!(!exported.contains(code), "the code itself is in no line");
    Ok(())
}
