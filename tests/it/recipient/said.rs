//! What can be said beside agreeing: not meant for me, I do not agree, I need more time. The owner is told, so often and no oftener.

use super::link::GUEST;
use crate::helpers::{Answer, Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents, until};
use doorward::mail::Undelivered;
use doorward::web::api::wire::CreateShare;
use serde_json::json;

const OWNER: &str = "owner@example.org";
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

async fn shared(expires: Option<&str>) -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app
        .share(CreateShare { expires: expires.map(str::to_owned), subject: Some("Case 7".to_owned()), ..documents(&["report.txt"]) })
        .await?;
    app.all_mailed().await;
    Ok((app, share))
}

/// Presses the button of the link's page that goes to `way`.
async fn say(client: &Client, share: &Shared, way: &str) -> Outcome<Answer> {
    let page = client.open_link(&share.link()).await?;
    client.post_form(&page.form(&format!("{}/{way}", share.link()))).await
}

/// Waits until nothing that is due waits for its turn.
async fn all_due_mailed(app: &TestApp) {
    until("all due mails are on their way", || app.gate.ledger().state().mails.values().all(|mail| mail.due > app.gate.now())).await;
}

#[tokio::test]
async fn not_meant_for_me_tells_the_owner_and_stops_mail_but_never_access() -> Outcome {
    let (app, share) = shared(None).await?;
    let inside = app.client();
    inside.enter(&share).await?;
    let client = app.client();
    let said = say(&client, &share, "not-meant").await?;
    assert_eq!((said.code(), said.location()), (303, &*share.link()));
    let told = app.mail.wait_for(OWNER, "Not meant for guest@example.org: Case 7", 1).await;
    let text = &told[0].content.text;
    assert!(text.contains(&format!("doorward share revoke {} --to {GUEST}", share.id)), "{text}");
    assert!(text.contains("anybody can open who has the link"), "{text}");
    assert!(app.view(&share).await?.links[0].unwanted.is_some());
    assert_eq!(inside.get(&share.document("report.txt")).await?.code(), 200, "who is in stays in");

    let refused = app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({ "to": GUEST })).await;
    assert!(refused.code() == 409 && refused.says("not meant for them"), "{}", refused.text());
    assert_eq!(app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({})).await.text(), "{\"queued\":0}");
    app.revoke(&share, Some(GUEST)).await?;
    app.all_mailed().await;
    assert!(app.mail.of(GUEST, "Access has ended").is_empty(), "not even that is mailed there");
    Ok(())
}

#[tokio::test]
async fn whoever_agrees_after_not_meant_for_me_gets_in_and_gets_mail_again() -> Outcome {
    let (app, share) = shared(None).await?;
    let client = app.client();
    say(&client, &share, "not-meant").await?;
    let page = client.open_link(&share.link()).await?;
    assert!(page.says("that this is not meant for this address. Case Office is told of it"), "{}", page.text());
    client.enter(&share).await?;
    assert_eq!(app.view(&share).await?.links[0].unwanted, None);
    assert_eq!(app.events("recipient.wanted").len(), 1);
    assert!(!client.open_link(&share.link()).await?.says("is told of it"));
    assert_eq!(app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({})).await.text(), "{\"queued\":1}");
    Ok(())
}

#[tokio::test]
async fn a_machine_that_presses_every_button_again_and_again_tires_nobody() -> Outcome {
    let (app, share) = shared(None).await?;
    let machine = app.client();
    for _ in 0..10 {
        for way in ["decline", "not-meant"] {
            assert_eq!(say(&machine, &share, way).await?.code(), 303);
        }
        // Before the mails are composed: what is taken back is not told any more.
        all_due_mailed(&app).await;
        machine.agree(&share.link()).await?;
    }
    assert_eq!(app.mail.of(OWNER, "guest@example.org").len(), 4, "in a day the owner hears of it four times");
    assert_eq!((app.events("consent.declined").len(), app.events("recipient.unwanted").len()), (10, 10), "the ledger has all");
    let person = app.client();
    let form = person.open_link(&share.link()).await?.form(&share.link());
    assert_eq!(person.post_form(&form).await?.code(), 303, "the person goes on as if nothing had been");
    app.pass(DAY);
    app.all_mailed().await;
    assert_eq!(app.mail.of(OWNER, "guest@example.org").len(), 4, "what was taken back is not told later either");
    say(&machine, &share, "not-meant").await?;
    app.all_mailed().await;
    assert_eq!(app.mail.of(OWNER, "guest@example.org").len(), 5);
    Ok(())
}

