//! A load of recipients against the program in a process of its own: who comes when is set beforehand, and nobody waits for anybody else.

mod handshake;
mod journey;
mod overload;
mod plan;
mod soak;
mod tally;
mod way;

use clap::{Parser, Subcommand};
use harness::Fallible;
use std::path::PathBuf;

/// Recipients against a Doorward of their own; tables on standard output, plots beside them
#[derive(Parser)]
#[command(name = "load")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where plots and figures are written
    #[arg(long, global = true, default_value = "../../target/bench")]
    out: PathBuf,
    /// What cargo says to every bench
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Whole ways: open the link, agree, get the code by mail, give it, see the list, download
    Way(way::Options),
    /// A new connection for each small page of a server that runs already
    Handshake(handshake::Options),
    /// Ten times what can be done, with a slow store: what is still given, how soon the rest is refused, and what comes after
    Overload(overload::Options),
    /// Recipients who come back again and again, while memory, descriptors and the ledger are watched
    Soak(soak::Options),
}

fn main() -> Fallible {
    let Arguments { command, out, bench: _ } = Arguments::parse();
    std::fs::create_dir_all(&out)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match command.unwrap_or_else(|| Command::Way(way::Options::default())) {
        Command::Handshake(options) => runtime.block_on(handshake::run(&options, &out)),
        Command::Overload(options) => runtime.block_on(overload::run(&options, &out)),
        Command::Soak(options) => runtime.block_on(soak::run(&options, &out)),
        Command::Way(options) => runtime.block_on(way::run(&options, &out)),
    }
}
