//! What a store has is found and read exactly; what it does not have, or must not give, is not.

use super::{ALL, Asked, bytes, ensure};
use crate::rig::{Outcome, Rig, documents, noise};
use doorward::crypto::primitives::Sha256;
use doorward::documents::{Kind, StoreError};
use doorward::domain::bounds::LISTED_ENTRIES;
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;
use std::fs::{self, File};
use std::io::Write;
use std::time::Instant;

const LARGE: usize = 256 * 1024 * 1024;
const PIECE: usize = 1024 * 1024;
const MOST_GROWTH: u64 = 32 * 1024 * 1024;

pub(crate) async fn stat_and_list(rig: &dyn Rig) -> Outcome {
    for (name, content) in [("folder/one.txt", "one"), ("folder/below/two.txt", "twice"), ("empty.txt", "")] {
        rig.put(name.as_bytes(), content.as_bytes())?;
    }
    let asked = Asked(documents(rig));
    let one = asked.stat("folder/one.txt").await?;
    ensure(one.kind == Kind::Document && one.version.size == 3, || format!("{one:?}"))?;
    let (version, content) = asked.whole("folder/one.txt", None).await?;
    ensure(content == b"one" && one.version.is_still(&version), || format!("{one:?} {version:?} {content:?}"))?;
    let (version, content) = asked.whole("empty.txt", None).await?;
    ensure(content.is_empty() && version.size == 0, || format!("{version:?}"))?;
    let refused = asked.open("folder", None).await.map(|document| document.version);
    ensure(matches!(refused, Err(StoreError::NotADocument | StoreError::Missing)), || format!("a folder opened: {refused:?}"))?;
    if !rig.traits().lists {
        let listing = asked.list("folder").await;
        return ensure(listing.is_err(), || format!("{} lists: {listing:?}", rig.name()));
    }
    ensure(asked.stat("folder").await?.kind == Kind::Folder, || "folder is none".to_owned())?;
    ensure(asked.stat("folder/below").await?.kind == Kind::Folder, || "below is none".to_owned())?;
    let names = |listing: &doorward::documents::Listing| {
        let entries = listing.entries.iter();
        entries
            .map(|e| (e.name.to_string(), e.stat.kind, e.stat.version.size * u64::from(e.stat.kind == Kind::Document)))
            .collect::<Vec<_>>()
    };
    let listing = asked.list("folder").await?;
    let expected = [("below".to_owned(), Kind::Folder, 0), ("one.txt".to_owned(), Kind::Document, 3)];
    ensure(names(&listing) == expected && !listing.truncated && listing.hidden == 0, || format!("{listing:?}"))?;
    ensure(listing.entries[1].stat.version.is_still(&one.version), || format!("{listing:?} {one:?}"))?;
    let root = asked.list("").await?;
    let expected = [("folder".to_owned(), Kind::Folder, 0), ("empty.txt".to_owned(), Kind::Document, 0)];
    ensure(names(&root) == expected, || format!("{root:?}"))?;
    let file = asked.list("folder/one.txt").await;
    ensure(matches!(file, Err(StoreError::NotAFolder | StoreError::Missing)), || format!("a document listed: {file:?}"))?;
    let none = asked.list("none").await;
    ensure(none == Err(StoreError::Missing), || format!("nothing listed: {none:?}"))
}

pub(crate) async fn ranges(rig: &dyn Rig) -> Outcome {
    let content = noise(1, 300_001);
    rig.put(b"noise.bin", &content)?;
    let asked = Asked(documents(rig));
    let size = content.len() as u64;
    for (start, end) in [
        (0, 1),
        (0, size),
        (1, 2),
        (size - 1, size),
        (8 * 1024 - 1, 8 * 1024 + 1),
        (70_000, 270_000),
        (299_000, u64::MAX),
        (size, u64::MAX),
    ] {
        let document = asked.open("noise.bin", None).await?;
        let version = document.version.clone();
        let found = bytes(document, ByteRange { start, end }).await?;
        let expected = &content[usize::try_from(start)?..usize::try_from(end.min(size))?];
        ensure(found == expected, || format!("{start}..{end}: {} bytes of {}", found.len(), expected.len()))?;
        let again = asked.open("noise.bin", Some(&version)).await?;
        ensure(bytes(again, ByteRange { start, end }).await? == expected, || format!("{start}..{end} of the wanted version"))?;
    }
    Ok(())
}

