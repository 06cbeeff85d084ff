//! Mails that come back: shown at their share and told to its owner, once; what somebody made up changes nothing.

use crate::helpers::{MINUTE, Outcome, TestApp, documents, until};
use doorward::config::Bounces;
use doorward::crypto::bounce_tag;
use doorward::crypto::keys::KeyRing;
use doorward::domain::bounds::BOUNCES_EVERY;
use doorward::domain::email::EmailAddress;
use doorward::gate::report::ReportView;
use doorward::mail::{Letter, Undelivered};
use doorward::web::api::wire::CreateShare;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const GUEST: &str = "guest@example.org";
const OWNER: &str = "owner@example.org";

struct Post(TempDir);

impl Post {
    fn new() -> Outcome<Self> {
        let post = Self(TempDir::with_prefix("doorward-bounces-")?);
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir(post.0.path().join(folder))?;
        }
        Ok(post)
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Puts a report that a mail was not delivered into the box.
    fn report(&self, name: &str, to: &str, action: &str, why: &str) -> Outcome {
        let lines = [
            "From: MAILER-DAEMON@mx.example.net",
            &format!("To: <{to}>"),
            "Subject: Undelivered Mail Returned to Sender",
            "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"",
            "",
            "--b1",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.net",
            "",
            "Final-Recipient: rfc822; guest@example.org",
            &format!("Action: {action}"),
            "Status: 5.1.1",
            &format!("Diagnostic-Code: smtp; {why}"),
            "",
            "--b1--",
            "",
        ];
        Ok(fs::write(self.0.path().join("new").join(name), lines.join("\r\n"))?)
    }

