//! Documents that are not what the head of an answer says, and answers that lead elsewhere.

use super::{Hostile, SECRET, Says, answer, bytes, raw, store};
use crate::rig::{Outcome, noise};
use doorward::documents::StoreError;
use std::time::{Duration, Instant};

const DATED: &str = "Last-Modified: Thu, 01 Jan 1970 00:01:00 GMT\r\n";
const TAGGED: &str = "ETag: \"one\"\r\nLast-Modified: Thu, 01 Jan 1970 00:01:00 GMT\r\n";
const SIZE: usize = 200_000;

#[tokio::test]
async fn a_redirect_to_an_inner_address_is_not_followed() -> Outcome {
    let inner = Hostile::start("http", "", |_| answer("200 OK", "", "inner")).await?;
    let to = format!("Location: http://127.0.0.1:{}/base/x?key={SECRET}\r\n", inner.port);
    for (kind, status) in
        [("http", "302 Found"), ("http", "301 Moved"), ("http", "307 Moved"), ("webdav", "302 Found"), ("webdav", "308 Moved")]
    {
        let to = to.clone();
        let outer = Hostile::start(kind, "", move |_| answer(status, &to, "")).await?;
        for answer in [outer.stat("x").await.err(), outer.open("x").await.err(), outer.list("x").await.err()] {
            assert!(answer.is_some(), "{kind} {status}");
        }
        assert!(matches!(outer.open("x").await, Err(StoreError::Failed(_))), "{kind} {status}");
        let problem = outer.problem().await;
        assert!(problem.contains("redirects to http://127.0.0.1:") && !problem.contains(SECRET), "{problem}");
    }
    assert!(inner.seen().is_empty(), "{:?}", inner.seen());
    Ok(())
}

