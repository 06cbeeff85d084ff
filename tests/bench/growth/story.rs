//! What came of all sizes: a table, what is wanted, and a plot.

use crate::size::Seen;
use harness::Fallible;
use harness::chart::{Axis, Scale, Series, lines, short};
use serde_json::json;
use std::path::Path;

const MIB: f64 = 1_048_576.0;
/// The size that figures without a ratio are wanted for.
const RECEIPTS: usize = 1_000_000;
const MOST_MEMORY: f64 = 300.0;
const START_SECONDS: f64 = 1.0;
const EVENTS_A_SECOND: f64 = 300_000.0;

/// Prints and writes it.
pub fn tell(seen: &[Seen], out: &Path) -> Fallible {
    println!(
        "| shares | receipts | request: CPU us, p50 us | commit: CPU us, p50 us | start s | rebuild s, events/s | memory MiB | ledger MiB, bytes a receipt |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for one in seen {
        let (start, rebuild) = (one.start.as_secs_f64(), one.rebuild.as_secs_f64());
        println!(
            "| {} | {} | {:.0}, {:.0} | {:.0}, {:.0} | {start:.2} | {rebuild:.2}, {} | {:.1} | {:.1}, {} |",
            one.shares,
            one.receipts,
            one.request.cpu,
            one.request.middle,
            one.commit.cpu,
            one.commit.middle,
            short(one.events as f64 / rebuild),
            one.memory as f64 / MIB,
            one.ledger as f64 / MIB,
            one.ledger
                .checked_div(one.receipts as u64)
                .map_or_else(|| "-".to_owned(), |bytes| bytes.to_string()),
        );
    }
    println!("\n| target | measured | verdict |\n|---|---|---|");
    let mut kept = Vec::new();
    for (name, key, measured, wanted) in wants(seen) {
        let verdict = if measured <= wanted { "reached" } else { "missed" };
        println!("| {name} | {} | {verdict} |", short(measured));
        kept.push(json!({ "name": name, "key": key, "measured": measured, "wanted": wanted }));
    }
    std::fs::write(out.join("growth.json"), json!(kept).to_string())?;
    let over = |name: &str, of: fn(&Seen) -> f64| Series {
        name: name.to_owned(),
        points: seen
            .iter()
            .filter(|one| one.shares == seen[0].shares)
            .map(|one| (one.receipts as f64, of(one)))
            .collect(),
    };
    let series = [
        over("a request, us", |one| one.request.middle),
        over("a commit, us", |one| one.commit.middle),
        over("start, ms", |one| one.start.as_secs_f64() * 1e3),
        over("rebuild, ms", |one| one.rebuild.as_secs_f64() * 1e3),
        over("memory, MiB", |one| one.memory as f64 / MIB),
    ];
    let axis = |title: &str| Axis { title: title.to_owned(), scale: Scale::Log };
    Ok(std::fs::write(out.join("growth.svg"), lines("what grows with receipts", &axis("receipts"), &axis(""), &series))?)
}

/// What is wanted: a name, what it is of, the figure, and the most that it may be.
fn wants(seen: &[Seen]) -> Vec<(String, &'static str, f64, f64)> {
    let mut found = Vec::new();
    let (Some(least), Some(most)) = (seen.iter().min_by_key(|one| kept(one)), seen.iter().max_by_key(|one| kept(one))) else {
        return found;
    };
    // As the logarithm grows, so may a cost.
    let grows = (kept(most) as f64).ln() / (kept(least).max(2) as f64).ln();
    let mut grown = |name: &str, key, a: f64, b: f64| {
        found.push((format!("{name} from {} to {} kept things: <= {grows:.1}x", kept(least), kept(most)), key, b / a, grows));
    };
    grown("a request", "request", least.request.cpu, most.request.cpu);
    grown("a commit", "commit", least.commit.cpu, most.commit.cpu);
    for one in seen.iter().filter(|one| one.receipts >= RECEIPTS) {
        let size = format!("{} receipts, {} shares", short(one.receipts as f64), one.shares);
        found.push((format!("start on {size}: <= {START_SECONDS} s"), "start", one.start.as_secs_f64(), START_SECONDS));
        let micros = one.rebuild.as_secs_f64() * 1e6 / one.events as f64;
        found.push((format!("rebuild of {size}: <= {:.1} us an event", 1e6 / EVENTS_A_SECOND), "rebuild", micros, 1e6 / EVENTS_A_SECOND));
        found.push((format!("memory with {size}: <= {MOST_MEMORY} MiB"), "memory", one.memory as f64 / MIB, MOST_MEMORY));
    }
    found
}

fn kept(one: &Seen) -> usize {
    one.shares + one.receipts
}
