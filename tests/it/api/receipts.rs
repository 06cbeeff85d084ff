//! Receipts: on the disk before the first byte, one for what belongs together, and true about how much was sent.

mod happened;
mod many;
mod notices;
mod proved;
mod reminders;
mod report;
mod signs;
mod versions;

use crate::helpers::{Client, MINUTE, Outcome, Shared, TestApp, documents, soon, until};
use crate::recipient::document::noise;
use doorward::domain::receipt::Outcome as Reached;
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use std::time::Duration;

/// More than all buffers between a server and a browser that does not read.
pub(crate) const LARGE: u64 = 64 * 1024 * 1024;

pub(super) async fn opened(name: &str, bytes: &[u8]) -> Outcome<(TestApp, Shared, Client)> {
    let app = TestApp::start().await?;
    app.put(name, bytes)?;
    let share = app.share_documents(&[name]).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((app, share, client))
}

#[tokio::test]
async fn a_receipt_is_on_the_disk_before_the_first_byte_arrives() -> Outcome {
    let app = TestApp::start().await?;
    app.put_large("large.bin", LARGE)?;
    let share = app.share_documents(&["large.bin"]).await?;
    for (nth, client) in [app.client(), app.client_http2()].into_iter().enumerate() {
        client.enter(&share).await?;
        let mut response = client.open("GET", &share.document("large.bin"), &[], Vec::new()).await?;
        let first = soon(response.body_mut().frame()).await.ok_or("there is a first byte")??;
        assert!(first.data_ref().is_some_and(|data| !data.is_empty()));
        let started = app.events("receipt.started");
        assert_eq!(started.len(), nth + 1);
        assert_eq!(started[nth]["share"], share.id.as_str());
        let receipts = app.receipts("").await?;
        assert_eq!((receipts[0].outcome, &receipts[0].ended), (Reached::Open, &None));
    }
    Ok(())
}

#[tokio::test]
async fn a_receipt_tells_who_got_what_when_and_how_much_of_it() -> Outcome {
    let (app, share, client) = opened("report.bin", &noise(100_000)).await?;
    app.pass(MINUTE);
    client.get(&share.document("report.bin")).await?;
    let receipt = app.settled_receipt().await?;
    assert_eq!((receipt.share.as_str(), receipt.email.as_str()), (share.id.as_str(), "guest@example.org"));
    assert_eq!(receipt.document, "documents:report.bin");
    assert_eq!((receipt.bytes, receipt.size, receipt.opens, receipt.outcome), (100_000, 100_000, 1, Reached::Complete));
    assert_eq!(receipt.started, "2026-10-01T12:01:00.000Z");
    assert!(receipt.ended.is_some());
    let view = app.view(&share).await?;
    assert_eq!((view.reads, view.links[0].reads, view.links[0].status.as_str()), (1, 1, "read"));
    Ok(())
}

