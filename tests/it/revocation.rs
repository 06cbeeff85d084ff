//! The end of access: what it says, and that it reaches downloads under way within a second, whether their reader reads or not.

use crate::api::receipts::LARGE;
use crate::helpers::{Answer, Client, HOUR, MINUTE, Outcome, Shared, TestApp, documents, soon, until};
use doorward::crypto::link::Link;
use doorward::domain::ids::{RecipientId, ShareId};
use doorward::domain::receipt::Outcome as Reached;
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;
use std::time::{Duration, Instant};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
const GUEST: &str = "guest@example.org";

/// A download of which a first piece was read and then no more.
async fn stalled(client: &Client, share: &Shared, email: &str) -> Outcome<Incoming> {
    client.enter_as(share, email).await?;
    let mut body = client.open("GET", &share.document("large.bin"), &[], Vec::new()).await?.into_body();
    soon(body.frame()).await.ok_or("there is a first piece")??;
    Ok(body)
}

/// Reads on to the end: how many bytes, and whether it ended as it should.
pub(crate) async fn read_on(mut body: Incoming) -> (u64, bool) {
    let mut bytes = 0;
    while let Some(frame) = soon(body.frame()).await {
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            Err(_) => return (bytes, false),
        }
    }
    (bytes, true)
}

/// Reads on after access has ended, and holds what must be then.
async fn must_be_cut(body: Incoming, why: &str) {
    let start = Instant::now();
    let (bytes, whole) = read_on(body).await;
    assert!(!whole, "{why}: it came to its end");
    assert!(start.elapsed() < SECOND, "{why}: the cut took {:?}", start.elapsed());
    assert!(bytes < LARGE / 4, "{why}: {bytes} bytes came after the end of access");
}

async fn app_with_a_large_share(to: &[&str]) -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put_large("large.bin", LARGE)?;
    let to = to.iter().map(|&email| email.to_owned()).collect();
    let share = app.share(CreateShare { to, expires: Some("2h".to_owned()), ..documents(&["large.bin"]) }).await?;
    Ok((app, share))
}

#[tokio::test]
async fn stopping_a_share_cuts_a_stalled_download_within_a_second() -> Outcome {
    for http2 in [false, true] {
        let (app, share) = app_with_a_large_share(&[GUEST]).await?;
        let client = if http2 { app.client_http2() } else { app.client() };
        let body = stalled(&client, &share, GUEST).await?;
        app.revoke(&share, None).await?;
        must_be_cut(body, if http2 { "HTTP/2" } else { "HTTP/1.1" }).await;
        let receipt = app.settled_receipt().await?;
        assert_eq!(receipt.outcome, Reached::Part);
        let again = app.client();
        again.set_cookies(client.cookies());
        assert_eq!(again.get(&share.document("large.bin")).await?.code(), 410);
    }
    Ok(())
}

#[tokio::test]
async fn a_reader_that_never_reads_again_is_cut_as_well() -> Outcome {
    for http2 in [false, true] {
        let (app, share) = app_with_a_large_share(&[GUEST]).await?;
        let client = if http2 { app.client_http2() } else { app.client() };
        let body = stalled(&client, &share, GUEST).await?;
        assert_eq!(app.gate.running(), 1);
        let start = Instant::now();
        app.revoke(&share, None).await?;
        until("the download has ended on the server's side", || app.gate.running() == 0).await;
        assert!(start.elapsed() < 3 * SECOND, "it took {:?}", start.elapsed());
        drop(body);
    }
    Ok(())
}

#[tokio::test]
async fn stopping_one_recipient_leaves_the_others_their_downloads() -> Outcome {
    let (app, share) = app_with_a_large_share(&["one@example.org", "two@example.org"]).await?;
    let (one, two) = (app.client(), app.client_http2());
    let (first, second) = (stalled(&one, &share, "one@example.org").await?, stalled(&two, &share, "two@example.org").await?);
    app.revoke(&share, Some("one@example.org")).await?;
    must_be_cut(first, "the stopped one").await;
    assert!(read_on(second).await.1, "the other one is left alone");
    let refused = app.client().get(&share.link_of("one@example.org")).await?;
    assert!(refused.code() == 410 && refused.says("Your access has been ended"));
    assert_eq!(app.client().get(&share.link_of("two@example.org")).await?.code(), 200);
    Ok(())
}

#[tokio::test]
async fn leaving_cuts_the_downloads_of_that_session() -> Outcome {
    let (app, share) = app_with_a_large_share(&[GUEST]).await?;
    let client = app.client();
    let body = stalled(&client, &share, GUEST).await?;
    assert_eq!(client.twin().finish(&share).await?.code(), 303);
    must_be_cut(body, "the session that was left").await;
    Ok(())
}

