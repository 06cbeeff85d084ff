//! What only buckets do: versions by their id, keys that are no paths, uploads in parts, requests that are signed.

use super::moto::{Moto, Process, SIGNED, ask, key, section};
use crate::cases::{turn, versions};
use crate::rig::{Outcome, Rig, documents, noise};
use bytes::Bytes;
use doorward::crypto::primitives::Sha256;
use doorward::documents::{Documents, Kind, Place, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use doorward::domain::range::ByteRange;
use doorward::domain::version::FileVersion;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::io;
use tempfile::TempDir;

const MIB: usize = 1024 * 1024;

pub(super) fn place(path: impl AsRef<[u8]>) -> Place {
    let path = DocumentPath::from_bytes(path.as_ref()).expect("tests name valid paths");
    Place::named(&DocumentName { store: "bucket".parse().expect("it is a name"), path })
}

pub(super) async fn content(documents: &Documents, path: &str, wanted: Option<&FileVersion>) -> Outcome<Vec<u8>> {
    let document = documents.open_document(&place(path), wanted).await?;
    let pieces: Vec<Bytes> = document.read(ByteRange { start: 0, end: u64::MAX }).try_collect().await?;
    Ok(pieces.concat())
}

async fn version(documents: &Documents, path: &str) -> Result<FileVersion, StoreError> {
    documents.open_document(&place(path), None).await.map(|document| document.version)
}

#[tokio::test]
async fn a_version_stays_readable_until_it_is_deleted_itself() -> Outcome {
    let rig = Moto::start(true)?;
    let documents = documents(&rig);
    rig.put(b"paper.txt", b"as it was shared")?;
    let shared = version(&documents, "paper.txt").await?;
    let id = shared.id.clone().ok_or("a bucket with versions tells their ids")?;
    rig.put(b"paper.txt", b"as it is now")?;
    assert_eq!(content(&documents, "paper.txt", Some(&shared)).await?, b"as it was shared");
    rig.remove(b"paper.txt")?;
    assert_eq!(version(&documents, "paper.txt").await, Err(StoreError::Missing));
    assert_eq!(content(&documents, "paper.txt", Some(&shared)).await?, b"as it was shared");
    assert_eq!(documents.stat(&place("paper.txt"), Some(&shared)).await?.version, shared);
    rig.ask("DELETE", &key(b"paper.txt"), &format!("?versionId={id}"), b"")?;
    assert_eq!(documents.open_document(&place("paper.txt"), Some(&shared)).await.map(|d| d.version), Err(StoreError::Changed));
    assert_eq!(documents.stat(&place("paper.txt"), Some(&shared)).await, Err(StoreError::Changed));
    let never = FileVersion { id: Some("no-id-of-this-bucket".into()), ..shared };
    assert_eq!(documents.open_document(&place("paper.txt"), Some(&never)).await.map(|d| d.version), Err(StoreError::Changed));
    assert_eq!(documents.stat(&place("paper.txt"), Some(&never)).await, Err(StoreError::Changed));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_versions_what_was_put_over_a_document_is_told_by_its_tag() -> Outcome {
    let _turn = turn("without versions").await;
    versions::pinned(&Moto::start(false)?).await?;
    versions::changed_while_open(&Moto::start(false)?).await?;
    versions::put_back(&Moto::start(false)?).await
}

#[tokio::test]
async fn keys_that_are_no_paths_are_counted_and_do_not_hide_others() -> Outcome {
    let rig = Moto::start(true)?;
    let documents = documents(&rig);
    for odd in ["f//twice", "f/../up", "f/./here", "f/\u{1}", "f/same", "f/same/below.txt", "f/plain.txt", "f/sub/x.txt"] {
        rig.put(odd.as_bytes(), b"1")?;
    }
    rig.put(b"f/", b"")?;
    rig.put(b"empty/", b"")?;
    let listing = documents.list(&place("f")).await?;
    let names: Vec<String> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!((names, listing.hidden), (["sub", "plain.txt", "same"].map(str::to_owned).to_vec(), 5));
    assert_eq!(documents.stat(&place("f/same"), None).await?.kind, Kind::Document);
    assert_eq!(content(&documents, "f/same/below.txt", None).await?, b"1");
    assert_eq!(documents.stat(&place("empty"), None).await?.kind, Kind::Folder);
    assert!(documents.list(&place("empty")).await?.entries.is_empty());
    assert_eq!(documents.stat(&place("nowhere"), None).await, Err(StoreError::Missing));
    let deep = vec!["y".repeat(250); 5].join("/");
    assert!(matches!(documents.stat(&place(deep), None).await, Err(StoreError::Refused(_))));
    Ok(())
}

/// Memory of this process, in bytes.
fn resident() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_document_goes_up_in_parts_and_never_lies_in_memory_as_a_whole() -> Outcome {
    let _turn = turn("large").await;
    let rig = Moto::start(true)?;
    let documents = documents(&rig);
    rig.put(b"first.txt", b"first")?;
    content(&documents, "first.txt", None).await?;
    let piece = noise(11, 60_001);
    let count = 40 * MIB / piece.len() + 1;
    let size = (count * piece.len()) as u64;
    let (before, most) = (resident()?, std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0)));
    let seen = most.clone();
    let pieces = stream::iter(0..count).map(move |number| {
        seen.fetch_max(resident().unwrap_or(u64::MAX), std::sync::atomic::Ordering::Relaxed);
        Ok(Bytes::from([&number.to_le_bytes(), &piece[8..]].concat()))
    });
    let made = documents.create(&place("new/long.bin"), size, pieces.boxed()).await?;
    let growth = most.load(std::sync::atomic::Ordering::Relaxed).saturating_sub(before);
    println!("an upload of {size} bytes took {growth} bytes of memory");
    assert!(growth < 32 * MIB as u64, "{growth}");
    let (mut wanted, mut found) = (Sha256::new(), Sha256::new());
    let piece = noise(11, 60_001);
    (0..count).for_each(|number| [&number.to_le_bytes(), &piece[8..]].iter().for_each(|bytes| wanted.update(bytes)));
    let document = documents.open_document(&place("new/long.bin"), Some(&made)).await?;
    let mut read = document.read(ByteRange { start: 0, end: u64::MAX });
    while let Some(piece) = read.try_next().await? {
        found.update(&piece);
    }
    assert_eq!(found.finish(), wanted.finish());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_in_parts_that_fail_leave_nothing_and_put_nothing_over_another() -> Outcome {
    let _turn = turn("parts").await;
    let rig = Moto::start(false)?;
    let documents = documents(&rig);
    let (one, other) = (noise(12, 20 * MIB), noise(13, 20 * MIB));
    let size = 20 * MIB as u64;
    let incoming = |content: &[u8]| {
        let pieces: Vec<io::Result<Bytes>> = content.chunks(MIB).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        stream::iter(pieces)
    };
    // Both begin while nothing is there; the second ends when the first has been put in place.
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let last = stream::once(async { Ok(told.await.map_or_else(|_| Bytes::new(), |()| Bytes::from_static(b"last"))) });
    let held = incoming(&other[..20 * MIB - 4]).chain(last).boxed();
    let at = place("race.bin");
    let first = async {
        let made = documents.create(&at, size, incoming(&one).boxed()).await;
        tell.send(()).map(|()| made)
    };
    let (second, first) = tokio::join!(documents.create(&at, size, held), first);
    assert!(first.is_ok_and(|made| made.is_ok()));
    assert_eq!(second, Err(StoreError::Exists));
    assert!(content(&documents, "race.bin", None).await? == one);
    let short = documents.create(&place("short.bin"), size, incoming(&one[..19 * MIB]).boxed()).await;
    assert!(short.is_err());
    let long = documents.create(&place("long.bin"), size - 1, incoming(&one).boxed()).await;
    assert!(long.is_err());
    // Whoever uploads may be gone at any moment, and the task with them.
    let stalled = incoming(&one[..10 * MIB]).chain(stream::pending());
    let gone = tokio::time::timeout(std::time::Duration::from_secs(3), documents.create(&place("gone.bin"), size, stalled.boxed())).await;
    assert!(gone.is_err());
    crate::rig::until("the parts to be forgotten", || Ok((!rig.ask("GET", b"", "?uploads", b"")?.contains("<UploadId>")).then_some(())))?;
    for name in ["short.bin", "long.bin", "gone.bin"] {
        assert_eq!(documents.stat(&place(name), None).await, Err(StoreError::Missing));
    }
    Ok(())
}

/// A key of a user, who may do anything with buckets or nothing.
fn access_key(port: u16, user: &str, allowed: bool) -> Outcome<(String, String)> {
    let iam = |form: &str| {
        let head = format!("{}\r\nContent-Type: application/x-www-form-urlencoded", SIGNED.replace("/s3/", "/iam/"));
        ask(port, "POST", "/", &head, &mut form.as_bytes(), form.len() as u64)
    };
    iam(&format!("Action=CreateUser&Version=2010-05-08&UserName={user}"))?;
    if allowed {
        let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C\
                      %22Resource%22%3A%22%2A%22%7D%5D%7D";
        iam(&format!("Action=PutUserPolicy&Version=2010-05-08&UserName={user}&PolicyName=all&PolicyDocument={policy}"))?;
    }
    let answer = iam(&format!("Action=CreateAccessKey&Version=2010-05-08&UserName={user}"))?;
    let part = |name: &str| {
        let rest = answer.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once('<')?.0.to_owned())
    };
    part("AccessKeyId").zip(part("SecretAccessKey")).ok_or_else(|| answer.clone().into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_checks_signatures_takes_them_and_says_what_is_wrong_with_others() -> Outcome {
    // For the rest of the process: the rig holds on to it.
    let moto: &'static Process = Box::leak(Box::new(Process::start()?));
    let (id, secret) = access_key(moto.port, "reader", true)?;
    let (stranger, strange_secret) = access_key(moto.port, "stranger", false)?;
    let rig = Moto::of(moto, true, &id, &secret)?;
    let names = ["plain.txt", " a b+c%41&d=e#f?g;h.txt ", "\u{e4}\u{1f600}'(!)*~.txt"];
    for name in names {
        rig.put(name.as_bytes(), name.as_bytes())?;
    }
    ask(moto.port, "POST", "/moto-api/reset-auth", "", &mut &b"0"[..], 1)?;
    let documents = documents(&rig);
    for name in names {
        assert_eq!(content(&documents, name, None).await?, name.as_bytes(), "{name}");
    }
    assert_eq!(documents.list(&place("")).await?.entries.len(), 3);
    let problems: Vec<_> = documents.check().await.into_iter().filter_map(|(_, found)| found.err()).collect();
    assert_eq!(problems, []);
    let home = TempDir::new()?;
    let (bucket, none) = (rig.bucket.as_str(), "no-such-bucket");
    for (bucket, id, secret, error, word) in [
        (bucket, id.as_str(), "another secret", StoreError::SignIn, "clock"),
        (bucket, "AKIANOBODY0000000000", secret.as_str(), StoreError::SignIn, "access_key"),
        (bucket, stranger.as_str(), strange_secret.as_str(), StoreError::Denied, "allow"),
        (none, id.as_str(), secret.as_str(), StoreError::Failed("that it has no bucket of that name"), "no bucket"),
    ] {
        // Anew each time: a store that refuses to be signed in to is soon left alone.
        let entry = section(home.path(), rig.proxy.port, bucket, id, secret)?;
        let documents = || Documents::open(std::slice::from_ref(&entry));
        for path in ["plain.txt", "none.txt"] {
            assert_eq!(documents().stat(&place(path), None).await, Err(error), "{bucket} {id}");
            assert_eq!(version(&documents(), path).await, Err(error), "{bucket} {id}");
        }
        assert_eq!(documents().list(&place("")).await, Err(error));
        let made = documents().create(&place("new.txt"), 1, stream::iter([Ok(Bytes::from_static(b"1"))]).boxed()).await;
        assert_eq!(made, Err(error));
        let problem = documents()
            .check()
            .await
            .into_iter()
            .find_map(|(_, found)| found.err())
            .ok_or("nothing is wrong")?
            .to_string();
        assert!(problem.contains(word) && problem.contains("127.0.0.1") && !problem.contains(secret), "{problem}");
    }
    Ok(())
}
