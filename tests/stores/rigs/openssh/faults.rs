//! What breaks, hangs or changes is told, in bounded time; and nothing is left open on the server.

use super::{ALL, OpenSsh, all, below, content, open, place, signal};
use crate::rig::{Outcome, Rig, documents, noise};
use doorward::documents::{Documents, StoreError};
use futures_util::{FutureExt, TryStreamExt};
use rustix::process::Signal;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The content of a document, though a call may have to find out that the old connection is gone.
async fn content_again(documents: &Documents, path: &str) -> Outcome<Vec<u8>> {
    let mut steps = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        if let Ok(content) = content(documents, path).await {
            return Ok(content);
        }
        steps.tick().await;
    }
    Err("the store does not come back".into())
}

const LONG: usize = 64 * 1024 * 1024;

#[tokio::test]
async fn a_document_that_is_written_to_meanwhile_ends_before_its_last_byte() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"long.bin", &noise(1, LONG))?;
    let documents = documents(&rig);
    let document = open(&documents, "long.bin").await?;
    let size = document.size;
    let mut pieces = document.read(ALL);
    let mut got = pieces.try_next().await?.ok_or("no first piece")?.len() as u64;
    OpenOptions::new().append(true).open(rig.at(b"long.bin"))?.write_all(b"more")?;
    let end = loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => got += piece.len() as u64,
            other => break other,
        }
    };
    assert!(end.is_err() && got < size, "{end:?} after {got} of {size}");
    assert!(content(&documents, "long.bin").await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_document_put_in_the_place_of_an_open_one_leaves_that_as_it_was() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    let old = noise(2, 3 * 1024 * 1024);
    rig.put(b"a.bin", &old)?;
    let documents = documents(&rig);
    let document = open(&documents, "a.bin").await?;
    rig.put(b"new.bin", &noise(3, 3 * 1024 * 1024))?;
    fs::rename(rig.at(b"new.bin"), rig.at(b"a.bin"))?;
    assert!(all(document).await? == old, "other bytes");
    Ok(())
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_in_time_and_used_again_when_it_is_back() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"a.txt", b"a")?;
    rig.put(b"long.bin", &noise(4, LONG))?;
    let documents = documents(&rig);
    let mut pieces = open(&documents, "long.bin").await?.read(ALL);
    pieces.try_next().await?;
    let listens = rig.server.lock().map_err(|_| "poisoned")?.as_ref().map(crate::rig::Server::id).ok_or("no server")?;
    let all = [vec![listens], below(listens)].concat();
    all.iter().try_for_each(|id| signal(*id, Signal::STOP))?;
    let start = Instant::now();
    let ended = pieces.try_for_each(|_| async { Ok(()) }).await;
    assert!(ended.is_err(), "a server that hangs gave all of it");
    let opened = open(&documents, "a.txt").await.map(|document| document.version);
    assert_eq!(opened, Err(StoreError::Unreachable));
    // Once for the pieces, and as often as a look is tried.
    assert!(start.elapsed() < rig.entry().timeout * (rig.entry().tries + 2), "{:?}", start.elapsed());
    all.iter().try_for_each(|id| signal(*id, Signal::CONT))?;
    assert_eq!(content_again(&documents, "a.txt").await?, b"a");
    Ok(())
}

#[tokio::test]
async fn a_server_that_came_back_is_used_again() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"a.txt", b"a")?;
    let documents = documents(&rig);
    for _ in 0..3 {
        assert_eq!(content_again(&documents, "a.txt").await?, b"a");
        rig.stop()?;
        rig.start()?;
    }
    Ok(())
}

#[tokio::test]
async fn many_documents_are_open_at_the_same_time_and_one_too_many_is_refused() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    let documents = documents(&rig);
    let mut held = Vec::new();
    let refused = loop {
        let name = format!("{}.txt", held.len());
        rig.put(name.as_bytes(), name.as_bytes())?;
        match open(&documents, &name).await {
            Ok(document) => held.push((name, document)),
            Err(error) => break error,
        }
        assert!(held.len() <= 1_000, "there is no end");
    };
    assert!(refused == StoreError::Busy && held.len() >= rig.entry().calls, "{refused:?} after {}", held.len());
    for (name, document) in held {
        assert_eq!(all(document).await?, name.as_bytes());
    }
    let again = async || open(&documents, "0.txt").await.ok();
    let mut tries = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..500 {
        if again().await.is_some() {
            return Ok(());
        }
        tries.tick().await;
    }
    Err("what was closed makes no room".into())
}

#[tokio::test]
async fn callers_that_go_away_leave_nothing_open() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"a.bin", &noise(5, 300_000))?;
    let documents = documents(&rig);
    content(&documents, "a.bin").await?;
    for pause in 0..300_u64 {
        let asked = open(&documents, "a.bin");
        let waited = tokio::time::timeout(Duration::from_micros(pause * 10), asked).await;
        if let Ok(Ok(document)) = waited {
            let mut pieces = document.read(ALL);
            let _first_or_none = pieces.try_next().now_or_never();
        }
    }
    let listens = rig.server.lock().map_err(|_| "poisoned")?.as_ref().map(crate::rig::Server::id).ok_or("no server")?;
    let is_open = || {
        below(listens).into_iter().any(|id| {
            let handles = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
            handles.filter_map(|handle| fs::read_link(handle.path()).ok()).any(|file| file.ends_with("a.bin"))
        })
    };
    content(&documents, "a.bin").await?;
    let mut steps = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..500 {
        if !is_open() {
            return Ok(());
        }
        steps.tick().await;
    }
    Err("a file is open still".into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_written_to_is_listed_all_the_same() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"inbox/0", b"0")?;
    let documents = documents(&rig);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| -> Outcome {
        scope.spawn(|| {
            for number in (1..200).cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                rig.put(format!("inbox/{number}").as_bytes(), b"new").expect("the folder is the test's");
                rig.remove(format!("inbox/{number}").as_bytes()).expect("it was put there");
            }
        });
        let listed = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                for _ in 0..200 {
                    documents.list(&place(&documents, "inbox")).await?;
                }
                Ok(())
            })
        });
        done.store(true, Ordering::Relaxed);
        listed
    })
}
