//! Documents: exact bytes, ranges and conditions, hard names, and addresses that try to lead elsewhere.

mod conditions;
mod names;

use crate::helpers::{Client, Outcome, Shared, TestApp, documents};
use doorward::domain::policy::Delivery;
use doorward::web::api::wire::CreateShare;

/// Bytes without a pattern that a mistake could hide in.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// A document, and a browser that may have it.
async fn opened(bytes: &[u8]) -> Outcome<(TestApp, Shared, Client)> {
    let app = TestApp::start().await?;
    app.put("report.bin", bytes)?;
    let share = app.share_documents(&["report.bin"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    Ok((app, share, client))
}

#[tokio::test]
async fn a_document_arrives_byte_for_byte_over_both_protocols() -> Outcome {
    let app = TestApp::start().await?;
    for size in [0, 1, 65_535, 65_536, 65_537, 1_300_001] {
        let (name, bytes) = (format!("{size}.bin"), noise(size));
        app.put(&name, &bytes)?;
        let share = app.share_documents(&[&name]).await?;
        for client in [app.client(), app.client_http2()] {
            client.enter(&share).await?;
            let answer = client.get(&share.document(&name)).await?;
            assert_eq!((answer.code(), answer.header("content-length")), (200, &*size.to_string()));
            assert!(answer.body == bytes, "{size} bytes");
            assert_eq!(answer.header("accept-ranges"), "bytes");
            assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\"; filename*=UTF-8''{name}"));
            assert_eq!(answer.header("cache-control"), "no-store, private");
            assert!(answer.header("content-security-policy").starts_with("sandbox"));
            let tag = answer.header("etag");
            assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "a strong entity tag: {tag}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_range_gives_exactly_its_bytes() -> Outcome {
    let bytes = noise(200_000);
    let (_app, share, client) = opened(&bytes).await?;
    let path = share.document("report.bin");
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=65530-65545", 65_530, 65_546),
        ("bytes=199999-", 199_999, 200_000),
        ("bytes=-5", 199_995, 200_000),
        ("bytes=100-999999999999", 100, 200_000),
        ("bytes=-999999999", 0, 200_000),
    ] {
        let answer = client.get_with(&path, &[("range", range)]).await?;
        assert_eq!(answer.code(), 206, "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {from}-{}/200000", to - 1), "{range}");
        assert_eq!(answer.header("content-length"), (to - from).to_string(), "{range}");
        assert!(answer.body == bytes[from..to], "{range}");
    }
    Ok(())
}

#[tokio::test]
async fn a_range_past_the_end_is_refused_and_what_is_no_single_range_gives_the_whole() -> Outcome {
    let bytes = noise(1_000);
    let (app, share, client) = opened(&bytes).await?;
    let path = share.document("report.bin");
    for range in ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999-"] {
        let answer = client.get_with(&path, &[("range", range)]).await?;
        assert_eq!((answer.code(), answer.header("content-range")), (416, "bytes */1000"), "{range}");
        assert!(answer.says("That part does not exist"));
    }
    assert_eq!(app.events("receipt.started").len(), 0, "a refused range is no read");
    for range in ["bytes=0-9,20-29", "bytes=5-1", "bytes=a-b", "lines=0-9", "bytes", ""] {
        let answer = client.get_with(&path, &[("range", range)]).await?;
        assert_eq!(answer.code(), 200, "{range}");
        assert!(answer.body == bytes, "{range}");
    }
    Ok(())
}

#[tokio::test]
async fn head_tells_the_same_as_get_and_is_no_read() -> Outcome {
    let (app, share, client) = opened(&noise(1_000)).await?;
    let path = share.document("report.bin");
    let head = client.head(&path).await?;
    assert!(head.body.is_empty());
    assert_eq!(app.events("receipt.started").len(), 0);
    let get = client.get(&path).await?;
    let fields = |headers: &http::HeaderMap| {
        let mut all: Vec<_> = headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(n, v)| (n.to_string(), v.clone()))
            .collect();
        all.sort();
        all
    };
    assert_eq!((head.code(), fields(&head.headers)), (200, fields(&get.headers)));
    let ranged = client.ask("HEAD", &path, &[("range", "bytes=0-9")], Vec::new()).await?;
    assert_eq!((ranged.code(), ranged.header("content-length")), (200, "1000"), "ranges belong to GET");
    Ok(())
}

#[tokio::test]
async fn a_share_for_viewing_only_gives_no_byte_on_any_path_by_any_method() -> Outcome {
    let app = TestApp::start().await?;
    let secret = b"NOT-TO-BE-TAKEN-HOME";
    for name in ["case/a.txt", "case/deep/b.pdf", "case/page.html"] {
        app.put(name, secret.repeat(50))?;
    }
    let wanted = CreateShare { delivery: Some(Delivery::Preview), ..documents(&["case"]) };
    let share = app.share(wanted).await?;
    for client in [app.client(), app.client_http2()] {
        let page = client.enter(&share).await?;
        assert!(page.says("For viewing only") && !page.says("Download"), "{}", page.text());
        let folder = client.get(&share.document("case/deep/")).await?;
        assert!(folder.code() == 200 && folder.says("b.pdf") && !folder.says("/f/case/deep/b.pdf"));
        for path in
            ["case/a.txt", "case/deep/b.pdf", "case/page.html", "case/a.txt?download=1", "case/./a.txt", "case%2Fa.txt", "case/a.txt/"]
        {
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "PROPFIND"] {
                for range in ["", "bytes=0-9", "bytes=-1"] {
                    let answer = client
                        .ask(method, &share.document(path), &[("range", range), ("if-match", "*")], Vec::new())
                        .await?;
                    assert!(answer.code() >= 400, "{method} {path} {range}: {}", answer.code());
                    assert!(!answer.body.windows(secret.len()).any(|part| part == secret), "{method} {path} {range}");
                    assert!(answer.header("etag").is_empty() && answer.header("content-range").is_empty(), "{method} {path} {range}");
                }
            }
        }
    }
    assert_eq!(app.events("receipt.started").len(), 0);
    Ok(())
}
