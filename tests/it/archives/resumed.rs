//! Archives that go on: without another walk through the folder, and never further than the share goes by then.

use super::rig::{offered, ticket};
use crate::helpers::{Outcome, TestApp, documents};
use doorward::domain::policy::Delivery;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};

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
