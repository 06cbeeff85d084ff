//! A version that is wanted is served while it is the one that is there; afterwards it is said to have changed, or is the old one still.

use super::{ALL, Asked, bytes, ensure};
use crate::rig::{Outcome, Rig, documents, noise};
use doorward::documents::StoreError;
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;

pub(crate) async fn pinned(rig: &dyn Rig) -> Outcome {
    rig.put(b"pinned.txt", b"first")?;
    let asked = Asked(documents(rig));
    let (first, _) = asked.whole("pinned.txt", None).await?;
    let traits = rig.traits();
    ensure(first.id.is_some() == traits.versions && (first.entity.is_some() || !traits.entity_tags), || format!("{first:?}"))?;
    for _ in 0..2 {
        let (again, content) = asked.whole("pinned.txt", Some(&first)).await?;
        ensure(content == b"first" && first.is_still(&again), || format!("{first:?} {again:?}"))?;
        let stat = asked.0.stat(&asked.place("pinned.txt"), Some(&first)).await?;
        ensure(first.is_still(&stat.version), || format!("{first:?} {stat:?}"))?;
    }
    rig.put(b"pinned.txt", b"another one")?;
    let (second, content) = asked.whole("pinned.txt", None).await?;
    ensure(content == b"another one" && !first.is_still(&second), || format!("{first:?} {second:?}"))?;
    let stat = asked.0.stat(&asked.place("pinned.txt"), Some(&first)).await;
    if traits.versions {
        let (old, content) = asked.whole("pinned.txt", Some(&first)).await?;
        ensure(content == b"first" && first.is_still(&old), || format!("{first:?} {old:?}"))?;
        ensure(stat.is_ok_and(|stat| first.is_still(&stat.version)), || "the old version is not found".to_owned())
    } else {
        ensure(stat == Err(StoreError::Changed), || format!("{stat:?}"))?;
        let opened = asked.open("pinned.txt", Some(&first)).await.map(|document| document.version);
        ensure(matches!(opened, Err(StoreError::Changed)), || format!("{opened:?}"))
    }
}

/// Bytes of two versions never come together: a download is of what was opened, or breaks off.
pub(crate) async fn changed_while_open(rig: &dyn Rig) -> Outcome {
    let (first, second) = (noise(3, 6_000_000), noise(4, 6_000_001));
    let asked = Asked(documents(rig));
    for start in [0, 1, 3_000_000] {
        let range = ByteRange { start, end: ALL.end };
        rig.put(b"moving.bin", &first)?;
        let opened = asked.open("moving.bin", None).await?;
        rig.put(b"moving.bin", &second)?;
        if let Ok(content) = bytes(opened, range).await {
            ensure(content == first[usize::try_from(start)?..], || format!("from {start}: {} bytes of both", content.len()))?;
        }
        rig.put(b"moving.bin", &first)?;
        let mut pieces = asked.open("moving.bin", None).await?.read(range);
        let mut content = pieces.try_next().await?.ok_or("no first piece")?.to_vec();
        rig.put(b"moving.bin", &second)?;
        let rest: Result<Vec<_>, _> = pieces.try_collect().await;
        if let Ok(rest) = rest {
            rest.iter().for_each(|piece| content.extend_from_slice(piece));
            ensure(content == first[usize::try_from(start)?..], || format!("{} bytes of both", content.len()))?;
        }
    }
    let (_, content) = asked.whole("moving.bin", None).await?;
    ensure(content == second, || format!("{} bytes at last", content.len()))
}

/// What is away and comes back is what its version says, and no other.
pub(crate) async fn put_back(rig: &dyn Rig) -> Outcome {
    rig.put(b"coming.txt", b"here")?;
    let asked = Asked(documents(rig));
    let (first, _) = asked.whole("coming.txt", None).await?;
    rig.remove(b"coming.txt")?;
    let gone = asked.open("coming.txt", None).await.map(|document| document.version);
    ensure(matches!(gone, Err(StoreError::Missing)), || format!("{gone:?}"))?;
    rig.put(b"coming.txt", b"here again")?;
    match asked.whole("coming.txt", Some(&first)).await {
        Ok((version, content)) => ensure(rig.traits().versions && content == b"here", || format!("{version:?} {content:?}")),
        Err(error) => ensure(error.downcast_ref() == Some(&StoreError::Changed), || format!("{error}")),
    }
}
