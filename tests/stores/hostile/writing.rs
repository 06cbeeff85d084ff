//! New documents for WebDAV servers that break off, refuse, or keep something else: nothing is left behind, nothing is gone over.

use super::{Hostile, Says, answer};
use crate::rig::{Outcome, until};
use bytes::Bytes;
use doorward::documents::StoreError;
use doorward::domain::version::FileVersion;
use futures_util::{StreamExt, stream};
use std::time::{Duration, Instant};

const SIZE: usize = 300_000;

/// A server that has the folder, and each passing name with that many bytes; the steps of a put are answered as the test says.
fn dav(size: usize, put: &'static str, rename: &'static str) -> impl Fn(&str) -> Says {
    move |request| {
        let mut words = request.split_whitespace();
        let (method, at) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let found = |inner: &str| {
            let member = format!("<response><href>{at}</href><propstat><prop>{inner}</prop></propstat></response>");
            answer("207 Multi-Status", "", format!("<multistatus xmlns=\"DAV:\">{member}</multistatus>"))
        };
        match method {
            "PROPFIND" if at.contains(".doorward-") => found(&format!("<resourcetype/><getcontentlength>{size}</getcontentlength>")),
            "PROPFIND" if at == "/base/f" => found("<resourcetype><collection/></resourcetype>"),
            "PROPFIND" => answer("404 Not Found", "", ""),
            "PUT" if put.is_empty() => Says::Nothing,
            "PUT" => answer(put, "", ""),
            "MOVE" => answer(rename, "", ""),
            "DELETE" => answer("204 No Content", "", ""),
            _ => answer("500 Odd", "", ""),
        }
    }
}

async fn create(server: &Hostile, size: usize) -> Result<FileVersion, StoreError> {
    let pieces = vec![Bytes::from(vec![7; 50_000]); size / 50_000];
    server
        .documents
        .create(&Hostile::place("f/new.txt"), SIZE as u64, stream::iter(pieces).map(Ok).boxed())
        .await
}

fn methods(server: &Hostile) -> Vec<String> {
    server.seen().iter().filter_map(|head| head.split_whitespace().next().map(str::to_owned)).collect()
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() -> Outcome {
    const CREATED: &str = "201 Created";
    for (kept, put, rename, expected) in [
        (SIZE, "507 Insufficient Storage", CREATED, StoreError::Full),
        (SIZE, "413 Too Large", CREATED, StoreError::Full),
        (SIZE, "403 Forbidden", CREATED, StoreError::Denied),
        (SIZE, "405 Method Not Allowed", CREATED, StoreError::ReadOnly),
        (SIZE, "500 Broken", CREATED, StoreError::Unreachable),
        (SIZE, CREATED, "412 Precondition Failed", StoreError::Exists),
        (SIZE, CREATED, "403 Forbidden", StoreError::Denied),
        (SIZE, CREATED, "502 Elsewhere", StoreError::Unreachable),
        (SIZE - 1, CREATED, CREATED, StoreError::Failed("it keeps another number of bytes than it was given")),
    ] {
        let server = Hostile::start("webdav", "", dav(kept, put, rename)).await?;
        assert_eq!(create(&server, SIZE).await, Err(expected), "{put}, {rename}");
        let methods = methods(&server);
        assert_eq!(methods.last().map(String::as_str), Some("DELETE"), "{methods:?}");
        let moves: Vec<_> = server.seen().into_iter().filter(|head| head.starts_with("MOVE ")).collect();
        assert_eq!(moves.len(), usize::from(put == CREATED && kept == SIZE), "{moves:?}");
        assert!(moves.iter().all(|head| head.contains("overwrite: F\r\n") && head.contains("/base/f/new.txt\r\n")), "{moves:?}");
        let put_to: Vec<_> = server.seen().into_iter().filter(|head| head.starts_with("PUT ")).collect();
        assert!(
            put_to
                .iter()
                .all(|head| head.starts_with("PUT /base/f/.doorward-") && head.contains(&format!("content-length: {SIZE}\r\n")))
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_cut_or_wrong_length_is_not_renamed() -> Outcome {
    for given in [0, 50_000, SIZE - 50_000, SIZE + 50_000] {
        let server = Hostile::start("webdav", "", dav(SIZE, "201 Created", "201 Created")).await?;
        assert!(matches!(create(&server, given).await, Err(StoreError::Failed(_))), "{given}");
        let methods = methods(&server);
        assert!(!methods.contains(&"MOVE".to_owned()) && methods.last().is_some_and(|last| last == "DELETE"), "{methods:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_takes_nothing_more_is_given_up_in_time() -> Outcome {
    let server = Hostile::start("webdav", "", dav(SIZE, "", "201 Created")).await?;
    let start = Instant::now();
    assert_eq!(create(&server, SIZE).await, Err(StoreError::Unreachable));
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_nobody_waits_for_any_more_is_taken_away() -> Outcome {
    let server = Hostile::start("webdav", "", dav(SIZE, "201 Created", "201 Created")).await?;
    let never = stream::once(async { Ok(Bytes::from_static(b"begun")) }).chain(stream::pending()).boxed();
    let place = Hostile::place("f/new.txt");
    let created = tokio::time::timeout(Duration::from_millis(500), server.documents.create(&place, SIZE as u64, never)).await;
    assert!(created.is_err());
    until("the passing name to be deleted", || Ok(methods(&server).contains(&"DELETE".to_owned()).then_some(())))
}