#[tokio::test]
async fn the_end_of_a_share_cuts_its_downloads() -> Outcome {
    for http2 in [false, true] {
        let (app, share) = app_with_a_large_share(&[GUEST]).await?;
        let client = if http2 { app.client_http2() } else { app.client() };
        let body = stalled(&client, &share, GUEST).await?;
        app.pass(2 * HOUR);
        must_be_cut(body, "expired").await;
    }
    Ok(())
}

#[tokio::test]
async fn a_nearer_end_and_viewing_only_cut_downloads_and_a_later_end_does_not() -> Outcome {
    let (app, share) = app_with_a_large_share(&[GUEST]).await?;
    let client = app.client();
    let body = stalled(&client, &share, GUEST).await?;
    assert_eq!(app.update(&share, json!({ "expires": "1m" })).await.code(), 200);
    app.pass(MINUTE);
    must_be_cut(body, "a nearer end").await;

    let (app, share) = app_with_a_large_share(&[GUEST]).await?;
    let client = app.client();
    let body = stalled(&client, &share, GUEST).await?;
    assert_eq!(app.update(&share, json!({ "delivery": "preview" })).await.code(), 200);
    must_be_cut(body, "viewing only").await;

    let (app, share) = app_with_a_large_share(&[GUEST]).await?;
    let client = app.client();
    let body = stalled(&client, &share, GUEST).await?;
    assert_eq!(app.update(&share, json!({ "expires": "30d" })).await.code(), 200);
    app.pass(3 * HOUR);
    assert!(read_on(body).await.1, "a download goes on when its share is extended");
    Ok(())
}

#[tokio::test]
async fn a_true_link_learns_why_it_is_closed_and_works_again_once_extended() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { expires: Some("1h".to_owned()), ..documents(&["report.txt"]) }).await?;
    let client = app.client();
    app.update(&share, json!({ "expires": "2h" })).await;
    app.pass(HOUR);
    assert_eq!(client.open_link(&share.link()).await?.code(), 200, "extending keeps the link");
    app.pass(HOUR);
    let refused = client.open_link(&share.link()).await?;
    assert!(refused.code() == 410 && refused.says("This share has ended"), "{}", refused.text());
    assert_eq!(app.update(&share, json!({ "expires": "1h" })).await.code(), 200);
    let page = client.enter(&share).await?;
    assert!(page.code() == 200 && client.get(&share.document("report.txt")).await?.text() == "the report");
    app.revoke(&share, None).await?;
    let refused = client.open_link(&share.link()).await?;
    assert!(refused.code() == 410 && refused.says("This share has been stopped"));
    assert_eq!(app.update(&share, json!({ "expires": "1h" })).await.code(), 409, "a stopped share stays stopped");
    Ok(())
}

#[tokio::test]
async fn forged_and_unknown_links_are_not_to_be_told_apart() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let key = Link::verify(share.link().trim_start_matches("/s/"), app.gate.keys())?;
    let signed = |share, recipient| Link { key: key.key, share, recipient }.sign(app.gate.keys()).map(|link| format!("/s/{link}"));
    let unknown_share = signed(ShareId::from_bytes([7; 16]), key.recipient).ok_or("the key is there")?;
    let unknown_recipient = signed(key.share, RecipientId::from_bytes([7; 16])).ok_or("the key is there")?;
    app.revoke(&share, None).await?;
    let client = app.client();
    let mut answers: Vec<Answer> = Vec::new();
    for link in [&unknown_share, &unknown_recipient, "/s/x", &format!("{}A", share.link()), "/s/AAAA%00"] {
        answers.push(client.get(link).await?);
    }
    for answer in &answers {
        assert_eq!((answer.code(), &answer.body), (404, &answers[0].body));
    }
    assert_eq!(client.get(&share.link()).await?.code(), 410);
    Ok(())
}

#[tokio::test]
async fn whoever_was_invited_is_told_that_access_has_ended_once() -> Outcome {
    let (app, share) = app_with_a_large_share(&[GUEST]).await?;
    app.mail.wait_for(GUEST, "shares documents", 1).await;
    app.all_mailed().await;
    app.revoke(&share, None).await?;
    app.mail.wait_for(GUEST, "Access has ended", 1).await;
    app.revoke(&share, None).await?;
    app.revoke(&share, Some(GUEST)).await?;
    app.all_mailed().await;
    assert_eq!((app.mail.of(GUEST, "Access has ended").len(), app.events("share.revoked").len()), (1, 1));
    Ok(())
}
