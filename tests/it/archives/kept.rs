//! Kept copies in a folder: found in its list and in its ZIP whatever became of the store.

use super::rig::{manifest, offered, python, ticket, unzip};
use crate::helpers::{Answer, Client, Outcome, Shared, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::fs;
use std::path::PathBuf;

/// Takes the store away; gives the place to bring it back from.
fn away(app: &TestApp) -> Outcome<PathBuf> {
    let aside = app.documents().with_extension("away");
    fs::rename(app.documents(), &aside)?;
    Ok(aside)
}

async fn kept(app: &TestApp, names: &[&str]) -> Outcome<(Shared, Client)> {
    app.put("case/in.txt", "as it was")?;
    app.put("case/sub/deep.txt", "deep in it")?;
    app.put("case/sub/below/deeper.txt", "deeper")?;
    app.put("note.txt", "a note")?;
    let share = app.share(CreateShare { keep: Some(true), pin: Some(true), ..documents(names) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((share, client))
}

fn is_whole(page: &Answer, texts: &[&str]) {
    let trouble = ["Cannot be reached", "No longer in its place", "Changed since"]
        .into_iter()
        .find(|text| page.says(text));
    assert!(page.code() == 200 && trouble.is_none(), "{trouble:?}: {}", page.text());
    for text in texts {
        assert!(page.says(text), "{text}: {}", page.text());
    }
}

#[tokio::test]
async fn a_kept_folder_is_listed_and_taken_as_a_zip_while_its_store_is_away() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = kept(&app, &["case"]).await?;
    let before = client.get(&share.page()).await?;
    let aside = away(&app)?;
    let page = client.get(&share.page()).await?;
    is_whole(&page, &["in.txt", "9 bytes", "sub", "one document and one folder"]);
    assert_eq!(page.hrefs(), before.hrefs(), "the list is what it was");
    is_whole(&client.get(&share.document("case/sub/")).await?, &["deep.txt", "10 bytes", "below"]);
    is_whole(&client.get(&share.document("case/sub/below/")).await?, &["deeper.txt"]);
    assert_eq!(client.get(&share.document("case/sub/deep.txt")).await?.text(), "deep in it");
    for path in ["case/other/", "case/sub/deep.txt/", "case/su/"] {
        assert_ne!(client.get(&share.document(path)).await?.code(), 200, "{path} was never there");
    }
    assert!(offered(&client, &share, "").await?.says("3 documents"));
    let archive = client.get(&ticket(&client, &share, "").await?).await?;
    unzip(&archive.body)?;
    let names: Vec<_> = python(&archive.body)?.into_iter().map(|read| read.name).collect();
    assert_eq!(names, ["MANIFEST.jsonl", "in.txt", "sub/below/deeper.txt", "sub/deep.txt"]);
    assert_eq!(manifest(&archive.body)?.1[0]["withheld"], 0);
    assert!(app.events("document.changed").is_empty());
    fs::rename(aside, app.documents())?;
    Ok(())
}

#[tokio::test]
async fn kept_documents_that_changed_or_are_gone_stand_in_the_list_and_the_zip_as_they_were() -> Outcome {
    let app = TestApp::start().await?;
    let (share, client) = kept(&app, &["case", "note.txt"]).await?;
    app.put("case/in.txt", "another text, and longer")?;
    app.put("case/late.txt", "came later")?;
    fs::remove_dir_all(app.documents().join("case/sub"))?;
    for gone in [false, true] {
        let aside = gone.then(|| away(&app)).transpose()?;
        is_whole(&client.get(&share.page()).await?, &["case", "note.txt"]);
        let folder = client.get(&share.document("case/")).await?;
        is_whole(&folder, &["in.txt", "9 bytes", "sub"]);
        assert!(!folder.says("late.txt") && !folder.says("24 bytes"), "{}", folder.text());
        is_whole(&client.get(&share.document("case/sub/")).await?, &["deep.txt"]);
        let archive = client.get(&ticket(&client, &share, "").await?).await?;
        unzip(&archive.body)?;
        let read: Vec<_> = python(&archive.body)?.into_iter().skip(1).map(|read| (read.name, read.size)).collect();
        let expected = [("case/in.txt", 9), ("case/sub/below/deeper.txt", 6), ("case/sub/deep.txt", 10), ("note.txt", 6)];
        assert_eq!(read, expected.map(|(name, size)| (name.to_owned(), size)), "gone {gone}");
        aside.map(|aside| fs::rename(aside, app.documents())).transpose()?;
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_without_kept_copies_is_not_listed_while_its_store_is_away() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/in.txt", "as it was")?;
    let share = app.share(CreateShare { pin: Some(true), ..documents(&["case"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    away(&app)?;
    let page = client.get(&share.page()).await?;
    assert!(page.code() >= 400 && !page.says("in.txt"), "{}: {}", page.code(), page.text());
    Ok(())
}