    fn aside(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path().join("cur")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

async fn app(post: &Path) -> Outcome<TestApp> {
    let maildir = post.to_owned();
    let app = TestApp::with(move |config| {
        let address = EmailAddress::parse("bounces@example.org").expect("an address");
        config.mail.bounces = Some(Bounces { address, maildir: maildir.clone() });
    })
    .await?;
    app.put("report.txt", "the report")?;
    Ok(app)
}

fn returns_to(letter: &Letter) -> String {
    letter.return_to().expose().to_owned()
}

/// Waits until so many mails were put aside.
async fn taken(app: &TestApp, post: &Post, count: usize) {
    until("mails that came back were taken", || {
        app.pass(BOUNCES_EVERY);
        post.aside().len() >= count
    })
    .await;
}

#[tokio::test]
async fn an_invitation_that_comes_back_is_shown_and_told_once_and_ends_nothing() -> Outcome {
    let post = Post::new()?;
    let app = app(&post.path()).await?;
    let share = app.share_documents(&["report.txt"]).await?;
    let invitation = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    let to = returns_to(&invitation);
    assert!(to.starts_with("bounces+") && to.ends_with("@example.org") && to.len() < 80, "{to}");
    app.all_mailed().await;
    assert_eq!(app.view(&share).await?.links[0].status, "invited");
    post.report("1.a", &to, "delayed", "451 4.7.1 still trying")?;
    taken(&app, &post, 1).await;
    assert!(app.view(&share).await?.undelivered.is_empty(), "late is not lost");
    post.report("2.b", &to, "failed", "550 5.1.1 <guest@example.org>: User unknown, see https://evil.example/")?;
    let told = app.mail.wait_for(OWNER, "Not delivered", 0).await;
    assert!(told.is_empty());
    taken(&app, &post, 2).await;
    let told = app.mail.wait_for(OWNER, "Not delivered", 1).await.remove(0);
    assert!(told.content.text.contains(GUEST) && told.content.text.contains("no mailbox with this address"), "{}", told.content.text);
    assert!(!told.content.text.contains("evil.example"), "{}", told.content.text);
    assert!(!returns_to(&told).contains('+'), "what tells of a return does not return");
    let view = app.view(&share).await?;
    let failed = &view.undelivered[0];
    assert_eq!((failed.email.as_str(), failed.mail.as_str()), (GUEST, "invitation"));
    assert_eq!(failed.why, "it came back: 550 5.1.1 <…>: User unknown, see …");
    assert_eq!((view.links[0].status.as_str(), app.events("mail.bounced").len()), ("undelivered", 1));
    // The same again, as a server that repeats itself or somebody who was sent the mail might send it.
    for name in ["3.c", "4.d"] {
        post.report(name, &to, "failed", "550 5.1.1 again")?;
    }
    taken(&app, &post, 4).await;
    app.all_mailed().await;
    assert_eq!((app.view(&share).await?.undelivered.len(), app.mail.of(OWNER, "Not delivered").len()), (1, 1));
    let report = app.api("GET", &format!("/api/v1/shares/{}/report", share.id), &serde_json::Value::Null).await;
    let report: ReportView = serde_json::from_slice(&report.body)?;
    let bounced: Vec<_> = report.changes.iter().filter(|change| change.what == "bounced").collect();
    assert!(bounced.len() == 1 && bounced[0].email.as_deref() == Some(GUEST) && bounced[0].detail["why"] == failed.why, "{bounced:?}");
    // The link still works: a report takes nothing away from anybody.
    app.client().agree(&share.link()).await?;
    app.mail.code(GUEST, 1).await;
    assert_eq!(post.aside(), ["1.a:2,S", "2.b:2,S", "3.c:2,S", "4.d:2,S"]);
    Ok(())
}

#[tokio::test]
async fn a_made_up_report_changes_nothing_and_is_left_for_people() -> Outcome {
    let post = Post::new()?;
    let app = app(&post.path()).await?;
    let share = app.share_documents(&["report.txt"]).await?;
    let invitation = app.mail.wait_for(GUEST, "", 1).await.remove(0);
    app.all_mailed().await;
    let true_one = returns_to(&invitation);
    let bent = true_one.replacen("bounces+a", "bounces+b", 1);
    let by_id = format!("bounces+{}@example.org", invitation.id);
    for (name, to) in [("1", bent.as_str()), ("2", &by_id), ("3", "bounces@example.org"), ("4", GUEST)] {
        post.report(name, to, "failed", "550 5.1.1 no")?;
    }
    fs::write(post.path().join("new/5"), format!("To: {true_one}\nContent-Type: text/plain\n\nI am away until Monday.\n"))?;
    fs::write(post.path().join("new/6"), [0xff; 5000])?;
    let before = app.events("mail.bounced").len();
    taken(&app, &post, 6).await;
    assert_eq!(post.aside(), ["1:2,", "2:2,", "3:2,", "4:2,", "5:2,", "6:2,"]);
    assert_eq!((before, app.events("mail.bounced").len()), (0, 0));
    assert!(app.view(&share).await?.undelivered.is_empty());
    assert_eq!(app.mail.of(OWNER, "").len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_report_that_is_faster_than_the_news_of_its_mail_waits_for_it() -> Outcome {
    let post = Post::new()?;
    let app = app(&post.path()).await?;
    app.mail.0.fail_next(1, &Undelivered::temporary("the answer got lost".to_owned()));
    let share = app.share_documents(&["report.txt"]).await?;
    until("a try was put down", || app.gate.ledger().state().mails.values().any(|mail| mail.tries == 1)).await;
    let waiting = app.gate.ledger().state().mails.keys().next().copied().ok_or("nothing waits")?;
    let keys = KeyRing::open(&app.data().join("keys/ring.json"), false, app.gate.now())?;
    let to = format!("bounces+{}@example.org", bounce_tag::write(&keys, waiting));
    for name in ["1", "2"] {
        post.report(name, &to, "failed", "550 5.1.1 no")?;
    }
    taken(&app, &post, 2).await;
    app.all_mailed().await;
    assert_eq!((app.events("mail.bounced").len(), app.view(&share).await?.undelivered.len()), (1, 1));
    Ok(())
}

#[tokio::test]
async fn what_may_come_back_survives_a_restart_and_is_forgotten_after_two_weeks() -> Outcome {
    let post = Post::new()?;
    let app = app(&post.path()).await?;
    let wanted = CreateShare { to: vec!["one@example.org".to_owned(), "two@example.org".to_owned()], ..documents(&["report.txt"]) };
    let share = app.share(wanted).await?;
    let [one, two] = ["one@example.org", "two@example.org"];
    let one = returns_to(&app.mail.wait_for(one, "", 1).await.remove(0));
    let two = returns_to(&app.mail.wait_for(two, "", 1).await.remove(0));
    app.all_mailed().await;
    let app = app.stop().await?.start().await?;
    post.report("1", &one, "failed", "550 5.1.1 no")?;
    taken(&app, &post, 1).await;
    assert_eq!(app.view(&share).await?.undelivered.len(), 1);
    app.pass(15 * 24 * 60 * MINUTE);
    post.report("2", &two, "failed", "550 5.1.1 no")?;
    taken(&app, &post, 2).await;
    app.all_mailed().await;
    assert_eq!(app.view(&share).await?.undelivered.len(), 1, "it is too long ago");
    Ok(())
}

#[tokio::test]
async fn whoever_an_invitation_came_back_from_gets_no_reminder_and_no_word_of_the_end_until_invited_again() -> Outcome {
    let post = Post::new()?;
    let app = app(&post.path()).await?;
    let two = ["one@example.org", "two@example.org"];
    let to = two.map(str::to_owned).to_vec();
    let wanted = CreateShare { to, expires: Some("10d".to_owned()), remind: Some("2d".to_owned()), ..documents(&["report.txt"]) };
    let share = app.share(wanted).await?;
    for (name, email) in [("1", two[0]), ("2", two[1])] {
        let back = returns_to(&app.mail.wait_for(email, "", 1).await.remove(0));
        app.all_mailed().await;
        post.report(name, &back, "failed", "550 5.1.1 no")?;
    }
    taken(&app, &post, 2).await;
    let resend = json!({ "to": two[1] });
    assert_eq!(app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &resend).await.code(), 200);
    app.mail.wait_for(two[1], "", 2).await;
    app.all_mailed().await;
    app.pass(8 * 24 * 60 * MINUTE);
    app.mail.wait_for(two[1], "Until", 1).await;
    app.revoke(&share, None).await?;
    app.mail.wait_for(two[1], "Access has ended", 1).await;
    app.all_mailed().await;
    assert_eq!(app.mail.of(two[0], "").len(), 1, "what does not arrive is not sent");
    Ok(())
}
