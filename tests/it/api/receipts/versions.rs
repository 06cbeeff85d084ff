//! Whoever has read only what a share held on to before has not read what it holds on to now.

use crate::helpers::{HOUR, MINUTE, Outcome, Shared, TestApp, documents};
use doorward::domain::notify::Notify;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, UNIX_EPOCH};

async fn pin_anew(app: &TestApp, share: &Shared) {
    assert_eq!(app.api("POST", &format!("/api/v1/shares/{}/pin", share.id), &Value::Null).await.code(), 200);
}

/// For each recipient: what was read, and of each document how much of which version.
async fn readers(app: &TestApp, share: &Shared) -> Outcome<Vec<Value>> {
    let answer = app.api("GET", &format!("/api/v1/shares/{}/readers", share.id), &Value::Null).await;
    Ok(serde_json::from_slice::<Vec<Value>>(&answer.body)?)
}

async fn reads(app: &TestApp, share: &Shared, email: &str, paths: &[&str]) -> Outcome {
    let client = app.client();
    client.enter_as(share, email).await?;
    for path in paths {
        app.pass(MINUTE);
        assert_eq!(client.get(&share.document(path)).await?.code(), 200);
    }
    app.settled_receipt().await.map(drop)
}

fn two() -> Vec<String> {
    ["reads@example.org", "never@example.org"].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn a_reader_of_an_older_version_has_not_seen_the_new_one() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["a.txt", "b.txt", "case/one.txt", "case/two.txt"] {
        app.put(name, name)?;
    }
    let share = app
        .share(CreateShare { to: two(), pin: Some(true), ..documents(&["a.txt", "b.txt", "case"]) })
        .await?;
    let all = ["a.txt", "b.txt", "case/one.txt", "case/two.txt"];
    reads(&app, &share, "reads@example.org", &all).await?;
    assert_eq!(readers(&app, &share).await?[0]["reading"], "all");

    app.put("a.txt", "newer")?;
    app.put("case/two.txt", "newer")?;
    // Another time alone makes no other document: its bytes are the same.
    let same = fs::File::options().write(true).open(app.documents().join("b.txt"))?;
    same.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000))?;
    pin_anew(&app, &share).await;
    let told = readers(&app, &share).await?;
    assert_eq!((&told[0]["reading"], &told[1]["reading"]), (&json!("new_version"), &json!("never")), "{:#}", told[0]);
    let documents: Vec<_> = told[0]["documents"].as_array().into_iter().flatten().collect();
    let of = |n: usize| [&documents[n]["given"], &documents[n]["read"], &documents[n]["outdated"]];
    assert_eq!(of(0), [&json!("nothing"), &json!(0), &json!(1)]);
    assert_eq!(of(1), [&json!("all"), &json!(1), &Value::Null]);
    assert_eq!(of(2), [&json!("part"), &json!(1), &json!(1)]);
    let page = app.api("GET", &format!("/api/v1/shares/{}/report.html", share.id), &Value::Null).await;
    assert!(page.says("new version unseen"), "{}", page.text());

    reads(&app, &share, "reads@example.org", &["a.txt"]).await?;
    assert_eq!(readers(&app, &share).await?[0]["reading"], "new_version", "one of two is unseen");
    reads(&app, &share, "reads@example.org", &["case/two.txt"]).await?;
    assert_eq!(readers(&app, &share).await?[0]["reading"], "all");
    Ok(())
}

#[tokio::test]
async fn reminders_go_to_those_as_well_who_have_read_nothing_since_there_was_a_newer_version() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let to = ["old@example.org", "new@example.org"].map(str::to_owned).to_vec();
    let wanted = CreateShare {
        to,
        expires: Some("10d".to_owned()),
        remind: Some("2d".to_owned()),
        notify: Some(Notify::Off),
        ..documents(&["a.txt"])
    };
    let share = app.share(wanted).await?;
    for email in ["old@example.org", "new@example.org"] {
        reads(&app, &share, email, &["a.txt"]).await?;
    }
    pin_anew(&app, &share).await;
    app.put("a.txt", "newer")?;
    pin_anew(&app, &share).await;
    reads(&app, &share, "new@example.org", &["a.txt"]).await?;
    app.all_mailed().await;
    let app = app.stop().await?.start().await?;
    app.pass(8 * 24 * HOUR);
    app.mail.wait_for("old@example.org", "Until", 1).await;
    app.all_mailed().await;
    assert_eq!(app.events("share.reminded").len(), 1);
    let reminded = |email: &str| app.mail.of(email, "Until");
    assert_eq!((reminded("old@example.org").len(), reminded("new@example.org").len()), (1, 0));
    let text = &reminded("old@example.org")[0].content.text;
    assert!(text.contains("newer version") && !text.contains("not looked at it so far"), "{text}");
    Ok(())
}
