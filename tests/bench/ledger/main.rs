//! The ledger beside the disk it is on: receipts made by one caller and by many, against appends that are put down with fdatasync and nothing else.

mod raw;

use clap::Parser;
use harness::Fallible;
use harness::people::{Person, invite, open};
use hdrhistogram::Histogram;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Receipts a second, and how long each takes, beside the bare disk
#[derive(Parser)]
#[command(name = "ledger")]
struct Arguments {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds; medians are told
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Callers at the same time, where there are many
    #[arg(long, default_value_t = 128)]
    callers: usize,
    /// Where figures are written
    #[arg(long, default_value = "../../target/bench")]
    out: PathBuf,
    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// Shares that many callers spread over.
const SHARES: usize = 1_000;
const MICROS: f64 = 1e6;

/// A rate in a second, and times in microseconds.
struct Measured {
    rate: f64,
    times: Histogram<u64>,
}

fn main() -> Fallible {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.out)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Fallible {
    let time = Duration::from_secs_f64(arguments.seconds);
    let mut rounds = Vec::new();
    for _ in 0..arguments.rounds {
        // A new one each time: receipts stay open for half an hour, and no disk makes so many in that.
        let scratch = tempfile::Builder::new().prefix("doorward-bench.").tempdir()?;
        let ledger = open(&scratch.path().join("data"))?;
        let many = Arc::new(invite(&ledger, SHARES.max(arguments.callers), 1).await?);
        let hot = Arc::new(invite(&ledger, 1, arguments.callers).await?);
        let mut next = 0;
        let alone = raw::alone(&scratch.path().join("raw"), time)?;
        let one = receipts(&ledger, &many, 1, time, &mut next).await?;
        let grouped = raw::grouped(&scratch.path().join("raw"), arguments.callers, time).await?;
        let spread = receipts(&ledger, &many, arguments.callers, time, &mut next).await?;
        let same = receipts(&ledger, &hot, arguments.callers, time, &mut next).await?;
        ledger.stop();
        rounds.push([alone, one, grouped, spread, same]);
    }
    tell(arguments, &rounds)
}

/// Callers who each have one receipt made after the other.
async fn receipts(
    ledger: &doorward::ledger::Ledger,
    people: &Arc<Vec<Person>>,
    callers: usize,
    time: Duration,
    next: &mut usize,
) -> Fallible<Measured> {
    let (start, first) = (Instant::now(), *next);
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (ledger, people) = (ledger.clone(), Arc::clone(people));
            tokio::spawn(async move {
                let mut times = Histogram::<u64>::new(3)?;
                let mut n = caller;
                while start.elapsed() < time {
                    let began = Instant::now();
                    people[n % people.len()].receipt(&ledger, first + n).await.map_err(|why| format!("{why:?}"))?;
                    times.record(u64::try_from(began.elapsed().as_micros())?)?;
                    n += callers;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>((times, n))
            })
        })
        .collect();
    let mut all = Histogram::new(3)?;
    for task in tasks {
        let (times, n) = task.await??;
        all.add(times)?;
        *next = (*next).max(first + n);
    }
    Ok(Measured { rate: all.len() as f64 / start.elapsed().as_secs_f64(), times: all })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn tell(arguments: &Arguments, rounds: &[[Measured; 5]]) -> Fallible {
    let rate = |which: usize| median(rounds.iter().map(|round| round[which].rate).collect());
    let ratio = |which: usize, beside: usize| median(rounds.iter().map(|round| round[which].rate / round[beside].rate).collect());
    let late = |which: usize| median(rounds.iter().map(|round| round[which].times.value_at_quantile(0.99) as f64).collect());
    let syncs = |which: usize| late(which) * rate(0) / MICROS;
    let verdict = |good| if good { "reached" } else { "missed" };
    let callers = arguments.callers;
    let names = ["append and fdatasync, 1 caller", "receipts, 1 caller", "grouped appends", "receipts, many shares", "receipts, one share"];
    println!("| what | callers | a second | p99 us |\n|---|---|---|---|");
    for (which, name) in names.iter().enumerate() {
        println!("| {name} | {} | {:.0} | {:.0} |", if which < 2 { 1 } else { callers }, rate(which), late(which));
    }
    println!("\n| target | measured | verdict |\n|---|---|---|");
    println!("| 1 caller >= 0.8x raw | {:.2}x | {} |", ratio(1, 0), verdict(ratio(1, 0) >= 0.8));
    println!("| {callers} callers >= 0.4x raw grouped | {:.2}x | {} |", ratio(3, 2), verdict(ratio(3, 2) >= 0.4));
    println!("| p99 <= 15x one fdatasync | {:.1}x | {} |", syncs(3), verdict(syncs(3) <= 15.0));
    println!("| a hot share no slower than many | {:.2}x | {} |", ratio(4, 3), verdict(ratio(4, 3) >= 0.95));
    let kept = json!({ "raw": rate(0), "one": rate(1), "one_ratio": ratio(1, 0), "grouped": rate(2), "many": rate(3), "many_ratio": ratio(3, 2),
        "p99_syncs": syncs(3), "hot_ratio": ratio(4, 3), "callers": callers });
    Ok(std::fs::write(arguments.out.join("ledger.json"), kept.to_string())?)
}
