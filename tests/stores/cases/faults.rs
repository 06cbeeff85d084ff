//! A store that goes away is said to be away, in bounded time; and when it is back, so are its documents.

use super::{ALL, Asked, ensure, until};
use crate::rig::{Outcome, Rig, documents, noise};
use doorward::documents::StoreError;
use futures_util::TryStreamExt;
use std::time::{Duration, Instant};

const SLACK: Duration = Duration::from_secs(5);

pub(crate) async fn stops_and_returns(rig: &dyn Rig) -> Outcome {
    rig.put(b"kept.txt", b"kept")?;
    let asked = Asked(documents(rig));
    asked.whole("kept.txt", None).await?;
    rig.stop()?;
    let start = Instant::now();
    for _ in 0..3 {
        let answer = asked.open("kept.txt", None).await.map(|document| document.version);
        ensure(matches!(answer, Err(StoreError::Unreachable | StoreError::Busy)), || format!("away: {answer:?}"))?;
    }
    let bound = 3 * rig.entry().timeout + SLACK;
    ensure(start.elapsed() < bound, || format!("three answers took {:?}", start.elapsed()))?;
    let problem = asked
        .0
        .check()
        .await
        .into_iter()
        .find_map(|(_, found)| found.err())
        .ok_or("nothing is wrong with it")?;
    ensure(!problem.to_string().is_empty(), || "no words".to_owned())?;
    rig.start()?;
    let content = until("the store to be back", || async { asked.whole("kept.txt", None).await.ok() }).await?.1;
    ensure(content == b"kept", || format!("{content:?}"))?;
    let problems: Vec<_> = asked.0.check().await.into_iter().filter_map(|(_, found)| found.err()).collect();
    ensure(problems.is_empty(), || format!("{problems:?}"))
}

pub(crate) async fn stops_in_mid_download(rig: &dyn Rig) -> Outcome {
    let content = noise(5, 64 * 1024 * 1024);
    rig.put(b"long.bin", &content)?;
    let asked = Asked(documents(rig));
    let mut pieces = asked.open("long.bin", None).await?.read(ALL);
    let mut got = pieces.try_next().await?.ok_or("no first piece")?.to_vec();
    rig.stop()?;
    let start = Instant::now();
    let end = loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => got.extend_from_slice(&piece),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    ensure(content.starts_with(&got), || "other bytes".to_owned())?;
    let whole = got.len() == content.len();
    ensure(end.is_some() != whole, || format!("it ended with {} bytes as if whole: {end:?}", got.len()))?;
    ensure(end.is_some() || !rig.traits().serves, || "a server that is dead gave all of it".to_owned())?;
    ensure(start.elapsed() < rig.entry().timeout + SLACK, || format!("it took {:?} to end", start.elapsed()))?;
    drop(pieces);
    rig.start()?;
    let (_, again) = until("the store to be back", || async { asked.whole("long.bin", None).await.ok() }).await?;
    ensure(again == content, || format!("{} bytes after its return", again.len()))
}
