//! Who has read what and who has not, and the report of a share: true to the ledger, safe to open, and without links.

use crate::helpers::{HOUR, MINUTE, Outcome, Shared, TestApp, documents};
use doorward::gate::readers::{ReaderView, Reading};
use doorward::gate::report::ReportView;
use doorward::gate::views::Given;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};

const NASTY: &str = "<script>alert(1)</script>\"'&";

async fn readers(app: &TestApp, share: &Shared) -> Outcome<Vec<ReaderView>> {
    let answer = app.api("GET", &format!("/api/v1/shares/{}/readers", share.id), &Value::Null).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    Ok(serde_json::from_slice(&answer.body)?)
}

async fn report(app: &TestApp, share: &Shared) -> Outcome<ReportView> {
    let answer = app.api("GET", &format!("/api/v1/shares/{}/report", share.id), &Value::Null).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    Ok(serde_json::from_slice(&answer.body)?)
}

async fn page(app: &TestApp, share: &Shared) -> Outcome<String> {
    let answer = app.api("GET", &format!("/api/v1/shares/{}/report.html", share.id), &Value::Null).await;
    assert_eq!((answer.code(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    Ok(answer.text())
}

fn three() -> Vec<String> {
    ["all@example.org", "some@example.org", "never@example.org"].map(str::to_owned).to_vec()
}

/// Two documents and a pinned folder of two, shared with three people; one reads all of it, one some of it, one nothing.
async fn read_by_some() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    for name in ["a.txt", "b.txt", "case/one.txt", "case/two.txt"] {
        app.put(name, name)?;
    }
    let names = documents(&["a.txt", "b.txt", "case"]);
    let share = app
        .share(CreateShare { to: three(), pin: Some(true), subject: Some("Papers".to_owned()), ..names })
        .await?;
    for (email, read) in
        [("all@example.org", &["a.txt", "b.txt", "case/one.txt", "case/two.txt"][..]), ("some@example.org", &["a.txt", "case/two.txt"])]
    {
        let client = app.client();
        client.enter_as(&share, email).await?;
        for document in read {
            app.pass(MINUTE);
            client.get(&share.document(document)).await?;
        }
        client.get_with(&share.document("b.txt"), &[("range", "bytes=0-1")]).await?;
    }
    app.settled_receipt().await?;
    Ok((app, share))
}

#[tokio::test]
async fn it_is_told_who_has_read_all_some_and_nothing_and_of_which_document() -> Outcome {
    let (app, share) = read_by_some().await?;
    let readers = readers(&app, &share).await?;
    let told: Vec<_> = readers.iter().map(|reader| (reader.email.as_str(), reader.reading, reader.entered)).collect();
    assert_eq!(
        told,
        [("all@example.org", Reading::All, true), ("some@example.org", Reading::Some, true), ("never@example.org", Reading::Never, false)]
    );
    let documents = |reader: &ReaderView| reader.documents.iter().map(|read| (read.given, read.read, read.of)).collect::<Vec<_>>();
    assert_eq!(documents(&readers[0]), [(Given::All, 1, Some(1)), (Given::All, 1, Some(1)), (Given::All, 2, Some(2))]);
    assert_eq!(documents(&readers[1]), [(Given::All, 1, Some(1)), (Given::Part, 0, Some(1)), (Given::Part, 1, Some(2))]);
    assert_eq!(documents(&readers[2]), [(Given::Nothing, 0, Some(1)), (Given::Nothing, 0, Some(1)), (Given::Nothing, 0, Some(2))]);
    assert!(readers[0].agreed.is_some() && readers[2].agreed.is_none());
    let lasts: Vec<_> = readers[1].documents.iter().map(|read| read.last.as_deref()).collect();
    let [a, part, folder] = lasts[..] else { return Err("three documents".into()) };
    assert!(a < folder && part >= folder, "each has its own time: {lasts:?}");
    assert!(readers[2].documents.iter().all(|read| read.last.is_none()));
    Ok(())
}

#[tokio::test]
async fn nobody_has_read_all_of_a_folder_that_follows_its_content() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/one.txt", "1")?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("case/one.txt")).await?;
    app.settled_receipt().await?;
    let reader = readers(&app, &share).await?.remove(0);
    assert_eq!((reader.reading, reader.documents[0].read, reader.documents[0].of), (Reading::Some, 1, None));
    assert_eq!(app.api("GET", "/api/v1/shares/0123/readers", &Value::Null).await.code(), 404);
    Ok(())
}

#[tokio::test]
async fn a_report_tells_versions_with_hashes_agreements_changes_and_where_the_ledger_stood() -> Outcome {
    let (app, share) = read_by_some().await?;
    app.update(&share, json!({ "expires": "20d" })).await;
    app.revoke(&share, Some("never@example.org")).await?;
    app.put("a.txt", "another a.txt")?;
    let client = app.client();
    client.enter_as(&share, "some@example.org").await?;
    assert_eq!(client.get(&share.document("a.txt")).await?.code(), 409);
    // By then all reads are told of.
    app.pass(20 * MINUTE);
    app.put_down("document.changed", 1).await;
    app.all_mailed().await;
    let report = report(&app, &share).await?;
    assert_eq!((report.receipts.len(), report.receipts[0].email.as_str(), report.shortened), (7, "all@example.org", false), "oldest first");
    // printf a.txt | sha256sum
    let hash = "30c94ec3abd63fe3c3ff02c8bd0f11dad5c8e2f7fdf9da4b6f8ae3c9bda8b04b";
    let held = report.documents.iter().find(|held| held.document == "documents:a.txt").ok_or("a.txt is shared")?;
    assert_eq!((report.documents.len(), held.changed, held.sha256.as_ref()), (4, true, report.receipts[0].sha256.as_ref()));
    assert_eq!(held.sha256.as_ref().map(String::len), Some(hash.len()));
    let whats: Vec<&str> = report.changes.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(whats[..4], ["made", "added", "added", "added"]);
    for what in ["agreed", "entered", "changed", "stopped-one", "document"] {
        assert!(whats.contains(&what), "{what} in {whats:?}");
    }
    let changed = report.changes.iter().find(|change| change.what == "changed").ok_or("it was changed")?;
    assert_eq!((changed.by.as_deref(), changed.detail["expires"].as_str()), (Some("operator 1000"), "2026-10-21T12:06:00.000Z"));
    assert!(report.share.links.iter().all(|link| link.url.is_none()), "a report holds no link");
    // Nothing was written meanwhile, so that the end of the ledger is still the one it names.
    let verified = app.gate.verify()?;
    assert_eq!((report.ledger.line, report.ledger.head.as_str()), (verified.lines, verified.head.as_str()));
    assert_eq!(Some(&report.ledger.ledger), verified.ledger.as_ref());
    Ok(())
}

#[tokio::test]
async fn the_page_stands_by_itself_and_whatever_people_wrote_stays_text() -> Outcome {
    let app = TestApp::with(|config| {
        config.organisation.name = NASTY.to_owned();
        config.organisation.time_zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC);
    })
    .await?;
    let name = "<img src=x onerror=alert(1)>.txt";
    app.put(name, "a")?;
    let share = app.share(CreateShare { subject: Some(NASTY.to_owned()), ..documents(&[name]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("%3Cimg%20src=x%20onerror=alert(1)%3E.txt")).await?;
    app.settled_receipt().await?;
    app.pass(HOUR);
    let page = page(&app, &share).await?;
    for foreign in ["<script", "<img", "<link", "<iframe", "<form", "javascript:", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let mut tags = page.split('<').filter_map(|rest| rest.split('>').next());
    assert!(tags.all(|tag| ![" src=", " href=", " on"].iter().any(|attribute| tag.contains(attribute))), "nothing is fetched or run");
    assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"), "the subject is told");
    for told in ["1 October 2026, 14:00 CEST", "2026-10-01 12:00:00 UTC", "guest@example.org", "less than half a second"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!page.contains("/s/"), "a report holds no link");
    assert_eq!(app.api("GET", "/api/v1/shares/0123/report.html", &Value::Null).await.code(), 404);
    Ok(())
}
