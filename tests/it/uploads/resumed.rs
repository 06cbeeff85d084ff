//! Uploads that are cut off and go on (tus 1.0).

use super::taking;
use crate::helpers::{Answer, Client, HOUR, MINUTE, Outcome, Shared, until};
use data_encoding::BASE64;
use tokio::io::AsyncWriteExt;

/// Begins an upload and gives its address.
async fn begin(client: &Client, share: &Shared, name: &str, size: usize) -> Outcome<String> {
    let answer = create(client, share, name, size).await?;
    assert_eq!((answer.code(), answer.header("upload-offset")), (201, "0"), "{}", answer.text());
    assert!(!answer.header("upload-expires").is_empty() && answer.header("tus-resumable") == "1.0.0");
    Ok(answer.location().to_owned())
}

pub(super) async fn create(client: &Client, share: &Shared, name: &str, size: usize) -> Outcome<Answer> {
    let (size, metadata) = (size.to_string(), format!("filename {}", BASE64.encode(name.as_bytes())));
    let fields = [("tus-resumable", "1.0.0"), ("upload-length", size.as_str()), ("upload-metadata", metadata.as_str())];
    client.ask("POST", &share.uploads(), &fields, Vec::new()).await
}

pub(super) async fn patch(client: &Client, at: &str, offset: usize, bytes: &[u8]) -> Outcome<Answer> {
    let offset = offset.to_string();
    let fields = [("tus-resumable", "1.0.0"), ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
    client.ask("PATCH", at, &fields, bytes.to_vec()).await
}

pub(super) async fn head(client: &Client, at: &str) -> Outcome<Answer> {
    client.ask("HEAD", at, &[("tus-resumable", "1.0.0")], Vec::new()).await
}

pub(super) fn offset(answer: &Answer) -> Outcome<usize> {
    Ok(answer.header("upload-offset").parse()?)
}

/// The head of a piece of so many bytes.
pub(super) fn piece(client: &Client, at: &str, offset: usize, said: usize) -> String {
    let cookies: Vec<String> = client.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "PATCH {at} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {said}\r\n\r\n",
        client.host(),
        cookies.join("; ")
    )
}

/// Sends `bytes` of a piece that says it has more, and hangs up.
async fn cut_off(client: &Client, at: &str, offset: usize, said: usize, bytes: &[u8]) -> Outcome {
    let mut stream = client.tls("http/1.1").await?;
    stream.write_all(&[piece(client, at, offset, said).as_bytes(), bytes].concat()).await?;
    stream.flush().await?;
    drop(stream);
    Ok(())
}

#[tokio::test]
async fn an_upload_that_is_cut_off_at_any_byte_goes_on_where_it_stopped() -> Outcome {
    let (app, share, client) = taking(|config| config.uploads.files = 100).await?;
    let content: Vec<u8> = (0..40_u8).collect();
    for cut in 0..content.len() {
        let name = format!("cut at {cut}.bin");
        let at = begin(&client, &share, &name, content.len()).await?;
        cut_off(&client, &at, 0, content.len(), &content[..cut]).await?;
        let mut there = usize::MAX;
        while there != cut {
            // Until the server has noticed that nobody is there any more.
            let answer = head(&client, &at).await?;
            there = offset(&answer)?;
            assert!(there <= cut, "{there} of {cut}");
            if there == cut && patch(&client, &at, there, &content[there..]).await?.code() == 423 {
                there = usize::MAX;
            }
        }
        assert_eq!(app.inbox(&share)?.get(&name), Some(&content), "{cut}");
    }
    assert_eq!((app.spooled()?, app.events("upload.received").len()), (0, content.len()));
    Ok(())
}

#[tokio::test]
async fn an_upload_goes_on_after_the_server_was_started_again() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 253) as u8).collect();
    let at = begin(&client, &share, "long.bin", content.len()).await?;
    assert_eq!(offset(&patch(&client, &at, 0, &content[..100_000]).await?)?, 100_000);
    let cookies = client.cookies();
    let app = app.stop().await?.start().await?;
    let client = app.client_http2();
    client.set_cookies(cookies);
    let there = offset(&head(&client, &at).await?)?;
    assert_eq!(there, 100_000);
    let answer = patch(&client, &at, there, &content[there..]).await?;
    assert_eq!((answer.code(), offset(&answer)?), (204, content.len()));
    assert_eq!(app.inbox(&share)?.get("long.bin"), Some(&content));
    let after = head(&client, &at).await?;
    assert_eq!((after.code(), offset(&after)?), (200, content.len()), "what is done can be asked for");
    Ok(())
}

