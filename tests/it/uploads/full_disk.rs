//! Disks without a byte of room: that of the store, that of the data directory, and that of the ledger between two events of one upload.

use super::resumed::{create, head, offset, patch};
use super::scanned::SlowScanner;
use super::{entered, send, taking_all};
use crate::helpers::disk::SmallDisk;
use crate::helpers::{Client, MINUTE, Outcome, Shared, TestApp, until};
use doorward::config::{Clamd, StoreEntry};
use doorward::domain::document::StoreName;
use std::fs;
use std::path::Path;

const MIB: usize = 1024 * 1024;
/// Uploads that are begun so that taking them back fills the last bytes of the ledger's disk.
const BALLAST: usize = 60;

/// Whatever lies beneath a folder, hidden or not.
fn files(folder: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => found.extend(files(&entry.path())?),
            false => found.push(entry.file_name().to_string_lossy().into_owned()),
        }
    }
    found.sort();
    Ok(found)
}

/// What staff read of the only upload of a share.
async fn told_to_staff(app: &TestApp, share: &Shared) -> Outcome<(String, String)> {
    let view = app.view(share).await?;
    let of = |name: &str| view.uploads.iter().find(|sent| sent.document.ends_with(name)).cloned();
    let sent = of("plan.bin").ok_or("no such upload")?;
    Ok((sent.status, sent.problem.unwrap_or_default()))
}

/// Begins uploads, with which [`fill_to_the_last_line`] works.
async fn ballast(client: &Client, share: &Shared) -> Outcome<Vec<String>> {
    let mut begun = Vec::new();
    for number in 0..BALLAST {
        begun.push(create(client, share, &format!("{number}.txt"), 1).await?.location().to_owned());
    }
    Ok(begun)
}

/// Fills the disk of the ledger until it takes not even the shortest line: its last page has room until then.
async fn fill_to_the_last_line(disk: &SmallDisk, client: &Client, ballast: &[String]) -> Outcome {
    disk.fill()?;
    for at in ballast {
        let answer = client.ask("DELETE", at, &[("tus-resumable", "1.0.0")], Vec::new()).await?;
        match answer.code() {
            204 => {}
            507 => return Ok(()),
            other => return Err(format!("{other}: {}", answer.text()).into()),
        }
    }
    Err("the disk takes more and more".into())
}

#[tokio::test]
async fn what_a_full_store_cannot_take_waits_and_is_not_lost_and_the_other_store_does_not_notice() -> Outcome {
    let disk = SmallDisk::of(4 * MIB as u64)?;
    let (store, name) = (disk.path().join("store"), StoreName::parse("small")?);
    fs::create_dir(&store)?;
    let entry = StoreEntry { writable: true, ..StoreEntry::folder(name, store.clone()) };
    let app = TestApp::with(taking_all(move |config| {
        config.store[0].writable = false;
        config.store.push(entry.clone());
    }));
    let (app, share, client) = entered(app.await?).await?;
    let content: Vec<u8> = (0..6 * MIB).map(|n| (n % 251) as u8).collect();
    for whole in [&content[..], &content[..2 * MIB]] {
        let answer = send(&client, &share, &[("plan.bin", whole)]).await?;
        assert_eq!(answer.code(), 303, "{}", answer.text());
        disk.fill()?;
        let page = client.get(&share.uploads()).await?;
        if whole.len() > 4 * MIB {
            assert!(page.says("its place takes nothing just now") && page.says("need not be sent again"), "{}", page.text());
            assert_eq!(told_to_staff(&app, &share).await?, ("waiting".into(), "the store has no room left".into()));
            assert!(files(&store)?.is_empty(), "{:?}", files(&store)?);
        } else {
            assert!(page.says("received"), "what fits is taken: {}", page.text());
        }
        assert_eq!(client.get(&share.document("report.txt")).await?.text(), "the report");
        disk.make_room()?;
    }
    assert_eq!(files(&store)?, ["plan.bin"], "nothing of the other one");
    Ok(())
}

