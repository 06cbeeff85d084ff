//! Listings with names that lead elsewhere, listings without end, and such as are none.

use super::{Hostile, Says, answer, raw};
use crate::rig::Outcome;
use doorward::documents::{Kind, Refusal, StoreError};
use doorward::domain::bounds::LISTED_ENTRIES;
use std::time::{Duration, Instant};

const JSON: &str = "listing = \"json\"";

fn member(href: &str, inner: &str) -> String {
    format!(
        "<D:response><D:href>{href}</D:href><D:propstat><D:prop>{inner}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )
}

fn file(href: &str) -> String {
    member(href, "<D:resourcetype/><D:getcontentlength>7</D:getcontentlength>")
}

fn folder(href: &str) -> String {
    member(href, "<D:resourcetype><D:collection/></D:resourcetype>")
}

fn multistatus(members: &str) -> Says {
    answer("207 Multi-Status", "", format!("<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">{members}</D:multistatus>"))
}

#[tokio::test]
async fn names_that_lead_out_of_the_folder_are_counted_and_nothing_else() -> Outcome {
    let odd = ["", ".", "..", "../x", "a/b", "/etc/passwd", "http://other.example.org/x", "a\\u0000b", "a\\nb"];
    let entries: Vec<_> = odd.iter().map(|name| format!("{{\"name\":\"{name}\",\"type\":\"file\",\"size\":1}}")).collect();
    let kinds = [("x", "other"), ("pipe", "")].map(|(name, kind)| format!("{{\"name\":\"{name}\",\"type\":\"{kind}\",\"size\":1}}"));
    let text = format!(
        "[{},{},{{\"name\":\"%2e%2e\",\"type\":\"directory\"}},{{\"name\":\"no size\",\"type\":\"file\"}}]",
        entries.join(","),
        kinds.join(",")
    );
    let server = Hostile::start("http", JSON, move |_| answer("200 OK", "", &text)).await?;
    let listing = server.list("f").await?;
    let names: Vec<_> = listing.entries.iter().map(|entry| entry.name.as_bytes()).collect();
    assert_eq!((names, listing.hidden), (vec![&b"%2e%2e"[..]], odd.len() + 3));

    let odd = [
        "../x",
        "/base/f/../x",
        "/base/f/%2e%2e",
        "/base/f/a%2fb",
        "/base/f/a/b",
        "/base/x",
        "/etc/passwd",
        "http://other.example.org/base/f/x",
        "//other.example.org/base/f/x",
        "/base/f/a%00b",
        "/base/f/.doorward-00000000000000000000000000000000.part",
        "",
    ];
    let members = odd.map(file).concat();
    let server = Hostile::start("webdav", "", move |_| {
        multistatus(&format!("{}{members}{}{}", folder("/base/f/"), file("/base/f/plain"), file("/base/f/plain")))
    });
    let listing = server.await?.list("f").await?;
    let names: Vec<_> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!((names, listing.hidden), (vec!["plain".to_owned()], odd.len()));
    Ok(())
}

#[tokio::test]
async fn what_answers_by_another_name_is_refused() -> Outcome {
    for href in [
        "/base/FILE.txt",
        "/base/file.txt%20",
        "/base/fil%C3%A9.txt",
        "/base/",
        "/other/file.txt",
        "http://other.example.org/base/file.txt",
    ] {
        let server = Hostile::start("webdav", "", move |_| multistatus(&file(href))).await?;
        assert!(matches!(server.stat("file.txt").await, Err(StoreError::Refused(Refusal::Name(_)))), "{href}");
        assert!(matches!(server.list("file.txt").await, Err(StoreError::Refused(Refusal::Name(_)))), "{href}");
    }
    let server = Hostile::start("webdav", "", |_| multistatus(&file("/base/%66ile.txt"))).await?;
    assert_eq!(server.stat("file.txt").await?.kind, Kind::Document);
    assert_eq!(server.list("file.txt").await.err(), Some(StoreError::NotAFolder));
    Ok(())
}

#[tokio::test]
async fn a_listing_without_end_is_cut_and_says_so() -> Outcome {
    let start = Instant::now();
    let json = "{\"name\":\"one\",\"type\":\"file\",\"size\":1},".repeat(500);
    let hidden = "{\"name\":\"..\",\"type\":\"file\",\"size\":1},".repeat(500);
    let head = |start: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n{start}").into_bytes();
    let xml = |href: &str| (head(&format!("<D:multistatus xmlns:D=\"DAV:\">{}", folder("/base/"))), file(href).repeat(500).into_bytes());
    let as_dav = |text: Vec<u8>| String::from_utf8_lossy(&text).replace("200 OK\r\n", "207 Multi-Status\r\n").into_bytes();
    for (kind, keys, (head, again), found) in [
        ("http", JSON, (head("["), json.into_bytes()), 1),
        ("http", JSON, (head("["), hidden.into_bytes()), 0),
        ("webdav", "", xml("/base/one"), 1),
        ("webdav", "", xml("/base/../one"), 0),
        ("webdav", "", (xml("").0, b"                ".repeat(4096)), 0),
    ] {
        let head = if kind == "webdav" { as_dav(head) } else { head };
        let server = Hostile::start(kind, keys, move |_| Says::Forever(head.clone(), again.clone())).await?;
        match server.list("").await {
            Ok(listing) => assert!(listing.truncated && listing.entries.len() == found, "{kind}: {listing:?}"),
            // On a busy machine the time of the whole look is over before the bound is reached.
            Err(StoreError::Unreachable) => {}
            Err(error) => assert!(matches!(error, StoreError::Failed(_)) && found == 0, "{kind}: {error:?}"),
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let many: String = (0..=LISTED_ENTRIES)
        .map(|number| format!("{{\"name\":\"{number}\",\"type\":\"file\",\"size\":1}},"))
        .collect();
    let text = format!("[{}]", many.trim_end_matches(','));
    let listing = Hostile::start("http", JSON, move |_| answer("200 OK", "", &text)).await?.list("").await?;
    assert_eq!((listing.entries.len(), listing.truncated), (LISTED_ENTRIES, true));
    Ok(())
}

#[tokio::test]
async fn what_is_no_listing_is_refused_and_the_operator_told() -> Outcome {
    let bomb =
        "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>&c;</D:href>";
    for (kind, keys, status, body) in [
        ("http", JSON, "200 OK", "<html>an index page</html>"),
        ("http", JSON, "200 OK", "[{\"name\":\"a\",\"type\":\"file\",\"size\":1}"),
        ("http", JSON, "200 OK", ""),
        ("webdav", "", "200 OK", "<html>a page</html>"),
        ("webdav", "", "405 Method Not Allowed", ""),
        ("webdav", "", "207 Multi-Status", ""),
        ("webdav", "", "207 Multi-Status", "<D:multistatus xmlns:D=\"DAV:\">"),
        ("webdav", "", "207 Multi-Status", bomb),
    ] {
        let server = Hostile::start(kind, keys, move |_| answer(status, "", body)).await?;
        let listing = server.list("").await;
        assert!(matches!(listing, Err(StoreError::Failed(_))), "{kind} {body:?}: {listing:?}");
        assert!(server.problem().await.starts_with("127.0.0.1 cannot be used: "), "{}", server.problem().await);
    }
    let cut = "HTTP/1.1 207 Multi-Status\r\nContent-Length: 99999\r\n\r\n<D:multistatus xmlns:D=\"DAV:\">";
    let listing = Hostile::start("webdav", "", move |_| raw(cut)).await?.list("").await;
    assert_eq!(listing.err(), Some(StoreError::Unreachable));
    Ok(())
}

#[tokio::test]
async fn a_store_that_does_not_list_says_so_and_is_not_asked() -> Outcome {
    let server = Hostile::start("http", "", |_| answer("200 OK", "", "[]")).await?;
    assert_eq!(server.list("").await.err(), Some(StoreError::Refused(Refusal::Unlisted)));
    assert!(server.seen().is_empty());
    Ok(())
}
