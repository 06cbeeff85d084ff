//! `load soak`: signed-in recipients who come back again and again, while memory, descriptors and the ledger are watched.

use crate::journey::{Wanted, go, visit};
use crate::plan::at_rate;
use crate::tally::Tally;
use crate::way::{self, Invited, invite};
use clap::Args;
use harness::Fallible;
use harness::chart::{Axis, Scale, Series, lines};
use harness::server::{Figures, Server};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What `load soak` can be told.
#[derive(Args, Clone)]
pub struct Options {
    /// Recipients, each signed in before it begins
    #[arg(long, default_value_t = 500)]
    guests: usize,
    /// Documents that the share has; each visit takes the next one, and what was taken once makes no new receipt for half an hour
    #[arg(long, default_value_t = 10)]
    documents: usize,
    /// Visits begun in each second: a connection, the list, a document
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// Minutes of it
    #[arg(long, default_value_t = 2.0)]
    minutes: f64,
    /// Minutes before, that are not looked at
    #[arg(long, default_value_t = 0.5)]
    warm_up: f64,
    /// Seconds between two looks
    #[arg(long, default_value_t = 5.0)]
    every: f64,
    /// KiB of each document
    #[arg(long, default_value_t = 100)]
    kib: usize,
}

/// How fast recipients sign in at the beginning, each second.
const SIGN_IN_RATE: f64 = 25.0;
/// Memory may grow by so many hundredths after the warm-up.
const MOST_GROWTH: f64 = 5.0;
/// Looks at either end whose median counts.
const AT_ENDS: usize = 5;
const MIB: f64 = 1_048_576.0;

/// Runs it.
pub async fn run(options: &Options, out: &Path) -> Fallible {
    let inviting = way::Options { documents: options.documents, kib: options.kib, ..way::Options::default() };
    let Invited { scene, server, guests, wanted } = invite(options.guests, &inviting).await?;
    let signed_in = at_rate(SIGN_IN_RATE, guests.len(), |n, _| {
        let (guest, wanted) = (guests[n].clone(), wanted.clone());
        async move { go(guest, wanted, false).await.map(|arrived| (n, arrived)) }
    })
    .await;
    let mut visitors = signed_in.into_iter().collect::<Fallible<Vec<_>>>()?;
    visitors.sort_by_key(|(n, _)| *n);
    let visitors: Arc<Vec<_>> = Arc::new(visitors.into_iter().map(|(_, arrived)| arrived).collect());
    let begin = |n: usize, due: Instant| {
        let (visitors, wanted, documents) = (Arc::clone(&visitors), wanted.clone(), options.documents);
        async move {
            let (who, which) = (n % visitors.len(), (n / visitors.len()) % documents);
            let done = visit(who, &visitors[who], which, &wanted).await;
            (done, due.elapsed())
        }
    };
    let idle = server.figures()?;
    at_rate(options.rate, (options.rate * options.warm_up * 60.0) as usize, begin).await;
    let mut looks = Vec::new();
    let count = (options.rate * options.minutes * 60.0) as usize;
    let done = tokio::select! {
        done = at_rate(options.rate, count, begin) => done,
        why = watch(&server, options.every, &mut looks) => return Err(why.err().unwrap_or_else(|| "the watch ended".into())),
    };
    let mut tally = Tally::default();
    for (done, time) in done {
        match done {
            Ok(()) => tally.note("visit, from when it was due", time)?,
            Err(why) => tally.fail(&why.to_string()),
        }
    }
    let seen = Seen { idle, looks, left: settled(&server, &wanted).await?, receipts: server.receipts()? };
    let warnings = server.warnings()?;
    server.stop().await?;
    drop(scene);
    seen.tell(options, &tally, out)?;
    warnings.iter().take(5).for_each(|line| println!("\nthe server said: {line}"));
    if tally.failed() == 0 { Ok(()) } else { Err(format!("{} of {count} failed", tally.failed()).into()) }
}

