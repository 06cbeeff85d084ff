//! The end of access during two hundred downloads: how soon each is cut, and how much still comes after it.

use super::{meanwhile, of};
use crate::figures::{percentile, table};
use crate::rig::{Client, Outcome, Shared, TestApp, documents, soon, until};
use doorward::web::api::wire::CreateShare;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const GUEST: &str = "guest@example.org";
const STREAMS: usize = 200;
const LARGE: u64 = 1 << 33;
const SECOND: Duration = Duration::from_secs(1);
/// Between two pieces while nothing has happened yet: two hundred readers share two processors with the server.
const PACE: Duration = Duration::from_millis(50);

/// Reads slowly, or not at all, until access has ended and then to the end: the moment of that, and the bytes that came after access ended.
async fn read(mut body: Incoming, reads: bool, end: Arc<AtomicBool>) -> (Instant, u64, bool) {
    let mut after = 0;
    loop {
        let has_ended = end.load(Ordering::Acquire);
        if !has_ended {
            meanwhile(PACE).await;
            if !reads {
                continue;
            }
        }
        match soon(body.frame()).await {
            Some(Ok(frame)) if end.load(Ordering::Acquire) => after += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Ok(_)) => {}
            Some(Err(_)) => return (Instant::now(), after, true),
            None => return (Instant::now(), after, false),
        }
    }
}

async fn streams(app: &TestApp, share: &Shared, person: &Client, end: &Arc<AtomicBool>) -> Outcome<JoinSet<(Instant, u64, bool)>> {
    let mut running = JoinSet::new();
    for number in 0..STREAMS {
        let twin = person.twin();
        let mut body = twin.open("GET", &share.document("large.bin"), &[], Vec::new()).await?.into_body();
        soon(body.frame()).await.ok_or("there is a first piece")??;
        let end = Arc::clone(end);
        running.spawn(async move {
            // The connection lives as long as its reader.
            let _twin = twin;
            read(body, number % 2 == 0, end).await
        });
    }
    until("all are running", || app.gate.running() == STREAMS).await;
    Ok(running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_downloads_are_cut_within_a_second_of_the_end_of_access() -> Outcome {
    let rounds = of(30).div_ceil(3);
    let mut rows = vec![
        ["end of access", "streams", "ms to the cut p50", "p99", "most", "KiB after it p50", "most"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for why in ["stopped", "recipient stopped", "expired"] {
        let (mut took, mut bytes) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let app = TestApp::start().await?;
            app.put_large("large.bin", LARGE)?;
            let wanted = CreateShare { expires: Some("2h".to_owned()), pin: Some(false), ..documents(&["large.bin"]) };
            let share = app.share(wanted).await?;
            let person = app.client();
            person.enter(&share).await?;
            let end = Arc::new(AtomicBool::new(false));
            let mut running = streams(&app, &share, &person, &end).await?;
            let from = Instant::now();
            match why {
                "expired" => app.pass(Duration::from_secs(2 * 3600)),
                "stopped" => drop(app.revoke(&share, None).await?),
                _ => drop(app.revoke(&share, Some(GUEST)).await?),
            }
            end.store(true, Ordering::Release);
            while let Some(done) = running.join_next().await {
                let (at, after, was_cut) = done?;
                assert!(was_cut, "a download came to its end");
                took.push(u64::try_from(at.saturating_duration_since(from).as_millis())?);
                bytes.push(after / 1024);
            }
        }
        let most = |values: &[u64]| values.iter().max().copied().unwrap_or(0);
        let figures = [took.len() as u64, percentile(&took, 50), percentile(&took, 99), most(&took), percentile(&bytes, 50), most(&bytes)];
        rows.push([why.to_owned()].into_iter().chain(figures.map(|figure| figure.to_string())).collect());
        assert!(Duration::from_millis(percentile(&took, 99)) < SECOND, "{why}: {} ms", percentile(&took, 99));
    }
    table(&rows);
    Ok(())
}
