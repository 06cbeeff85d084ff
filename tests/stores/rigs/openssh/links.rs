//! Links inside the store are followed, and none leads out of it, also not one that is swapped while documents are opened.

use super::{OpenSsh, content, open, place};
use crate::rig::{Outcome, Rig, documents};
use doorward::documents::{Place, Refusal, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[tokio::test]
async fn links_inside_are_followed_and_listed_and_others_are_hidden() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"folder/deep/a.txt", b"a")?;
    symlink("folder/deep", rig.at(b"in"))?;
    symlink("folder/deep/a.txt", rig.at(b"a"))?;
    symlink("nowhere", rig.at(b"dangling"))?;
    rig.escape()?;
    let documents = documents(&rig);
    for way in ["a", "in/a.txt", "folder/deep/a.txt"] {
        assert_eq!(content(&documents, way).await?, b"a", "{way}");
    }
    let listing = documents.list(&place(&documents, "")).await?;
    let names: Vec<String> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["folder", "in", "a"]);
    // Six ways out, and the link that leads nowhere.
    assert_eq!(listing.hidden, 7, "{listing:?}");
    Ok(())
}

#[tokio::test]
async fn a_link_out_of_a_shared_folder_leads_nowhere_from_that_folder() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"shared/own/a.txt", b"a")?;
    rig.put(b"beside.txt", b"beside")?;
    symlink("../beside.txt", rig.at(b"shared/out"))?;
    symlink("..", rig.at(b"shared/up"))?;
    symlink("own/a.txt", rig.at(b"shared/in"))?;
    symlink("shared", rig.at(b"over"))?;
    let documents = documents(&rig);
    let store = documents.names().next().ok_or("no store")?.clone();
    let path = |text: &str| DocumentPath::from_bytes(text.as_bytes());
    for folder in ["shared", "over"] {
        let folder = DocumentName { store: store.clone(), path: path(folder)? };
        for (below, expected) in [("in", true), ("own/a.txt", true), ("out", false), ("up/beside.txt", false), ("up", false)] {
            let answer = documents.stat(&Place::in_folder(&folder, &path(below)?), None).await;
            let refused = answer == Err(StoreError::Refused(Refusal::Link));
            assert_eq!((answer.is_ok(), refused), (expected, !expected), "{folder:?} {below}: {answer:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn only_files_and_folders_are_opened() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"a.txt", b"a")?;
    rustix::fs::mknodat(rustix::fs::CWD, rig.at(b"fifo"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)?;
    let documents = documents(&rig);
    for way in ["fifo", ""] {
        let opened = open(&documents, way).await.map(|document| document.version);
        assert_eq!(opened, Err(StoreError::NotADocument), "{way:?}");
    }
    assert_eq!(documents.list(&place(&documents, "")).await?.hidden, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_swapped_for_a_link_while_documents_are_opened_gives_nothing_from_outside() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    const SWAPPING: Duration = Duration::from_secs(8);
    let rig = OpenSsh::start()?;
    rig.put(b"folder/name.txt", b"inside")?;
    rig.put(b"beside/name.txt", b"beside")?;
    let outside = rig.home.path().join("outside");
    fs::create_dir(&outside)?;
    // Of another length: a file that cannot be told from the one inside may come through, as SECURITY.md says.
    fs::write(outside.join("name.txt"), b"from beyond")?;
    fs::create_dir(rig.at(b"links"))?;
    symlink(&outside, rig.at(b"links/folder"))?;
    let documents = documents(&rig);
    assert_eq!(content(&documents, "folder/name.txt").await?, b"inside");
    let done = AtomicBool::new(false);
    let (from, away, link) = (rig.at(b"folder"), rig.at(b"away"), rig.at(b"links/folder"));
    let (inside, refused) = std::thread::scope(|scope| -> Outcome<(usize, usize)> {
        scope.spawn(|| {
            for turn in (0..2_000).step_by(37).cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let swapped = fs::rename(&from, &away).and_then(|()| fs::rename(&link, &from));
                std::thread::yield_now();
                let back = fs::rename(&from, &link).and_then(|()| fs::rename(&away, &from));
                assert!(swapped.is_ok() && back.is_ok(), "{swapped:?} {back:?}");
                std::thread::park_timeout(Duration::from_micros(turn));
            }
        });
        let counted = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let (mut inside, mut refused) = (0, 0);
                let end = Instant::now() + SWAPPING;
                while Instant::now() < end {
                    match content(&documents, "folder/name.txt").await {
                        Ok(bytes) if bytes == b"inside" => inside += 1,
                        Ok(bytes) => return Err(format!("from outside: {:?}", String::from_utf8_lossy(&bytes)).into()),
                        Err(_) => refused += 1,
                    }
                }
                Ok((inside, refused))
            })
        });
        done.store(true, Ordering::Relaxed);
        counted
    })?;
    println!("while a folder was swapped for a link: opened {inside} times, refused {refused} times, never from outside");
    assert!(refused > 0);
    // It was seen, and nobody gets many tries; what lies elsewhere is given as ever.
    let after = content(&documents, "folder/name.txt").await.map_err(|error| error.to_string());
    assert_eq!(after, Err(StoreError::Refused(Refusal::Link).to_string()));
    assert_eq!(content(&documents, "beside/name.txt").await?, b"beside");
    Ok(())
}
