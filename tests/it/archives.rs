//! Folders as one ZIP: read by other programs, resumed anywhere, with nothing in it that may not leave, and one receipt that says what did.

mod hostile;
mod kept;
mod large;
mod resumed;
mod rig;

use crate::helpers::{Outcome, TestApp, documents, until};
use doorward::domain::receipt::{Action, Outcome as Reached};
use doorward::gate::views::Given;
use doorward::web::api::wire::CreateShare;
use rig::{Read, manifest, offered, python, random, ticket, unzip};

/// Some documents of a case, one of them empty.
fn case(app: &TestApp) -> Outcome {
    app.put("case/report.txt", "the report")?;
    app.put("case/empty.txt", "")?;
    app.put("case/sub/large.bin", (0..200_000u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>())?;
    app.put("case/sub/Zoe\u{308}.txt", "composed of two")?;
    Ok(())
}

#[tokio::test]
async fn an_archive_of_pinned_documents_is_read_by_others_and_resumed_at_any_byte() -> Outcome {
    let app = TestApp::start().await?;
    case(&app)?;
    let share = app
        .share(CreateShare { pin: Some(true), subject: Some("Papers".to_owned()), ..documents(&["case"]) })
        .await?;
    let client = app.client();
    client.enter(&share).await?;
    let page = client.get(&share.page()).await?;
    assert!(page.hrefs().contains(&format!("/d/{}/z", share.id)), "{}", page.text());
    let offer = offered(&client, &share, "").await?;
    assert!(offer.says("4 documents, 800 kB") && offer.says("can go on where it stopped"), "{}", offer.text());
    let address = ticket(&client, &share, "").await?;
    assert!(address.ends_with("/case.zip"), "{address}");

    let head = client.head(&address).await?;
    let (length, tag) = (head.header("content-length").to_owned(), head.header("etag").to_owned());
    assert_eq!((head.code(), head.header("accept-ranges"), head.header("content-type")), (200, "bytes", "application/zip"));
    assert_eq!(app.events("receipt.started").len(), 0, "neither offer, ticket nor HEAD is a receipt");
    let whole = client.get(&address).await?;
    assert_eq!((whole.code(), whole.body.len().to_string()), (200, length));
    unzip(&whole.body)?;
    let names: Vec<_> = python(&whole.body)?.into_iter().map(|Read { name, size, .. }| (name, size)).collect();
    let expected = [
        ("MANIFEST.jsonl", manifest(&whole.body)?.0),
        ("empty.txt", 0),
        ("report.txt", 10),
        ("sub/Zoe\u{308}.txt", 15),
        ("sub/large.bin", 800_000),
    ];
    assert_eq!(names, expected.map(|(name, size)| (name.to_owned(), size)));

    for n in 0..50 {
        let at = random(n, whole.body.len() as u64 - 1) + 1;
        let first = client.get_with(&address, &[("range", &format!("bytes=0-{}", at - 1))]).await?;
        let rest = client.get_with(&address, &[("range", &format!("bytes={at}-")), ("if-range", &tag)]).await?;
        assert_eq!((first.code(), rest.code()), (206, 206), "at {at}");
        assert!([first.body, rest.body].concat() == whole.body, "resumed at {at}");
    }
    assert_eq!(client.get_with(&address, &[("range", "bytes=5-"), ("if-range", "\"other\"")]).await?.code(), 200);
    assert_eq!(client.get_with(&address, &[("if-none-match", &tag)]).await?.code(), 304);

    let receipt = app.settled_receipt().await?;
    assert_eq!((receipt.action, receipt.outcome, receipt.document.as_str()), (Action::Archive, Reached::Complete, "documents:case"));
    let parts: Vec<_> = receipt.parts.iter().map(|part| (part.document.as_str(), part.given)).collect();
    let all =
        ["case/empty.txt", "case/report.txt", "case/sub/Zoe\u{308}.txt", "case/sub/large.bin"].map(|path| format!("documents:{path}"));
    assert_eq!(parts, all.each_ref().map(|name| (name.as_str(), Given::All)));
    assert_eq!(app.receipts("").await?.len(), 1, "one receipt, however often it was resumed");
    app.all_mailed().await;
    let told = app.mail.wait_for("owner@example.org", "Papers", 1).await;
    let texts: Vec<_> = told.iter().map(|letter| letter.content.text.as_str()).collect();
    assert!(texts.len() == 1 && texts[0].contains("as one ZIP"), "one notice of the archive: {texts:?}");
    Ok(())
}

#[tokio::test]
async fn a_part_of_an_archive_is_a_receipt_of_what_was_given() -> Outcome {
    let app = TestApp::start().await?;
    case(&app)?;
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    let address = ticket(&client, &share, "").await?;
    let whole = client.get_with(&address, &[("range", "bytes=0-400000")]).await?;
    assert_eq!(whole.code(), 206);
    let receipt = app.settled_receipt().await?;
    let given: Vec<_> = receipt.parts.iter().map(|part| part.given).collect();
    assert_eq!((receipt.outcome, given), (Reached::Part, vec![Given::All, Given::All, Given::All, Given::Part]));
    Ok(())
}

#[tokio::test]
async fn an_archive_of_documents_that_may_change_has_its_length_and_no_ranges() -> Outcome {
    let app = TestApp::start().await?;
    case(&app)?;
    std::fs::create_dir_all(app.documents().join("case/nothing"))?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    assert!(offered(&client, &share, "").await?.says("has to begin again"));
    let address = ticket(&client, &share, "").await?;
    let head = client.head(&address).await?;
    assert_eq!((head.header("accept-ranges"), head.header("etag")), ("none", ""));
    let whole = client.get_with(&address, &[("range", "bytes=100-")]).await?;
    assert_eq!((whole.code(), whole.body.len().to_string().as_str()), (200, head.header("content-length")));
    unzip(&whole.body)?;
    let names: Vec<_> = python(&whole.body)?.into_iter().map(|read| read.name).collect();
    assert_eq!(names, ["MANIFEST.jsonl", "empty.txt", "report.txt", "sub/Zoe\u{308}.txt", "sub/large.bin", "nothing/"]);
    assert_eq!(app.settled_receipt().await?.outcome, Reached::Complete);
    Ok(())
}

#[tokio::test]
async fn a_folder_of_a_share_and_all_items_of_one_are_archives_too() -> Outcome {
    let app = TestApp::start().await?;
    case(&app)?;
    app.put("note.txt", "a note")?;
    app.put("other/note.txt", "another note")?;
    let share = app.share_documents(&["case", "note.txt", "other/note.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let all = client.get(&ticket(&client, &share, "").await?).await?;
    let names: Vec<_> = python(&all.body)?.into_iter().map(|read| read.name).collect();
    let expected = [
        "MANIFEST.jsonl",
        "case/empty.txt",
        "case/report.txt",
        "case/sub/Zoe\u{308}.txt",
        "case/sub/large.bin",
        "note (2).txt",
        "note.txt",
    ];
    assert_eq!(names, expected);
    let page = client.get(&share.document("case/sub/")).await?;
    assert!(page.hrefs().contains(&format!("/d/{}/z?folder=case/sub", share.id)), "{}", page.text());
    let address = ticket(&client, &share, "case/sub").await?;
    let sub = client.get(&address).await?;
    assert!(address.ends_with("/case/sub/sub.zip") && sub.header("content-disposition").contains("sub.zip"));
    let names: Vec<_> = python(&sub.body)?.into_iter().map(|read| read.name).collect();
    assert_eq!(names, ["MANIFEST.jsonl", "Zoe\u{308}.txt", "large.bin"]);
    Ok(())
}

#[tokio::test]
async fn nothing_and_next_to_nothing_are_archives() -> Outcome {
    let app = TestApp::start().await?;
    std::fs::create_dir_all(app.documents().join("nothing"))?;
    app.put("one/empty.txt", "")?;
    for (folder, count) in [("nothing", 0), ("one", 1)] {
        let share = app.share_documents(&[folder]).await?;
        let client = app.client();
        client.enter(&share).await?;
        // An empty folder's page has nothing to download; its address still answers.
        let archive = client.get(&ticket(&client, &share, "").await?).await?;
        assert_eq!(python(&archive.body)?.len(), count + 1, "{folder}");
        unzip(&archive.body)?;
    }
    until("all transfers have ended", || app.gate.running() == 0).await;
    let receipts = app.receipts("").await?;
    assert!(receipts.iter().all(|receipt| receipt.outcome == Reached::Complete), "{receipts:?}");
    Ok(())
}
