//! What a share holds on to: the hash of what was pinned, sealed copies of it, the owner's mail when it is another by now, and pinning anew.

use crate::helpers::{Outcome, Shared, TestApp, documents, until};
use doorward::domain::receipt::Outcome as Delivered;
use doorward::domain::scope::ItemKind;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

const OWNER: &str = "owner@example.org";
const CHANGED: &str = "Changed since you shared it";

/// Writes other bytes into a file in such a way that its file system calls it the same version.
fn forge(app: &TestApp, path: &str, bytes: impl AsRef<[u8]>) -> Outcome {
    let file = app.documents().join(path);
    let before = fs::metadata(&file)?;
    assert_eq!(before.len(), bytes.as_ref().len() as u64);
    fs::write(&file, bytes)?;
    Ok(fs::File::options().write(true).open(&file)?.set_modified(before.modified()?)?)
}

async fn pin_anew(app: &TestApp, share: &Shared) -> u16 {
    app.api("POST", &format!("/api/v1/shares/{}/pin", share.id), &Value::Null).await.code()
}

#[tokio::test]
async fn bytes_that_are_others_under_the_same_version_never_arrive_whole_and_then_not_at_all() -> Outcome {
    let app = TestApp::start().await?;
    let (before, after) = (vec![b'a'; 300_000], vec![b'b'; 300_000]);
    app.put("report.txt", &before)?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    forge(&app, "report.txt", &after)?;
    assert!(client.get(&share.document("report.txt")).await.is_err(), "the transfer ends before its last bytes");
    let letters = app.mail.wait_for(OWNER, CHANGED, 1).await;
    assert!(
        letters[0].content.text.contains("report.txt") && letters[0].content.text.contains(&format!("doorward share pin {}", share.id))
    );
    for fields in [&[][..], &[("range", "bytes=0-3")]] {
        let refused = client.get_with(&share.document("report.txt"), fields).await?;
        assert!(refused.code() == 409 && refused.says("has changed since it was shared"), "{}", refused.text());
    }
    let receipts = app.receipts(&format!("?share={}", share.id)).await?;
    assert!(receipts.len() == 1 && receipts[0].outcome != Delivered::Complete, "{receipts:?}");
    assert_eq!(app.events("document.changed").len(), 1);
    assert_eq!(pin_anew(&app, &share).await, 200);
    assert_eq!(client.get(&share.document("report.txt")).await?.body, after);
    Ok(())
}

#[tokio::test]
async fn with_verify_always_no_byte_of_another_content_leaves() -> Outcome {
    let app = TestApp::with(|config| config.shares.verify_always = true).await?;
    app.put("report.txt", "as it was")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    assert_eq!(client.get_with(&share.document("report.txt"), &[("range", "bytes=3-4")]).await?.text(), "it");
    forge(&app, "report.txt", "as it WAS")?;
    let receipts = app.events("receipt.started").len();
    for fields in [&[("range", "bytes=3-4")][..], &[]] {
        assert_eq!(client.get_with(&share.document("report.txt"), fields).await?.code(), 409);
    }
    assert_eq!(app.events("receipt.started").len(), receipts);
    Ok(())
}

