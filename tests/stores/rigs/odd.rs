//! Object stores that misbehave: each answer here is made by hand, and none may do more than fail.

use super::buckets::{content, place};
use super::moto::section;
use crate::rig::{Outcome, entry_of, until};
use doorward::config::StoreEntry;
use doorward::documents::{Documents, StoreError};
use doorward::domain::bounds::LISTED_ENTRIES;
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SIZE: usize = 20_000;
const EMPTY: &str = "<ListBucketResult></ListBucketResult>";

/// Answers every connection by what `answer` makes of the head of its request, and counts them.
fn serve(answer: impl Fn(&str, &mut dyn Write) -> io::Result<()> + Send + Sync + 'static) -> Outcome<(u16, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let (port, count, answer) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)), Arc::new(answer));
    let counted = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::Relaxed);
            let answer = answer.clone();
            thread::spawn(move || reply(stream, &*answer));
        }
    });
    Ok((port, count))
}

fn reply<S: Read + Write>(mut stream: S, answer: &dyn Fn(&str, &mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        head.push(byte[0]);
    }
    answer(&String::from_utf8_lossy(&head), &mut stream)?;
    stream.flush()
}

fn documents(port: u16) -> Outcome<Documents> {
    doorward::server::tls::install_provider();
    let home = TempDir::new()?;
    let entry = section(home.path(), port, "bucket", "test", "test")?;
    Ok(Documents::open(&[StoreEntry { timeout: Duration::from_secs(2), tries: 1, ..entry }]))
}

fn head(status: &str, length: usize, more: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\nLast-Modified: Mon, 23 Nov 2026 03:58:03 GMT\r\n{more}\r\n"
    )
}

async fn opened(documents: &Documents) -> Result<(), StoreError> {
    documents.open_document(&place("paper.bin"), None).await.map(drop)
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() -> Outcome {
    let (elsewhere, visits) = serve(|_, to| to.write_all(head("200 OK", 0, "").as_bytes()))?;
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: http://127.0.0.1:{elsewhere}/bucket/x\r\n");
        let (port, _) = serve(move |_, to| to.write_all(head(status, 0, &location).as_bytes()))?;
        let documents = documents(port)?;
        assert!(matches!(opened(&documents).await, Err(StoreError::Failed(_))), "{status}");
        assert!(matches!(documents.stat(&place("paper.bin"), None).await, Err(StoreError::Failed(_))), "{status}");
        assert!(matches!(documents.list(&place("")).await, Err(StoreError::Failed(_))), "{status}");
        let problem = documents.check().await.into_iter().find_map(|(_, found)| found.err()).ok_or("nothing is wrong")?;
        assert!(problem.to_string().contains("region"), "{problem}");
    }
    assert_eq!(visits.load(Ordering::Relaxed), 0);
    Ok(())
}

