//! What is not taken: too large, too much, of the wrong kind, without room, from elsewhere, or where nothing is taken.

use super::resumed::{create, patch};
use super::{multipart, post, send, taking};
use crate::helpers::{Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use serde_json::json;

const ELF: &[u8] =
    b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\x80\x10\x40\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

#[tokio::test]
async fn a_document_that_is_too_large_leaves_nothing_behind() -> Outcome {
    let (app, share, client) = taking(|config| config.uploads.file_bytes = 100).await?;
    let answer = send(&client, &share, &[("big.txt", &[b'x'; 101])]).await?;
    assert_eq!(answer.code(), 413);
    assert!(answer.says("“big.txt” is too large") && answer.says("100"), "{}", answer.text());
    assert_eq!(create(&client, &share, "big.txt", 101).await?.code(), 413);
    assert_eq!(send(&client, &share, &[("fits.txt", &[b'x'; 100])]).await?.code(), 303);
    assert_eq!((app.inbox(&share)?.len(), app.spooled()?), (1, 0));
    Ok(())
}

#[tokio::test]
async fn quotas_of_files_of_links_and_of_stores_hold() -> Outcome {
    let (app, share, client) = taking(|config| {
        (config.uploads.files, config.uploads.link_bytes, config.uploads.store_bytes) = (3, 100, 120);
    })
    .await?;
    let token = client.get(&share.uploads()).await?.form(&share.uploads()).field("token").to_owned();
    assert_eq!(send(&client, &share, &[("one.txt", &[b'1'; 60])]).await?.code(), 303);
    let over = send(&client, &share, &[("two.txt", &[b'2'; 41])]).await?;
    assert!(over.code() == 413 && over.says("40"), "{}", over.text());
    // What is only begun counts as well.
    assert_eq!(create(&client, &share, "two.txt", 30).await?.code(), 201);
    assert_eq!(create(&client, &share, "three.txt", 11).await?.code(), 413);
    assert_eq!(create(&client, &share, "three.txt", 0).await?.code(), 201);
    let many = post(&client, &share, multipart(&token, &[("four.txt", b"")])).await?;
    assert_eq!(many.code(), 413);
    let other = app.share(CreateShare { upload: true, ..documents(&["report.txt"]) }).await?;
    let another = app.client();
    another.enter(&other).await?;
    let full = send(&another, &other, &[("a.txt", &[b'a'; 31])]).await?;
    assert!(full.code() == 507 && full.says("no room"), "{}", full.text());
    assert_eq!(send(&another, &other, &[("a.txt", &[b'a'; 30])]).await?.code(), 303);
    Ok(())
}

#[tokio::test]
async fn programs_are_not_taken_under_any_name() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let answer = send(&client, &share, &[("plan.pdf", ELF)]).await?;
    assert_eq!(answer.code(), 303);
    assert!(client.get(&share.uploads()).await?.says("this kind of file is not accepted"));
    let by_name = send(&client, &share, &[("setup.exe", b"harmless")]).await?;
    assert!(by_name.code() == 415 && by_name.says("“setup.exe” was not taken"), "{}", by_name.text());
    let at = create(&client, &share, "plan.pdf", ELF.len()).await?;
    let last = patch(&client, at.location(), 0, ELF).await?;
    assert!(last.code() == 415 && last.says("not accepted"), "{}", last.text());
    assert!(app.inbox(&share)?.is_empty() && app.spooled()? == 0);
    assert_eq!(app.events("upload.refused").len(), 2);
    Ok(())
}