#[tokio::test]
async fn the_owner_is_told_once_of_each_document_that_changed_and_can_pin_anew() -> Outcome {
    let app = TestApp::start().await?;
    for name in ["one.txt", "two.txt", "same.txt"] {
        app.put(name, name)?;
    }
    let share = app.share_documents(&["one.txt", "two.txt", "same.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.put("one.txt", "changed")?;
    for _ in 0..3 {
        assert_eq!(client.get(&share.document("one.txt")).await?.code(), 409);
    }
    app.pass(Duration::from_secs(2));
    app.mail.wait_for(OWNER, CHANGED, 1).await;
    app.put("two.txt", "changed as well")?;
    client.get(&share.page()).await?;
    app.pass(Duration::from_secs(2));
    let letters = app.mail.wait_for(OWNER, CHANGED, 2).await;
    assert!(letters[1].content.text.contains("two.txt") && !letters[1].content.text.contains("same.txt"));
    assert_eq!(pin_anew(&app, &share).await, 200);
    let app = app.after_a_crash().await?;
    let client = app.client();
    client.enter(&share).await?;
    assert_eq!(client.get(&share.document("one.txt")).await?.text(), "changed");
    assert_eq!(client.get(&share.document("same.txt")).await?.text(), "same.txt");
    app.put("one.txt", "changed again")?;
    assert_eq!(client.get(&share.document("one.txt")).await?.code(), 409);
    app.pass(Duration::from_secs(2));
    app.mail.wait_for(OWNER, CHANGED, 3).await;
    Ok(())
}

#[tokio::test]
async fn a_change_that_is_met_in_the_list_of_a_pinned_folder_is_told_as_well() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/one.txt", "one")?;
    app.put("case/two.txt", "two")?;
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    app.put("case/two.txt", "changed")?;
    assert!(client.get(&share.page()).await?.says("Changed since it was shared"));
    app.pass(Duration::from_secs(2));
    let letters = app.mail.wait_for(OWNER, CHANGED, 1).await;
    assert!(letters[0].content.text.contains("case/two.txt") && !letters[0].content.text.contains("one.txt"));
    Ok(())
}

#[tokio::test]
async fn what_follows_has_nothing_to_pin_anew_and_what_was_stopped_stays_so() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "a")?;
    let follows = app.share(CreateShare { pin: Some(false), ..documents(&["report.txt"]) }).await?;
    assert_eq!(pin_anew(&app, &follows).await, 409);
    let stopped = app.share_documents(&["report.txt"]).await?;
    app.revoke(&stopped, None).await?;
    assert_eq!(pin_anew(&app, &stopped).await, 409);
    let gone = app.share_documents(&["report.txt"]).await?;
    fs::remove_file(app.documents().join("report.txt"))?;
    assert_eq!(pin_anew(&app, &gone).await, 422);
    Ok(())
}

#[tokio::test]
async fn a_kept_document_is_given_as_it_was_whatever_becomes_of_the_store() -> Outcome {
    let app = TestApp::with(|config| config.preview.enabled = true).await?;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
    for name in ["changed.txt", "gone.txt", "case/in.txt", "case/gone.txt"] {
        app.put(name, &bytes)?;
    }
    let wanted = CreateShare { keep: Some(true), pin: Some(true), ..documents(&["changed.txt", "gone.txt", "case"]) };
    let share = app.share(wanted).await?;
    assert_eq!(fs::read_dir(app.data().join("kept"))?.count(), 1, "the same bytes are kept once");
    app.put("changed.txt", "something else")?;
    fs::remove_file(app.documents().join("gone.txt"))?;
    app.put("case/in.txt", "something else")?;
    fs::remove_file(app.documents().join("case/gone.txt"))?;
    let app = app.stop().await?.start().await?;
    let client = app.client();
    client.enter(&share).await?;
    let page = client.get(&share.page()).await?;
    assert!(page.says("changed.txt") && page.says("gone.txt") && !page.says("Changed since"), "{}", page.text());
    for path in ["changed.txt", "gone.txt", "case/in.txt", "case/gone.txt"] {
        assert_eq!(client.get(&share.document(path)).await?.body, bytes, "{path}");
        let part = client.get_with(&share.document(path), &[("range", "bytes=65530-65545")]).await?;
        assert_eq!((part.code(), &part.body[..]), (206, &bytes[65530..=65545]), "{path}");
        let view = client.get(&format!("/d/{}/v/{path}", share.id)).await?;
        assert_eq!(view.code(), 200, "{path}: {}", view.text());
    }
    assert!(app.events("document.changed").is_empty());
    app.revoke(&share, None).await?;
    let app = app.stop().await?.start().await?;
    app.pass(Duration::from_secs(2));
    until("what nothing holds on to is cleared up", || fs::read_dir(app.data().join("kept")).is_ok_and(|mut kept| kept.next().is_none()))
        .await;
    Ok(())
}

#[tokio::test]
async fn the_hash_stands_in_the_ledger_and_older_pins_without_one_still_hold() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "abc")?;
    app.share_documents(&["report.txt"]).await?;
    let answer = app.api("GET", "/api/v1/audit/export", &Value::Null).await;
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(answer.says(hash), "{}", answer.text());
    let old: ItemKind = serde_json::from_value(json!({"pinned_document": {"size": 3, "mtime_ns": 1, "device": 2, "inode": 4}}))?;
    assert!(matches!(old, ItemKind::PinnedDocument(pinned) if pinned.sha256.is_none() && !pinned.kept));
    Ok(())
}
