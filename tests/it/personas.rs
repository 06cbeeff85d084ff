//! Those who come before the person: scanners that fetch, prefetch, and press every button. They spend nothing and read nothing.

use crate::helpers::{Client, Outcome, Shared, TestApp};
use std::collections::BTreeSet;

async fn app_with_a_share() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.mail.wait_for("guest@example.org", "", 1).await;
    app.all_mailed().await;
    Ok((app, share))
}

/// Nobody has read anything, and the person gets in and reads.
async fn the_person_is_the_first_to_read(app: &TestApp, share: &Shared) -> Outcome {
    assert_eq!((app.events("receipt.started").len(), app.events("session.opened").len()), (0, 0));
    assert_eq!(app.view(share).await?.reads, 0);
    let person = app.client();
    person.enter(share).await?;
    assert_eq!(person.get(&share.document("report.txt")).await?.text(), "the report");
    assert_eq!(app.events("receipt.started").len(), 1);
    Ok(())
}

/// Follows every address it finds, with one method and these header fields.
async fn crawl(client: &Client, share: &Shared, method: &str, fields: &[(&str, &str)]) -> Outcome {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![share.link(), share.page(), share.code_page(), share.document("report.txt")]);
    while let Some(path) = todo.pop() {
        if seen.len() < 200 && path.starts_with('/') && seen.insert(path.clone()) {
            let answer = client.ask(method, &path, fields, Vec::new()).await?;
            assert!(!answer.says("the report"), "{path}");
            todo.extend(answer.hrefs());
            todo.extend(Some(answer.location().to_owned()).filter(|location| !location.is_empty()));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_scanner_that_fetches_everything_reads_nothing() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let lines = app.lines();
    for (client, method) in [(app.client(), "GET"), (app.client_http2(), "GET"), (app.client(), "HEAD"), (app.client(), "OPTIONS")] {
        crawl(&client, &share, method, &[("user-agent", "a mail scanner")]).await?;
        assert!(client.cookies().is_empty());
    }
    assert_eq!((app.lines(), app.mail.0.letters().len()), (lines, 1));
    the_person_is_the_first_to_read(&app, &share).await
}

#[tokio::test]
async fn a_browser_that_loads_ahead_reads_nothing_even_with_a_session() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    crawl(&client, &share, "GET", &[("sec-purpose", "prefetch"), ("sec-fetch-site", "none")]).await?;
    client.enter(&share).await?;
    crawl(&client, &share, "GET", &[("sec-purpose", "prefetch")]).await?;
    crawl(&client, &share, "HEAD", &[]).await?;
    assert_eq!(app.events("receipt.started").len(), 0);
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200);
    Ok(())
}

#[tokio::test]
async fn a_robot_that_presses_every_button_opens_no_session_and_the_person_still_gets_in() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    for robot in [app.client(), app.client_http2()] {
        let mut pages = vec![share.link()];
        for _ in 0..12 {
            let Some(path) = pages.pop() else { break };
            let page = robot.get(&path).await?;
            for form in page.forms() {
                for code in ["", "123", "every field filled in"] {
                    let answer = robot.post_form(&form.clone().with("code", code)).await?;
                    pages.extend(Some(answer.location().to_owned()).filter(|location| !location.is_empty()));
                    assert!(answer.code() < 500, "{}", answer.text());
                }
            }
        }
    }
    let (guest, owner) = (app.mail.of("guest@example.org", "").len(), app.mail.of("owner@example.org", "").len());
    assert!(guest <= 3, "two robots, at most a code each: {guest}");
    assert!(owner <= 4, "whatever they say in the recipient's name: {owner}");
    assert_eq!(app.events("code.failed").len(), 0, "what cannot be a code is not counted");
    the_person_is_the_first_to_read(&app, &share).await
}
