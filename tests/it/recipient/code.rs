//! The code: who may try how often, when it is mailed again, and what it opens.

mod mailing;
mod strangers;
mod told;

use crate::helpers::answer::Form;
use crate::helpers::{Answer, Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents, soon};
use doorward::web::api::wire::CreateShare;
use futures_util::future::join_all;
use std::time::Duration;

const GUEST: &str = "guest@example.org";

pub(super) async fn app_with_a_share() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    Ok((app, share))
}

/// Other digits than these.
pub(super) fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap_or_default();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// Types a wrong code so often.
async fn fail(client: &Client, share: &Shared, code: &str, times: usize) -> Outcome<Option<Answer>> {
    let mut last = None;
    for _ in 0..times {
        last = Some(client.give_code(share, &wrong(code)).await?);
    }
    Ok(last)
}

#[tokio::test]
async fn a_wrong_code_says_how_many_tries_are_left_and_the_fifth_makes_the_code_void() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    for left in ["4 more tries", "3 more tries", "2 more tries", "one more try"] {
        let answer = client.give_code(&share, &wrong(&code)).await?;
        assert_eq!(answer.code(), 403);
        assert!(answer.says(left), "{left}: {}", answer.text());
    }
    let fifth = client.give_code(&share, &wrong(&code)).await?;
    assert!(fifth.code() == 403 && fifth.says("no longer works"), "{}", fifth.text());
    let form = client.get(&share.code_page()).await?.forms().remove(0);
    let right = client.post_form(&with_its_token(&share, &form).with("code", &code)).await?;
    assert_eq!(right.code(), 403, "the right code is worth nothing any more");
    assert_eq!((app.events("code.failed").len(), app.events("session.opened").len()), (5, 0));
    assert_eq!(client.ask_again(&share).await?.code(), 303);
    let fresh = app.mail.code(GUEST, 2).await;
    assert_eq!(client.give_code(&share, &fresh).await?.code(), 303);
    Ok(())
}

/// The form of the code page with the token of another form on it: a void code's page has no field for it.
fn with_its_token(share: &Shared, form: &Form) -> Form {
    Form { action: share.code_page(), fields: form.fields.clone() }
}

#[tokio::test]
async fn what_cannot_be_a_code_is_not_counted_and_blanks_do_not_matter() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    for text in ["", "12345", "1234567", "abcdef", "１２３４５６", "12345'", &"1".repeat(5_000)] {
        let answer = client.give_code(&share, text).await?;
        assert!(answer.code() == 403 && answer.says("6 digits"), "{text}");
    }
    assert_eq!(app.events("code.failed").len(), 0);
    let spaced = format!(" {} - {} ", &code[..3], &code[3..]);
    assert_eq!(client.give_code(&share, &spaced).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn ten_wrong_codes_in_a_day_make_each_further_try_wait_longer_and_never_lock() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    for _ in 0..2 {
        let client = app.client();
        let code = client.code_from_mail(&share.link(), GUEST).await?;
        fail(&client, &share, &code, 5).await?;
    }
    let client = app.client();
    let mut code = client.code_from_mail(&share.link(), GUEST).await?;
    let form = client.get(&share.code_page()).await?.form(&share.code_page());
    for (nth, minutes) in [1, 5, 15, 60, 60].into_iter().enumerate() {
        let early = client.post_form(&form.clone().with("code", &code)).await?;
        assert_eq!((early.code(), early.header("retry-after")), (429, &*(minutes * 60).to_string()), "wait {nth}");
        assert!(early.says("Too many codes were wrong"), "{}", early.text());
        app.pass(Duration::from_secs(minutes * 60 - 1));
        let early = client.post_form(&form.clone().with("code", &code)).await?;
        assert_eq!(early.code(), 429, "a second before the end of wait {nth}");
        assert_eq!(app.events("code.failed").len(), 10 + nth, "a try in slow mode is not counted");
        app.pass(Duration::from_secs(1));
        if minutes >= 15 {
            let mailed = app.mail.codes(GUEST).len();
            client.agree(&share.link()).await?;
            code = app.mail.code(GUEST, mailed + 1).await;
        }
        if nth < 4 {
            assert_eq!(client.give_code(&share, &wrong(&code)).await?.code(), 403);
        }
    }
    assert_eq!(client.give_code(&share, &code).await?.code(), 303, "whoever waits gets in");
    Ok(())
}

