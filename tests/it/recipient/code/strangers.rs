//! Strangers with the same link: what they use up is not what the person needs.

use super::{GUEST, app_with_a_share, fail, wrong};
use crate::helpers::{Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents, until};
use doorward::crypto::random::CookieSecret;
use doorward::domain::machine::Signs;
use doorward::gate::Origin;
use doorward::gate::challenge::CodeAnswer;
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// A stranger's browser with a mailed code, which it types wrong so often.
async fn stranger(app: &TestApp, share: &Shared, times: usize) -> Outcome<Client> {
    let stranger = app.client();
    let code = stranger.code_from_mail(&share.link(), GUEST).await?;
    fail(&stranger, share, &code, times).await?;
    Ok(stranger)
}

#[tokio::test]
async fn a_browser_that_was_in_before_gets_its_code_whatever_strangers_have_used_up() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let known = app.client();
    known.enter(&share).await?;
    known.finish(&share).await?;
    for _ in 0..3 {
        app.client().code_from_mail(&share.link(), GUEST).await?;
    }
    let fourth = app.client();
    fourth.agree(&share.link()).await?;
    assert!(fourth.get(&share.code_page()).await?.says("for other browsers"), "strangers hold all places");
    let code = known.code_from_mail(&share.link(), GUEST).await?;
    app.pass(10 * MINUTE);
    while app.events("code.sent").len() < 6 {
        app.client().agree(&share.link()).await?;
        app.pass(10 * MINUTE);
    }
    let late = app.client();
    late.agree(&share.link()).await?;
    assert!(late.get(&share.code_page()).await?.says("this one has to wait"), "strangers have used up the hour");
    app.all_mailed().await;
    let again = known.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(known.give_code(&share, &again).await?.code(), 303, "first code {code}");
    Ok(())
}

#[tokio::test]
async fn a_known_browser_has_a_budget_of_mails_too() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let known = app.client();
    known.enter(&share).await?;
    for _ in 0..8 {
        app.pass(MINUTE);
        known.agree(&share.link()).await?;
    }
    assert_eq!(app.events("code.sent").len(), 1 + 5, "the first was a stranger's");
    Ok(())
}

#[tokio::test]
async fn whoever_was_told_to_wait_has_a_try_when_that_is_over_whatever_others_type_meanwhile() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let person = app.client();
    let code = person.code_from_mail(&share.link(), GUEST).await?;
    let (one, two) = (stranger(&app, &share, 5).await?, stranger(&app, &share, 5).await?);
    let told = person.give_code(&share, &code).await?;
    assert_eq!((told.code(), told.header("retry-after")), (429, "60"));
    app.pass(MINUTE - Duration::from_millis(1));
    // Strangers are a moment faster, and make the wait longer for all who come after them.
    for stranger in [one, two] {
        app.pass(Duration::from_millis(1));
        stranger.ask_again(&share).await?;
        let theirs = app.mail.codes(GUEST).last().cloned().unwrap_or_default();
        stranger.give_code(&share, &wrong(&theirs)).await?;
    }
    assert_eq!(person.give_code(&share, &code).await?.code(), 303, "the page kept its word");
    assert_eq!(app.events("code.held").len(), 1 + 1, "each browser is told once for each wait");
    Ok(())
}

#[tokio::test]
async fn a_try_where_no_code_was_mailed_is_no_guess_and_is_not_counted() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    for _ in 0..3 {
        app.client().code_from_mail(&share.link(), GUEST).await?;
    }
    let fourth = app.client();
    fourth.agree(&share.link()).await?;
    assert!(fourth.get(&share.code_page()).await?.says("for other browsers"));
    // Its page has no field for a code; whoever types one all the same learns nothing and costs nobody anything.
    let cookie = fourth
        .cookies()
        .get(&format!("__Host-dw-c-{}", share.id))
        .and_then(|value| CookieSecret::parse(value));
    let (browser, id) = (cookie.ok_or("it has a challenge")?, share.id.parse().map_err(|_| "it is an id")?);
    for guess in 0..20 {
        let origin = Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Signs::default() };
        let (answer, session) = app.gate.give_code(id, &browser, None, &format!("{guess:06}"), origin).await?;
        assert!(answer == CodeAnswer::Unsent && session.is_none());
    }
    assert_eq!(app.events("code.failed").len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_share_and_the_installation_have_budgets_of_code_mails() -> Outcome {
    for (share_budget, all, wanted) in [(4, 100, 4), (400, 6, 6)] {
        let app = TestApp::with(move |config| (config.otp.mails_per_share, config.otp.mails_of_all) = (share_budget, all)).await?;
        app.put("report.txt", "the report")?;
        let to: Vec<String> = (0..8).map(|n| format!("person{n}@example.org")).collect();
        let share = app.share(CreateShare { to: to.clone(), ..documents(&["report.txt"]) }).await?;
        for email in &to {
            app.client().agree(&share.link_of(email)).await?;
        }
        assert_eq!(app.events("code.sent").len(), wanted);
        let last = app.client();
        last.agree(&share.link_of(&to[7])).await?;
        assert!(last.get(&share.code_page()).await?.says("at 13:0"), "the page says when");
        app.pass(HOUR);
        let code = last.code_from_mail(&share.link_of(&to[7]), &to[7]).await?;
        assert_eq!(last.give_code(&share, &code).await?.code(), 303);
    }
    Ok(())
}

#[tokio::test]
async fn more_wrong_codes_than_people_mistype_raise_an_alarm_and_only_unknown_browsers_wait() -> Outcome {
    let app = TestApp::with(|config| config.otp.alarm = 20).await?;
    app.put("report.txt", "the report")?;
    let to: Vec<String> = (0..4).map(|n| format!("person{n}@example.org")).chain([GUEST.to_owned()]).collect();
    let share = app.share(CreateShare { to: to.clone(), ..documents(&["report.txt"]) }).await?;
    let known = app.client();
    known.enter_as(&share, GUEST).await?;
    known.finish(&share).await?;
    for email in &to[..4] {
        let client = app.client();
        let code = client.code_from_mail(&share.link_of(email), email).await?;
        fail(&client, &share, &code, 5).await?;
    }
    app.pass(Duration::from_secs(1));
    until("the alarm is put down", || app.events("alarm.raised").len() == 1).await;
    assert_eq!(app.events("alarm.raised")[0]["failures"], json!(20));
    let code = known.code_from_mail(&share.link_of(GUEST), GUEST).await?;
    assert_eq!(known.give_code(&share, &code).await?.code(), 303, "the clock stood still");
    let unknown = app.client();
    let code = unknown.code_from_mail(&share.link_of(GUEST), GUEST).await?;
    let form = unknown.get(&share.code_page()).await?.form(&share.code_page()).with("code", &code);
    app.all_mailed().await;
    let mut entered = pin!(unknown.post_form(&form));
    assert!(timeout(Duration::from_millis(300), &mut entered).await.is_err(), "it waits");
    assert_eq!(app.update(&share, json!({ "expires": "3d" })).await.code(), 200, "and the writer is free meanwhile");
    assert_eq!(app.events("session.opened").len(), 2);
    let entered = loop {
        app.pass(Duration::from_secs(1));
        if let Ok(entered) = timeout(Duration::from_millis(20), &mut entered).await {
            break entered?;
        }
    };
    assert_eq!(entered.code(), 303, "it is a wait and no refusal");
    let app = app.stop().await?.start().await?;
    until("the alarm holds after a start", || app.events("alarm.raised").len() == 2).await;
    Ok(())
}