pub(crate) async fn large(rig: &dyn Rig) -> Outcome {
    let scratch = tempfile::tempdir()?;
    let source = scratch.path().join("large.bin");
    let expected = write_noise(&source)?;
    rig.put_file(b"large.bin", &source)?;
    fs::remove_file(&source)?;
    let asked = Asked(documents(rig));
    // What is needed once, such as a client for TLS, is there before memory is looked at.
    let first = bytes(asked.open("large.bin", None).await?, ByteRange { start: 0, end: 1 << 20 }).await?;
    drop(first);
    let before = resident()?;
    let (mut hash, mut most, mut pieces) = (Sha256::new(), before, asked.open("large.bin", None).await?.read(ALL));
    let start = Instant::now();
    let mut looked = 0;
    let mut got = 0;
    while let Some(piece) = pieces.try_next().await? {
        hash.update(&piece);
        got += piece.len();
        if got >= looked + 8 * PIECE {
            looked = got;
            most = most.max(resident()?);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    ensure(got == LARGE && hash.finish() == expected, || format!("{got} bytes, of which not all are right"))?;
    let growth = most.saturating_sub(before);
    println!("{}: 256 MiB in {seconds:.1} s, memory grew by {} KiB", rig.name(), growth / 1024);
    ensure(growth < MOST_GROWTH, || format!("memory grew by {growth}"))
}

fn write_noise(to: &std::path::Path) -> Outcome<[u8; 32]> {
    let (mut file, mut hash) = (File::create(to)?, Sha256::new());
    let mut piece = noise(2, PIECE);
    for number in 0..LARGE / PIECE {
        // No two pieces are the same, so that one in the place of another is seen.
        piece[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&piece)?;
        hash.update(&piece);
    }
    Ok(hash.finish())
}

/// Memory of this process, in bytes.
fn resident() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

pub(crate) async fn missing(rig: &dyn Rig) -> Outcome {
    rig.put(b"there/one.txt", b"one")?;
    let asked = Asked(documents(rig));
    for name in ["none.txt", "there/none.txt", "none/one.txt", "there/one.txt/none", "there/ONE.txt", "there/one.txt ", "there/one"] {
        let stat = asked.stat(name).await;
        ensure(matches!(stat, Err(StoreError::Missing | StoreError::Refused(_))), || format!("{name:?}: {stat:?}"))?;
        let opened = asked.open(name, None).await.map(|document| document.version);
        ensure(matches!(opened, Err(StoreError::Missing | StoreError::Refused(_))), || format!("{name:?}: {opened:?}"))?;
    }
    let (_, content) = asked.whole("there/one.txt", None).await?;
    ensure(content == b"one", || "the one that is there".to_owned())?;
    rig.remove(b"there/one.txt")?;
    let gone = asked.open("there/one.txt", None).await.map(|document| document.version);
    ensure(matches!(gone, Err(StoreError::Missing)), || format!("removed: {gone:?}"))
}

pub(crate) async fn many_entries(rig: &dyn Rig) -> Outcome {
    let names: Vec<String> = (0..LISTED_ENTRIES).map(|number| format!("entry {number:05}.txt")).collect();
    if !rig.traits().lists {
        rig.put(b"many/one.txt", b"one")?;
        let listing = Asked(documents(rig)).list("many").await;
        return ensure(listing.is_err(), || format!("{} lists: {listing:?}", rig.name()));
    }
    rig.put_many("many", &names)?;
    let asked = Asked(documents(rig));
    let start = Instant::now();
    let listing = asked.list("many").await?;
    println!("{}: {} entries listed in {} ms", rig.name(), listing.entries.len(), start.elapsed().as_millis());
    let same = listing.entries.iter().map(|entry| entry.name.to_string()).eq(names.iter().cloned());
    ensure(same && !listing.truncated && listing.hidden == 0, || format!("{} entries, {}", listing.entries.len(), listing.hidden))?;
    rig.put(b"many/one more.txt", b"more")?;
    let listing = asked.list("many").await?;
    ensure(listing.truncated && listing.entries.len() <= LISTED_ENTRIES, || format!("{} entries, not cut", listing.entries.len()))
}

pub(crate) async fn denied(rig: &dyn Rig) -> Outcome {
    rig.put(b"closed.txt", b"closed")?;
    rig.put(b"open.txt", b"open")?;
    let asked = Asked(documents(rig));
    if rig.deny(b"closed.txt")? {
        let opened = asked.open("closed.txt", None).await.map(|document| document.version);
        ensure(matches!(opened, Err(StoreError::Denied)), || format!("{opened:?}"))?;
    }
    // What one document is refused for does not keep the others.
    let (_, content) = asked.whole("open.txt", None).await?;
    ensure(content == b"open", || format!("{content:?}"))
}

pub(crate) async fn escapes(rig: &dyn Rig) -> Outcome {
    rig.put(b"inside.txt", b"inside")?;
    rig.put(b"folder/deep.txt", b"deep")?;
    let mut ways = rig.escape()?;
    ensure(!rig.traits().links || !ways.is_empty(), || "a store with links has none planted that lead out".to_owned())?;
    for way in [
        "%2e%2e/inside.txt",
        "folder/%2e%2e/inside.txt",
        "..%2finside.txt",
        "folder\\..\\inside.txt",
        "folder%2fdeep.txt",
        "folder/..;/inside.txt",
        "...",
        "~",
    ] {
        ways.push(way.as_bytes().to_vec());
    }
    let asked = Asked(documents(rig));
    for way in ways {
        let Ok(path) = doorward::domain::document::DocumentPath::from_bytes(&way) else { continue };
        let refused = |error: &StoreError| {
            matches!(
                error,
                StoreError::Missing | StoreError::Denied | StoreError::Refused(_) | StoreError::NotADocument | StoreError::NotAFolder
            )
        };
        for (act, answer) in [
            ("looked up", asked.stat(path.as_bytes()).await.map(|stat| format!("{stat:?}"))),
            ("opened", asked.open(path.as_bytes(), None).await.map(|document| format!("{document:?}"))),
            ("listed", asked.list(&path.to_string()).await.map(|listing| format!("{listing:?}"))),
        ] {
            let listless = act == "listed" && !rig.traits().lists;
            ensure(answer.as_ref().is_err_and(|error| listless || refused(error)), || format!("{path} was {act}: {answer:?}"))?;
        }
    }
    // A shared folder gives nothing of what lies beside it.
    let (place, beside) = (asked.beneath("folder", "deep.txt"), asked.beneath("folder", "inside.txt"));
    ensure(asked.0.stat(&place, None).await.is_ok(), || "what lies in the folder".to_owned())?;
    ensure(asked.0.stat(&beside, None).await.is_err(), || "what lies beside the folder".to_owned())
}