#[tokio::test]
async fn wrong_codes_are_forgotten_after_a_day() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    for _ in 0..2 {
        let client = app.client();
        let code = client.code_from_mail(&share.link(), GUEST).await?;
        fail(&client, &share, &code, 5).await?;
    }
    app.pass(24 * HOUR);
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    let answer = fail(&client, &share, &code, 1).await?;
    assert_eq!(answer.map(|answer| answer.code()), Some(403));
    assert_eq!(client.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_browser_that_was_in_before_is_not_slowed_by_the_wrong_codes_of_others() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let known = app.client();
    known.enter(&share).await?;
    known.finish(&share).await?;
    for _ in 0..2 {
        let stranger = app.client();
        let code = stranger.code_from_mail(&share.link(), GUEST).await?;
        fail(&stranger, &share, &code, 5).await?;
    }
    let code = known.code_from_mail(&share.link(), GUEST).await?;
    let stranger = app.client();
    stranger.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(stranger.give_code(&share, "000000").await?.code(), 429);
    assert_eq!(known.give_code(&share, &wrong(&code)).await?.code(), 403, "its own wrong code is counted, for it alone");
    assert_eq!(known.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_code_opens_nothing_in_another_browser() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let (first, second) = (app.client(), app.client());
    let code = first.code_from_mail(&share.link(), GUEST).await?;
    let own = second.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(second.give_code(&share, &code).await?.code(), if own == code { 303 } else { 403 });
    assert_eq!(app.client().give_code(&share, &code).await?.code(), 403, "without having agreed there is nothing to give it to");
    assert_eq!(first.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_code_is_right_until_ten_minutes_are_over_and_not_then() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let to = vec!["early@example.org".to_owned(), "late@example.org".to_owned()];
    let share = app.share(CreateShare { to, ..documents(&["report.txt"]) }).await?;
    let (early, late) = (app.client(), app.client());
    let in_time = early.code_from_mail(&share.link_of("early@example.org"), "early@example.org").await?;
    let too_late = late.code_from_mail(&share.link_of("late@example.org"), "late@example.org").await?;
    let form = late.get(&share.code_page()).await?.form(&share.code_page());
    app.pass(10 * MINUTE - Duration::from_millis(1));
    assert_eq!(early.give_code(&share, &in_time).await?.code(), 303);
    app.pass(Duration::from_millis(1));
    let answer = late.post_form(&form.with("code", &too_late)).await?;
    assert!(answer.code() == 403 && answer.says("This code has run out"), "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn of_a_hundred_right_answers_at_once_exactly_one_opens_a_session() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    let form = client.get(&share.code_page()).await?.form(&share.code_page()).with("code", &code);
    let twins: Vec<Client> = (0..100).map(|_| client.twin()).collect();
    // Connected first, so that all answers come together.
    for answer in soon(join_all(twins.iter().map(|twin| twin.get("/healthz")))).await {
        assert_eq!(answer?.code(), 200);
    }
    let answers = soon(join_all(twins.iter().map(|twin| twin.post_form(&form)))).await;
    let mut opened = 0;
    for answer in answers {
        let answer = answer?;
        assert!(matches!(answer.code(), 303 | 403), "{}", answer.text());
        opened += usize::from(
            answer
                .headers
                .get_all("set-cookie")
                .iter()
                .any(|cookie| cookie.as_bytes().starts_with(b"__Host-dw-s-")),
        );
    }
    assert_eq!((opened, app.events("session.opened").len(), app.events("code.failed").len()), (1, 1, 0));
    assert_eq!(app.gate.ledger().state().sessions.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_right_code_sent_twice_by_one_browser_leads_in_both_times() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    let form = client.get(&share.code_page()).await?.form(&share.code_page()).with("code", &code);
    let challenge = client.cookies();
    assert_eq!(client.post_form(&form).await?.code(), 303);
    let mut both = client.cookies();
    both.extend(challenge);
    client.set_cookies(both);
    let second = client.post_form(&form).await?;
    assert_eq!((second.code(), second.location()), (303, &*share.page()));
    assert_eq!(app.events("session.opened").len(), 1);
    Ok(())
}
