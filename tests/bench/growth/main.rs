//! What grows with what is kept: a request, a commit, a start and a rebuild of the state, against receipts and shares.

mod size;
mod story;

use clap::Parser;
use harness::Fallible;
use size::measure;
use std::path::PathBuf;

/// The program with ever more receipts and shares behind it; a table on standard output, a plot beside it
#[derive(Parser)]
#[command(name = "growth")]
struct Arguments {
    /// Receipts that were made and closed, each with ten shares
    #[arg(long, value_delimiter = ',', default_value = "0,10000,100000")]
    receipts: Vec<usize>,
    /// Shares, each number with the most receipts
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    shares: Vec<usize>,
    /// A million receipts as well
    #[arg(long)]
    million: bool,
    /// Requests of each kind that are timed
    #[arg(long, default_value_t = 2000)]
    requests: usize,
    /// Where plot and figures are written
    #[arg(long, default_value = "../../target/bench")]
    out: PathBuf,
    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// Shares where there are few.
const FEW: usize = 10;
const MILLION: usize = 1_000_000;

fn main() -> Fallible {
    let mut arguments = Arguments::parse();
    if arguments.million {
        arguments.receipts.push(MILLION);
    }
    std::fs::create_dir_all(&arguments.out)?;
    let most = arguments.receipts.iter().copied().max().unwrap_or_default();
    let by_receipts = arguments.receipts.iter().map(|receipts| (FEW, *receipts));
    let sizes: Vec<_> = by_receipts.chain(arguments.shares.iter().map(|shares| (*shares, most))).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut seen = Vec::new();
    for (shares, receipts) in sizes {
        eprintln!("{shares} shares, {receipts} receipts");
        seen.push(runtime.block_on(measure(shares, receipts, arguments.requests))?);
    }
    story::tell(&seen, &arguments.out)
}
