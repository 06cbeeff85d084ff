//! Who gets what at which address: every route of the program in every state of session, share and link.

mod expected;
mod states;

use crate::helpers::{Answer, Outcome, TestApp};
use doorward::web::ROUTES;
use expected::{Document, Expected, expected};
use states::{DOCUMENTS, LinkState, MARK, Prepared, SOUND, SessionState, ShareState, prepare};

/// Methods that are tried at every address.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Tries every route with every method, session and link while the share is in one state.
async fn hold_the_table(share: ShareState) -> Outcome {
    let app = TestApp::with(|config| {
        config.organisation.security_contact = Some("security@example.org".to_owned());
        config.store[0].writable = true;
    })
    .await?;
    let prepared = prepare(&app, share).await?;
    let before = app.lines();
    let mut wrong = Vec::new();
    let mut given = 0;
    for session in SessionState::ALL {
        for route in ROUTES {
            for (link, path) in prepared.paths(route.path) {
                let document = if path.ends_with(SOUND) { Document::Sound } else { Document::Paper };
                for method in METHODS {
                    let client = prepared.browser(session);
                    let cell = format!("{method} {} of {document:?} for {session:?}, {share:?}, {link:?}", route.path);
                    let expected =
                        expected(route.path, method, session, share, link, document).ok_or_else(|| format!("no expectation for {cell}"))?;
                    let answer = client.ask(method, &path, &fields(method), body(method)).await?;
                    given += usize::from(has_bytes(&answer));
                    wrong.extend(problem(&answer, expected).map(|problem| format!("{cell}: {problem}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
    let allowed = if matches!(share, ShareState::Open | ShareState::Takes) { DOCUMENTS.len() } else { 0 };
    assert_eq!(given, allowed, "document bytes were given so often");
    assert_eq!(app.events("receipt.started").len(), allowed);
    super::helpers::until("transfers end", || app.gate.running() == 0).await;
    if allowed == 0 {
        assert_eq!(app.lines(), before, "nothing was written");
    }
    Ok(())
}

fn fields(method: &str) -> Vec<(&'static str, &'static str)> {
    if method == "POST" {
        vec![("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")]
    } else {
        Vec::new()
    }
}

fn body(method: &str) -> Vec<u8> {
    // No form of ours: its token is wrong, so that no cell changes what the next one finds.
    if method == "POST" { b"token=AAAA&code=000000&digest=00".to_vec() } else { Vec::new() }
}

fn has_bytes(answer: &Answer) -> bool {
    answer.body.windows(MARK.len()).any(|part| part == MARK)
}

/// What is wrong with an answer.
fn problem(answer: &Answer, expected: Expected) -> Option<String> {
    if answer.code() != expected.status {
        return Some(format!("answered {} instead of {}", answer.code(), expected.status));
    }
    if has_bytes(answer) != expected.bytes {
        return Some(format!("document bytes given: {}", has_bytes(answer)));
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        if answer.header(name) != value {
            return Some(format!("{name} is '{}'", answer.header(name)));
        }
    }
    let policy = answer.header("content-security-policy");
    if !policy.contains("default-src 'none'")
        || !policy.contains("frame-ancestors 'none'")
        || answer.header("permissions-policy").is_empty()
    {
        return Some(format!("content-security-policy is '{policy}'"));
    }
    if !answer.header("cache-control").contains("no-store") && !expected.kept {
        return Some(format!("cache-control is '{}'", answer.header("cache-control")));
    }
    if answer.code() == 405 && answer.header("allow").is_empty() {
        return Some("no Allow".to_owned());
    }
    None
}

#[tokio::test]
async fn every_route_answers_as_it_must_while_a_share_is_open() -> Outcome {
    hold_the_table(ShareState::Open).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_once_a_share_has_expired() -> Outcome {
    hold_the_table(ShareState::Expired).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_once_a_share_is_stopped() -> Outcome {
    hold_the_table(ShareState::Stopped).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_once_the_recipient_is_stopped() -> Outcome {
    hold_the_table(ShareState::RecipientStopped).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_while_a_share_is_for_viewing_only() -> Outcome {
    hold_the_table(ShareState::PreviewOnly).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_while_a_share_gives_marked_copies() -> Outcome {
    hold_the_table(ShareState::Watermarked).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_while_something_of_a_share_is_covered() -> Outcome {
    hold_the_table(ShareState::Redacted).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_once_a_pinned_document_has_changed() -> Outcome {
    hold_the_table(ShareState::PinnedChanged).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_once_a_document_is_missing() -> Outcome {
    hold_the_table(ShareState::DocumentMissing).await
}

#[tokio::test]
async fn every_route_answers_as_it_must_while_a_share_takes_documents() -> Outcome {
    hold_the_table(ShareState::Takes).await
}

#[tokio::test]
async fn an_address_outside_of_the_table_does_not_exist() -> Outcome {
    let app = TestApp::start().await?;
    let prepared = prepare(&app, ShareState::Open).await?;
    let client = prepared.browser(SessionState::Valid);
    let share = &prepared.share.id;
    let outside = ["/d", "/d/", "/s", "/s/", "/nowhere", "/api/v1/shares", "/api/openapi.json", "/static/", "/static/doorward.css"];
    let below = ["f", "f/", "code/", "files/report.txt", "f//", "leave/now", "v", "p/1", "p/1/", "t/1", "w/", "v/report.txt/"]
        .map(|path| format!("/d/{share}/{path}"));
    for path in outside.into_iter().map(str::to_owned).chain(below) {
        for method in METHODS {
            let answer = client.ask(method, &path, &fields(method), body(method)).await?;
            assert!(matches!(answer.code(), 404 | 405), "{method} {path}: {}", answer.code());
            assert!(!has_bytes(&answer), "{method} {path}");
        }
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}

/// Keeps the type in one place for the modules below.
type Paths = Vec<(LinkState, String)>;

impl Prepared {
    /// The addresses that a pattern stands for here.
    fn paths(&self, pattern: &str) -> Paths {
        let share = &self.share.id;
        if pattern.contains("{link}") {
            return self.links.iter().map(|(state, link)| (*state, pattern.replace("/s/{link}", link))).collect();
        }
        let path = pattern
            .replace("{share}", share)
            .replace("{page}", "1")
            .replace("{ticket}", "AAAA")
            .replace("{token}", "AAAA")
            .replace("{upload}", "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0")
            .replace("/static/{file}", &self.stylesheet);
        let documents = if path.contains("{*path}") { &DOCUMENTS[..] } else { &[""] };
        documents.iter().map(|name| (LinkState::True, path.replace("{*path}", name))).collect()
    }
}
