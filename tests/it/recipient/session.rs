//! A session until its end: the warning, staying, a restart, and the recipient's copy of what was opened.

use super::link::GUEST;
use crate::helpers::{MINUTE, Outcome, Shared, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::time::Duration;

async fn shared(app: &TestApp) -> Outcome<Shared> {
    app.put("report.txt", "the report")?;
    app.put("plan.txt", "the plan")?;
    app.share(CreateShare { subject: Some("Case 7".to_owned()), ..documents(&["report.txt", "plan.txt"]) })
        .await
}

#[tokio::test]
async fn the_warning_keeps_nobody_signed_in_and_its_button_does() -> Outcome {
    let app = TestApp::start().await?;
    let share = shared(&app).await?;
    let client = app.client();
    let (way, list) = (format!("/d/{}/stay", share.id), client.enter(&share).await?);
    let refresh = format!("<noscript><meta http-equiv=\"refresh\" content=\"1500; url={way}\"></noscript>");
    assert!(list.says(&refresh), "without scripts the warning comes by itself five minutes before: {}", list.text());
    app.pass(25 * MINUTE);
    let warning = client.get(&way).await?;
    assert!(warning.says("You will be signed out at <b class=\"mark\">12:30 UTC</b>"), "{}", warning.text());
    assert_eq!(client.post_form(&warning.form(&way).without("token")).await?.code(), 400);
    assert_eq!(client.post_with(&warning.form(&way), &[("sec-fetch-site", "cross-site")]).await?.code(), 403);
    let stayed = client.post_form(&warning.form(&way)).await?;
    assert_eq!((stayed.code(), stayed.location()), (303, &*share.page()));
    app.pass(25 * MINUTE);
    let warning = client.get(&way).await?;
    assert!(warning.says("12:55 UTC"), "{}", warning.text());
    app.pass(6 * MINUTE);
    assert_eq!(client.get(&way).await?.code(), 403, "looking at the warning was no use of the session");
    assert_eq!(client.post_form(&warning.form(&way)).await?.code(), 403, "and it is too late to stay");
    Ok(())
}

#[tokio::test]
async fn the_longest_visit_ends_whatever_is_pressed() -> Outcome {
    let app = TestApp::start().await?;
    let share = shared(&app).await?;
    let client = app.client();
    client.enter(&share).await?;
    for _ in 0..19 {
        app.pass(25 * MINUTE);
        assert_eq!(client.get(&share.page()).await?.code(), 200);
    }
    let way = format!("/d/{}/stay", share.id);
    let warning = client.get(&way).await?;
    assert!(warning.says("at <b class=\"mark\">20:00 UTC</b>: then the longest time for one visit is over"), "{}", warning.text());
    assert!(!warning.says("Stay signed in") && warning.says("I am finished"));
    app.pass(6 * MINUTE);
    assert_eq!(client.get(&share.page()).await?.code(), 403);
    Ok(())
}

#[tokio::test]
async fn a_session_and_its_last_use_survive_a_restart() -> Outcome {
    let app = TestApp::with(|config| config.session.idle = 2 * MINUTE).await?;
    let share = shared(&app).await?;
    let client = app.client();
    client.enter(&share).await?;
    for _ in 0..3 {
        app.pass(MINUTE);
        assert_eq!(client.get(&share.page()).await?.code(), 200);
    }
    let cookies = client.cookies();
    let app = app.stop().await?.start().await?;
    let client = app.client();
    client.set_cookies(cookies);
    app.pass(MINUTE);
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200, "it was used less than two minutes ago");
    app.pass(3 * MINUTE);
    assert_eq!(client.get(&share.page()).await?.code(), 403);
    Ok(())
}