#[tokio::test]
async fn an_answer_shorter_than_its_length_is_never_whole() -> Outcome {
    for given in [0, 50, 9_000, SIZE - 1] {
        let (port, _) = serve(move |_, to| {
            to.write_all(head("200 OK", SIZE, "ETag: \"a\"\r\n").as_bytes())?;
            to.write_all(&vec![b'x'; given])
        })?;
        let documents = documents(port)?;
        match documents.open_document(&place("paper.bin"), None).await {
            Err(error) => assert!(error == StoreError::Unreachable && given < 8192, "{given}: {error:?}"),
            Ok(document) => {
                let pieces: Result<Vec<_>, _> = document.read(ByteRange { start: 0, end: u64::MAX }).try_collect().await;
                assert!(pieces.is_err(), "{given}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_part_of_another_version_gives_no_byte() -> Outcome {
    let part = |tag: &str, range: &str| format!("ETag: \"{tag}\"\r\nContent-Range: bytes {range}\r\n");
    for (status, more, right) in [
        ("206 Partial Content", part("a", "10000-19999/20000"), true),
        ("206 Partial Content", part("b", "10000-19999/20000"), false),
        ("206 Partial Content", part("a", "10000-19999/20001"), false),
        ("206 Partial Content", part("a", "0-9999/20000"), false),
        ("206 Partial Content", part("a", "10000-19999/20000") + "x-amz-version-id: another\r\n", true),
        ("206 Partial Content", "ETag: \"a\"\r\n".to_owned(), false),
        ("206 Partial Content", "Content-Range: bytes 10000-19999/20000\r\n".to_owned(), false),
        ("200 OK", "ETag: \"a\"\r\n".to_owned(), false),
        ("412 Precondition Failed", String::new(), false),
    ] {
        let said = more.clone();
        let (port, _) = serve(move |asked, to| {
            if asked.to_lowercase().contains("range: bytes=10000-19999") {
                assert!(asked.contains("\"a\""), "the version is not asked for: {asked}");
                to.write_all(head(status, 10_000, &said).as_bytes())?;
                return to.write_all(&[b'y'; 10_000]);
            }
            to.write_all(head("200 OK", SIZE, "ETag: \"a\"\r\n").as_bytes())?;
            to.write_all(&[b'x'; SIZE])
        })?;
        let documents = documents(port)?;
        let document = documents.open_document(&place("paper.bin"), None).await?;
        let pieces: Result<Vec<_>, _> = document.read(ByteRange { start: 10_000, end: u64::MAX }).try_collect().await;
        assert_eq!(pieces.map(|pieces| pieces.concat().len()).ok(), right.then_some(10_000), "{status} {more}");
    }
    Ok(())
}

#[tokio::test]
async fn answers_without_end_or_sense_are_given_up() -> Outcome {
    let (port, _) = serve(|_, to| {
        to.write_all(b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        loop {
            to.write_all(b"10000\r\n")?;
            to.write_all(&vec![b' '; 0x10000])?;
            to.write_all(b"\r\n")?;
        }
    })?;
    let endless = documents(port)?;
    assert!(matches!(opened(&endless).await, Err(StoreError::Failed(_))));
    assert!(matches!(endless.list(&place("")).await, Err(StoreError::Failed(_))));
    for page in ["<html></html>", "", "<ListBucketResult><NextContinuationToken>a</NextContinuationToken></ListBucketResult>"] {
        let (port, _) = serve(move |_, to| to.write_all((head("200 OK", page.len(), "") + page).as_bytes()))?;
        assert!(matches!(documents(port)?.list(&place("")).await, Err(StoreError::Failed(_))), "{page}");
    }
    let (port, _) = serve(|_, to| to.write_all(head("200 OK", 3, "Last-Modified: yesterday\r\n").as_bytes()))?;
    assert!(opened(&documents(port)?).await.is_err());
    Ok(())
}

#[tokio::test]
async fn ten_thousand_names_are_read_from_a_quick_store_in_no_time() -> Outcome {
    let (port, pages) = serve(|asked, to| {
        let page = asked
            .split_once("continuation-token=")
            .and_then(|(_, rest)| rest.split(['&', ' ']).next()?.parse().ok())
            .unwrap_or(0);
        let object = |n: usize| format!("<Contents><Key>the store/of all/n{}</Key><Size>1</Size></Contents>", page * 1000 + n);
        let objects: String = (0..1000).map(object).collect();
        let body = format!("<ListBucketResult><NextContinuationToken>{}</NextContinuationToken>{objects}</ListBucketResult>", page + 1);
        to.write_all((head("200 OK", body.len(), "") + &body).as_bytes())
    })?;
    let start = Instant::now();
    let listing = documents(port)?.list(&place("")).await?;
    println!("10,000 of endless names in {} ms", start.elapsed().as_millis());
    assert_eq!((listing.entries.len(), listing.truncated, listing.hidden), (LISTED_ENTRIES, true, 0));
    assert_eq!(pages.load(Ordering::Relaxed), LISTED_ENTRIES / 1000);
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_silent_counts_as_away_after_its_time() -> Outcome {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let documents = documents(silent.local_addr()?.port())?;
    let start = Instant::now();
    assert!(matches!(opened(&documents).await, Err(StoreError::Unreachable)));
    assert!((Duration::from_secs(2)..Duration::from_secs(6)).contains(&start.elapsed()), "{:?}", start.elapsed());
    let problem = documents.check().await.into_iter().find_map(|(_, found)| found.err()).ok_or("nothing is wrong")?;
    assert!(problem.to_string().contains("does not answer"), "{problem}");
    Ok(())
}

#[tokio::test]
async fn only_certificates_of_trusted_authorities_are_taken() -> Outcome {
    let ca_key = rcgen::KeyPair::generate()?;
    let mut ca = rcgen::CertificateParams::new(Vec::new())?;
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&ca_key)?;
    let key = rcgen::KeyPair::generate()?;
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &rcgen::Issuer::new(ca, ca_key))?;
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(doorward::server::tls::provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let (port, config) = (listener.local_addr()?.port(), Arc::new(config));
    thread::spawn(move || {
        let answer = |_: &str, to: &mut dyn Write| to.write_all((head("200 OK", EMPTY.len(), "") + EMPTY).as_bytes());
        for stream in listener.incoming().flatten() {
            let Ok(connection) = rustls::ServerConnection::new(config.clone()) else { continue };
            let _ = reply(rustls::StreamOwned::new(connection, stream), &answer);
        }
    });
    let home = TempDir::new()?;
    fs::write(home.path().join("ca.pem"), authority.pem())?;
    fs::write(home.path().join("no.pem"), "no certificate")?;
    doorward::server::tls::install_provider();
    for (ca_file, right) in
        [("ca_file = \"ca.pem\"\n", true), ("", false), ("ca_file = \"no.pem\"\n", false), ("ca_file = \"none.pem\"\n", false)]
    {
        let entry = entry_of(
            home.path(),
            &format!(
                "[[store]]\nname = \"bucket\"\nkind = \"s3\"\n[store.s3]\nendpoint = \"https://localhost:{port}\"\nbucket = \"papers\"\n{ca_file}"
            ),
        )?;
        let documents = Documents::open(&[StoreEntry { tries: 1, ..entry }]);
        let listing = documents.list(&place("")).await;
        assert_eq!(listing.is_ok(), right, "{ca_file} {listing:?}");
        let problem = documents
            .check()
            .await
            .into_iter()
            .find_map(|(_, found)| found.err())
            .map(|problem| problem.to_string());
        assert_eq!(problem.as_ref().map(|problem| problem.contains("ca_file")), (!right).then_some(true), "{problem:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_reader_that_is_slow_is_no_fault_of_the_store() -> Outcome {
    const LONG: usize = 8 * 1024 * 1024;
    let (port, _) = serve(|_, to| {
        to.write_all(head("200 OK", LONG, "ETag: \"a\"\r\n").as_bytes())?;
        to.write_all(&vec![b'x'; LONG])
    })?;
    let documents = documents(port)?;
    let document = documents.open_document(&place("paper.bin"), None).await?;
    let mut pieces = document.read(ByteRange { start: 0, end: u64::MAX });
    let mut got = pieces.try_next().await?.ok_or("no first piece")?.len();
    // Longer than the store may take for a piece.
    assert!(tokio::time::timeout(Duration::from_millis(2500), std::future::pending::<()>()).await.is_err());
    while let Some(piece) = pieces.try_next().await? {
        got += piece.len();
    }
    assert_eq!(got, LONG);
    let closed = until("a port nobody listens on", || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        drop(listener);
        Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .map(|stream| stream.shutdown(Shutdown::Both))
            .is_err()
            .then_some(port))
    })?;
    let away = content(&self::documents(closed)?, "paper.bin", None).await;
    assert_eq!(away.err().and_then(|error| error.downcast_ref().copied()), Some(StoreError::Unreachable));
    Ok(())
}