#[tokio::test]
async fn one_receipt_covers_a_session_a_document_and_a_version_for_half_an_hour_and_counts_repeats() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    app.put("b.txt", "b")?;
    let share = app.share(CreateShare { pin: Some(false), ..documents(&["a.txt", "b.txt"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    for _ in 0..3 {
        client.get(&share.document("a.txt")).await?;
    }
    app.pass(15 * MINUTE);
    client.get_with(&share.document("a.txt"), &[("range", "bytes=0-0")]).await?;
    assert_eq!(app.settled_receipt().await?.opens, 4);
    client.get(&share.document("b.txt")).await?;
    assert_eq!(app.events("receipt.started").len(), 2, "another document");
    let second = app.client();
    second.enter(&share).await?;
    second.get(&share.document("a.txt")).await?;
    assert_eq!(app.events("receipt.started").len(), 3, "another session");
    app.put("a.txt", "a, and more")?;
    client.get(&share.document("a.txt")).await?;
    assert_eq!(app.events("receipt.started").len(), 4, "another version");
    app.pass(15 * MINUTE);
    client.get(&share.document("b.txt")).await?;
    assert_eq!(app.events("receipt.started").len(), 4);
    app.pass(15 * MINUTE);
    client.get(&share.document("b.txt")).await?;
    assert_eq!(app.events("receipt.started").len(), 5, "half an hour later");
    assert_eq!(app.receipts(&format!("?share={}", share.id)).await?.len(), 5);
    Ok(())
}

#[tokio::test]
async fn resumed_ranges_are_joined_and_a_gap_is_not_hidden() -> Outcome {
    let (app, share, client) = opened("report.bin", &noise(100_000)).await?;
    let path = share.document("report.bin");
    for (range, bytes, outcome) in [
        ("bytes=0-9999", 10_000, Reached::Part),
        ("bytes=50000-99999", 60_000, Reached::Part),
        ("bytes=5000-19999", 70_000, Reached::Part),
        ("bytes=20000-49998", 99_999, Reached::Part),
        ("bytes=49999-49999", 100_000, Reached::Complete),
        ("bytes=0-0", 100_000, Reached::Complete),
    ] {
        assert_eq!(client.get_with(&path, &[("range", range)]).await?.code(), 206);
        let receipt = app.settled_receipt().await?;
        assert_eq!((receipt.bytes, receipt.outcome), (bytes, outcome), "{range}");
    }
    assert_eq!(app.receipts("").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_download_that_its_reader_breaks_off_is_a_part() -> Outcome {
    let app = TestApp::start().await?;
    app.put_large("large.bin", LARGE)?;
    let share = app.share_documents(&["large.bin"]).await?;
    for client in [app.client(), app.client_http2()] {
        client.enter(&share).await?;
        let mut response = client.open("GET", &share.document("large.bin"), &[], Vec::new()).await?;
        soon(response.body_mut().frame()).await.ok_or("there is a first byte")??;
        drop(response);
        let receipt = app.settled_receipt().await?;
        assert_eq!(receipt.outcome, Reached::Part);
        assert!(receipt.bytes > 0 && receipt.bytes < LARGE, "{}", receipt.bytes);
    }
    Ok(())
}

#[tokio::test]
async fn a_receipt_left_open_by_a_crash_is_there_after_it_and_says_interrupted() -> Outcome {
    let app = TestApp::start().await?;
    app.put_large("large.bin", LARGE)?;
    let share = app.share_documents(&["large.bin"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let mut response = client.open("GET", &share.document("large.bin"), &[], Vec::new()).await?;
    soon(response.body_mut().frame()).await.ok_or("there is a first byte")??;
    let after = app.after_a_crash().await?;
    let receipts = after.receipts("").await?;
    assert_eq!((receipts.len(), receipts[0].outcome), (1, Reached::Interrupted));
    assert!(receipts[0].ended.is_some());
    assert_eq!(receipts[0].share, share.id);
    Ok(())
}

#[tokio::test]
async fn a_receipt_survives_a_stop_in_good_order_with_all_that_was_sent() -> Outcome {
    let (app, share, client) = opened("report.bin", &noise(100_000)).await?;
    client.get_with(&share.document("report.bin"), &[("range", "bytes=0-999")]).await?;
    let app = app.stop().await?.start().await?;
    let receipts = app.receipts("").await?;
    assert_eq!((receipts[0].bytes, receipts[0].outcome, receipts.len()), (1_000, Reached::Part, 1));
    app.pass(30 * MINUTE + Duration::from_secs(1));
    until("the receipt's window closes", || app.events("receipt.ended").len() == 1).await;
    assert_eq!(app.receipts("").await?[0].bytes, 1_000);
    Ok(())
}

#[tokio::test]
async fn receipts_are_listed_by_share_and_by_guest() -> Outcome {
    let app = TestApp::start().await?;
    app.put("a.txt", "a")?;
    let to = vec!["one@example.org".to_owned(), "two@example.org".to_owned()];
    let first = app.share(CreateShare { to, ..documents(&["a.txt"]) }).await?;
    let second = app.share(CreateShare { to: vec!["two@example.org".to_owned()], ..documents(&["a.txt"]) }).await?;
    for (share, email) in [(&first, "one@example.org"), (&first, "two@example.org"), (&second, "two@example.org")] {
        let client = app.client();
        client.enter_as(share, email).await?;
        client.get(&share.document("a.txt")).await?;
        app.pass(MINUTE);
    }
    let listed = async |query: String| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(app.receipts(&query).await?.len());
    assert_eq!(listed(String::new()).await?, 3);
    assert_eq!(listed(format!("?share={}", first.id)).await?, 2);
    assert_eq!(listed(format!("?share={}", &second.id[..8])).await?, 1);
    assert_eq!(listed("?guest=one@example.org".to_owned()).await?, 1);
    assert_eq!(listed("?guest=two@example.org".to_owned()).await?, 2);
    assert_eq!(listed(format!("?share={}&guest=two@example.org", first.id)).await?, 1);
    assert_eq!(listed("?guest=nobody@example.org".to_owned()).await?, 0);
    let newest = &app.receipts("").await?[0];
    assert_eq!((newest.share.as_str(), newest.email.as_str()), (second.id.as_str(), "two@example.org"));
    Ok(())
}
