//! Mailing codes: the same digits while they are right, and no more mails than a mailbox should get.

use super::{GUEST, app_with_a_share, wrong};
use crate::helpers::mailbox::code_in;
use crate::helpers::{HOUR, MINUTE, Outcome, Shared, TestApp};
use doorward::config::CodeDelivery;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn asked_again_the_same_digits_are_mailed_while_they_are_right_and_new_ones_after() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    app.pass(MINUTE);
    client.ask_again(&share).await?;
    assert_eq!(app.mail.code(GUEST, 2).await, code);
    app.pass(9 * MINUTE);
    client.ask_again(&share).await?;
    let fresh = app.mail.code(GUEST, 3).await;
    assert_ne!(fresh, code);
    assert_eq!(client.give_code(&share, &code).await?.code(), 403);
    assert_eq!(client.give_code(&share, &fresh).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_new_code_by_the_button_still_belongs_to_the_agreement() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    client.code_from_mail(&share.link(), GUEST).await?;
    app.pass(10 * MINUTE);
    client.ask_again(&share).await?;
    let fresh = app.mail.code(GUEST, 2).await;
    assert_eq!(client.give_code(&share, &fresh).await?.code(), 303);
    let state = app.gate.ledger().state();
    let agreed = state
        .shares
        .values()
        .flat_map(|share| share.recipients.values())
        .filter(|recipient| recipient.agreed.is_some());
    assert_eq!(agreed.count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_mailbox_gets_a_code_once_a_minute_five_times_an_hour_and_ten_times_a_day() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let client = app.client();
    client.agree(&share.link()).await?;
    let sent = || app.events("code.sent").len();
    app.pass(MINUTE - Duration::from_millis(1));
    assert_eq!(client.ask_again(&share).await?.code(), 303);
    assert_eq!(sent(), 1, "not within a minute");
    app.pass(Duration::from_millis(1));
    for mails in 2..=5 {
        client.ask_again(&share).await?;
        assert_eq!(sent(), mails);
        app.pass(MINUTE);
    }
    client.ask_again(&share).await?;
    assert_eq!(sent(), 5, "not six in an hour");
    assert!(client.get(&share.code_page()).await?.says("at 13:00"), "the page says when: an hour after the first");
    app.pass(54 * MINUTE + Duration::from_secs(59));
    client.agree(&share.link()).await?;
    assert_eq!(sent(), 5, "a second before the hour is over");
    app.pass(Duration::from_secs(1));
    for mails in 6..=10 {
        client.agree(&share.link()).await?;
        assert_eq!(sent(), mails);
        app.pass(MINUTE);
    }
    app.pass(2 * HOUR);
    client.agree(&share.link()).await?;
    assert_eq!(sent(), 10, "not eleven in a day");
    assert!(client.get(&share.code_page()).await?.says("No more codes can be sent to this mailbox for now"));
    app.pass(22 * HOUR);
    client.agree(&share.link()).await?;
    assert_eq!(sent(), 11);
    Ok(())
}

#[tokio::test]
async fn a_fourth_browser_waits_for_the_first_of_three_codes_to_run_out() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    for _ in 0..3 {
        app.client().code_from_mail(&share.link(), GUEST).await?;
        app.pass(Duration::from_secs(30));
    }
    let fourth = app.client();
    assert_eq!(fourth.agree(&share.link()).await?.code(), 303);
    assert_eq!(app.events("code.sent").len(), 3);
    let page = fourth.get(&share.code_page()).await?;
    assert!(page.says("still waiting to be used") && page.says("at 12:10"), "{}", page.text());
    app.pass(9 * MINUTE - Duration::from_secs(30));
    let code = fourth.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(fourth.give_code(&share, &code).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_code_mail_holds_digits_and_no_link_and_says_nothing_of_what_is_shared() -> Outcome {
    let (app, share) = app_with_a_share().await?;
    let code = app.client().code_from_mail(&share.link(), GUEST).await?;
    let letters = app.mail.of(GUEST, "Your code");
    assert_eq!(letters.len(), 1);
    for text in [&letters[0].content.text, &letters[0].content.html, &letters[0].content.subject] {
        for word in ["http", "localhost", "/s/", "/d/", "report", "href"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    assert!(!letters[0].content.subject.contains(&code), "a lock screen shows subjects");
    let wire = String::from_utf8_lossy(&letters[0].format()).into_owned();
    assert!(wire.contains("Auto-Submitted: auto-generated"));
    Ok(())
}

async fn app_that_mails_codes_along() -> Outcome<TestApp> {
    let app = TestApp::with(|config| config.otp.delivery = CodeDelivery::WithInvite).await?;
    app.put("report.txt", "the report")?;
    Ok(app)
}

#[tokio::test]
async fn a_code_mailed_with_the_invitation_works_in_any_browser_and_once() -> Outcome {
    let app = app_that_mails_codes_along().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    let letters = app.mail.wait_for(GUEST, "", 2).await;
    let code = app.mail.code(GUEST, 1).await;
    assert!(letters.iter().all(|letter| code_in(letter).is_none() || !letter.content.text.contains("/s/")), "never both in one mail");
    app.pass(23 * HOUR);
    let (first, second) = (app.client(), app.client());
    assert_eq!(first.agree(&share.link()).await?.code(), 303);
    assert_eq!(second.agree(&share.link()).await?.code(), 303);
    assert_eq!(app.events("code.sent").len(), 1, "agreeing sends no mail while that code can be used");
    assert_eq!(first.give_code(&share, &wrong(&code)).await?.code(), 403);
    assert_eq!(first.give_code(&share, &code).await?.code(), 303);
    assert_ne!(second.give_code(&share, &code).await?.code(), 303, "it was used");
    assert_eq!(app.events("session.opened").len(), 1);
    second.agree(&share.link()).await?;
    let own = app.mail.code(GUEST, 2).await;
    assert_eq!(second.give_code(&share, &own).await?.code(), 303, "from then on codes are mailed when asked for");
    Ok(())
}

#[tokio::test]
async fn a_code_mailed_with_the_invitation_runs_out_after_a_day() -> Outcome {
    let app = app_that_mails_codes_along().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    let along = app.mail.code(GUEST, 1).await;
    app.pass(24 * HOUR);
    let client = app.client();
    let own = client.code_from_mail(&share.link(), GUEST).await?;
    assert_eq!(client.give_code(&share, &along).await?.code(), if along == own { 303 } else { 403 });
    assert_eq!(client.give_code(&share, &own).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn a_wait_that_was_served_is_good_for_one_try_of_the_code_that_came_with_the_invitation() -> Outcome {
    let app = app_that_mails_codes_along().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.agree(&share.link()).await?;
    for mails in 1..=2 {
        let code = app.mail.code(GUEST, mails).await;
        for _ in 0..5 {
            assert_eq!(client.give_code(&share, &wrong(&code)).await?.code(), 403);
        }
        invite_again(&app, &share).await;
    }
    let code = app.mail.code(GUEST, 3).await;
    for minutes in [1, 5, 15] {
        let early = client.give_code(&share, &wrong(&code)).await?;
        assert_eq!((early.code(), early.header("retry-after")), (429, &*(minutes * 60).to_string()));
        app.pass(minutes * MINUTE);
        assert_eq!(client.give_code(&share, &wrong(&code)).await?.code(), 403, "after {minutes} minutes");
    }
    Ok(())
}

#[tokio::test]
async fn an_invitation_speaks_of_a_second_mail_only_where_one_comes() -> Outcome {
    let app = TestApp::with(|config| (config.otp.delivery, config.otp.mails_per_hour) = (CodeDelivery::WithInvite, 2)).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    for _ in 0..2 {
        app.pass(MINUTE);
        invite_again(&app, &share).await;
    }
    app.all_mailed().await;
    let letters = app.mail.of(GUEST, "");
    let invitations = letters.iter().filter(|letter| letter.content.text.contains("/s/"));
    let told: Vec<bool> = invitations
        .map(|letter| letter.content.text.contains("you get a second mail with a code"))
        .collect();
    assert_eq!((app.mail.codes(GUEST).len(), told), (2, vec![true, true, false]), "the hour's mails are used up");
    Ok(())
}

async fn invite_again(app: &TestApp, share: &Shared) {
    let again = app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({})).await;
    assert_eq!(again.text(), "{\"queued\":1}");
}
