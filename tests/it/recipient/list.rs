//! The session behind the share's page: how long it lasts, what it opens, and that it survives a restart.

use crate::helpers::{Client, MINUTE, Outcome, Shared, TestApp, documents, until};
use doorward::web::api::wire::CreateShare;
use std::time::Duration;

async fn entered() -> Outcome<(TestApp, Shared, Client)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((app, share, client))
}

#[tokio::test]
async fn the_page_lists_documents_with_size_and_kind_and_says_how_long_the_session_lasts() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.pdf", "%PDF-1.7 and more")?;
    let wanted = CreateShare {
        subject: Some("Your papers".to_owned()),
        message: Some("Please read **all** of it. <script>alert(1)</script>".to_owned()),
        ..documents(&["report.pdf"])
    };
    let share = app.share(wanted).await?;
    let page = app.client().enter(&share).await?;
    for text in ["Your papers", "report.pdf", "17 bytes", "<strong>all</strong>", "You stay signed in until", "I am finished"] {
        assert!(page.says(text), "{text}: {}", page.text());
    }
    assert!(!page.says("<script>alert"), "a message is no program");
    Ok(())
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_request() -> Outcome {
    let (app, share, client) = entered().await?;
    for _ in 0..3 {
        app.pass(30 * MINUTE - Duration::from_millis(1));
        assert_eq!(client.get(&share.page()).await?.code(), 200);
        // Nobody waits for a use to be put down, and this clock must not move before it is.
        until("the use is put down", || app.gate.ledger().state().sessions.values().all(|session| session.used == app.gate.now())).await;
    }
    app.pass(30 * MINUTE);
    for path in [share.page(), share.document("report.txt")] {
        let answer = client.get(&path).await?;
        assert!(answer.code() == 403 && answer.says("You have been signed out") && !answer.says("the report"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_however_busy() -> Outcome {
    let (app, share, client) = entered().await?;
    for _ in 0..32 {
        assert_eq!(client.get(&share.page()).await?.code(), 200);
        app.pass(15 * MINUTE);
    }
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 403, "after eight hours");
    client.enter(&share).await?;
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200, "and a new code opens a new one");
    Ok(())
}

#[tokio::test]
async fn a_session_ends_with_its_share() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { expires: Some("20m".to_owned()), ..documents(&["report.txt"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.pass(20 * MINUTE - Duration::from_millis(1));
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200);
    app.pass(Duration::from_millis(1));
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 410);
    Ok(())
}

#[tokio::test]
async fn a_session_and_a_code_under_way_survive_a_restart_and_a_crash() -> Outcome {
    let (app, share, client) = entered().await?;
    let second = app.client();
    let code = second.code_from_mail(&share.link(), "guest@example.org").await?;
    let (first, second) = (client.cookies(), second.cookies());
    let crashed = app.after_a_crash().await?;
    let stopped = app.stop().await?.start().await?;
    for app in [&crashed, &stopped] {
        let client = app.client();
        client.set_cookies(first.clone());
        assert_eq!(client.get(&share.document("report.txt")).await?.text(), "the report");
        let other = app.client();
        other.set_cookies(second.clone());
        assert_eq!(other.give_code(&share, &code).await?.code(), 303);
    }
    stopped.pass(30 * MINUTE);
    let client = stopped.client();
    client.set_cookies(first);
    assert_eq!(client.get(&share.page()).await?.code(), 403, "a restart makes no session longer");
    Ok(())
}

#[tokio::test]
async fn a_session_opens_its_own_share_and_no_other() -> Outcome {
    let (app, share, client) = entered().await?;
    app.put("other.txt", "of the other share")?;
    let other = app.share_documents(&["other.txt"]).await?;
    assert_eq!(client.get(&other.page()).await?.code(), 403);
    assert_eq!(client.get(&other.document("other.txt")).await?.code(), 403);
    assert_eq!(client.get(&share.document("other.txt")).await?.code(), 404, "nor is it reached from this one");
    let cookies = client
        .cookies()
        .into_iter()
        .map(|(name, value)| (name.replace(&share.id, &other.id), value))
        .collect();
    client.set_cookies(cookies);
    assert_eq!(client.get(&other.document("other.txt")).await?.code(), 403);
    Ok(())
}