/// Looks at the server until it is stopped from outside.
async fn watch(server: &Server, every: f64, looks: &mut Vec<(f64, Figures)>) -> Fallible {
    let (start, mut ticks) = (Instant::now(), tokio::time::interval(Duration::from_secs_f64(every)));
    loop {
        ticks.tick().await;
        looks.push((start.elapsed().as_secs_f64(), server.figures()?));
    }
}

/// What the server holds once all have left: it is asked until nothing closes any more.
async fn settled(server: &Server, wanted: &Wanted) -> Fallible<Figures> {
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    let mut last = server.figures()?;
    loop {
        for _ in 0..5 {
            ticks.tick().await;
        }
        drop(wanted.door.connect(0).await?);
        ticks.tick().await;
        let now = server.figures()?;
        if now.descriptors >= last.descriptors {
            return Ok(now);
        }
        last = now;
    }
}

struct Seen {
    idle: Figures,
    looks: Vec<(f64, Figures)>,
    left: Figures,
    receipts: usize,
}

impl Seen {
    fn memory(&self) -> (f64, f64) {
        let median = |looks: &[(f64, Figures)]| {
            let mut memory: Vec<u64> = looks.iter().map(|(_, figures)| figures.memory).collect();
            memory.sort_unstable();
            memory.get(memory.len() / 2).map_or(0.0, |bytes| *bytes as f64 / MIB)
        };
        let ends = AT_ENDS.min(self.looks.len());
        (median(&self.looks[..ends]), median(&self.looks[self.looks.len() - ends..]))
    }

    fn tell(&self, options: &Options, tally: &Tally, out: &Path) -> Fallible {
        let (first, last) = self.memory();
        let growth = (last / first - 1.0) * 100.0;
        let ((began, before), (ended, after)) = (self.looks.first().ok_or("no look")?, self.looks.last().ok_or("no look")?);
        let busy = (after.cpu - before.cpu) / (ended - began);
        println!("{} guests, {} visits a second for {} minutes\n\n{}", options.guests, options.rate, options.minutes, tally.table());
        println!("| figure | value | verdict |\n|---|---|---|");
        println!("| processor | {:.0} % of one | |", busy * 100.0);
        let verdict = |good| if good { "reached" } else { "missed" };
        println!(
            "| memory | {first:.1} MiB after the warm-up, {last:.1} at the end, {growth:+.1} % | <= {MOST_GROWTH} %: {} |",
            verdict(growth <= MOST_GROWTH)
        );
        let (idle, left) = (self.idle.descriptors, self.left.descriptors);
        println!("| descriptors | {idle} before, {} at most, {left} after | none more: {} |", self.most(), verdict(left <= idle));
        let ledger = self.left.ledger - self.idle.ledger;
        println!(
            "| ledger | {ledger} bytes for {} receipts and {} visits, {:.0} a receipt | |",
            self.receipts,
            tally.count("visit, from when it was due"),
            ledger as f64 / self.receipts.max(1) as f64
        );
        let over = |name: &str, of: fn(&Figures) -> f64| Series {
            name: name.to_owned(),
            points: self.looks.iter().map(|(at, figures)| (at / 60.0, of(figures))).collect(),
        };
        let series = [
            over("memory, MiB", |figures| figures.memory as f64 / MIB),
            over("descriptors", |figures| figures.descriptors as f64),
            over("ledger, MiB", |figures| figures.ledger as f64 / MIB),
        ];
        let axis = |title: &str| Axis { title: title.to_owned(), scale: Scale::Plain };
        std::fs::write(
            out.join("soak.svg"),
            lines(&format!("{} visits a second", options.rate), &axis("minutes after the warm-up"), &axis(""), &series),
        )?;
        let kept = json!({ "growth_percent": growth, "descriptors_left": left as i64 - idle as i64, "busy": busy, "failed": tally.failed(),
            "ledger_bytes_per_receipt": ledger as f64 / self.receipts.max(1) as f64 });
        Ok(std::fs::write(out.join("soak.json"), kept.to_string())?)
    }

    fn most(&self) -> usize {
        self.looks.iter().map(|(_, figures)| figures.descriptors).max().unwrap_or(0)
    }
}
