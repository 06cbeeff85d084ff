//! `load way`: whole ways of recipients at a set rate, with their times and what they cost the server.

use crate::journey::{Guest, Wanted, go};
use crate::plan::at_rate;
use crate::tally::Tally;
use clap::Args;
use harness::Fallible;
use harness::browser::Door;
use harness::mailbox::Mailbox;
use harness::server::{Figures, Scene, Server};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What `load way` can be told.
#[derive(Args, Clone)]
pub struct Options {
    /// Ways begun in each second
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// For so many seconds
    #[arg(long, default_value_t = 20.0)]
    pub seconds: f64,
    /// Documents that each recipient downloads
    #[arg(long, default_value_t = 1)]
    pub documents: usize,
    /// KiB of each document
    #[arg(long, default_value_t = 100)]
    pub kib: usize,
    /// Offer X25519 alone, not the post-quantum hybrid first
    #[arg(long)]
    pub classic: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { rate: 50.0, seconds: 20.0, documents: 1, kib: 100, classic: false }
    }
}

const STORE: &str = "[[store]]\nname = \"documents\"\npath = \"documents\"";
/// Recipients of one share; more are not allowed.
const PER_SHARE: usize = 200;
/// How often it is looked whether all invitations are out, and how many times.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: usize = 12_000;

/// A server with guests who have been invited.
pub struct Invited {
    /// The server's folder.
    pub scene: Scene,
    /// The server.
    pub server: Server,
    /// The guests.
    pub guests: Vec<Guest>,
    /// What they are to find.
    pub wanted: Wanted,
}

/// Starts a server and invites guests.
pub async fn invite(count: usize, options: &Options) -> Fallible<Invited> {
    let mailbox = Mailbox::default();
    let scene = Scene::new(mailbox.listen().await?, STORE, |text| text)?;
    let content: Vec<u8> = (0..options.kib * 1024).map(|n| (n * 7 + n / 251) as u8).collect();
    let documents: Vec<String> = (0..options.documents).map(|n| format!("document-{n:03}.bin")).collect();
    for document in &documents {
        scene.document(document, &content)?;
    }
    let server = scene.serve().await?;
    let mut guests: Vec<Guest> = Vec::new();
    while guests.len() < count {
        let to: Vec<String> = (guests.len()..count).take(PER_SHARE).map(|n| format!("guest{n}@example.org")).collect();
        for (address, link) in server.share(&documents, &to).await? {
            guests.push(Guest { number: guests.len(), address, link });
        }
    }
    let mut looks = tokio::time::interval(LOOK);
    for _ in 0..LOOKS {
        looks.tick().await;
        if mailbox.taken() >= count {
            let door = Door::new(scene.port, &scene.path().join("ca.pem"), !options.classic)?;
            let wanted = Wanted { door, mailbox, documents: options.documents, content: Arc::new(content) };
            return Ok(Invited { scene, server, guests, wanted });
        }
    }
    Err("not all invitations were mailed in time".into())
}

/// Runs it.
pub async fn run(options: &Options, out: &Path) -> Fallible {
    let count = (options.rate * options.seconds).ceil() as usize;
    let Invited { scene, server, guests, wanted } = invite(count, options).await?;
    let (before, began) = (server.figures()?, Instant::now());
    let done = at_rate(options.rate, count, |n, due| {
        let way = go(guests[n].clone(), wanted.clone(), true);
        async move { (way.await, due.elapsed()) }
    })
    .await;
    let (after, took) = (server.figures()?, began.elapsed());
    let mut tally = Tally::default();
    for (way, time) in done {
        match way {
            Ok(arrived) => {
                for (step, time) in arrived.steps {
                    tally.note(step, time)?;
                }
                tally.note(WHOLE, time)?;
            }
            Err(why) => tally.fail(&why.to_string()),
        }
    }
    let warnings = server.warnings()?;
    server.stop().await?;
    drop(scene);
    print!("{}", said(options, &tally, (before, after), took));
    warnings.iter().take(5).for_each(|line| println!("\nthe server said: {line}"));
    std::fs::write(out.join("way.svg"), tally.plot(&format!("{} ways a second, {} s", options.rate, options.seconds)))?;
    std::fs::write(out.join("way.json"), figures(options, &tally, (before, after)).to_string())?;
    if tally.failed() == 0 { Ok(()) } else { Err(format!("{} of {count} failed", tally.failed()).into()) }
}

const WHOLE: &str = "whole way, from when it was due";

fn cost(tally: &Tally, (before, after): (Figures, Figures)) -> f64 {
    (after.cpu - before.cpu) / tally.count(WHOLE).max(1) as f64
}

fn figures(options: &Options, tally: &Tally, (before, after): (Figures, Figures)) -> serde_json::Value {
    json!({
        "rate": options.rate,
        "ways": tally.count(WHOLE),
        "failed": tally.failed(),
        "ways_per_core_second": 1.0 / cost(tally, (before, after)),
        "p50_ms": tally.quantile(WHOLE, 0.5),
        "p99_ms": tally.quantile(WHOLE, 0.99),
        "memory": after.memory,
        "ledger_bytes": after.ledger - before.ledger,
    })
}

fn said(options: &Options, tally: &Tally, (before, after): (Figures, Figures), took: Duration) -> String {
    let (ways, cost) = (tally.count(WHOLE), cost(tally, (before, after)));
    let key = if options.classic { "X25519" } else { "X25519MLKEM768" };
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    format!(
        "{ways} whole ways in {:.1} s, {} wanted in a second, {} document(s) of {} KiB each, {key}\n\n{}\n\
         | figure | value |\n|---|---|\n| processor time of a way | {:.2} ms, {:.0} ways per core-second |\n\
         | memory | {:.1} MiB before, {:.1} MiB after |\n| descriptors | {} before, {} after |\n| ledger | {:.0} bytes a way |\n",
        took.as_secs_f64(),
        options.rate,
        options.documents,
        options.kib,
        tally.table(),
        cost * 1e3,
        1.0 / cost,
        mib(before.memory),
        mib(after.memory),
        before.descriptors,
        after.descriptors,
        (after.ledger - before.ledger) as f64 / ways.max(1) as f64,
    )
}
