//! Shares over the API: made, listed, shown, changed, sent again, stopped; and every mistake answered in words.

use crate::helpers::{HOUR, Outcome, TestApp, documents};
use doorward::gate::views::{ShareStatus, ShareView};
use doorward::web::api::problem::Problem;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};

async fn app_with_documents() -> Outcome<TestApp> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    app.put("case/one.txt", "1")?;
    Ok(app)
}

#[tokio::test]
async fn a_share_is_shown_with_links_and_listed_without() -> Outcome {
    let app = app_with_documents().await?;
    let to = vec!["b@example.org".to_owned(), "a@example.org".to_owned(), "B@example.org".to_owned()];
    let wanted = CreateShare {
        subject: Some("Papers".to_owned()),
        expires: Some("2026-10-31".to_owned()),
        to,
        ..documents(&["report.txt", "documents:case"])
    };
    let share = app.share(wanted).await?;
    let emails: Vec<&str> = share.view.links.iter().map(|link| link.email.as_str()).collect();
    assert_eq!(emails, ["b@example.org", "a@example.org"], "in the order named, nobody twice");
    let items: Vec<_> = share.view.documents.iter().map(|item| (item.document.as_str(), item.folder, item.pinned)).collect();
    assert_eq!(items, [("documents:report.txt", false, true), ("documents:case", true, false)]);
    assert_eq!((share.view.owner.as_str(), share.view.subject.as_str()), ("owner@example.org", "Papers"));
    assert_eq!((share.view.created.as_str(), share.view.expires.as_str()), ("2026-10-01T12:00:00.000Z", "2026-10-31T23:59:59.999Z"));
    app.pass(HOUR);
    let newer = app.share_documents(&["case"]).await?;
    let listed: Vec<ShareView> = serde_json::from_slice(&app.api("GET", "/api/v1/shares", &Value::Null).await.body)?;
    assert_eq!(listed.iter().map(|share| share.id.as_str()).collect::<Vec<_>>(), [&newer.id, &share.id], "newest first");
    assert!(listed.iter().flat_map(|share| &share.links).all(|link| link.url.is_none()));
    assert_eq!(app.view(&share).await?.links[0].url, share.view.links[0].url, "shown again, it is the same link");
    Ok(())
}

