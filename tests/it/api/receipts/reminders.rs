//! Reminders before a share's end: to those who have read nothing and can be written to, once.

use crate::helpers::{HOUR, Outcome, Shared, TestApp, documents, until};
use doorward::mail::Undelivered;
use doorward::web::api::wire::CreateShare;
use serde_json::json;

const SUBJECT: &str = "Until";

fn three() -> Vec<String> {
    ["reads@example.org", "stopped@example.org", "waits@example.org"].map(str::to_owned).to_vec()
}

async fn shared(remind: Option<&str>) -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let wanted = CreateShare {
        to: three(),
        expires: Some("10d".to_owned()),
        remind: remind.map(str::to_owned),
        subject: Some("Papers".to_owned()),
        ..documents(&["a.txt"])
    };
    let share = app.share(wanted).await?;
    app.all_mailed().await;
    Ok((app, share))
}

fn reminded(app: &TestApp) -> Vec<usize> {
    three().iter().map(|email| app.mail.of(email, SUBJECT).len()).collect()
}

/// Waits until no reminder is to come: what is queued by it is in the outbox then, which it is not as soon as it is in the ledger.
async fn moment_has_come(app: &TestApp) {
    until("the moment has come", || app.gate.ledger().state().shares.values().all(|share| share.remind_at.is_none())).await;
}

#[tokio::test]
async fn a_reminder_whose_moment_is_over_is_refused() -> Outcome {
    let (app, share) = shared(None).await?;
    let wanted = CreateShare { expires: Some("1d".to_owned()), remind: Some("2d".to_owned()), ..documents(&["a.txt"]) };
    let refused = app.api("POST", "/api/v1/shares", &serde_json::to_value(wanted)?).await;
    assert_eq!(refused.code(), 422);
    assert!(refused.says("due at 2026-09-30T12:00:00.000Z already, for the share ends at 2026-10-02T12:00:00.000Z"), "{}", refused.text());
    assert_eq!(app.update(&share, json!({ "remind": "10d" })).await.code(), 422);
    assert_eq!(app.update(&share, json!({ "expires": "30d", "remind": "10d" })).await.code(), 200);
    assert_eq!(app.events("share.created").len(), 1);
    Ok(())
}

#[tokio::test]
async fn only_those_who_have_read_nothing_are_reminded_and_only_once() -> Outcome {
    let (app, share) = shared(Some("2d")).await?;
    assert_eq!(app.view(&share).await?.reminds.as_deref(), Some("2026-10-09T12:00:00.000Z"));
    let client = app.client();
    client.enter_as(&share, "reads@example.org").await?;
    client.get(&share.document("a.txt")).await?;
    app.revoke(&share, Some("stopped@example.org")).await?;
    app.all_mailed().await;
    app.pass(8 * 24 * HOUR - HOUR);
    client.get("/healthz").await?;
    assert_eq!(reminded(&app), [0, 0, 0], "an hour too early");
    app.pass(HOUR);
    let letter = app.mail.wait_for("waits@example.org", SUBJECT, 1).await.remove(0);
    let link = &share.view.links[2].url;
    assert!(
        letter.content.text.contains(link.as_deref().unwrap_or("?")) && letter.content.text.contains("11 October 2026"),
        "{}",
        letter.content.text
    );
    assert_eq!(letter.reply_to.as_ref().map(|address| address.expose()), Some("owner@example.org"));
    app.all_mailed().await;
    assert_eq!((reminded(&app), app.events("share.reminded").len()), (vec![0, 0, 1], 1));
    // Given more time, nobody is reminded a second time.
    app.update(&share, json!({ "expires": "30d" })).await;
    app.pass(28 * 24 * HOUR);
    moment_has_come(&app).await;
    assert_eq!(app.events("share.reminded").len(), 2);
    app.all_mailed().await;
    assert_eq!(reminded(&app), [0, 0, 1]);
    assert!(app.view(&share).await?.links[2].reminded.is_some());
    Ok(())
}

#[tokio::test]
async fn nobody_is_reminded_where_nothing_is_said_and_a_moment_that_is_over_is_none() -> Outcome {
    let (app, share) = shared(None).await?;
    assert_eq!(app.view(&share).await?.reminds, None);
    app.update(&share, json!({ "remind": "2d" })).await;
    assert!(app.view(&share).await?.reminds.is_some());
    app.update(&share, json!({ "remind": "off" })).await;
    assert_eq!(app.view(&share).await?.reminds, None);
    app.update(&share, json!({ "remind": "11d" })).await;
    assert_eq!(app.view(&share).await?.reminds, None, "eleven days before its end it was not there");
    app.pass(9 * 24 * HOUR);
    app.client().get("/healthz").await?;
    assert_eq!(reminded(&app), [0, 0, 0]);
    for wrong in ["soon", "30m", "61d", "2 d", ""] {
        assert_eq!(app.update(&share, json!({ "remind": wrong })).await.code(), 422, "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn the_default_is_as_configured_and_a_reminder_outlives_a_stop() -> Outcome {
    let app = TestApp::with(|config| config.reminders.before = Some(24 * HOUR)).await?;
    app.put("a.txt", "a")?;
    let wanted = CreateShare { to: three(), expires: Some("3d".to_owned()), ..documents(&["a.txt"]) };
    let share = app.share(wanted.clone()).await?;
    let off = app.share(CreateShare { remind: Some("off".to_owned()), ..wanted }).await?;
    assert_eq!((app.view(&share).await?.reminds.is_some(), app.view(&off).await?.reminds), (true, None));
    app.all_mailed().await;
    let app = app.stop().await?.start_with(|config| config.reminders.before = None).await?;
    app.pass(2 * 24 * HOUR);
    app.mail.wait_for("waits@example.org", SUBJECT, 1).await;
    app.all_mailed().await;
    assert_eq!(reminded(&app), [1, 1, 1], "what was set when the share was made holds");
    Ok(())
}

#[tokio::test]
async fn whoever_cannot_be_reached_is_not_reminded() -> Outcome {
    let (app, share) = shared(Some("2d")).await?;
    app.mail.0.fail_next(1, &Undelivered::permanent("550 5.1.1 no such user".to_owned()));
    let again = app
        .api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({ "to": "waits@example.org" }))
        .await;
    assert_eq!(again.code(), 200);
    app.mail.wait_for("owner@example.org", "Not delivered", 1).await;
    app.pass(8 * 24 * HOUR);
    moment_has_come(&app).await;
    app.all_mailed().await;
    assert_eq!((app.events("share.reminded").len(), reminded(&app)), (1, vec![1, 1, 0]));
    assert_eq!(app.view(&share).await?.links[2].reminded, None);
    Ok(())
}
