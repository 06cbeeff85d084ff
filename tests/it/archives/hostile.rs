//! Archives that must not be given, must end early, or hold what their names, or somebody's wish, would make of them.

use super::rig::{manifest, offered, python, ticket, unzip};
use crate::helpers::{Outcome, TestApp, documents, soon, until};
use doorward::domain::policy::Delivery;
use doorward::domain::receipt::Outcome as Reached;
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Larger than what is on its way between two ends that do not read.
const LARGE: u64 = 64 << 20;

/// Reads on to the end; says whether it ended as it should.
async fn ends_well(mut body: Incoming) -> bool {
    while let Some(frame) = soon(body.frame()).await {
        if frame.is_err() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn what_changed_or_is_gone_is_withheld_and_named() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["case/stays.txt", "case/changes.txt", "case/sub/goes.txt"] {
        app.put(name, name)?;
    }
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    app.put("case/changes.txt", "another content")?;
    app.put("case/late.txt", "came later")?;
    fs::remove_file(app.documents().join("case/sub/goes.txt"))?;
    let client = app.client();
    client.enter(&share).await?;
    let offer = offered(&client, &share, "").await?;
    for text in ["one document, 14 bytes", "Not included", "case/changes.txt", "case/sub/goes.txt", "No longer in its place"] {
        assert!(offer.says(text), "{text}: {}", offer.text());
    }
    let archive = client.get(&ticket(&client, &share, "").await?).await?;
    assert_eq!(python(&archive.body)?.into_iter().map(|read| read.name).collect::<Vec<_>>(), ["MANIFEST.jsonl", "stays.txt", "sub/"]);
    let lines = manifest(&archive.body)?.1;
    let withheld: Vec<_> = lines.iter().filter_map(|line| line["withheld"].as_str()).collect();
    assert_eq!(withheld, ["changes.txt", "sub/goes.txt"]);
    assert!(!String::from_utf8_lossy(&archive.body).contains("came later") && lines[0]["withheld"] == 2);
    Ok(())
}

#[tokio::test]
async fn hard_and_colliding_names_come_out_as_every_system_takes_them() -> Outcome {
    let app = TestApp::start().await?;
    for name in [
        "Zo\u{eb}.txt",
        "Zoe\u{308}.txt",
        "A/x",
        "a/x",
        "con.txt",
        "back\\slash",
        "C:drive",
        "ends. ",
        "manifest.jsonl",
        "turn\u{202e}gpj.exe",
    ] {
        app.put(&format!("case/{name}"), name)?;
    }
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    assert!(offered(&client, &share, "").await?.says("8 documents have other names in the ZIP"));
    let archive = client.get(&ticket(&client, &share, "").await?).await?;
    unzip(&archive.body)?;
    let mut names: Vec<_> = python(&archive.body)?.into_iter().map(|read| read.name).collect();
    names.sort();
    let expected = [
        "A/x",
        "C_drive",
        "MANIFEST.jsonl",
        "Zoe\u{308}.txt",
        "Zo\u{eb} (2).txt",
        "_con.txt",
        "a (2)/x",
        "back_slash",
        "ends",
        "manifest (2).jsonl",
        "turn_gpj.exe",
    ];
    assert_eq!(names, expected);
    let lines = manifest(&archive.body)?.1;
    let moved = lines.iter().find(|line| line["path"] == "a/x").ok_or("it is listed under its own name")?;
    assert_eq!(moved["name"], "a (2)/x");
    Ok(())
}

#[tokio::test]
async fn a_ticket_is_for_one_session_one_folder_and_one_state_of_it() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/a.txt", "one")?;
    app.put("case/sub/b.txt", "two")?;
    let to = ["guest@example.org", "other@example.org"].map(str::to_owned).to_vec();
    let share = app.share(CreateShare { to, ..documents(&["case"]) }).await?;
    let (client, other, stranger) = (app.client(), app.client(), app.client());
    client.enter(&share).await?;
    other.enter_as(&share, "other@example.org").await?;
    let address = ticket(&client, &share, "").await?;
    assert_eq!(other.get(&address).await?.code(), 404, "another recipient's session");
    assert_eq!(stranger.get(&address).await?.code(), 403, "no session");
    assert_eq!(client.get(&address.replacen("/case.zip", "/case/sub/case.zip", 1)).await?.code(), 404, "another folder");
    let mut bent = address.clone().into_bytes();
    let at = address.find("/z/").ok_or("it has a ticket")? + 5;
    bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(client.get(&String::from_utf8(bent)?).await?.code(), 404, "a ticket with one character changed");
    let form = offered(&client, &share, "").await?.form(&format!("/d/{}/z", share.id));
    assert_eq!(client.post_form(&form.clone().with("token", "AAAA")).await?.code(), 400);
    assert_eq!(client.post_form(&form.with("folder", "../other")).await?.code(), 404);
    for folder in ["..", "other", "case/a.txt", "%2e%2e"] {
        assert_eq!(offered(&client, &share, folder).await?.code(), 404, "{folder}");
    }
    let prefetched = client.get_with(&address, &[("sec-purpose", "prefetch")]).await?;
    assert_eq!((prefetched.code(), app.events("receipt.started").len()), (503, 0));
    app.put("case/c.txt", "three")?;
    let refused = client.get(&address).await?;
    assert!(refused.code() == 409 && refused.says("not the same any more") && refused.hrefs().contains(&share.page()));
    assert_eq!(app.events("receipt.started").len(), 0, "none of this is a receipt");
    let client_again = client.twin();
    assert_eq!(
        client_again.get(&ticket(&client, &share, "").await?).await?.code(),
        200,
        "the ticket is the session's, not the connection's"
    );
    Ok(())
}

