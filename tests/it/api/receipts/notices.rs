//! Notices of reads: the first at once, what follows within a quarter of an hour in one mail.

use super::opened;
use crate::helpers::{MINUTE, Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::time::Duration;

const OWNER: &str = "owner@example.org";

#[tokio::test]
async fn the_first_read_is_told_at_once_and_what_follows_as_one_mail() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["a.txt", "b.txt", "c.txt"] {
        app.put(name, name)?;
    }
    let wanted = CreateShare { subject: Some("Papers".to_owned()), ..documents(&["a.txt", "b.txt", "c.txt"]) };
    let share = app.share(wanted).await?;
    let client = app.client();
    client.enter(&share).await?;
    client.get(&share.document("a.txt")).await?;
    let first = app.mail.wait_for(OWNER, "Papers", 1).await.remove(0);
    assert!(first.content.subject.starts_with("One new receipt"), "{}", first.content.subject);
    assert!(first.content.text.contains("guest@example.org") && first.content.text.contains("a.txt"));
    app.all_mailed().await;
    for name in ["b.txt", "c.txt", "b.txt"] {
        app.pass(MINUTE);
        client.get(&share.document(name)).await?;
    }
    app.pass(12 * MINUTE - Duration::from_millis(1));
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 1, "they are gathered");
    app.pass(Duration::from_millis(1));
    let second = app.mail.wait_for(OWNER, "Papers", 2).await.remove(1);
    assert!(second.content.subject.starts_with("2 new receipts"), "{}", second.content.subject);
    assert!(second.content.text.contains("b.txt") && second.content.text.contains("c.txt") && !second.content.text.contains("a.txt"));
    app.all_mailed().await;
    app.pass(60 * MINUTE);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "Papers").len(), 2, "nothing more was read");
    Ok(())
}

#[tokio::test]
async fn looking_at_the_list_is_told_to_nobody() -> Outcome {
    let (app, share, client) = opened("a.txt", b"a").await?;
    client.get(&share.page()).await?;
    client.head(&share.document("a.txt")).await?;
    app.pass(20 * MINUTE);
    client.get("/healthz").await?;
    assert_eq!(app.mail.of(OWNER, "receipt").len(), 0);
    Ok(())
}