#[tokio::test]
async fn what_idling_ended_stays_over_and_what_lives_gains_no_time_by_a_restart() -> Outcome {
    let app = TestApp::with(|config| config.session.idle = 2 * MINUTE).await?;
    let share = shared(&app).await?;
    let (gone, live) = (app.client(), app.client());
    for client in [&gone, &live] {
        client.enter(&share).await?;
    }
    app.pass(MINUTE);
    for client in [&gone, &live] {
        assert_eq!(client.get(&share.page()).await?.code(), 200);
    }
    app.pass(MINUTE);
    assert_eq!(live.get(&share.page()).await?.code(), 200);
    app.pass(MINUTE);
    assert_eq!(gone.get(&share.page()).await?.code(), 403, "it was idle for two minutes");
    let cookies = [gone.cookies(), live.cookies()];
    let app = app.stop().await?.start().await?;
    let [gone, live] = cookies.map(|cookies| {
        let client = app.client();
        client.set_cookies(cookies);
        client
    });
    assert_eq!(gone.get(&share.page()).await?.code(), 403, "and a restart gives it back to nobody");
    let way = format!("/d/{}/stay", share.id);
    app.pass(MINUTE - Duration::from_millis(1));
    assert_eq!(live.get(&way).await?.code(), 200, "looking at the warning is no use of it");
    app.pass(Duration::from_millis(1));
    assert_eq!(live.get(&way).await?.code(), 403, "two minutes after its last use, whenever the stop was");
    Ok(())
}

#[tokio::test]
async fn a_recipient_is_mailed_what_a_visit_opened_once_it_is_over() -> Outcome {
    let app = TestApp::with(|config| config.privacy.receipt_copy = true).await?;
    let share = shared(&app).await?;
    let client = app.client();
    client.enter(&share).await?;
    for name in ["report.txt", "plan.txt"] {
        assert_eq!(client.get(&share.document(name)).await?.code(), 200);
        app.pass(MINUTE);
    }
    assert!(app.mail.of(GUEST, "What you opened").is_empty(), "not while it goes on");
    assert_eq!(client.finish(&share).await?.code(), 303);
    app.pass(MINUTE);
    let copy = app.mail.wait_for(GUEST, "What you opened: Case 7", 1).await;
    let text = &copy[0].content.text;
    assert!(text.contains("12:00 UTC: downloaded: “report.txt”") && text.contains("12:01 UTC: downloaded: “plan.txt”"), "{text}");

    client.enter(&share).await?;
    client.get(&share.document("plan.txt")).await?;
    let app = app.stop().await?.start().await?;
    app.pass(31 * MINUTE);
    let copies = app.mail.wait_for(GUEST, "What you opened", 2).await;
    let text = &copies[1].content.text;
    assert!(text.contains("plan.txt") && !text.contains("report.txt"), "a visit that was left idle, and over a restart: {text}");
    Ok(())
}

#[tokio::test]
async fn no_copy_is_mailed_unless_it_is_configured() -> Outcome {
    let app = TestApp::start().await?;
    let share = shared(&app).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("report.txt")).await?;
    client.finish(&share).await?;
    app.pass(40 * MINUTE);
    app.mail.wait_for("owner@example.org", "new receipt", 1).await;
    app.all_mailed().await;
    assert!(app.mail.of(GUEST, "What you opened").is_empty() && app.events("visit.began").is_empty());
    Ok(())
}

#[tokio::test]
async fn the_page_about_privacy_says_what_is_recorded_and_every_page_leads_there() -> Outcome {
    let app = TestApp::with(|config| {
        config.privacy.text = Some("Responsible is the Records Office.\n\nAsk us.".to_owned());
        config.privacy.kept = Some("for ten years.".to_owned());
    })
    .await?;
    let share = shared(&app).await?;
    let link = app.client().open_link(&share.link()).await?;
    assert!(link.hrefs().contains(&"/privacy".to_owned()), "{}", link.text());
    let page = app.client().get("/privacy").await?;
    for part in ["Responsible is the Records Office.", "It is kept for ten years.", "network address", "Which documents"] {
        assert!(page.says(part), "{part}: {}", page.text());
    }
    Ok(())
}
