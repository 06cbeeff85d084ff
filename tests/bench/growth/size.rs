//! One size: a data directory is filled, and the program measured over it.

use harness::Fallible;
use harness::browser::{Browser, Door};
use harness::mailbox::Mailbox;
use harness::people::{Person, invite, open};
use harness::server::{Scene, Server};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Figures of one size.
pub struct Seen {
    /// Shares.
    pub shares: usize,
    /// Receipts, closed.
    pub receipts: usize,
    /// Events in the journal.
    pub events: u64,
    /// Bytes of the journal.
    pub ledger: u64,
    /// From the start of the process until it is ready, with a state file.
    pub start: Duration,
    /// The same without, so that the state is made from the journal.
    pub rebuild: Duration,
    /// Resident memory in bytes once it is ready and has answered.
    pub memory: u64,
    /// A document that has its receipt.
    pub request: Cost,
    /// A document that gets one.
    pub commit: Cost,
}

/// What one request costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Microseconds of processor time of the server.
    pub cpu: f64,
    /// Microseconds until half of them were answered.
    pub middle: f64,
}

const STORE: &str = "[[store]]\nname = \"documents\"\npath = \"documents\"";
/// Who fills a ledger, at the same time.
const FILLERS: usize = 256;
/// Requests before the first that counts.
const WARM_UP: usize = 300;
const DOCUMENT: [u8; 1024] = [b'x'; 1024];

/// Fills a data directory and measures the program over it.
pub async fn measure(shares: usize, receipts: usize, requests: usize) -> Fallible<Seen> {
    let scene = Scene::new(Mailbox::default().listen().await?, STORE, |text| text)?;
    let folder = scene.path().join("documents").join("documents");
    fs::create_dir(&folder)?;
    for n in 0..WARM_UP + requests {
        fs::write(folder.join(format!("{n:05}.bin")), DOCUMENT)?;
    }
    let data = scene.path().join("data");
    let who = fill(&data, shares, receipts).await?;
    // The first start puts down what is new in the configuration, and makes the history.
    let (server, _) = started(&scene).await?;
    server.stop().await?;
    let (server, start) = started(&scene).await?;
    let door = Door::new(scene.port, &scene.path().join("ca.pem"), false)?;
    let mut browser = door.connect(0).await?.with(vec![who.cookie.clone()]);
    let at = |n: usize| format!("/d/{}/f/documents/{n:05}.bin", who.share);
    asked(&server, &mut browser, (0..WARM_UP).map(&at)).await?;
    let memory = server.figures()?.memory;
    let request = asked(&server, &mut browser, (0..requests).map(|_| at(0))).await?;
    let commit = asked(&server, &mut browser, (WARM_UP..WARM_UP + requests).map(&at)).await?;
    let ledger = server.figures()?.ledger;
    server.stop().await?;
    without_states(&data.join("ledger"))?;
    let (server, rebuild) = started(&scene).await?;
    server.stop().await?;
    Ok(Seen { shares, receipts, events: events(&data.join("ledger"))?, ledger, start, rebuild, memory, request, commit })
}

async fn started(scene: &Scene) -> Fallible<(Server, Duration)> {
    let began = Instant::now();
    Ok((scene.serve().await?, began.elapsed()))
}

/// Puts shares and closed receipts down; gives somebody who is signed in and has none.
async fn fill(data: &Path, shares: usize, receipts: usize) -> Fallible<Person> {
    let ledger = open(data)?;
    let people = Arc::new(invite(&ledger, shares, 1).await?);
    let tasks: Vec<_> = (0..FILLERS)
        .map(|filler| {
            let (ledger, people) = (ledger.clone(), Arc::clone(&people));
            tokio::spawn(async move {
                for n in (filler..receipts).step_by(FILLERS) {
                    let who = &people[1 + n % (people.len() - 1)];
                    let receipt = who.receipt(&ledger, n).await.map_err(|why| format!("{why:?}"))?;
                    who.end(&ledger, receipt).await?;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    ledger.stop();
    Ok(people[0].clone())
}

/// Asks for paths, one after the other.
async fn asked(server: &Server, browser: &mut Browser, paths: impl Iterator<Item = String>) -> Fallible<Cost> {
    let (before, mut times) = (server.figures()?.cpu, Vec::new());
    for path in paths {
        let began = Instant::now();
        let answer = browser.get(&path).await?;
        if answer.status != 200 || answer.body[..] != DOCUMENT {
            return Err(format!("{} for {path}", answer.status).into());
        }
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    let cpu = (server.figures()?.cpu - before) * 1e6 / times.len().max(1) as f64;
    times.sort_by(f64::total_cmp);
    Ok(Cost { cpu, middle: times.get(times.len() / 2).copied().unwrap_or_default() })
}

fn without_states(folder: &Path) -> Fallible {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("state-") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Events in all lines: each names its kind once.
fn events(folder: &Path) -> Fallible<u64> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".jsonl") && !name.starts_with("state-") {
            let text = fs::read(entry.path())?;
            count += text.windows(5).filter(|five| five == b"\"k\":\"").count() as u64;
        }
    }
    Ok(count)
}
