//! A code that staff read out, and what staff give back.

use super::{GUEST, app_with_a_share, fail, wrong};
use crate::helpers::answer::Form;
use crate::helpers::{HOUR, MINUTE, Outcome, Shared, TestApp};
use doorward::domain::bounds::WAITING_CHALLENGES;
use serde_json::{Value, json};
use std::time::Duration;

async fn read_out(app: &TestApp, share: &Shared) -> Outcome<String> {
    let answer = app.api("POST", &format!("/api/v1/shares/{}/code", share.id), &json!({ "to": GUEST })).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    let made: Value = serde_json::from_slice(&answer.body)?;
    let ends = app.gate.now().plus(10 * MINUTE).to_string();
    assert_eq!((&made["email"], &made["share"], &made["expires"]), (&json!(GUEST), &json!(share.id), &json!(ends)));
    Ok(made["code"].as_str().unwrap_or_default().to_owned())
}

/// Other digits than the eight that were read out.
fn other(code: &str) -> Outcome<String> {
    Ok(format!("{:08}", (code.parse::<u64>()? + 1) % 100_000_000))
}

/// Strangers hold all places, have used up the mails of the hour, and have typed so many codes wrong that everybody waits.
async fn strangers(app: &TestApp, share: &Shared) -> Outcome {
    for times in [5, 5, 0, 0, 0] {
        let stranger = app.client();
        let code = stranger.code_from_mail(&share.link(), GUEST).await?;
        fail(&stranger, share, &code, times).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_code_that_was_read_out_lets_the_caller_in_where_no_mail_comes_and_nobody_can_use_it_up() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    strangers(&app, &share).await?;
    let caller = app.client();
    caller.agree(&share.link()).await?;
    assert!(!caller.get(&share.code_page()).await?.says("name=\"code\""), "no mail for this browser");
    let code = read_out(&app, &share).await?;
    assert_eq!(code.len(), 8);
    let page = caller.get(&share.code_page()).await?;
    assert!(page.says("was read out") && page.says("8 digits"), "{}", page.text());
    let short = caller.give_code(&share, "123456").await?;
    assert!(short.code() == 403 && short.says("A code has 8 digits"), "{}", short.text());
    for _ in 0..3 {
        let stranger = app.client();
        stranger.agree(&share.link()).await?;
        for _ in 0..5 {
            assert_eq!(stranger.give_code(&share, &other(&code)?).await?.code(), 403);
        }
        let form = Form { action: share.code_page(), ..stranger.get(&share.code_page()).await?.forms().remove(0) };
        assert_eq!(stranger.post_form(&form.with("code", &code)).await?.code(), 403, "five tries for each browser");
    }
    assert_eq!(caller.give_code(&share, &code).await?.code(), 303);
    assert_eq!(app.events("code.read").len(), 1);
    assert_eq!(app.events("code.read")[0]["by"], json!({ "operator": 1000 }));
    let twice = app.client();
    twice.agree(&share.link()).await?;
    assert_ne!(twice.give_code(&share, &code).await?.code(), 303, "once");
    assert!(!app.export().iter().any(|line| line.to_string().contains(&code)), "it stands nowhere in the open");
    Ok(())
}

#[tokio::test]
async fn each_guess_at_a_code_that_was_read_out_is_counted_where_mailed_codes_are_as_long() -> Outcome {
    let app = TestApp::with(|config| config.otp.digits = 8).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let [late, mailed, caller, third, unsent] = [(); 5].map(|()| app.client());
    late.code_from_mail(&share.link(), GUEST).await?;
    app.pass(10 * MINUTE);
    for client in [&mailed, &caller, &third] {
        client.code_from_mail(&share.link(), GUEST).await?;
    }
    unsent.agree(&share.link()).await?;
    let code = read_out(&app, &share).await?;
    // Nothing was mailed to the first, the second's code has run out, and by then the third has to wait with what was mailed.
    for (nth, client) in [&unsent, &late, &mailed].into_iter().enumerate() {
        let form = client.get(&share.code_page()).await?.form(&share.code_page());
        for left in ["4 more tries", "3 more tries", "2 more tries", "one more try", "no longer works"] {
            let answer = client.post_form(&form.clone().with("code", &other(&code)?)).await?;
            assert!(answer.code() == 403 && answer.says(left), "browser {nth}, {left}: {}", answer.text());
        }
        assert_eq!(client.post_form(&form.with("code", &code)).await?.code(), 403, "its five tries are over");
        assert_eq!(app.events("code.failed").len(), 5 * (nth + 1));
    }
    assert_eq!(caller.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_caller_who_waited_when_the_code_was_read_is_crowded_out_by_nobody() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    strangers(&app, &share).await?;
    let caller = app.client();
    caller.agree(&share.link()).await?;
    for _ in 0..10 {
        app.client().agree(&share.link()).await?;
    }
    assert_eq!(caller.get(&share.code_page()).await?.code(), 200, "what one network may ask for at once takes nobody's place");
    app.pass(Duration::from_secs(1));
    let code = read_out(&app, &share).await?;
    for _ in 0..WAITING_CHALLENGES + 8 {
        app.pass(Duration::from_secs(1));
        app.client().agree(&share.link()).await?;
    }
    let waiting = app.gate.ledger().state().challenges.values().filter(|challenge| challenge.sent.is_none()).count();
    assert_eq!(waiting, 11 + WAITING_CHALLENGES, "those who waited then, and as many after them as may wait at any time");
    assert_eq!(caller.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_mailed_code_stays_right_beside_one_that_was_read_out() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let mailed = client.code_from_mail(&share.link(), GUEST).await?;
    let read = read_out(&app, &share).await?;
    assert_eq!(client.give_code(&share, &wrong(&mailed)).await?.code(), 403);
    assert_eq!(client.give_code(&share, &mailed).await?.code(), 303);
    app.pass(10 * MINUTE);
    let late = app.client();
    late.agree(&share.link()).await?;
    assert_ne!(late.give_code(&share, &read).await?.code(), 303, "it has run out");
    Ok(())
}

#[tokio::test]
async fn staff_read_so_many_codes_and_only_for_recipients_of_what_is_open() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let path = format!("/api/v1/shares/{}/code", share.id);
    for _ in 0..5 {
        read_out(&app, &share).await?;
    }
    let ask = async |to: &str| app.api("POST", &path, &json!({ "to": to })).await.code();
    assert_eq!((ask(GUEST).await, ask("stranger@example.org").await, ask("nonsense").await), (429, 422, 422));
    app.pass(HOUR);
    assert_eq!(ask(GUEST).await, 200);
    app.revoke(&share, Some(GUEST)).await?;
    assert_eq!(ask(GUEST).await, 409);
    assert_eq!(app.events("code.read").len(), 6);
    Ok(())
}

#[tokio::test]
async fn lifting_ends_waits_and_used_up_mails_and_is_put_down() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    strangers(&app, &share).await?;
    let person = app.client();
    person.agree(&share.link()).await?;
    let guest: Value = serde_json::from_slice(&app.api("GET", &format!("/api/v1/guests/{GUEST}"), &Value::Null).await.body)?;
    assert_eq!((&guest["email"], &guest["open"], &guest["slow_until"]), (&json!(GUEST), &json!(1), &json!("2026-10-01T12:01:00.000Z")));
    assert_eq!((&guest["access"][0]["wrong_codes"], &guest["access"][0]["code_mails"]), (&json!(10), &json!(5)));
    let lifted = app.api("POST", &format!("/api/v1/guests/{GUEST}/lift"), &Value::Null).await;
    assert_eq!((lifted.code(), lifted.text().contains("\"shares\":1")), (200, true), "{}", lifted.text());
    app.all_mailed().await;
    let code = person.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(person.give_code(&share, &code).await?.code(), 303);
    let events = app.events("recipient.lifted");
    assert_eq!((events.len(), &events[0]["by"]), (1, &json!({ "operator": 1000 })));
    let listed: Value = serde_json::from_slice(&app.api("GET", "/api/v1/guests", &Value::Null).await.body)?;
    assert!(listed[0]["slow_until"].is_null() && listed[0]["access"].is_null(), "{listed}");
    assert_eq!(app.api("POST", "/api/v1/guests/nobody@example.org/lift", &Value::Null).await.code(), 404);
    assert_eq!(app.api("GET", "/api/v1/guests/nobody@example.org", &Value::Null).await.code(), 404);
    Ok(())
}

#[tokio::test]
async fn all_access_of_an_address_is_ended_at_once() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let other = app.share_documents(&["report.txt"]).await?;
    app.all_mailed().await;
    let client = app.client();
    client.enter(&share).await?;
    let done = app.api("POST", &format!("/api/v1/guests/{GUEST}/revoke"), &Value::Null).await;
    assert_eq!((done.code(), done.text().contains("\"shares\":2")), (200, true), "{}", done.text());
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 410);
    for share in [&share, &other] {
        assert_eq!(app.client().get(&share.link()).await?.code(), 410);
    }
    assert_eq!(app.events("recipient.revoked").len(), 2);
    let again = app.api("POST", &format!("/api/v1/guests/{GUEST}/revoke"), &Value::Null).await;
    assert!(again.text().contains("\"shares\":0"), "{}", again.text());
    Ok(())
}
