//! Percentiles, what a process uses as the kernel counts it, and tables.

use std::fs;
use std::time::Duration;

/// The value that so many per cent do not exceed; 0 of nothing.
pub(crate) fn percentile(values: &[u64], per_cent: usize) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * per_cent / 100).min(last)).copied().unwrap_or(0)
}

/// "p50 / p95" of times, in milliseconds.
pub(crate) fn times(values: &[Duration]) -> String {
    let millis: Vec<u64> = values.iter().map(|value| u64::try_from(value.as_millis()).unwrap_or(u64::MAX)).collect();
    if millis.is_empty() { "-".to_owned() } else { format!("{} / {}", percentile(&millis, 50), percentile(&millis, 95)) }
}

/// A line of a process's status, in KiB.
fn status(pid: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

/// Most memory that the workers alive now have had, each by itself, in KiB.
pub(crate) fn workers_memory() -> Vec<u64> {
    let own = std::process::id().to_string();
    let spawners = children(&own);
    spawners
        .iter()
        .flat_map(|spawner| children(spawner))
        .filter_map(|worker| status(&worker, "VmHWM"))
        .collect()
}

/// Memory in use by this process, which stands for the gateway, in KiB.
pub(crate) fn own_memory() -> u64 {
    status("self", "VmRSS").unwrap_or(0)
}

fn children(of: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|pid| status(pid, "PPid").is_some_and(|parent| parent.to_string() == of))
        .collect()
}

/// Prints rows with their columns one below the other.
pub(crate) fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
}
