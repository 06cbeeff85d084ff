//! People who read documents of nine stores, and others who ask for one of a store that hangs; how long each of them waits.

use crate::hanging::{NINE, PATIENCE};
use crate::rig::Outcome;
use doorward::documents::{Documents, Place, StoreError};
use doorward::domain::range::ByteRange;
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// How long one measurement takes.
const ROUND: Duration = Duration::from_millis(1_000);
/// From one request of a reader to the next.
const PACE: Duration = Duration::from_millis(5);
/// People who ask for the document of the store that hangs, and how long each waits before asking again.
const ASKING: usize = 32;
const AGAIN: Duration = Duration::from_millis(50);

/// How long each request took.
#[derive(Default)]
pub(super) struct Figures(pub(super) Vec<Duration>);

/// What so many of a hundred did not exceed.
pub(super) fn p(figures: &Figures, part: usize) -> Duration {
    let mut sorted = figures.0.clone();
    sorted.sort();
    sorted
        .get((sorted.len() * part / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// One reader at each of the nine stores, who lists, looks up and reads; every request is answered well.
pub(super) async fn nine_at_work(documents: &Arc<Documents>) -> Outcome<Figures> {
    let reader = |number: usize| {
        let documents = Arc::clone(documents);
        tokio::spawn(async move {
            let (mut figures, start, mut turn) = (Vec::new(), Instant::now(), 0_u64);
            let mut pace = tokio::time::interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while start.elapsed() < ROUND {
                let document = turn % 20;
                let (folder, place) = (format!("folder-{number}:"), format!("folder-{number}:{document}.bin"));
                let (folder, place) = (Place::named(&folder.parse()?), Place::named(&place.parse()?));
                let begun = Instant::now();
                match turn % 3 {
                    0 => drop(documents.list(&folder).await?),
                    1 => drop(documents.stat(&place, None).await?),
                    _ => {
                        let pieces = documents.open_document(&place, None).await?.read(ByteRange { start: 0, end: u64::MAX });
                        let read = pieces.try_fold(0, |sum, piece| async move { Ok(sum + piece.len() as u64) }).await?;
                        assert_eq!(read, 10_000 * document);
                    }
                }
                figures.push(begun.elapsed());
                turn += 1;
                pace.tick().await;
            }
            Outcome::Ok(figures)
        })
    };
    let all = try_join_all((0..NINE).map(reader)).await?;
    Ok(Figures(all.into_iter().collect::<Outcome<Vec<_>>>()?.concat()))
}

/// The same while many ask for a document of the store that hangs: they are told that it does not answer, and how long that took.
pub(super) async fn stormed(
    documents: &Arc<Documents>,
    tenth: &Place,
    work: impl Future<Output = Outcome<Figures>>,
) -> Outcome<(Figures, Figures)> {
    let asking = (0..ASKING).map(|_| {
        let (documents, tenth) = (Arc::clone(documents), tenth.clone());
        tokio::spawn(async move {
            let (mut figures, start) = (Vec::new(), Instant::now());
            let mut again = tokio::time::interval(AGAIN);
            while start.elapsed() < ROUND.max(PATIENCE) {
                again.tick().await;
                let begun = Instant::now();
                let answer = documents.open_document(&tenth, None).await.map(|document| document.version);
                assert!(matches!(answer, Err(StoreError::Unreachable | StoreError::Busy)), "{answer:?}");
                figures.push(begun.elapsed());
            }
            figures
        })
    });
    let asking: Vec<_> = asking.collect();
    let worked = work.await?;
    Ok((worked, Figures(try_join_all(asking).await?.concat())))
}