#[tokio::test]
async fn a_store_that_has_room_again_is_given_what_waited_for_it() -> Outcome {
    let disk = SmallDisk::of(4 * MIB as u64)?;
    let (store, name) = (disk.path().join("store"), StoreName::parse("small")?);
    fs::create_dir(&store)?;
    let entry = StoreEntry { writable: true, ..StoreEntry::folder(name, store.clone()) };
    let app = TestApp::with(taking_all(move |config| {
        config.store[0].writable = false;
        config.store.push(entry.clone());
    }));
    let (app, share, client) = entered(app.await?).await?;
    let content: Vec<u8> = (0..2 * MIB).map(|n| (n % 251) as u8).collect();
    disk.fill()?;
    let at = create(&client, &share, "plan.bin", content.len()).await?.location().to_owned();
    let answer = patch(&client, &at, 0, &content).await?;
    assert_eq!((answer.code(), offset(&answer)?), (204, content.len()), "all of it is here");
    assert_eq!(told_to_staff(&app, &share).await?.0, "waiting");
    for _ in 0..3 {
        app.pass(MINUTE);
        assert_eq!((files(&store)?, app.spooled()?), (vec![], 1), "tried in vain, nothing is left behind and nothing is lost");
    }
    disk.make_room()?;
    let received = || {
        app.pass(MINUTE);
        app.events("upload.received").len() == 1
    };
    until("it is in its place", received).await;
    until("nothing is left behind", || app.spooled().is_ok_and(|left| left == 0)).await;
    assert_eq!(files(&store)?, ["plan.bin"]);
    assert_eq!(fs::read(store.join("inbox").join(&share.id[..12]).join("plan.bin"))?, content);
    assert_eq!(told_to_staff(&app, &share).await?, ("received".into(), String::new()));
    Ok(())
}