#[tokio::test]
async fn a_share_that_gives_no_originals_gives_no_archive() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/a.txt", "one")?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    for delivery in [Delivery::Preview, Delivery::Watermarked] {
        assert_eq!(app.update(&share, json!({ "delivery": delivery })).await.code(), 200);
        assert_eq!((offered(&client, &share, "").await?.code(), client.get(&address).await?.code()), (403, 403), "{delivery:?}");
        assert!(!client.get(&share.page()).await?.says("ZIP"));
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}

#[tokio::test]
async fn an_archive_too_large_is_refused_before_anything_is_opened() -> Outcome {
    let app = TestApp::with(|config| config.archives.max_entries = 2).await?;
    for name in ["case/a", "case/b", "case/c", "case/sub/d"] {
        app.put(name, name)?;
    }
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let refused = offered(&client, &share, "").await?;
    assert!(refused.code() == 422 && refused.says("too much for one ZIP"), "{}", refused.text());
    assert_eq!(offered(&client, &share, "case/sub").await?.code(), 200, "a folder in it is small enough");
    Ok(())
}

#[tokio::test]
async fn the_end_of_access_cuts_an_archive_and_a_document_that_changes_breaks_it() -> Outcome {
    for revoked in [true, false] {
        let app = TestApp::start().await?;
        fs::create_dir(app.documents().join("case"))?;
        app.put_large("case/a.bin", LARGE)?;
        app.put("case/b.txt", "as it was")?;
        let share = app.share_documents(&["case"]).await?;
        let client = app.client();
        client.enter(&share).await?;
        let address = ticket(&client, &share, "").await?;
        let mut body = client.open("GET", &address, &[], Vec::new()).await?.into_body();
        soon(body.frame()).await.ok_or("there is a first piece")??;
        if revoked {
            app.revoke(&share, None).await?;
        } else {
            app.put("case/b.txt", "as it is now, which is longer")?;
        }
        assert!(!ends_well(body).await, "it must not look whole");
        until("the transfer has ended", || app.gate.running() == 0).await;
        let mut receipt = app.settled_receipt().await?;
        while !revoked && receipt.broken.is_none() {
            receipt = soon(app.settled_receipt()).await?;
        }
        assert_eq!(receipt.outcome, Reached::Part);
        let broken = receipt.broken.map(|broken| broken.document);
        assert_eq!(broken.as_deref(), (!revoked).then_some("documents:case/b.txt"));
    }
    Ok(())
}

#[tokio::test]
async fn a_second_archive_of_a_session_waits_for_the_first() -> Outcome {
    let app = TestApp::start().await?;
    fs::create_dir(app.documents().join("case"))?;
    app.put_large("case/a.bin", LARGE)?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    let mut body = client.open("GET", &address, &[], Vec::new()).await?.into_body();
    soon(body.frame()).await.ok_or("there is a first piece")??;
    let twin = client.twin();
    let mut second = tokio::spawn({
        let address = address.clone();
        async move { twin.get(&address).await.map(|answer| answer.code()) }
    });
    // Time moves only when the test moves it; the wait is over once it has. In small steps, so that it is not the session that is over.
    let code = loop {
        match tokio::time::timeout(Duration::from_millis(20), &mut second).await {
            Ok(answered) => break answered??,
            Err(_) => app.pass(Duration::from_secs(1)),
        }
    };
    assert_eq!(code, 503);
    drop(body);
    let receipts: Vec<Value> = app.events("receipt.started");
    assert_eq!(receipts.len(), 1, "what had to wait in vain is no receipt");
    Ok(())
}