#[tokio::test]
async fn only_listed_types_are_taken_where_there_is_a_list() -> Outcome {
    let (app, share, client) = taking(|config| {
        config.uploads.types = ["application/pdf", "image/*"].iter().filter_map(|range| range.parse().ok()).collect();
    })
    .await?;
    assert_eq!(
        send(&client, &share, &[("a.pdf", b"%PDF-1.7"), ("b.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ("c.txt", b"text")])
            .await?
            .code(),
        303
    );
    assert_eq!(app.inbox(&share)?.keys().collect::<Vec<_>>(), ["a.pdf", "b.png"]);
    Ok(())
}

#[tokio::test]
async fn nothing_is_taken_while_too_little_room_would_stay_free() -> Outcome {
    let (app, share, client) = taking(|config| config.uploads.free_bytes = u64::MAX / 2).await?;
    let answer = send(&client, &share, &[("a.txt", b"text")]).await?;
    assert!(answer.code() == 507 && answer.says("no room"), "{}", answer.text());
    assert_eq!(create(&client, &share, "a.txt", 4).await?.code(), 507);
    assert_eq!((app.spooled()?, app.events("upload.started").len()), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_is_not_taken() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let page = client.get(&share.uploads()).await?;
    let token = page.form(&share.uploads()).field("token").to_owned();
    assert_eq!(post(&client, &share, multipart("wrong", &[("a.txt", b"x")])).await?.code(), 400);
    let media_type = "multipart/form-data; boundary=----doorward-test";
    for elsewhere in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let fields = [("content-type", media_type), elsewhere];
        let answer = client.ask("POST", &share.uploads(), &fields, multipart(&token, &[("a.txt", b"x")])).await?;
        assert_eq!(answer.code(), 403, "{elsewhere:?}");
        let fields = [("tus-resumable", "1.0.0"), ("upload-length", "1"), elsewhere];
        assert_eq!(client.ask("POST", &share.uploads(), &fields, Vec::new()).await?.code(), 403, "{elsewhere:?}");
    }
    let empty = post(&client, &share, multipart(&token, &[("", b"")])).await?;
    assert!(empty.code() == 404 && empty.says("No document was chosen"), "{}", empty.text());
    let plain = client.ask("POST", &share.uploads(), &[("content-type", "text/plain")], b"x".to_vec()).await?;
    assert_eq!(plain.code(), 400);
    assert!(app.inbox(&share)?.is_empty() && app.spooled()? == 0);
    Ok(())
}

#[tokio::test]
async fn a_form_that_is_cut_off_leaves_nothing_behind() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let page = client.get(&share.uploads()).await?;
    let whole = multipart(page.form(&share.uploads()).field("token"), &[("a.txt", b"some text")]);
    for cut in (0..whole.len() - 3).step_by(7) {
        let answer = post(&client, &share, whole[..cut].to_vec()).await?;
        assert_eq!(answer.code(), 400, "{cut}: {}", answer.text());
    }
    assert!(app.inbox(&share)?.is_empty() && app.spooled()? == 0 && app.events("upload.started").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_share_takes_nothing_unless_staff_said_so_and_a_store_can() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let wanted = CreateShare { upload: true, ..documents(&["report.txt"]) };
    let answer = app.api("POST", "/api/v1/shares", &serde_json::to_value(&wanted)?).await;
    assert!(answer.code() == 422 && answer.says("writable = true"), "{}", answer.text());
    let share = app.share_documents(&["report.txt"]).await?;
    assert_eq!(app.update(&share, json!({ "upload": true })).await.code(), 422);
    let client = app.client();
    client.enter(&share).await?;
    assert!(!client.get(&share.page()).await?.says("Send documents"));
    let page = client.get(&share.uploads()).await?;
    assert!(page.code() == 403 && page.says("Nothing can be sent here"));
    let (app, ..) = taking(|_| {}).await?;
    app.put("inbox/x.txt", "x")?;
    for shown in ["documents:", "inbox", "inbox/x.txt"] {
        let wanted = CreateShare { upload: true, ..documents(&[shown]) };
        let answer = app.api("POST", "/api/v1/shares", &serde_json::to_value(&wanted)?).await;
        assert_eq!(answer.code(), if shown.ends_with(".txt") { 201 } else { 422 }, "{shown}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn taking_the_leave_away_ends_what_is_under_way() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    let at = create(&client, &share, "a.txt", 6).await?;
    assert_eq!(patch(&client, at.location(), 0, b"abc").await?.code(), 204);
    assert_eq!(app.update(&share, json!({ "upload": false })).await.code(), 200);
    assert_eq!(patch(&client, at.location(), 3, b"def").await?.code(), 403);
    assert_eq!(app.update(&share, json!({ "upload": true })).await.code(), 200);
    assert_eq!(patch(&client, at.location(), 3, b"def").await?.code(), 204);
    assert_eq!(app.inbox(&share)?.get("a.txt").map(Vec::as_slice), Some(&b"abcdef"[..]));
    Ok(())
}