#[tokio::test]
async fn pieces_that_do_not_fit_change_nothing() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let at = begin(&client, &share, "a.txt", 6).await?;
    assert_eq!(patch(&client, &at, 0, b"abc").await?.code(), 204);
    let behind = patch(&client, &at, 4, b"xx").await?;
    assert_eq!((behind.code(), behind.header("upload-offset")), (409, "3"));
    assert_eq!(patch(&client, &at, 0, b"xx").await?.code(), 409);
    assert_eq!(patch(&client, &at, 3, b"more than there is").await?.code(), 413);
    assert_eq!(offset(&head(&client, &at).await?)?, 3);
    let wrong = client
        .ask("PATCH", &at, &[("tus-resumable", "1.0.0"), ("upload-offset", "3")], b"def".to_vec())
        .await?;
    assert_eq!(wrong.code(), 415);
    let old = client.ask("HEAD", &at, &[("tus-resumable", "0.2.2")], Vec::new()).await?;
    assert_eq!((old.code(), old.header("tus-version")), (412, "1.0.0"));
    assert_eq!(patch(&client, &at, 3, b"def").await?.code(), 204);
    assert_eq!(patch(&client, &at, 6, b"").await?.code(), 409);
    assert_eq!(app.inbox(&share)?.get("a.txt").map(Vec::as_slice), Some(&b"abcdef"[..]));
    let (unknown, nonsense) = (format!("{}/{}", share.uploads(), "0".repeat(32)), format!("{}/..%2f", share.uploads()));
    for nowhere in [unknown, nonsense] {
        assert_eq!(head(&client, &nowhere).await?.code(), 404);
    }
    Ok(())
}

#[tokio::test]
async fn an_upload_can_be_taken_back_and_is_forgotten_when_its_time_is_over() -> Outcome {
    let (app, share, client) = taking(|config| config.uploads.keep = HOUR).await?;
    let at = begin(&client, &share, "a.txt", 6).await?;
    patch(&client, &at, 0, b"abc").await?;
    let gone = client.ask("DELETE", &at, &[("tus-resumable", "1.0.0")], Vec::new()).await?;
    assert_eq!((gone.code(), app.spooled()?, head(&client, &at).await?.code()), (204, 0, 404));
    let at = begin(&client, &share, "b.txt", 6).await?;
    patch(&client, &at, 0, b"abc").await?;
    app.pass(HOUR);
    until("it is forgotten", || app.events("upload.gone").len() == 2).await;
    let bytes_are_gone = || {
        app.pass(MINUTE);
        app.spooled().is_ok_and(|left| left == 0)
    };
    until("its bytes are gone", bytes_are_gone).await;
    client.enter(&share).await?;
    assert_eq!(head(&client, &at).await?.code(), 404);
    Ok(())
}

#[tokio::test]
async fn a_long_upload_keeps_its_session_and_ends_with_it() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let at = begin(&client, &share, "a.txt", 60).await?;
    for part in 0..5 {
        app.pass(20 * MINUTE);
        assert_eq!(patch(&client, &at, part * 10, b"0123456789").await?.code(), 204, "{part}");
    }
    app.revoke(&share, Some("guest@example.org")).await?;
    assert_eq!(patch(&client, &at, 50, b"0123456789").await?.code(), 410);
    assert!(app.inbox(&share)?.is_empty());
    Ok(())
}

#[tokio::test]
async fn another_recipient_can_neither_see_nor_go_on_with_an_upload() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let at = begin(&client, &share, "a.txt", 6).await?;
    let stranger = app.client();
    assert_eq!(patch(&stranger, &at, 0, b"abc").await?.code(), 403);
    let both = crate::helpers::documents(&["report.txt"]);
    let other = app.share(doorward::web::api::wire::CreateShare { upload: true, ..both }).await?;
    stranger.enter(&other).await?;
    let elsewhere = at.replace(&share.id, &other.id);
    assert_eq!(patch(&stranger, &elsewhere, 0, b"abc").await?.code(), 404);
    assert_eq!(offset(&head(&client, &at).await?)?, 0);
    Ok(())
}
