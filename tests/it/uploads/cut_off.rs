//! Senders who hang up at some byte, of a form or of a piece: nothing by halves is ever to be seen, and nothing is left of what nobody goes on with.

use super::resumed::{create, head, offset, patch, piece};
use super::{BOUNDARY, multipart, taking};
use crate::helpers::{Client, MINUTE, Outcome, Shared, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CUTS: usize = 30;

/// A number below `most`, another one for each `n`.
fn random(n: usize, most: usize) -> usize {
    (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % most
}

fn content(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|n| ((n * 31 + n / 251 + seed) % 256) as u8).collect()
}

/// Sends the beginning of a request and hangs up: in good manners, so that it is known when the server has noticed, or by going away.
async fn hang_up(client: &Client, head: &str, bytes: &[u8], is_polite: bool) -> Outcome {
    let mut stream = client.tls("http/1.1").await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(bytes).await?;
    stream.flush().await?;
    if is_polite {
        stream.shutdown().await?;
        // What it answers, if anything, is said to nobody.
        let _answer = stream.read_to_end(&mut Vec::new()).await;
    }
    Ok(())
}

fn cookies(client: &Client) -> String {
    let all: Vec<String> = client.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    all.join("; ")
}

fn form_head(client: &Client, share: &Shared, length: usize) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nOrigin: null\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n",
        share.uploads(),
        client.host(),
        cookies(client)
    )
}

#[tokio::test]
async fn a_form_cut_off_at_any_byte_gives_whole_documents_or_none_and_leaves_nothing() -> Outcome {
    let (app, share, client) = taking(|config| config.uploads.files = 1_000).await?;
    let page = client.get(&share.uploads()).await?;
    let token = page.form(&share.uploads()).field("token").to_owned();
    let (first, second) = (content(1, 150_001), content(2, 300_007));
    let mut expected = 0;
    for cut in 0..CUTS {
        let (one, two) = (format!("first {cut}.bin"), format!("second {cut}.bin"));
        let body = multipart(&token, &[(&one, &first), (&two, &second)]);
        // Also before the first byte, and before the last one, which ends the form.
        let at = match cut {
            0 => 0,
            1 => body.len() - 1,
            _ => random(cut, body.len()),
        };
        hang_up(&client, &form_head(&client, &share, body.len()), &body[..at], cut % 3 > 0).await?;
        // The first of the two is whole once its end was sent.
        expected += usize::from(cut % 3 > 0 && at > first.len() + 1_000);
    }
    let nothing_is_left = || {
        app.pass(MINUTE);
        app.spooled().is_ok_and(|left| left == 0) && app.gate.running() == 0
    };
    until("what was begun is cleared away", nothing_is_left).await;
    let inbox = app.inbox(&share)?;
    for (name, bytes) in &inbox {
        let whole = if name.starts_with("first") { &first } else { &second };
        assert!(bytes == whole, "{name}: {} of {} bytes", bytes.len(), whole.len());
    }
    assert_eq!(app.events("upload.received").len(), inbox.len());
    assert!(inbox.len() >= expected && expected > 5, "{expected} of {:?}", inbox.keys());
    Ok(())
}

#[tokio::test]
async fn an_upload_cut_off_thirty_times_is_whole_in_the_end_and_not_to_be_seen_before() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let whole = content(3, 900_001);
    let at = create(&client, &share, "plan.bin", whole.len()).await?.location().to_owned();
    let mut reached = 0;
    for cut in 0..CUTS {
        let there = offset(&head(&client, &at).await?)?;
        assert!((reached..whole.len()).contains(&there), "cut {cut}: {there} after {reached}");
        reached = there;
        let end = there + random(cut, whole.len() / CUTS);
        hang_up(&client, &piece(&client, &at, there, whole.len() - there), &whole[there..end], cut % 3 > 0).await?;
        assert!(app.inbox(&share)?.is_empty() && app.spooled()? == 1, "cut {cut}");
    }
    // How much of the last piece was read when its sender went away is chance.
    assert!(reached > whole.len() / 20, "what was taken in is kept: {reached}");
    loop {
        let there = offset(&head(&client, &at).await?)?;
        let answer = patch(&client, &at, there, &whole[there..]).await?;
        match answer.code() {
            204 => break,
            // The server has not noticed yet that the last one is gone.
            409 | 423 => tokio::task::yield_now().await,
            other => return Err(format!("{other}: {}", answer.text()).into()),
        }
    }
    let inbox = app.inbox(&share)?;
    assert!(inbox.len() == 1 && inbox.get("plan.bin") == Some(&whole), "{:?}", inbox.keys());
    assert_eq!((app.spooled()?, app.events("upload.received").len()), (0, 1));
    Ok(())
}
