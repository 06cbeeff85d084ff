//! New documents: all of them or nothing, and never over what is there.

use super::{Asked, ensure};
use crate::rig::{Outcome, Rig, documents, noise};
use bytes::Bytes;
use doorward::documents::{Incoming, StoreError};
use futures_util::{StreamExt, stream};
use std::io;

const PIECE: usize = 60_000;

/// The bytes in pieces, and perhaps what ends them.
fn incoming(content: &[u8], end: Option<io::Error>) -> Incoming {
    let pieces: Vec<io::Result<Bytes>> = content.chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces.into_iter().chain(end.map(Err))).boxed()
}

fn size(content: &[u8]) -> u64 {
    content.len() as u64
}

pub(crate) async fn puts_once(rig: &dyn Rig) -> Outcome {
    let asked = Asked(documents(rig));
    let content = noise(6, 9_000_001);
    let at = "new/deep er/\u{e4} document.bin";
    let made = asked.0.create(&asked.place(at), size(&content), incoming(&content, None)).await;
    if !rig.traits().writes {
        ensure(made == Err(StoreError::ReadOnly), || format!("{made:?}"))?;
        let there = asked.stat(at).await;
        return ensure(there == Err(StoreError::Missing), || format!("{there:?}"));
    }
    let made = made?;
    let (version, read) = asked.whole(at, Some(&made)).await?;
    ensure(read == content && made.is_still(&version), || format!("{made:?} {version:?}, {} bytes", read.len()))?;
    rig.put(b"theirs.txt", b"theirs")?;
    for (taken, holds) in [(at.as_bytes(), &content[..]), (b"theirs.txt", b"theirs")] {
        let again = asked.0.create(&asked.place(taken), 3, incoming(b"new", None)).await;
        ensure(again == Err(StoreError::Exists), || format!("{again:?}"))?;
        let (_, read) = asked.whole(taken, None).await?;
        ensure(read == holds, || format!("{} bytes now", read.len()))?;
    }
    // Of two at the same time one is put, whole.
    let (place, other) = (asked.place("race.bin"), noise(7, 200_000));
    let (a, b) = tokio::join!(
        asked.0.create(&place, 200_000, incoming(&content[..200_000], None)),
        asked.0.create(&place, 200_000, incoming(&other, None))
    );
    let (_, read) = asked.whole("race.bin", None).await?;
    ensure(a.is_ok() != b.is_ok(), || format!("{a:?} {b:?}"))?;
    ensure(if a.is_ok() { read == content[..200_000] } else { read == other }, || "the one that lost is there".to_owned())?;
    asked.0.create(&asked.place("nothing.txt"), 0, incoming(b"", None)).await?;
    let (version, _) = asked.whole("nothing.txt", None).await?;
    ensure(version.size == 0, || format!("{version:?}"))
}

pub(crate) async fn cut_off(rig: &dyn Rig) -> Outcome {
    let asked = Asked(documents(rig));
    let content = noise(8, 500_000);
    rig.put(b"inbox/there.txt", b"there")?;
    let lost = || Some(io::Error::new(io::ErrorKind::ConnectionReset, "the sender is gone"));
    for (name, given, end) in [
        ("none.bin", &content[..0], lost()),
        ("cut.bin", &content[..200_000], lost()),
        ("last.bin", &content[..], lost()),
        ("short.bin", &content[..499_999], None),
        ("long.bin", &[&content[..], b"x"].concat(), None),
    ] {
        let at = format!("inbox/{name}");
        let made = asked.0.create(&asked.place(&at), size(&content), incoming(given, end)).await;
        ensure(made.is_err(), || format!("{name}: {made:?}"))?;
        let there = asked.stat(&at).await;
        ensure(there == Err(StoreError::Missing), || format!("{name}: {there:?}"))?;
    }
    if rig.traits().lists {
        let listing = asked.list("inbox").await?;
        let names: Vec<_> = listing.entries.iter().map(|entry| entry.name.to_string()).collect();
        ensure(names == ["there.txt"], || format!("left behind: {names:?}"))?;
    }
    Ok(())
}
