//! Notices of reads: the first at once, what follows within a quarter of an hour in one mail.

use super::opened;
use crate::helpers::{Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents};
use doorward::domain::notify::Notify;
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use std::time::Duration;

const OWNER: &str = "owner@example.org";

#[tokio::test]
async fn the_first_read_is_told_at_once_and_what_follows_as_one_mail() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["a.txt", "b.txt", "c.txt"] {
        app.put(name, name)?;
    }
    let wanted = CreateShare { subject: Some("Papers".to_owned()), ..documents(&["a.txt", "b.txt", "c.txt"]) };
    let share = app.share(wanted).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("a.txt")).await?;
    let first = app.mail.wait_for(OWNER, "Papers", 1).await.remove(0);
    assert!(first.content.subject.starts_with("One new receipt"), "{}", first.content.subject);
    assert!(first.content.text.contains("guest@example.org") && first.content.text.contains("a.txt"));
    app.all_mailed().await;
    for name in ["b.txt", "c.txt", "b.txt"] {
        app.pass(MINUTE);
        client.get(&share.document(name)).await?;
    }
    app.pass(12 * MINUTE - Duration::from_millis(1));
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 1, "they are gathered");
    app.pass(Duration::from_millis(1));
    let second = app.mail.wait_for(OWNER, "Papers", 2).await.remove(1);
    assert!(second.content.subject.starts_with("2 new receipts"), "{}", second.content.subject);
    assert!(second.content.text.contains("b.txt") && second.content.text.contains("c.txt") && !second.content.text.contains("a.txt"));
    app.all_mailed().await;
    app.pass(60 * MINUTE);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 2, "nothing more was read");
    Ok(())
}

#[tokio::test]
async fn looking_at_the_list_is_told_to_nobody() -> Outcome {
    let (app, share, client) = opened("a.txt", b"a").await?;
    client.get(&share.page()).await?;
    client.head(&share.document("a.txt")).await?;
    app.pass(20 * MINUTE);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "receipt").len(), 0);
    Ok(())
}

/// A share of ten documents, told as said, with somebody inside; it is noon, and digests go out at eight in the zone of UTC.
async fn ten(app: &TestApp, notify: Option<Notify>) -> Outcome<(Shared, Client)> {
    let names: Vec<String> = (0..10).map(|number| format!("{number}.txt")).collect();
    for name in &names {
        app.put(name, name)?;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let share = app.share(CreateShare { notify, subject: Some("Papers".to_owned()), ..documents(&names) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.all_mailed().await;
    Ok((share, client))
}

#[tokio::test]
async fn reads_of_a_day_are_told_together_at_the_hour_of_the_digest() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = ten(&app, Some(Notify::Daily)).await?;
    for number in 0..3 {
        client.get(&share.document(&format!("{number}.txt"))).await?;
        app.pass(MINUTE);
    }
    app.pass(20 * HOUR - 3 * MINUTE - Duration::from_millis(1));
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 0, "it is not eight yet");
    app.pass(Duration::from_millis(1));
    let digest = app.mail.wait_for(OWNER, "Papers", 1).await.remove(0);
    assert!(digest.content.subject.starts_with("3 new receipts"), "{}", digest.content.subject);
    app.all_mailed().await;
    app.pass(24 * HOUR);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 1, "a day without reads has no digest");
    Ok(())
}

#[tokio::test]
async fn notices_that_are_off_are_not_sent_and_receipts_are_made_all_the_same() -> Outcome {
    let app = TestApp::with(|config| config.notices.mode = Notify::Off).await?;
    let (share, client) = ten(&app, None).await?;
    client.get(&share.document("0.txt")).await?;
    app.pass(48 * HOUR);
    client.get("/healthz").await?;
    assert_eq!((app.mail.of(OWNER, "Papers").len(), app.receipts("").await?.len()), (0, 1));
    // Switched on, what comes from then on is told, and nothing from before.
    let client = app.client();
    client.enter(&share).await?;
    assert_eq!(app.update(&share, json!({ "notify": "now" })).await.code(), 200);
    client.get(&share.document("1.txt")).await?;
    let notice = app.mail.wait_for(OWNER, "Papers", 1).await.remove(0);
    assert!(notice.content.subject.starts_with("One new receipt") && notice.content.text.contains("1.txt"), "{}", notice.content.text);
    Ok(())
}

#[tokio::test]
async fn a_notice_that_waits_is_dropped_or_put_off_when_that_is_said() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = ten(&app, Some(Notify::Daily)).await?;
    client.get(&share.document("0.txt")).await?;
    app.update(&share, json!({ "notify": "now" })).await;
    let notice = app.mail.wait_for(OWNER, "Papers", 1).await.remove(0);
    assert!(notice.content.text.contains("0.txt"), "what waited for the digest is told at once");
    app.all_mailed().await;
    client.get(&share.document("1.txt")).await?;
    app.update(&share, json!({ "notify": "off" })).await;
    app.all_mailed().await;
    app.pass(48 * HOUR);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 1);
    let view = app.view(&share).await?;
    assert_eq!((view.undelivered.len(), view.notify), (0, Notify::Off), "what is not wanted is no failure");
    for wrong in ["weekly", "NOW", ""] {
        assert_eq!(app.update(&share, json!({ "notify": wrong })).await.code(), 422, "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn a_share_that_is_read_all_day_has_only_so_many_notices_and_the_rest_in_one_mail() -> Outcome {
    let app = TestApp::with(|config| config.notices.per_day = 3).await?;
    let (share, client) = ten(&app, None).await?;
    for number in 0..10 {
        client.get(&share.document(&format!("{number}.txt"))).await?;
        if number < 3 {
            app.mail.wait_for(OWNER, "Papers", number + 1).await;
            app.all_mailed().await;
        }
        // Longer than the quiet time, so that each could have had a notice of its own.
        app.pass(20 * MINUTE);
    }
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 3);
    app.pass(17 * HOUR);
    let rest = app.mail.wait_for(OWNER, "Papers", 4).await.remove(3);
    assert!(rest.content.subject.starts_with("7 new receipts"), "{}", rest.content.subject);
    app.all_mailed().await;
    // A new day, and again so many.
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("0.txt")).await?;
    app.pass(15 * MINUTE);
    app.mail.wait_for(OWNER, "Papers", 5).await;
    Ok(())
}
