//! What the server writes about its work: enough to run it, and nothing that gives anybody away.

use crate::helpers::Fallible;
use crate::helpers::client::{Browser, USER_AGENT};
use crate::helpers::settings::Settings;
use crate::helpers::walk::{GUEST, Visitor, sign_in};
use rustix::process::Signal;

const SUBJECT: &str = "The matter of the missing minutes";
const DOCUMENT: &str = "minutes-of-the-board.txt";

#[test]
fn no_link_code_cookie_address_or_name_is_ever_logged() -> Fallible {
    for (level, format) in [("debug", "text"), ("trace", "json")] {
        let scratch = tempfile::tempdir()?;
        let mut settings = Settings::new(scratch.path())?;
        settings.set("log.level", level)?;
        settings.set("log.format", format)?;
        settings.document(DOCUMENT, 200_000)?;
        let server = settings.serve()?;
        let made =
            server.json(&["share", "create", DOCUMENT, "--to", GUEST, "--subject", SUBJECT, "--message", "Please read the minutes."])?;
        let (id, link) = (made["id"].as_str().ok_or("no id")?, made["links"][0]["url"].as_str().ok_or("no link")?);
        let visitor = sign_in(&server, link, GUEST)?;
        wander(&visitor, link)?;
        std::fs::remove_file(scratch.path().join("documents").join(DOCUMENT))?;
        assert_eq!(visitor.browser.get(&visitor.at(DOCUMENT))?.head.status, 404);
        server.json(&["share", "show", id])?;
        server.json(&["share", "revoke", id])?;
        visitor.browser.get(&visitor.list)?.text(410)?;
        let (said, cookies, port) = (server.err.clone(), visitor.browser.cookies(), server.port);
        assert_eq!(server.stop(Signal::TERM)?, Some(0));
        let said = said.whole()?;
        assert!(said.contains(id) && said.lines().count() > 5, "it says something about its work: {said}");
        if format == "json" {
            let odd = said.lines().find(|line| serde_json::from_str::<serde_json::Value>(line).is_err());
            assert_eq!(odd, None, "each line is one JSON value");
        }
        let token = link.rsplit('/').next().ok_or("no link")?;
        let path = link.trim_start_matches(&format!("https://localhost:{port}"));
        let secrets = [
            token,
            path,
            &token[..24],
            &visitor.code,
            GUEST,
            "guest@",
            "127.0.0.1",
            USER_AGENT,
            SUBJECT,
            DOCUMENT,
            "minutes",
            "owner@example.org",
        ];
        for secret in secrets.into_iter().chain(cookies.iter().map(String::as_str)) {
            let leaks: Vec<&str> = said.lines().filter(|line| line.contains(secret)).take(3).collect();
            assert!(leaks.is_empty(), "{level}: {secret} is in the log: {leaks:?}");
        }
    }
    Ok(())
}

/// All that may go wrong on the way of a recipient.
fn wander(visitor: &Visitor, link: &str) -> Fallible {
    let browser = &visitor.browser;
    let path = &link[link.find("/s/").ok_or("no link")?..];
    visitor.download(&visitor.at(DOCUMENT))?;
    assert_eq!(browser.get(&visitor.at("no-minutes.txt"))?.head.status, 404);
    assert_eq!(browser.get(&format!("{path}x"))?.head.status, 404);
    assert_eq!(browser.get(&visitor.at("..%2f..%2fminutes"))?.head.status, 404);
    assert_eq!(browser.post(path, &[("token", "forged minutes")])?.head.status, 400);
    assert_eq!(
        browser
            .post(&format!("{}code", visitor.list), &[("token", "forged"), ("code", "123456")])?
            .head
            .status,
        403
    );
    // One that goes away in the middle.
    let mut line = browser.connect()?;
    line.ask("GET", &visitor.at(DOCUMENT), "")?;
    line.skip(10)?;
    drop(line);
    // And one whose link is opened by somebody else.
    let stranger = Browser::clone(browser);
    stranger.get(path)?.text(200)?;
    Ok(())
}
