//! Names: hard ones arrive as they are, folders are walked, and no address leads out of the share.

use super::noise;
use crate::helpers::{Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::os::unix::fs::symlink;

/// Names that a store may hold.
const HARD: [&str; 13] = [
    "Zoë’s “final” report.txt",
    "100% of #7 & more?.txt",
    "a;b,c=d.txt",
    "quote\".txt",
    "back\\slash.txt",
    "<script>alert(1)<.txt",
    "  spaces  .txt",
    "%2e%2e%2fetc.txt",
    "文書.txt",
    "مستند.txt",
    "-rf.txt",
    "CON.txt",
    "no-ending",
];

/// Addresses below a share that try to lead elsewhere.
const TRICKS: [&str; 44] = [
    "case/../secret.txt",
    "../secret.txt",
    "case/%2e%2e/secret.txt",
    "case/%2E%2E/%2E%2E/outside.txt",
    "case/..%2fsecret.txt",
    "case%2f..%2fsecret.txt",
    "case/.%2e/secret.txt",
    "case\\..\\secret.txt",
    "case/..\\secret.txt",
    "case/%5c..%5csecret.txt",
    "case/one.txt%00",
    "case/%00",
    "case/one.txt%00.pdf",
    "case-2/secret.txt",
    "cas/secret.txt",
    "other/secret.txt",
    "secret.txt",
    "case//one.txt",
    "case/./one.txt",
    "case/one.txt/..",
    "/case/one.txt",
    "//etc/passwd",
    "case/%252e%252e/secret.txt",
    "case/link.txt",
    "case/up/outside.txt",
    "case/up/",
    "case/root/etc/passwd",
    "case/beside.txt",
    "case/around/secret.txt",
    "case/around/",
    "CASE/one.txt",
    "case/ONE.txt",
    "case/one.txt%20",
    "case/one.txt.",
    "case/%c0%ae%c0%ae/secret.txt",
    "case/%",
    "case/%zz",
    "case/%2",
    ".",
    "..",
    "%2e",
    "case/%0a",
    "",
    "documents:case/one.txt",
];

#[tokio::test]
async fn documents_with_hard_names_are_listed_and_arrive() -> Outcome {
    let app = TestApp::start().await?;
    for (nth, name) in HARD.iter().enumerate() {
        app.put(&format!("case/{name}"), format!("content {nth}"))?;
    }
    app.put("case/line\nbreak.txt", "left out")?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    assert!(!page.says("<script>alert"), "a name is text");
    assert!(page.says("One more entry is of a kind that cannot be handed out"), "a name with a line break is none to hand out");
    let mut hrefs: Vec<String> = page.hrefs().into_iter().filter(|href| href.contains("/f/")).collect();
    hrefs.sort();
    hrefs.dedup();
    let mut contents = Vec::new();
    for href in &hrefs {
        let answer = client.get(&href.replace("&#38;", "&").replace("&#39;", "'")).await?;
        assert_eq!(answer.code(), 200, "{href}");
        let disposition = answer.header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"") && disposition.contains("; filename*=UTF-8''"), "{disposition}");
        contents.push(answer.text());
    }
    contents.sort();
    let mut all: Vec<String> = (0..HARD.len()).map(|nth| format!("content {nth}")).collect();
    all.sort();
    assert_eq!(contents, all);
    Ok(())
}

#[tokio::test]
async fn a_shared_folder_is_walked_page_by_page_and_follows_its_content() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/one.txt", "1")?;
    app.put("case/sub/two.txt", "2")?;
    app.put("beside.txt", "not shared")?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    assert!(page.says("one.txt") && page.says("/f/case/sub/") && !page.says("beside"), "{}", page.text());
    let redirect = client.get(&share.document("case/sub")).await?;
    assert_eq!((redirect.code(), redirect.location()), (308, &*share.document("case/sub/")));
    let folder = client.get(&share.document("case/sub/")).await?;
    assert!(folder.code() == 200 && folder.says("two.txt"));
    assert_eq!(client.get(&share.document("case/sub/two.txt")).await?.text(), "2");
    app.put("case/sub/three.txt", "3")?;
    assert!(client.get(&share.document("case/sub/")).await?.says("three.txt"));
    assert_eq!(client.get(&share.document("case/sub/three.txt")).await?.text(), "3");
    assert_eq!(client.get(&share.document("case/one.txt/")).await?.code(), 404, "a document is no folder");
    Ok(())
}

#[tokio::test]
async fn no_address_leads_out_of_the_share() -> Outcome {
    let app = TestApp::start().await?;
    let secret = "OUTSIDE-OF-THE-SHARE";
    for name in ["secret.txt", "case-2/secret.txt", "cas/secret.txt", "other/secret.txt"] {
        app.put(name, secret)?;
    }
    app.put("case/one.txt", "1")?;
    std::fs::write(app.documents().join("../outside.txt"), secret)?;
    symlink("../../outside.txt", app.documents().join("case/link.txt"))?;
    symlink("../..", app.documents().join("case/up"))?;
    symlink("/", app.documents().join("case/root"))?;
    symlink("../secret.txt", app.documents().join("case/beside.txt"))?;
    symlink("..", app.documents().join("case/around"))?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    assert!(!page.says("link.txt") && !page.says("/case/up"), "links out of the store are not listed");
    assert!(!page.says("beside.txt") && !page.says("/case/around"), "nor are links to what the store has beside the share");
    let long = format!("case/{}", "a/".repeat(1_900));
    let wide = format!("case/{}", "b".repeat(3_000));
    let before = app.events("receipt.started").len();
    for path in TRICKS.into_iter().chain([&*long, &*wide]) {
        for method in ["GET", "HEAD"] {
            let answer = client.ask(method, &share.document(path), &[], Vec::new()).await?;
            assert_eq!(answer.code(), 404, "{method} {path}");
            assert!(!answer.says(secret) && !answer.says("root:"), "{path}");
        }
    }
    let endless = client.get(&share.document(&"c/".repeat(2_500))).await?;
    assert_eq!(endless.code(), 414, "an address of 5,000 characters");
    assert_eq!(app.events("receipt.started").len(), before);
    let raw = format!("GET {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", share.document("case/\0one.txt"), client.host());
    let refused = client.raw(raw.as_bytes()).await?;
    assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn documents_of_the_same_name_are_told_apart() -> Outcome {
    let app = TestApp::start().await?;
    let (first, second) = (noise(100), noise(200));
    app.put("a/report.bin", &first)?;
    app.put("b/report.bin", &second)?;
    let share = app
        .share(CreateShare { subject: Some("Two".to_owned()), ..documents(&["a/report.bin", "b/report.bin"]) })
        .await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    let mut sizes = Vec::new();
    for href in page.hrefs().into_iter().filter(|href| href.contains("/f/")) {
        sizes.push(client.get(&href).await?.body.len());
    }
    sizes.sort_unstable();
    sizes.dedup();
    assert_eq!(sizes, [100, 200]);
    Ok(())
}
