//! What else happened to a share stands in its report: what recipients said, and what staff gave back.

use crate::helpers::{Client, Outcome, Shared, TestApp, documents};
use doorward::gate::report::ReportView;
use doorward::web::api::wire::CreateShare;
use serde_json::Value;

/// Presses a button of the link's page.
async fn say(client: &Client, share: &Shared, way: &str) -> Outcome {
    let page = client.open_link(&share.link()).await?;
    assert_eq!(client.post_form(&page.form(&format!("{}/{way}", share.link()))).await?.code(), 303, "{way}");
    Ok(())
}

#[tokio::test]
async fn the_report_tells_what_recipients_said_and_what_staff_gave_back() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let share = app.share(CreateShare { expires: Some("3d".to_owned()), ..documents(&["a.txt"]) }).await?;
    let client = app.client();
    say(&client, &share, "decline").await?;
    say(&client, &share, "not-meant").await?;
    let page = client.enter(&share).await?;
    let way = format!("/d/{}/more-time", share.id);
    assert_eq!(client.post_form(&page.form(&way).with("days", "14")).await?.code(), 303);
    assert_eq!(app.api("POST", "/api/v1/guests/guest@example.org/lift", &Value::Null).await.code(), 200);
    let answer = app.api("GET", &format!("/api/v1/shares/{}/report", share.id), &Value::Null).await;
    let report: ReportView = serde_json::from_slice(&answer.body)?;
    let told: Vec<_> = report
        .changes
        .iter()
        .filter(|change| change.email.is_some())
        .map(|change| (change.what.as_str(), change.by.as_deref().unwrap_or_default()))
        .collect();
    let expected = [
        ("added", ""),
        ("declined", "link"),
        ("unwanted", "link"),
        ("wanted", "link"),
        ("agreed", ""),
        ("entered", ""),
        ("time-asked", "recipient"),
        ("lifted", "operator 1000"),
    ];
    assert_eq!(told, expected);
    let of = |what: &str| report.changes.iter().find(|change| change.what == what).ok_or("it is told");
    assert_eq!(of("time-asked")?.detail["until"], "2026-10-18T23:59:59.999Z");
    assert!(of("declined")?.detail.contains_key("version") && of("declined")?.detail.contains_key("sha256"));
    let page = app.api("GET", &format!("/api/v1/shares/{}/report.html", share.id), &Value::Null).await;
    for told in
        ["did not agree", "said that it is not meant for this address", "asked for more time", "whoever held the link", "given back"]
    {
        assert!(page.says(told), "{told}");
    }
    Ok(())
}
