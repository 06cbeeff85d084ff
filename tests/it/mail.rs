//! The outbox: a mail goes out once, waits out a server that is down, and one that cannot go out is shown where staff look.

use crate::helpers::mailbox::code_in;
use crate::helpers::{HOUR, MINUTE, Outcome, TestApp, documents, until};
use doorward::domain::language::Language;
use doorward::mail::Undelivered;
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use std::time::Duration;

const GUEST: &str = "guest@example.org";
const OWNER: &str = "owner@example.org";

fn down() -> Undelivered {
    Undelivered::temporary("connection refused".to_owned())
}

async fn app_with_a_document() -> Outcome<TestApp> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    Ok(app)
}

/// Waits until so many tries have failed.
async fn delayed(app: &TestApp, times: u32) {
    until("a try was put down", || app.gate.ledger().state().mails.values().any(|mail| mail.tries == times)).await;
}

#[tokio::test]
async fn an_invitation_names_the_sender_the_message_and_the_link() -> Outcome {
    let app = app_with_a_document().await?;
    let wanted = CreateShare {
        subject: Some("Your papers".to_owned()),
        message: Some("Please read **all** of it.".to_owned()),
        to: vec!["one@example.org".to_owned(), "two@example.org".to_owned()],
        ..documents(&["report.txt"])
    };
    let share = app.share(wanted).await?;
    for email in ["one@example.org", "two@example.org"] {
        let letter = app.mail.wait_for(email, "", 1).await.remove(0);
        let text = &letter.content.text;
        assert!(text.contains("Case Office") && text.contains("Please read all of it.") || text.contains("**all**"), "{text}");
        let link = format!("https://localhost:{}{}", app.address.port(), share.link_of(email));
        assert!(text.contains(&link), "{text}");
        let wire = String::from_utf8(letter.format())?;
        assert!(wire.contains(&format!("\r\nList-Unsubscribe: <{link}>\r\n")) && !wire.contains("List-Unsubscribe-Post"), "{wire}");
        assert_eq!(letter.reply_to.map(|address| address.expose().to_owned()).as_deref(), Some(OWNER));
    }
    assert_ne!(share.link_of("one@example.org"), share.link_of("two@example.org"));
    Ok(())
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_tried_again_and_the_mail_goes_out_once() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(3, &down());
    let share = app.share_documents(&["report.txt"]).await?;
    for (times, minutes) in [(1, 1), (2, 2), (3, 5)] {
        delayed(&app, times).await;
        assert_eq!(app.mail.of(GUEST, "").len(), 0);
        assert_eq!(app.view(&share).await?.links[0].status, "waiting");
        app.pass(minutes * MINUTE);
    }
    app.mail.wait_for(GUEST, "", 1).await;
    app.all_mailed().await;
    assert_eq!(app.view(&share).await?.links[0].status, "invited");
    app.pass(600 * MINUTE);
    app.client().get("/healthz").await?;
    assert_eq!(app.mail.0.letters().len(), 1);
    assert!(app.view(&share).await?.undelivered.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_mail_that_fails_for_good_is_shown_at_the_share_and_told_to_the_owner() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(1, &Undelivered::permanent("550 no such user".to_owned()));
    let share = app.share_documents(&["report.txt"]).await?;
    let told = app.mail.wait_for(OWNER, "Not delivered", 1).await.remove(0);
    assert!(told.content.text.contains(GUEST) && told.content.text.contains("550 no such user"), "{}", told.content.text);
    let view = app.view(&share).await?;
    let failed = &view.undelivered[0];
    assert_eq!((failed.email.as_str(), failed.mail.as_str(), failed.why.as_str()), (GUEST, "invitation", "550 no such user"));
    assert_eq!(view.links[0].status, "undelivered");
    let again = app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({})).await;
    assert_eq!(again.code(), 200);
    app.mail.wait_for(GUEST, "shares documents", 1).await;
    Ok(())
}

#[tokio::test]
async fn a_mail_is_given_up_after_twelve_tries() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(12, &down());
    let share = app.share_documents(&["report.txt"]).await?;
    for times in 1..=11 {
        delayed(&app, times).await;
        app.pass(720 * MINUTE);
    }
    app.mail.wait_for(OWNER, "Not delivered", 1).await;
    app.all_mailed().await;
    assert_eq!(app.view(&share).await?.undelivered.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_code_gets_through_a_greylist_of_five_minutes() -> Outcome {
    let app = app_with_a_document().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.mail.wait_for(GUEST, "", 1).await;
    app.mail.0.fail_next(6, &Undelivered::temporary("451 4.7.1 greylisted".to_owned()));
    app.client().agree(&share.link()).await?;
    for (times, seconds) in [(1, 20), (2, 40), (3, 60), (4, 60), (5, 60), (6, 60)] {
        delayed(&app, times).await;
        assert_eq!(app.mail.codes(GUEST).len(), 0);
        app.pass(Duration::from_secs(seconds));
    }
    app.mail.code(GUEST, 1).await;
    Ok(())
}

#[tokio::test]
async fn a_code_overtakes_all_that_waits() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(40, &down());
    let to = (0..40).map(|n| format!("guest-{n}@example.org")).collect();
    let share = app.share(CreateShare { to, ..documents(&["report.txt"]) }).await?;
    let all_tried = |tries| move |app: &TestApp| app.gate.ledger().state().mails.values().all(|mail| mail.tries >= tries);
    until("all were tried", || all_tried(1)(&app)).await;
    // The code becomes due in the same moment as all the others.
    app.mail.0.fail_next(1, &down());
    app.client().agree(&share.link_of("guest-7@example.org")).await?;
    until("the code was tried", || app.gate.ledger().state().mails.len() == 41 && all_tried(1)(&app)).await;
    app.mail.0.fail_next(1, &down());
    app.pass(Duration::from_secs(20));
    delayed(&app, 2).await;
    // Time passes bit by bit, so that the last try is over when the next are due.
    for _ in 0..20 {
        app.pass(Duration::from_secs(1));
        app.client().get("/healthz").await?;
    }
    app.pass(Duration::from_secs(20));
    app.all_mailed().await;
    let letters = app.mail.0.letters();
    let at = letters.iter().position(|letter| code_in(letter).is_some());
    assert!(at.is_some_and(|at| at < 4), "of 41 letters it was number {at:?}");
    Ok(())
}