#[tokio::test]
async fn a_data_directory_without_room_says_so_keeps_what_was_sent_and_goes_on_with_room() -> Outcome {
    let disk = SmallDisk::of(16 * MIB as u64)?;
    let (app, share, client) = entered(TestApp::on(disk.path(), taking_all(|config| config.uploads.files = 100)).await?).await?;
    let content: Vec<u8> = (0..5 * MIB).map(|n| (n % 251) as u8).collect();
    let at = create(&client, &share, "plan.bin", content.len()).await?.location().to_owned();
    assert_eq!(patch(&client, &at, 0, &content[..MIB]).await?.code(), 204);
    let others = ballast(&client, &share).await?;
    fill_to_the_last_line(&disk, &client, &others).await?;

    let refused = patch(&client, &at, MIB, &content[MIB..]).await?;
    assert!(refused.code() == 507 && refused.says("no room for it just now"), "{}", refused.text());
    let there = offset(&head(&client, &at).await?)?;
    assert!((MIB..content.len()).contains(&there), "{there}");
    let refused = send(&client, &share, &[("other.bin", &content)]).await?;
    assert!(refused.code() == 507 && refused.says("“other.bin” could not be taken"), "{}", refused.text());
    assert_eq!(create(&client, &share, "third.bin", 1).await?.code(), 507);
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 503, "no byte leaves without its receipt");
    assert_eq!(client.get("/readyz").await?.code(), 503);
    assert!(client.get(&share.uploads()).await?.says("plan.bin"), "pages go on");
    assert!(app.inbox(&share)?.is_empty() && app.events("upload.completed").is_empty());
    app.gate.verify()?;

    disk.make_room()?;
    let answer = patch(&client, &at, there, &content[there..]).await?;
    assert_eq!(answer.code(), 204, "{}", answer.text());
    assert_eq!(app.inbox(&share)?.get("plan.bin"), Some(&content));
    assert_eq!(client.get(&share.document("report.txt")).await?.text(), "the report");
    for left in fs::read_dir(app.data().join("uploads"))? {
        assert_eq!(left?.metadata()?.len(), 0, "of what was refused nothing is left");
    }
    let app = app.stop().await?.start().await?;
    app.gate.verify()?;
    assert_eq!(app.events("upload.received").len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_last_piece_is_kept_though_the_ledger_takes_no_line_and_is_settled_with_room() -> Outcome {
    let disk = SmallDisk::of(16 * MIB as u64)?;
    let (app, share, client) = entered(TestApp::on(disk.path(), taking_all(|config| config.uploads.files = 100)).await?).await?;
    let at = create(&client, &share, "plan.bin", 6).await?.location().to_owned();
    assert_eq!(patch(&client, &at, 0, b"abc").await?.code(), 204);
    let others = ballast(&client, &share).await?;
    fill_to_the_last_line(&disk, &client, &others).await?;
    // The page of the first half has room for the other one.
    let answer = patch(&client, &at, 3, b"def").await?;
    assert_eq!((answer.code(), offset(&answer)?), (204, 6), "{}", answer.text());
    assert!(client.get(&share.uploads()).await?.says("need not be sent again"));
    assert_eq!(told_to_staff(&app, &share).await?, ("waiting".into(), "there is no room for it in the data directory".into()));
    assert!(app.inbox(&share)?.is_empty(), "nothing is in a store that the ledger does not know");
    disk.make_room()?;
    let received = || {
        app.pass(MINUTE);
        app.events("upload.received").len() == 1
    };
    until("it is in its place", received).await;
    assert_eq!(app.inbox(&share)?.into_iter().collect::<Vec<_>>(), [("plan.bin".to_owned(), b"abcdef".to_vec())]);
    Ok(())
}

#[tokio::test]
async fn what_was_put_while_the_ledger_lost_its_room_is_not_put_once_more() -> Outcome {
    let disk = SmallDisk::of(16 * MIB as u64)?;
    let scanner = SlowScanner::start()?;
    let socket = scanner.socket();
    let change = taking_all(move |config| {
        config.uploads.files = 100;
        config.uploads.clamd = Some(Clamd::Socket(socket.clone()));
    });
    let (app, share, client) = entered(TestApp::on(disk.path(), change).await?).await?;
    let others = ballast(&client, &share).await?;
    let at = create(&client, &share, "plan.bin", 6).await?.location().to_owned();
    // Between the event that it is complete and the one that it is in its place, the disk becomes full.
    let (answer, filled) = tokio::join!(patch(&client, &at, 0, b"abcdef"), async {
        until("it is being scanned", || scanner.asked() == 1).await;
        let filled = fill_to_the_last_line(&disk, &client.twin(), &others).await;
        scanner.answer().and(filled)
    });
    filled?;
    assert_eq!(answer?.code(), 204);
    let tried_again = || {
        app.pass(MINUTE);
        scanner.asked() > 3
    };
    until("it is tried again", tried_again).await;
    assert_eq!((app.inbox(&share)?.len(), app.events("upload.received").len()), (1, 0));
    assert_eq!(told_to_staff(&app, &share).await?.0, "waiting");
    let after = app.after_a_crash().await?;
    until("it is put down after a crash as well", || after.events("upload.received").len() == 1).await;
    assert_eq!(app.inbox(&share)?.len(), 1);
    drop(after);
    disk.make_room()?;
    let received = || {
        app.pass(MINUTE);
        app.events("upload.received").len() == 1
    };
    until("that it is in its place is put down", received).await;
    assert_eq!(app.inbox(&share)?.into_iter().collect::<Vec<_>>(), [("plan.bin".to_owned(), b"abcdef".to_vec())]);
    client.enter(&share).await?;
    // Another one of the same name and content is another document.
    assert_eq!(send(&client, &share, &[("plan.bin", b"abcdef")]).await?.code(), 303);
    assert_eq!(app.inbox(&share)?.into_keys().collect::<Vec<_>>(), ["plan (2).bin", "plan.bin"]);
    Ok(())
}
