//! How a mailbox was proved before something was read: by a code that was mailed to it, or not at all, where staff read a code out.

use crate::helpers::{MINUTE, Outcome, TestApp};
use doorward::gate::report::ReportView;
use serde_json::{Value, json};

#[tokio::test]
async fn receipts_and_the_report_say_whether_the_code_was_mailed_or_read_out() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let share = app.share_documents(&["a.txt"]).await?;
    let caller = app.client();
    caller.agree(&share.link()).await?;
    let asked = app
        .api("POST", &format!("/api/v1/shares/{}/code", share.id), &json!({ "to": "guest@example.org" }))
        .await;
    let made: Value = serde_json::from_slice(&asked.body)?;
    // While a code waits that was read out, a mailed one still proves the mailbox.
    let mailed = app.client();
    mailed.enter(&share).await?;
    assert_eq!(mailed.get(&share.document("a.txt")).await?.code(), 200);
    app.pass(MINUTE);
    assert_eq!(caller.give_code(&share, made["code"].as_str().unwrap_or_default()).await?.code(), 303);
    // How a session was opened is known after a start as well.
    let app = app.stop().await?.start().await?;
    let again = app.client();
    again.set_cookies(caller.cookies());
    assert_eq!(again.get(&share.document("a.txt")).await?.code(), 200);
    app.settled_receipt().await?;
    for query in ["", "?guest=guest@example.org", &format!("?share={}", share.id)] {
        let answer = app.api("GET", &format!("/api/v1/receipts{query}"), &Value::Null).await;
        let receipts: Vec<Value> = serde_json::from_slice(&answer.body)?;
        let proved: Vec<_> = receipts.iter().map(|receipt| &receipt["proved"]).collect();
        assert_eq!(proved, [&json!("read_out"), &json!("mailed")], "{query}");
    }

    let answer = app.api("GET", &format!("/api/v1/shares/{}/report", share.id), &Value::Null).await;
    let report: ReportView = serde_json::from_slice(&answer.body)?;
    let of = |what: &str| report.changes.iter().filter(|change| change.what == what).collect::<Vec<_>>();
    let entered: Vec<_> = of("entered")
        .iter()
        .map(|change| change.detail.get("proved").cloned().unwrap_or_default())
        .collect();
    assert_eq!(entered, ["mailed", "read_out"]);
    let read: Vec<_> = of("code-read").iter().map(|change| (change.email.clone(), change.by.clone())).collect();
    assert_eq!(read, [(Some("guest@example.org".to_owned()), Some("operator 1000".to_owned()))]);
    let page = app.api("GET", &format!("/api/v1/shares/{}/report.html", share.id), &Value::Null).await;
    for told in ["code read out by staff", "by a mailed code", "by a code that staff read out, which proves no mailbox"] {
        assert!(page.says(told), "{told}");
    }
    Ok(())
}