#[tokio::test]
async fn the_outbox_survives_a_stop_and_a_crash() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(1, &down());
    app.share_documents(&["report.txt"]).await?;
    delayed(&app, 1).await;
    let stopped = app.stop().await?.start().await?;
    let crashed = stopped.after_a_crash().await?;
    drop(stopped);
    assert_eq!(crashed.mail.0.letters().len(), 0);
    crashed.pass(MINUTE);
    crashed.mail.wait_for(GUEST, "", 1).await;
    crashed.all_mailed().await;
    assert_eq!(crashed.mail.0.letters().len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_invitation_that_waits_does_not_go_out_once_the_share_is_stopped() -> Outcome {
    let app = app_with_a_document().await?;
    app.mail.0.fail_next(1, &down());
    let share = app.share_documents(&["report.txt"]).await?;
    delayed(&app, 1).await;
    app.revoke(&share, None).await?;
    app.pass(MINUTE);
    app.all_mailed().await;
    assert_eq!((app.events("mail.dropped").len(), app.events("mail.failed").len()), (1, 0), "it is taken out, and that is no failure");
    assert_eq!(app.mail.of(GUEST, "").len(), 0, "neither an invitation nor its end reaches somebody who was never invited");
    assert_eq!(app.mail.of(OWNER, "").len(), 0, "and the owner, who stopped it, is not told of a failure");
    Ok(())
}

#[tokio::test]
async fn a_code_that_comes_too_late_is_not_mailed() -> Outcome {
    let app = app_with_a_document().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.mail.wait_for(GUEST, "", 1).await;
    app.mail.0.fail_next(1, &down());
    app.client().agree(&share.link()).await?;
    delayed(&app, 1).await;
    app.pass(10 * MINUTE);
    app.all_mailed().await;
    assert_eq!(app.events("mail.failed").len(), 1, "it is given up");
    assert_eq!(app.mail.codes(GUEST).len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_share_without_a_subject_is_called_by_its_day() -> Outcome {
    let app = app_with_a_document().await?;
    let share = app.share(CreateShare { language: Some(Language::German), ..documents(&["report.txt"]) }).await?;
    app.mail.wait_for(GUEST, "", 1).await;
    app.all_mailed().await;
    app.revoke(&share, None).await?;
    let ended = app.mail.wait_for(GUEST, "Der Zugang ist beendet: ", 1).await.remove(0);
    assert!(ended.content.subject.ends_with("Freigabe vom 1.\u{a0}Oktober 2026"), "{}", ended.content.subject);
    assert!(ended.content.text.contains("„Freigabe vom 1.\u{a0}Oktober 2026“"), "{}", ended.content.text);
    Ok(())
}

#[tokio::test]
async fn while_the_mail_server_is_down_page_and_staff_are_told_that_the_code_waits() -> Outcome {
    let app = app_with_a_document().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.all_mailed().await;
    app.mail.0.fail_next(1, &down());
    let client = app.client();
    client.agree(&share.link()).await?;
    delayed(&app, 1).await;
    let page = client.get(&share.code_page()).await?;
    assert!(page.says("could not be sent yet") && !page.says("We have sent"), "{}", page.text());
    let waits = app.view(&share).await?.delayed.remove(0);
    assert_eq!((waits.email.as_str(), waits.mail.as_str(), waits.tries, waits.why.as_str()), (GUEST, "code", 1, "connection refused"));
    app.pass(MINUTE);
    app.mail.code(GUEST, 1).await;
    app.all_mailed().await;
    assert!(client.get(&share.code_page()).await?.says("We have sent") && app.view(&share).await?.delayed.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_mail_that_became_useless_is_no_failure_and_keeps_nobody_from_being_reminded() -> Outcome {
    let app = app_with_a_document().await?;
    let wanted = CreateShare { expires: Some("10d".to_owned()), remind: Some("2d".to_owned()), ..documents(&["report.txt"]) };
    let share = app.share(wanted).await?;
    app.all_mailed().await;
    let client = app.client();
    let code = client.code_from_mail(&share.link(), GUEST).await?;
    app.pass(2 * MINUTE);
    app.mail.0.fail_next(1, &down());
    client.ask_again(&share).await?;
    delayed(&app, 1).await;
    assert_eq!(client.give_code(&share, &code).await?.code(), 303);
    // After this the code's time is over as well.
    app.pass(10 * MINUTE);
    app.all_mailed().await;
    assert_eq!((app.view(&share).await?.undelivered.len(), app.mail.of(OWNER, "").len()), (0, 0));
    assert_eq!((app.events("mail.dropped").len(), app.mail.codes(GUEST).len()), (1, 1));
    app.pass(8 * 24 * HOUR);
    app.mail.wait_for(GUEST, "Until", 1).await;
    Ok(())
}