#[tokio::test]
async fn a_mistake_is_named_with_what_is_allowed_and_nothing_is_written() -> Outcome {
    let app = app_with_documents().await?;
    let good = json!({ "documents": ["report.txt"], "to": ["guest@example.org"] });
    let lines = app.lines();
    for (change, word) in [
        (json!({ "documents": [] }), "documents"),
        (json!({ "documents": ["nowhere.txt"] }), "nowhere.txt"),
        (json!({ "documents": ["../outside.txt"] }), "../outside.txt"),
        (json!({ "documents": ["other:report.txt"] }), "other"),
        (json!({ "documents": ["report.txt\u{0}"] }), "cannot be shared"),
        (json!({ "to": [] }), "recipients"),
        (json!({ "to": ["nobody"] }), "nobody"),
        (json!({ "to": ["a@example.org\r\nBcc: b@example.org"] }), "no e-mail address"),
        (json!({ "expires": "yesterday" }), "yesterday"),
        (json!({ "expires": "2020-01-01" }), "not in the future"),
        (json!({ "expires": "3y" }), "3y"),
        (json!({ "expires": "500d" }), "max_expiry"),
        (json!({ "delivery": "carrier pigeon" }), "delivery"),
        (json!({ "owner": "stranger@example.org" }), "stranger@example.org"),
        (json!({ "template": "none" }), "template"),
        (json!({ "message": "m", "template": "none" }), "not both"),
        (json!({ "subject": "x".repeat(300) }), "subject"),
        (json!({ "mesage": "a spelling mistake" }), "mesage"),
    ] {
        let mut wanted = good.clone();
        change.as_object().into_iter().flatten().for_each(|(key, value)| wanted[key] = value.clone());
        let answer = app.api("POST", "/api/v1/shares", &wanted).await;
        assert_eq!((answer.code(), answer.header("content-type")), (422, "application/problem+json"), "{change}: {}", answer.text());
        let problem: Problem = serde_json::from_slice(&answer.body)?;
        assert!(problem.detail.contains(word), "{change}: {}", problem.detail);
    }
    for (kind, body, status) in [
        (Some("application/json"), &b"{"[..], 400),
        (Some("text/plain"), b"{}", 415),
        (None, b"{}", 415),
        (Some("application/json"), b"[]", 422),
    ] {
        assert_eq!(app.api_raw("POST", "/api/v1/shares", kind, body.to_vec()).await.code(), status, "{kind:?}");
    }
    let large = json!({ "documents": ["x".repeat(70_000)], "to": [] });
    assert_eq!(app.api("POST", "/api/v1/shares", &large).await.code(), 413);
    assert_eq!(app.lines(), lines);
    assert_eq!(app.mail.0.letters().len(), 0);
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_said_not_to_be() -> Outcome {
    let app = app_with_documents().await?;
    let share = app.share_documents(&["report.txt"]).await?;
    for (method, path, body, status) in [
        ("GET", "/api/v1/shares/00000000-0000-0000-0000-000000000000".to_owned(), Value::Null, 404),
        ("GET", "/api/v1/shares/x".to_owned(), Value::Null, 404),
        ("PATCH", "/api/v1/shares/x".to_owned(), json!({}), 404),
        ("POST", "/api/v1/shares/x/revoke".to_owned(), json!({}), 404),
        ("POST", format!("/api/v1/shares/{}/revoke", share.id), json!({ "to": "stranger@example.org" }), 422),
        ("POST", format!("/api/v1/shares/{}/resend", share.id), json!({ "to": "stranger@example.org" }), 422),
        ("GET", "/api/v1/nothing".to_owned(), Value::Null, 404),
        ("DELETE", format!("/api/v1/shares/{}", share.id), Value::Null, 405),
        ("GET", "/api/v1/receipts?nonsense=1".to_owned(), Value::Null, 400),
    ] {
        let answer = app.api(method, &path, &body).await;
        assert_eq!(
            (answer.code(), answer.header("content-type")),
            (status, "application/problem+json"),
            "{method} {path}: {}",
            answer.text()
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_share_goes_from_open_over_expired_to_open_and_stopped() -> Outcome {
    let app = app_with_documents().await?;
    let share = app.share(CreateShare { expires: Some("1h".to_owned()), ..documents(&["report.txt"]) }).await?;
    assert_eq!(app.view(&share).await?.status, ShareStatus::Open);
    app.all_mailed().await;
    app.pass(HOUR);
    assert_eq!(app.view(&share).await?.status, ShareStatus::Expired);
    let resend = async || app.api("POST", &format!("/api/v1/shares/{}/resend", share.id), &json!({})).await;
    assert_eq!(resend().await.code(), 422, "an expired share is extended first");
    app.mail.wait_for("owner@example.org", "Your share has ended", 1).await;
    assert_eq!(app.update(&share, json!({ "expires": "1h" })).await.code(), 200);
    assert_eq!(app.view(&share).await?.status, ShareStatus::Open);
    assert_eq!(resend().await.text(), "{\"queued\":1}");
    app.mail.wait_for("guest@example.org", "shares documents", 2).await;
    app.pass(HOUR);
    app.mail.wait_for("owner@example.org", "Your share has ended", 2).await;
    app.update(&share, json!({ "expires": "1h" })).await;
    assert_eq!(app.revoke(&share, None).await?.status, ShareStatus::Stopped);
    assert_eq!(resend().await.code(), 409);
    let events = app.events("share.revoked");
    assert_eq!((events.len(), &events[0]["by"]), (1, &json!({ "operator": 1_000 })), "the ledger knows who");
    Ok(())
}

#[tokio::test]
async fn the_api_describes_itself() -> Outcome {
    let app = TestApp::start().await?;
    let answer = app.api("GET", "/api/openapi.json", &Value::Null).await;
    let description: Value = serde_json::from_slice(&answer.body)?;
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", description["openapi"]);
    for path in [
        "/api/v1/shares",
        "/api/v1/shares/{id}",
        "/api/v1/shares/{id}/code",
        "/api/v1/guests",
        "/api/v1/guests/{email}",
        "/api/v1/guests/{email}/lift",
        "/api/v1/guests/{email}/revoke",
        "/api/v1/shares/{id}/readers",
        "/api/v1/shares/{id}/report",
        "/api/v1/shares/{id}/report.html",
        "/api/v1/receipts",
        "/api/v1/audit/export",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    Ok(())
}
