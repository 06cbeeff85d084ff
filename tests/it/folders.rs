//! Long folders: page by page, sorted, filtered by name, quick with ten thousand entries, and nothing above or beside them.

use crate::helpers::{Outcome, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::time::{Duration, Instant};

/// Rows of a list.
fn rows(page: &str) -> usize {
    page.matches("<tr role=\"row\">").count().saturating_sub(1)
}

#[tokio::test]
async fn ten_thousand_entries_are_shown_page_by_page_and_quickly() -> Outcome {
    let app = TestApp::start().await?;
    for n in 0..10_000 {
        app.put(&format!("case/document {n}.txt"), "x".repeat(n % 100))?;
    }
    app.put("case/zz largest.bin", vec![0; 5_000])?;
    std::fs::remove_file(app.documents().join("case/document 0.txt"))?;
    for pin in [false, true] {
        let share = app.share(CreateShare { pin: Some(pin), ..documents(&["case"]) }).await?;
        let client = app.client();
        client.enter(&share).await?;
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..15 {
            let start = Instant::now();
            let page = client.get(&share.page()).await?;
            took.push(start.elapsed());
            assert_eq!((page.code(), rows(&page.text())), (200, 200));
        }
        took.sort();
        println!("a page of 10,000 entries, pinned {pin}: p50 {:?}, slowest {:?}", took[7], took[14]);
        assert!(took[7] < Duration::from_secs(5), "p50 of a page is {:?}", took[7]);
        let first = client.get(&share.page()).await?;
        assert!(
            first.says("10,000 documents") && first.says("Page 1 of 50") && first.says("document 1.txt") && !first.says("document 500.txt")
        );
        let next = first.hrefs().into_iter().find(|href| href.contains("page=2")).ok_or("there is a next page")?;
        let second = client.get(&next.replace("&amp;", "&")).await?;
        assert!(second.says("Page 2 of 50") && second.says("document 201.txt") && !second.says("document 200.txt"), "{}", second.text());
        let last = client.get(&format!("{}?page=50", share.page())).await?;
        assert!(last.says("zz largest.bin") && rows(&last.text()) == 200);
        let largest = client.get(&format!("{}?sort=-size", share.page())).await?;
        let text = largest.text();
        assert!(text.find("zz largest.bin") < text.find("document 99.txt") && text.contains("aria-sort=\"descending\""));
        let found = client.get(&format!("{}?find=LARGEST&sort=-size", share.page())).await?;
        assert!(found.says("zz largest.bin") && rows(&found.text()) == 1 && found.says("one document"), "{}", found.text());
        let none = client.get(&format!("{}?find=%3Cscript%3E", share.page())).await?;
        assert!(none.says("Nothing here has this in its name") && !none.says("<script>") && rows(&none.text()) == 0);
    }
    Ok(())
}

#[tokio::test]
async fn no_query_leads_above_or_beside_a_folder() -> Outcome {
    let app = TestApp::start().await?;
    app.put("case/inside.txt", "inside")?;
    app.put("secret.txt", "beside")?;
    app.put("other/secret.txt", "beside")?;
    let share = app.share_documents(&["case"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    for query in [
        "?find=secret",
        "?find=../",
        "?page=-1",
        "?page=99999999999999999999",
        "?sort=../other",
        "?folder=other",
        "?%00=%ff&find=%ff",
        "?find",
    ] {
        let page = client.get(&format!("{}{query}", share.page())).await?;
        assert!(page.code() == 200 && !page.says("secret.txt"), "{query}: {}", page.code());
    }
    for path in ["../", "other/", "case/../other/", "%2e%2e/other/"] {
        assert_eq!(client.get(&format!("{}?find=secret", share.document(path))).await?.code(), 404, "{path}");
    }
    Ok(())
}