#[tokio::test]
async fn what_is_said_with_the_link_uses_up_nothing_of_what_the_recipient_may_say() -> Outcome {
    let (app, share) = shared(Some("3d")).await?;
    let inside = app.client();
    inside.enter(&share).await?;
    let machine = app.client();
    for _ in 0..2 {
        for way in ["decline", "not-meant"] {
            say(&machine, &share, way).await?;
        }
        all_due_mailed(&app).await;
        machine.agree(&share.link()).await?;
    }
    assert_eq!(app.mail.of(OWNER, "guest@example.org").len(), 4, "for today the link's holders have said enough");
    let (way, sent) = (format!("/d/{}/more-time", share.id), format!("{}/more-time", share.link()));
    let mut by_link = machine.open_link(&share.link()).await?.form(&format!("{}/not-meant", share.link()));
    by_link.action = sent;
    assert_eq!(machine.post_form(&by_link).await?.code(), 429);
    let page = inside.get(&share.page()).await?;
    assert_eq!(inside.post_form(&page.form(&way).with("days", "30")).await?.code(), 303);
    let told = app.mail.wait_for(OWNER, "More time asked for", 1).await;
    assert!(told[0].content.text.contains("after the code"), "{}", told[0].content.text);
    // What still holds when there may be another mail is told then.
    say(&machine, &share, "decline").await?;
    all_due_mailed(&app).await;
    assert_eq!(app.mail.of(OWNER, "Not agreed to").len(), 2);
    app.pass(DAY);
    app.mail.wait_for(OWNER, "Not agreed to", 3).await;
    Ok(())
}

#[tokio::test]
async fn the_recipient_asks_for_more_time_whatever_a_holder_of_the_link_asked_for() -> Outcome {
    let (app, share) = shared(Some("3d")).await?;
    let (inside, other) = (app.client(), app.client());
    inside.enter(&share).await?;
    let mut by_link = other.open_link(&share.link()).await?.form(&format!("{}/not-meant", share.link()));
    by_link.action = format!("{}/more-time", share.link());
    assert_eq!(other.post_form(&by_link).await?.code(), 303);
    app.mail.wait_for(OWNER, "More time asked for", 1).await;
    let page = inside.get(&share.page()).await?;
    let way = format!("/d/{}/more-time", share.id);
    assert_eq!(inside.post_form(&page.form(&way).with("days", "30")).await?.code(), 303);
    let told = app.mail.wait_for(OWNER, "More time asked for", 2).await;
    assert!(told[1].content.text.contains("--expires 2026-11-03"), "{}", told[1].content.text);
    assert_eq!(other.post_form(&by_link).await?.code(), 303);
    assert_eq!(app.events("time.asked").len(), 2, "on the same day the link alone takes nothing of it back");
    Ok(())
}

