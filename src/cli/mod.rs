//! The commands, one file each. All that read or write state are clients of the server's API; `serve` and `quickstart` are the server.

pub mod assemble;
mod attention;
mod audit;
mod certificate;
mod check;
mod client;
mod csv;
mod disclaimer;
mod failure;
mod guest;
mod manual;
mod office;
mod output;
mod place;
mod policy;
mod probe;
mod quickstart;
mod receipts;
mod redaction;
mod report;
pub mod samples;
mod serve;
mod share;
mod store;

use crate::preview::{spawner, worker};
use clap::{Args, Parser, Subcommand};
use failure::Failure;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which server the commands mean.
const WHERE: &str = "share, guest, store, redaction, disclaimer, receipts and audit speak to a running server, the one on doorward-data in this folder; \
    --data DIR or --config FILE names another. Exit status: 0 done, 1 refused or failed, 2 used wrongly.";

/// The first descriptor above standard input, output and error.
const FIRST_OF_OTHERS: i32 = 3;

/// A guarded door in front of the document store an organisation already has.
#[derive(Debug, Parser)]
#[command(name = "doorward", bin_name = "doorward", version, arg_required_else_help = true, propagate_version = true, after_help = WHERE)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything in one process, on embedded defaults
    Quickstart(quickstart::Options),
    /// Run the server
    Serve(serve::Options),
    /// Say what is wrong with a configuration and what it names
    Check(check::Options),
    /// Convert Office documents for previews, beside a server
    Office(office::Options),
    /// Make, list and change shares
    #[command(subcommand)]
    Share(share::Command),
    /// List people outside, and what to do for them
    #[command(subcommand)]
    Guest(guest::Command),
    /// List stores and what is in them, and try them
    #[command(subcommand)]
    Store(store::Command),
    /// Cover areas of pages, so that nobody sees what is beneath
    #[command(subcommand)]
    Redaction(redaction::Command),
    /// List and show the versions of the text that recipients agree to
    #[command(subcommand)]
    Disclaimer(disclaimer::Command),
    /// List read receipts
    Receipts(receipts::Options),
    /// Export or verify the ledger
    #[command(subcommand)]
    Audit(audit::Command),
    /// Print completions for a shell
    Completions(manual::Completions),
    /// Print the manual page
    Man,
    /// Start processes that draw previews; the server runs this by itself
    #[command(hide = true)]
    PreviewSpawner,
    /// Draw previews; the server has this run by itself
    #[command(hide = true)]
    PreviewWorker,
}

/// How a command finds its server.
#[derive(Debug, Clone, Args)]
struct Server {
    /// The data directory of the server [default: doorward-data]
    #[arg(long, value_name = "DIR", global = false, conflicts_with = "config")]
    data: Option<PathBuf>,
    /// The configuration file of the server, which names its data directory
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command that the arguments name. Exit status: 0 done, 1 refused or failed, 2 usage.
#[must_use]
pub fn run() -> ExitCode {
    keep_open_files_here();
    // Told apart before anything else is read: neither takes options, and a worker is to have done nothing before it is confined.
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next().as_deref().and_then(std::ffi::OsStr::to_str), arguments.next()) {
        (Some("preview-spawner"), None) => return spawner::run(),
        (Some("preview-worker"), None) => return worker::run(),
        _ => {}
    }
    match execute(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.text.is_empty() {
                eprintln!("doorward: {}", failure.text);
            }
            ExitCode::from(failure.status)
        }
    }
}

/// Has what whoever started this program left open in it, such as a file of a shell, go no further: neither to those who draw previews nor to the
/// sandboxes of the converter. What this program opens itself is closed in others anyway.
fn keep_open_files_here() {
    close_fds::set_fds_cloexec(FIRST_OF_OTHERS, &[]);
}

fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Quickstart(options) => quickstart::run(options),
        Command::Serve(options) => serve::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Office(options) => office::run(&options),
        Command::Share(command) => share::run(command),
        Command::Guest(command) => guest::run(command),
        Command::Store(command) => store::run(command),
        Command::Redaction(command) => redaction::run(command),
        Command::Disclaimer(command) => disclaimer::run(command),
        Command::Receipts(options) => receipts::run(&options),
        Command::Audit(command) => audit::run(command),
        Command::Completions(options) => manual::completions(&options),
        Command::Man => manual::man(),
        Command::PreviewSpawner | Command::PreviewWorker => Err(Failure::refused("this is run by the server, without options")),
    }
}

/// The description of all arguments, for completions and the manual.
fn arguments() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
