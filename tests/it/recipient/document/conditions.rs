//! Conditional requests: what a browser has already is not sent again, and what it must not mix is refused.

use super::{noise, opened};
use crate::helpers::{HOUR, Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again_and_no_read() -> Outcome {
    let (app, share, client) = opened(&noise(1_000)).await?;
    let path = share.document("report.bin");
    let head = client.head(&path).await?;
    let (tag, changed) = (head.header("etag").to_owned(), head.header("last-modified").to_owned());
    for fields in [&[("if-none-match", &*tag)][..], &[("if-none-match", "*")], &[("if-modified-since", &changed)]] {
        let answer = client.get_with(&path, fields).await?;
        assert_eq!(answer.code(), 304, "{fields:?}");
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("etag"), tag);
    }
    for fields in [&[("if-match", "\"another\"")][..], &[("if-unmodified-since", "Thu, 01 Jan 2015 00:00:00 GMT")]] {
        assert_eq!(client.get_with(&path, fields).await?.code(), 412, "{fields:?}");
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    for fields in
        [&[("if-none-match", "\"another\"")][..], &[("if-match", &tag)], &[("if-modified-since", "Thu, 01 Jan 2015 00:00:00 GMT")]]
    {
        assert_eq!(client.get_with(&path, fields).await?.code(), 200, "{fields:?}");
    }
    assert_eq!(app.events("receipt.started").len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_part_is_given_only_of_the_document_it_was_begun_with() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.bin", noise(1_000))?;
    let share = app.share(CreateShare { pin: Some(false), ..documents(&["report.bin"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    let path = share.document("report.bin");
    let tag = client.head(&path).await?.header("etag").to_owned();
    let resumed = client.get_with(&path, &[("range", "bytes=500-"), ("if-range", &tag)]).await?;
    assert_eq!(resumed.code(), 206);
    app.put("report.bin", [&noise(1_000)[..], b"more"].concat())?;
    let resumed = client.get_with(&path, &[("range", "bytes=500-"), ("if-range", &tag)]).await?;
    assert_eq!((resumed.code(), resumed.body.len()), (200, 1_004), "the new document, from its beginning");
    let refused = client.get_with(&path, &[("range", "bytes=500-"), ("if-match", &tag)]).await?;
    assert!(refused.code() == 412 && refused.says("not the one you began with"));
    assert_ne!(client.head(&path).await?.header("etag"), tag);
    Ok(())
}

#[tokio::test]
async fn entity_tags_tell_nothing_and_differ_between_shares() -> Outcome {
    let (app, share, client) = opened(&noise(1_000)).await?;
    let tag = client.head(&share.document("report.bin")).await?.header("etag").to_owned();
    let other = app.share_documents(&["report.bin"]).await?;
    client.enter(&other).await?;
    let elsewhere = client.head(&other.document("report.bin")).await?.header("etag").to_owned();
    assert_ne!(tag, elsewhere, "two recipients cannot compare what they have");
    Ok(())
}

#[tokio::test]
async fn a_page_loaded_before_anybody_asked_gets_no_bytes_and_makes_no_receipt() -> Outcome {
    let (app, share, client) = opened(&noise(1_000)).await?;
    for purpose in ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"] {
        let answer = client.get_with(&share.document("report.bin"), &[("sec-purpose", purpose)]).await?;
        assert_eq!((answer.code(), answer.body.len()), (503, 0), "{purpose}");
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    app.pass(HOUR / 4);
    assert_eq!(client.get(&share.document("report.bin")).await?.code(), 200);
    Ok(())
}