#[tokio::test]
async fn more_time_is_taken_only_when_the_end_is_near() -> Outcome {
    let (app, share) = shared(Some("300d")).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    assert!(!page.says("Do you need more time?"));
    let mut inside = page.form(&format!("/d/{}/not-meant", share.id));
    inside.action = format!("/d/{}/more-time", share.id);
    let mut by_link = client.open_link(&share.link()).await?.form(&format!("{}/not-meant", share.link()));
    by_link.action = format!("{}/more-time", share.link());
    for form in [&inside, &by_link] {
        assert_eq!(client.post_form(form).await?.code(), 303, "back to the page, which says how long there is");
    }
    assert!(app.events("time.asked").is_empty() && app.mail.of(OWNER, "").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_machine_that_declines_does_not_hide_the_person_who_does() -> Outcome {
    let (app, share) = shared(None).await?;
    let client = app.client();
    let decline = client.open_link(&share.link()).await?.form(&format!("{}/decline", share.link()));
    for (agent, declined) in [("a scanner", 1), ("a scanner", 1), ("a browser", 2), ("a browser", 2)] {
        let fields = [("sec-fetch-site", "same-origin"), ("user-agent", agent)];
        assert_eq!(client.post_with(&decline, &fields).await?.code(), 303);
        app.all_mailed().await;
        assert_eq!((app.events("consent.declined").len(), app.mail.of(OWNER, "Not agreed to").len()), (declined, declined));
    }
    Ok(())
}

#[tokio::test]
async fn that_somebody_ended_their_own_access_is_told_only_of_who_did() -> Outcome {
    let (app, share) = shared(None).await?;
    app.mail.0.fail_next(1, &Undelivered::temporary("451 4.7.1 greylisted".to_owned()));
    say(&app.client(), &share, "not-meant").await?;
    until("a try was put down", || app.gate.ledger().state().mails.values().any(|mail| mail.tries == 1)).await;
    app.revoke(&share, Some(GUEST)).await?;
    app.pass(MINUTE);
    app.all_mailed().await;
    let told = app.mail.of(OWNER, "");
    assert!(told.iter().all(|letter| !letter.content.text.contains("their own access")), "{:?}", told[0].content.text);
    assert!(app.view(&share).await?.undelivered.is_empty(), "that nothing is left to be told is no failure");
    Ok(())
}

#[tokio::test]
async fn the_owner_is_told_of_each_mail_to_a_recipient_that_failed_for_good() -> Outcome {
    let (app, share) = shared(Some("3d")).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    client.post_form(&page.form(&format!("/d/{}/more-time", share.id))).await?;
    app.all_mailed().await;
    app.mail.0.fail_next(1, &Undelivered::permanent("550 5.1.1 no such user".to_owned()));
    assert_eq!(app.update(&share, json!({ "expires": "30d" })).await.code(), 200);
    app.mail.wait_for(OWNER, "Not delivered to guest@example.org", 1).await;
    app.mail.0.fail_next(1, &Undelivered::permanent("550 5.1.1 no such user".to_owned()));
    app.revoke(&share, None).await?;
    app.mail.wait_for(OWNER, "Not delivered to guest@example.org", 2).await;
    Ok(())
}

#[tokio::test]
async fn declining_is_recorded_with_the_text_and_told_and_can_be_thought_better_of() -> Outcome {
    let (app, share) = shared(None).await?;
    let client = app.client();
    let page = client.open_link(&share.link()).await?;
    let (way, digest) = (format!("{}/decline", share.link()), page.form(&share.link()).field("digest").to_owned());
    assert_eq!(client.post_form(&page.form(&way).with("digest", &"0".repeat(64))).await?.code(), 409, "only the text that was shown");
    assert_eq!(client.post_form(&page.form(&way).without("token")).await?.code(), 400);
    assert_eq!(client.post_with(&page.form(&way), &[("sec-fetch-site", "cross-site")]).await?.code(), 403);
    assert_eq!(app.events("consent.declined").len(), 0);
    assert_eq!(client.post_form(&page.form(&way)).await?.code(), 303);
    let declined = app.events("consent.declined");
    assert_eq!((declined.len(), declined[0]["digest"].as_str(), declined[0]["language"].as_str()), (1, Some(&*digest), Some("en")));
    let told = app.mail.wait_for(OWNER, "Not agreed to by guest@example.org", 1).await;
    assert!(told[0].content.text.contains("whoever agrees later still gets in"));
    assert!(app.view(&share).await?.links[0].declined.is_some());
    assert!(client.open_link(&share.link()).await?.says("that this text is not agreed to"));
    client.enter(&share).await?;
    assert_eq!(app.view(&share).await?.links[0].declined, None);
    Ok(())
}

#[tokio::test]
async fn whoever_has_shown_the_code_can_end_their_own_access() -> Outcome {
    let (app, share) = shared(None).await?;
    let (client, elsewhere) = (app.client(), app.client());
    let page = client.enter(&share).await?;
    elsewhere.enter(&share).await?;
    let form = page.form(&format!("/d/{}/not-meant", share.id));
    assert_eq!(client.post_with(&form, &[("sec-fetch-site", "cross-site")]).await?.code(), 403);
    assert_eq!(client.post_form(&form).await?.code(), 303);
    for browser in [&client, &elsewhere] {
        let ended = browser.get(&share.page()).await?;
        assert!(ended.code() == 410 && ended.says("Your access has been ended"), "{}", ended.text());
    }
    assert_eq!(app.client().open_link(&share.link()).await?.code(), 410);
    let told = app.mail.wait_for(OWNER, "Not meant for guest@example.org", 1).await;
    assert!(told[0].content.text.contains("has ended their own access") && told[0].content.text.contains("after the code"));
    assert_eq!(app.events("recipient.revoked")[0]["by"], "recipient");
    Ok(())
}

#[tokio::test]
async fn more_time_is_asked_for_on_the_list_and_one_command_gives_it() -> Outcome {
    let (app, share) = shared(Some("3d")).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    let way = format!("/d/{}/more-time", share.id);
    assert!(page.says("Do you need more time?"));
    assert_eq!(client.post_form(&page.form(&way).with("days", "14")).await?.code(), 303);
    let told = app.mail.wait_for(OWNER, "More time asked for by guest@example.org", 1).await;
    // The share ends on 4 October.
    let command = format!("doorward share update {} --expires 2026-10-18", share.id);
    assert!(told[0].content.text.contains(&command) && told[0].content.text.contains("after the code"), "{}", told[0].content.text);
    let page = client.get(&share.page()).await?;
    assert!(page.says("We asked Case Office to keep it open until 18 October 2026") && !page.says(&way), "{}", page.text());
    assert_eq!(app.view(&share).await?.links[0].more_time.as_deref(), Some("2026-10-18T23:59:59.999Z"));

    assert_eq!(app.update(&share, json!({ "expires": "2026-10-18" })).await.code(), 200);
    let given = app.mail.wait_for(GUEST, "You have more time: Case 7", 1).await;
    assert!(
        given[0].content.text.contains(&share.link()) && given[0].content.text.contains("18 October 2026"),
        "{}",
        given[0].content.text
    );
    assert_eq!(app.view(&share).await?.links[0].more_time, None);
    assert!(!client.get(&share.page()).await?.says("Do you need more time?"), "the end is far away again");
    Ok(())
}

#[tokio::test]
async fn more_time_is_asked_for_where_a_share_has_ended_and_once_a_day() -> Outcome {
    let (app, share) = shared(Some("1h")).await?;
    app.pass(2 * HOUR);
    let client = app.client();
    let ended = client.open_link(&share.link()).await?;
    let way = format!("{}/more-time", share.link());
    assert_eq!(ended.code(), 410);
    assert_eq!(client.post_form(&ended.form(&way).without("token")).await?.code(), 400);
    for _ in 0..3 {
        assert_eq!(client.post_form(&ended.form(&way).with("days", "999")).await?.code(), 303);
    }
    let told = app.mail.wait_for(OWNER, "More time asked for", 1).await;
    let text = &told[0].content.text;
    assert!(text.contains("It ended on 1 October 2026, 13:00 UTC") && text.contains("--expires 2026-10-08"), "{text}");
    assert!(text.contains("anybody can open who has the link"), "{text}");
    app.all_mailed().await;
    assert_eq!((app.mail.of(OWNER, "More time").len(), app.events("time.asked").len()), (1, 1));
    assert!(client.open_link(&share.link()).await?.says("We asked Case Office"));
    assert_eq!(client.get(&share.page()).await?.code(), 403, "asking opens nothing");
    assert_eq!(app.update(&share, json!({ "expires": "2026-10-08" })).await.code(), 200);
    client.enter(&share).await?;
    Ok(())
}

#[tokio::test]
async fn no_more_time_is_offered_than_a_share_may_run() -> Outcome {
    let app = TestApp::with(|config| config.shares.max_expiry = 10 * DAY).await?;
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { expires: Some("2d".to_owned()), ..documents(&["report.txt"]) }).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    assert!(page.says("<option value=\"7\">10 October 2026") && !page.says("<option value=\"14\">"), "{}", page.text());
    let form = page.form(&format!("/d/{}/more-time", share.id));
    assert_eq!(client.post_form(&form.with("days", "30")).await?.code(), 410, "nor is it taken");
    app.revoke(&share, None).await?;
    let stopped = client.open_link(&share.link()).await?;
    assert!(stopped.code() == 410 && !stopped.says("Do you need more time?"));
    Ok(())
}
