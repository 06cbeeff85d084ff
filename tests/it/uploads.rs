//! Documents that recipients send in: by a form, piece by piece, and what becomes of them.

mod cut_off;
mod full_disk;
mod refused;
mod resumed;
mod scanned;

use crate::helpers::{Answer, Client, Outcome, Shared, TestApp, documents, until};
use doorward::config::Config;
use doorward::web::api::wire::CreateShare;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

const BOUNDARY: &str = "----doorward-test";

/// The program with a store that may be written to, and a share that takes documents.
pub(crate) async fn taking(change: impl Fn(&mut Config) + Send + Sync + 'static) -> Outcome<(TestApp, Shared, Client)> {
    entered(TestApp::with(taking_all(change)).await?).await
}

/// A configuration in which the store may be written to down to the last byte that is free.
fn taking_all(change: impl Fn(&mut Config) + Send + Sync + 'static) -> impl Fn(&mut Config) + Send + Sync + 'static {
    move |config| {
        config.store[0].writable = true;
        config.uploads.free_bytes = 0;
        change(config);
    }
}

/// Somebody who is in a share that takes documents.
async fn entered(app: TestApp) -> Outcome<(TestApp, Shared, Client)> {
    app.put("report.txt", "the report")?;
    let share = app.share(CreateShare { upload: true, ..documents(&["documents:report.txt"]) }).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((app, share, client))
}

impl Shared {
    /// The page on which documents are sent in.
    pub(crate) fn uploads(&self) -> String {
        format!("/d/{}/u", self.id)
    }
}

impl TestApp {
    /// What lies in the inbox of a share, by name.
    pub(crate) fn inbox(&self, share: &Shared) -> Outcome<BTreeMap<String, Vec<u8>>> {
        let folder = self.inbox_folder(share);
        let mut found = BTreeMap::new();
        if !folder.exists() {
            return Ok(found);
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            found.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
        Ok(found)
    }

    pub(crate) fn inbox_folder(&self, share: &Shared) -> PathBuf {
        self.documents().join("inbox").join(&share.id[..12])
    }

    /// Unfinished uploads that lie in the data directory.
    pub(crate) fn spooled(&self) -> Outcome<usize> {
        Ok(fs::read_dir(self.data().join("uploads"))?.count())
    }
}

/// Waits until the owner was told this.
pub(crate) async fn told(app: &TestApp, words: &str) {
    // Reads within the quiet time after a notice come as one mail when it is over.
    app.pass(16 * crate::helpers::MINUTE);
    until(words, || app.mail.of("owner@example.org", "receipt").iter().any(|letter| letter.content.text.contains(words))).await;
}

/// A form with these files, as a browser sends it.
pub(crate) fn multipart(token: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n").into_bytes();
    for (name, content) in files {
        // As browsers write names (WHATWG, "multipart/form-data").
        let name = name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22");
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: x/y\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Sends files by the form of the page.
pub(crate) async fn send(client: &Client, share: &Shared, files: &[(&str, &[u8])]) -> Outcome<Answer> {
    let page = client.get(&share.uploads()).await?;
    let form = page.form(&share.uploads());
    post(client, share, multipart(form.field("token"), files)).await
}

pub(crate) async fn post(client: &Client, share: &Shared, body: Vec<u8>) -> Outcome<Answer> {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let fields = [("content-type", media_type.as_str()), ("sec-fetch-site", "same-origin"), ("origin", "null")];
    client.ask("POST", &share.uploads(), &fields, body).await
}

#[tokio::test]
async fn documents_sent_by_the_form_lie_in_the_inbox_and_the_owner_is_told() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    assert!(client.get(&share.page()).await?.says("Send documents"));
    let answer = send(&client, &share, &[("plan.pdf", b"%PDF-1.7 the plan"), ("notes.txt", b"")]).await?;
    assert_eq!((answer.code(), answer.location()), (303, &*share.uploads()), "{}", answer.text());
    let inbox = app.inbox(&share)?;
    assert_eq!(inbox.get("plan.pdf").map(Vec::as_slice), Some(&b"%PDF-1.7 the plan"[..]));
    assert_eq!(inbox.get("notes.txt").map(Vec::len), Some(0));
    assert_eq!((inbox.len(), app.spooled()?), (2, 0));
    let page = client.get(&share.uploads()).await?;
    assert!(page.says("plan.pdf") && page.says("received") && page.says("18 more documents"), "{}", page.text());
    let received = app.events("upload.received");
    assert_eq!(received.len(), 2);
    let completed = app.events("upload.completed");
    assert_eq!(completed[0]["media_type"], "application/pdf");
    let sha = doorward::crypto::primitives::sha256(&[b"%PDF-1.7 the plan"]);
    assert_eq!(completed[0]["sha256"], String::from_utf8_lossy(&doorward::crypto::primitives::to_hex(&sha)).as_ref());
    told(&app, "guest@example.org sent in “inbox/").await;
    let view = app.view(&share).await?;
    assert_eq!(view.inbox, Some(format!("documents:inbox/{}", &share.id[..12])));
    assert_eq!(view.uploads.iter().map(|one| one.status.as_str()).collect::<Vec<_>>(), ["received", "received"]);
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    for content in ["one", "two", "three"] {
        assert_eq!(send(&client, &share, &[("plan.txt", content.as_bytes())]).await?.code(), 303);
    }
    let inbox = app.inbox(&share)?;
    let texts: Vec<_> = inbox
        .iter()
        .map(|(name, content)| (name.as_str(), String::from_utf8_lossy(content).into_owned()))
        .collect();
    assert_eq!(texts, [("plan (2).txt", "two".to_owned()), ("plan (3).txt", "three".to_owned()), ("plan.txt", "one".to_owned())]);
    assert!(client.get(&share.uploads()).await?.says("plan (3).txt"));
    Ok(())
}

#[tokio::test]
async fn hostile_names_become_plain_ones_inside_the_inbox() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    for name in
        ["../../../escape.txt", "..\\..\\win.txt", ".hidden", "a\u{202e}fdp.txt", "nul", "%2e%2e%2fx.txt", "x\r\ny.txt", "/etc/passwd"]
    {
        assert_eq!(send(&client, &share, &[(name, b"x")]).await?.code(), 303, "{name}");
    }
    let inbox = app.inbox(&share)?;
    let names: Vec<&str> = inbox.keys().map(String::as_str).collect();
    assert_eq!(names, ["_2e_2e_2fx.txt", "_nul", "afdp.txt", "escape.txt", "hidden", "passwd", "win.txt", "x_0D_0Ay.txt"]);
    assert!(!app.documents().join("escape.txt").exists() && !app.data().join("escape.txt").exists());
    Ok(())
}

#[tokio::test]
async fn a_store_that_takes_nothing_just_now_loses_nothing() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    // Something lies where the folder of the inboxes has to be.
    app.put("inbox", "in the way")?;
    assert_eq!(send(&client, &share, &[("plan.txt", b"the plan")]).await?.code(), 303);
    assert!(client.get(&share.uploads()).await?.says("being checked"));
    assert_eq!((app.spooled()?, app.events("upload.received").len()), (1, 0));
    fs::remove_file(app.documents().join("inbox"))?;
    let app = app.stop().await?.start().await?;
    until("it is put into the store once that is well", || app.events("upload.received").len() == 1).await;
    assert_eq!(app.inbox(&share)?.get("plan.txt").map(Vec::as_slice), Some(&b"the plan"[..]));
    until("nothing is left behind", || app.spooled().is_ok_and(|left| left == 0)).await;
    Ok(())
}

#[tokio::test]
async fn what_one_recipient_sends_no_other_one_sees() -> Outcome {
    let (app, share, client) = taking(|_| {}).await?;
    drop((share, client));
    let both = CreateShare { to: vec!["guest@example.org".into(), "other@example.org".into()], upload: true, ..documents(&["report.txt"]) };
    let share = app.share(both).await?;
    let (one, other) = (app.client(), app.client());
    one.enter_as(&share, "guest@example.org").await?;
    other.enter_as(&share, "other@example.org").await?;
    assert_eq!(send(&one, &share, &[("secret of one.txt", b"x")]).await?.code(), 303);
    assert!(one.get(&share.uploads()).await?.says("secret of one") && !other.get(&share.uploads()).await?.says("secret of one"));
    Ok(())
}
