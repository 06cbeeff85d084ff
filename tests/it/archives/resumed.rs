//! Archives that go on: without another walk through the folder, and never further than the share goes by then.

use super::rig::{offered, ticket};
use crate::helpers::{Outcome, TestApp, documents, soon, until};
use doorward::domain::policy::Delivery;
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_resume_asks_the_store_for_the_document_alone_and_ends_with_the_pins() -> Outcome {
    let app = TestApp::start().await?;
    for n in 0..20 {
        app.put(&format!("case/{n}/document.bin"), vec![n; 50_000])?;
    }
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    let calls = || app.gate.documents().calls();
    let start = calls();
    let whole = client.get(&address).await?;
    assert_eq!((whole.code(), calls() - start), (200, 21 + 20), "each folder is listed and each document opened");
    let end = whole.body.len();
    // The head, bytes within one document, and the directory at the end, which is of no document.
    for (from, to, asked) in [(0, 10, 0), (500_000, 500_010, 1), (end - 100, end - 1, 0)] {
        let before = calls();
        let part = client.get_with(&address, &[("range", &format!("bytes={from}-{to}"))]).await?;
        assert_eq!((part.code(), calls() - before), (206, asked), "from {from}");
        assert!(part.body == whole.body[from..=to], "from {from}");
    }
    let range = [("range", "bytes=0-10")];
    assert_eq!(app.update(&share, json!({ "delivery": Delivery::Preview })).await.code(), 200);
    assert_eq!(client.get_with(&address, &range).await?.code(), 403, "what is only looked at");
    assert_eq!(app.update(&share, json!({ "delivery": Delivery::Download })).await.code(), 200);
    assert_eq!(client.get_with(&address, &range).await?.code(), 206);
    app.put("case/3/document.bin", "another one")?;
    assert_eq!(app.api("POST", &format!("/api/v1/shares/{}/pin", share.id), &Value::Null).await.code(), 200);
    assert_eq!(client.get_with(&address, &range).await?.code(), 409, "the archive of other pins");
    assert!(offered(&client, &share, "").await?.says("20 documents"));
    let anew = ticket(&client, &share, "").await?;
    assert_eq!(client.get_with(&anew, &range).await?.code(), 206);
    app.revoke(&share, None).await?;
    let before = calls();
    let refused = client.get_with(&anew, &range).await?;
    assert!(refused.code() >= 400 && calls() == before, "{}", refused.code());
    Ok(())
}

#[tokio::test]
async fn the_owner_is_told_once_at_which_document_a_zip_ended_early() -> Outcome {
    let app = TestApp::start().await?;
    std::fs::create_dir(app.documents().join("case"))?;
    app.put_large("case/a.bin", 64 << 20)?;
    app.put("case/b.txt", "as it was")?;
    let share = app
        .share(CreateShare { pin: Some(true), subject: Some("Papers".to_owned()), ..documents(&["case"]) })
        .await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    let mut body = client.open("GET", &address, &[], Vec::new()).await?.into_body();
    soon(body.frame()).await.ok_or("there is a first piece")??;
    let first = app.mail.wait_for("owner@example.org", "Papers", 1).await;
    assert!(first[0].content.text.contains("as one ZIP of “case”"), "{}", first[0].content.text);
    app.put("case/b.txt", "as it is now, which is longer")?;
    while let Some(Ok(_)) = soon(body.frame()).await {}
    until("it is put down", || app.events("receipt.broken").len() == 1).await;
    let again = client.get_with(&address, &[("range", "bytes=67108864-")]).await;
    assert!(again.is_err(), "it breaks off at the same document");
    until("the transfers have ended", || app.gate.running() == 0).await;
    app.pass(Duration::from_secs(60 * 60));
    let told = app.mail.wait_for("owner@example.org", "Papers", 2).await;
    app.all_mailed().await;
    let text = &told[1].content.text;
    assert!(told.len() == 2 && text.contains("took everything as one ZIP of “case”"), "{text}");
    assert!(text.contains("it ended early at “case/b.txt”, which could not be given"), "{text}");
    assert_eq!(app.events("receipt.broken").len(), 1, "the same break is put down once");
    Ok(())
}