#[tokio::test]
async fn a_server_at_an_address_that_is_not_allowed_is_not_connected_to() -> Outcome {
    let server = Hostile::start("http", "", |_| answer("200 OK", "", "never asked for")).await?;
    for (host, keys) in [("127.0.0.1", "networks = [\"10.0.0.0/8\"]"), ("localhost", "networks = [\"192.0.2.0/24\", \"2001:db8::/32\"]")] {
        let (_home, documents) = store("http", keys, &format!("http://{host}:{}", server.port))?;
        let found = documents.stat(&Hostile::place("x"), None).await;
        assert!(matches!(found, Err(StoreError::Failed(why)) if why.contains("not allowed")), "{found:?}");
    }
    let (_home, documents) = store("http", "", "http://169.254.169.254/latest")?;
    let start = Instant::now();
    let found = documents.open_document(&Hostile::place("x"), None).await;
    assert!(matches!(found, Err(StoreError::Failed(why)) if why.contains("not allowed")), "{found:?}");
    assert!(start.elapsed() < Duration::from_millis(900), "it was tried");
    assert!(server.seen().is_empty());
    let (_home, documents) = store("http", "networks = [\"127.0.0.0/8\"]", &format!("http://localhost:{}", server.port))?;
    assert!(documents.stat(&Hostile::place("x"), None).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn fewer_bytes_than_promised_are_an_error_and_never_a_document() -> Outcome {
    let content = noise(1, SIZE);
    for given in [0, 1, 8 * 1024, SIZE / 2, SIZE - 1] {
        let part = content[..given].to_vec();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n{TAGGED}\r\n");
        let server = Hostile::start("http", "", move |_| raw([head.as_bytes(), &part].concat())).await?;
        let read = match server.open("x").await {
            Ok(document) => bytes(document, 0).await.is_ok(),
            Err(error) => !matches!(error, StoreError::Unreachable | StoreError::Failed(_)),
        };
        assert!(!read, "{given} of {SIZE} bytes were taken for all of them");
    }
    Ok(())
}

#[tokio::test]
async fn a_length_that_is_not_told_is_asked_for_and_held_against_what_comes() -> Outcome {
    let chunked =
        |body: &str| format!("HTTP/1.1 200 OK\r\n{TAGGED}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for (told, opens, reads) in [("5", true, true), ("4", true, false), ("6", false, false)] {
        let (body, head) = (chunked("hello"), format!("HTTP/1.1 200 OK\r\nContent-Length: {told}\r\n{TAGGED}\r\n"));
        let says = move |request: &str| raw(if request.starts_with("HEAD") { head.clone() } else { body.clone() });
        let opened = Hostile::start("http", "", says).await?.open("x").await;
        assert_eq!(opened.is_ok(), opens, "{told}: {opened:?}");
        if let Ok(document) = opened {
            let read = bytes(document, 0).await;
            assert_eq!(read.is_ok(), reads, "{told}: {read:?}");
        }
    }
    let body = chunked("hello");
    let server = Hostile::start("http", "", move |_| raw(body.clone())).await?;
    assert!(matches!(server.open("x").await, Err(StoreError::Failed(why)) if why.contains("how long")));
    Ok(())
}

#[tokio::test]
async fn a_packed_document_is_refused_and_unpacked_ones_are_asked_for() -> Outcome {
    let server = Hostile::start("http", "", |_| answer("200 OK", "Content-Encoding: gzip\r\n", "\x1f")).await?;
    assert!(matches!(server.open("x").await, Err(StoreError::Failed(why)) if why.contains("packed")));
    assert!(server.seen().iter().all(|head| head.to_ascii_lowercase().contains("accept-encoding: identity\r\n")));
    Ok(())
}

#[tokio::test]
async fn a_part_is_of_the_version_that_was_opened_or_an_error() -> Outcome {
    let content = noise(2, SIZE);
    let (start, last) = (100_000, SIZE - 1);
    let part = |fields: &str, range: &str, body: &[u8]| answer_bytes("206 Partial", &format!("{fields}Content-Range: {range}\r\n"), body);
    let right = format!("bytes {start}-{last}/{SIZE}");
    let rest = &content[start..];
    let cases: Vec<(&str, Vec<u8>, bool)> = vec![
        ("the part", part(TAGGED, &right, rest), true),
        ("the whole", answer_bytes("200 OK", TAGGED, &content), true),
        ("another tag", part("ETag: \"two\"\r\n", &right, rest), false),
        ("no tag", part(DATED, &right, rest), false),
        ("a weak tag", part("ETag: W/\"one\"\r\n", &right, rest), false),
        ("another size", part(TAGGED, &format!("bytes {start}-{last}/{}", SIZE + 1), rest), false),
        ("an unknown size", part(TAGGED, &format!("bytes {start}-{last}/*"), rest), false),
        ("another start", part(TAGGED, &format!("bytes {}-{last}/{SIZE}", start + 1), rest), false),
        ("no range", answer_bytes("206 Partial", TAGGED, rest), false),
        ("packed", part(&format!("{TAGGED}Content-Encoding: br\r\n"), &right, rest), false),
        ("another whole", answer_bytes("200 OK", "ETag: \"two\"\r\n", &content), false),
        ("a longer whole", answer_bytes("200 OK", TAGGED, &[&content[..], b"x"].concat()), false),
        ("changed", answer_bytes("412 Precondition", "", b""), false),
        ("gone", answer_bytes("404 Not Found", "", b""), false),
        ("too short", part(TAGGED, &right, rest)[..50_000].to_vec(), false),
    ];
    for (what, second, fine) in cases {
        let first = answer_bytes("200 OK", TAGGED, &content);
        let says =
            move |request: &str| raw(if request.to_ascii_lowercase().contains("\r\nrange:") { second.clone() } else { first.clone() });
        let server = Hostile::start("http", "", says).await?;
        let read = bytes(server.open("x").await?, start as u64).await;
        assert_eq!(read.is_ok(), fine, "{what}: {:?}", read.map(|found| found.len()));
        assert!(read.map_or(true, |found| found == rest), "{what} gave other bytes");
        let asked = server.seen().last().cloned().unwrap_or_default().to_ascii_lowercase();
        assert!(asked.contains(&format!("\r\nrange: bytes={start}-{last}\r\n")) && asked.contains("\r\nif-match: \"one\"\r\n"), "{asked}");
    }
    Ok(())
}

fn answer_bytes(status: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    match answer(status, fields, body) {
        Says::This(bytes) => bytes,
        Says::Forever(..) | Says::Stuck(_) | Says::Nothing => Vec::new(),
    }
}

#[tokio::test]
async fn each_status_has_its_meaning_and_no_secret_is_told() -> Outcome {
    for (status, expected) in [
        ("401 Unauthorized", StoreError::SignIn),
        ("403 Forbidden", StoreError::Denied),
        ("404 Not Found", StoreError::Missing),
        ("410 Gone", StoreError::Missing),
        ("412 Precondition Failed", StoreError::Changed),
        ("429 Too Many Requests", StoreError::Unreachable),
        ("500 Internal Server Error", StoreError::Unreachable),
        ("503 Service Unavailable", StoreError::Unreachable),
    ] {
        for (kind, keys) in [("http", "token_file = \"secret\""), ("webdav", "user = \"me\"\npassword_file = \"secret\"")] {
            let server = Hostile::start(kind, keys, move |_| answer(status, "", "")).await?;
            assert_eq!(server.open("x").await.err(), Some(expected), "{kind} {status}");
            assert_eq!(server.stat("x").await.err(), Some(expected), "{kind} {status}");
            let said = format!("{} {:?}", server.problem().await, server.documents);
            assert!(!said.contains(SECRET) && !said.contains("bWU6"), "{said}");
            let signed =
                if kind == "http" { format!("authorization: Bearer {SECRET}\r\n") } else { "authorization: Basic bWU6".to_owned() };
            assert!(server.seen().iter().all(|head| head.contains(&signed)), "{:?}", server.seen());
        }
    }
    for nonsense in [
        "not HTTP at all",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 299 Odd\r\n\r\n",
        "",
    ] {
        let server = Hostile::start("http", "", move |_| raw(nonsense)).await?;
        let found = server.open("x").await;
        assert!(matches!(found, Err(StoreError::Failed(_) | StoreError::Unreachable)), "{nonsense:?}: {found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_silent_is_given_up_in_time() -> Outcome {
    for kind in ["http", "webdav"] {
        let server = Hostile::start(kind, "", |_| Says::Nothing).await?;
        let start = Instant::now();
        assert_eq!(server.open("x").await.err(), Some(StoreError::Unreachable));
        assert_eq!(server.stat("x").await.err(), Some(StoreError::Unreachable));
        let problem = server.problem().await;
        assert!(problem.contains("does not answer"), "{problem}");
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    }
    let (head, piece) = (format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n{TAGGED}\r\n"), noise(3, SIZE));
    let server = Hostile::start("http", "", move |_| Says::Stuck([head.as_bytes(), &piece[..20_000]].concat())).await?;
    let start = Instant::now();
    let read = bytes(server.open("x").await?, 0).await;
    assert!(read.is_err_and(|error| error.kind() == std::io::ErrorKind::TimedOut) && start.elapsed() < Duration::from_secs(4));
    Ok(())
}
