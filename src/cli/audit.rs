//! `doorward audit`: the ledger as JSON lines, and its chain checked; of a running server, or offline on a data directory.

use crate::cli::Server;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::crypto::keys::KeyRing;
use crate::domain::time::{Clock, SystemClock};
use crate::gate::audit::{VerifiedView, export_directory, verify_directory};
use clap::{Args, Subcommand};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print every line as one JSON object, personal values opened
    Export(Export),
    /// Follow the whole chain and say how far it holds
    Verify(Verify),
}

/// Options of an export.
#[derive(Debug, Args)]
pub struct Export {
    /// Read this data directory itself, without a server; values stay sealed where its keys are not there
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Print one JSON array instead of lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Options of a verification.
#[derive(Debug, Args)]
pub struct Verify {
    /// Read this data directory itself, without a server
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Export(options) => export(&options),
        Command::Verify(options) => verify(&options),
    }
}

fn verify(options: &Verify) -> Result<(), Failure> {
    let verified: VerifiedView = match &options.directory {
        Some(directory) => {
            verify_directory(&checked(directory)?).map_err(|broken| Failure::refused(format!("the ledger is broken: {broken}")))?
        }
        None => Client::new(&options.server)?.get("/api/v1/audit/verify")?,
    };
    if options.json {
        return output::json(&verified);
    }
    let none = "-".to_owned();
    let first = verified.first.as_deref().map_or_else(|| none.clone(), output::moment);
    let last = verified.last.as_deref().map_or_else(|| none.clone(), output::moment);
    let unfinished = match verified.unfinished_bytes {
        0 => String::new(),
        bytes => format!("unfinished  {bytes} bytes at the end, of a write under way or cut off by a power cut\n"),
    };
    output::print(&format!(
        "the chain holds\nlines       {}\nfrom        {first}\nto          {last}\nledger      {}\nhead        {}\n{unfinished}",
        verified.lines,
        verified.ledger.unwrap_or(none),
        verified.head
    ))
}

fn export(options: &Export) -> Result<(), Failure> {
    let mut gone = false;
    let mut noting = |written: io::Result<()>| {
        gone |= written.as_ref().is_err_and(|why| why.kind() == io::ErrorKind::BrokenPipe);
        written
    };
    let mut to = BufWriter::new(io::stdout().lock());
    let exported = export_to(options, &mut |text| noting(to.write_all(text))).and_then(|()| Ok(noting(to.flush())?));
    // A reader that has seen enough, such as `head`, is no failure.
    if gone { Ok(()) } else { exported }
}

fn export_to(options: &Export, write: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Failure> {
    let json = options.json;
    let mut first = true;
    let mut each = |line: &[u8]| -> io::Result<()> {
        if json {
            write(if std::mem::take(&mut first) { b"[\n" } else { b",\n" })?;
        }
        write(line)?;
        if json { Ok(()) } else { write(b"\n") }
    };
    match &options.directory {
        Some(directory) => {
            let directory = checked(directory)?;
            let keys = keys(&directory)?;
            export_directory(&directory, keys, &mut |line| each(line.as_bytes())).map_err(Failure::refused)?;
        }
        None => {
            let mut rest = Vec::new();
            Client::new(&options.server)?.stream("/api/v1/audit/export", &mut |piece| {
                rest.extend_from_slice(piece);
                while let Some(end) = rest.iter().position(|b| *b == b'\n') {
                    each(&rest[..end])?;
                    rest.drain(..=end);
                }
                Ok(())
            })?;
        }
    }
    if json {
        write(if first { b"[]\n" } else { b"\n]\n" })?;
    }
    Ok(())
}

/// A data directory, or the folder of the journal inside one.
fn checked(directory: &Path) -> Result<PathBuf, Failure> {
    let inside = directory.file_name().is_some_and(|name| name == "ledger") && !directory.join("ledger").is_dir();
    let data = if inside { directory.parent().unwrap_or(directory) } else { directory };
    if data.join("ledger").is_dir() {
        Ok(data.to_owned())
    } else {
        Err(Failure::refused(format!("{} holds no ledger", directory.display())))
    }
}

fn keys(data: &Path) -> Result<Option<Arc<KeyRing>>, Failure> {
    let file = data.join("keys").join("ring.json");
    if !file.exists() {
        return Ok(None);
    }
    KeyRing::open(&file, false, SystemClock::start().now())
        .map(|ring| Some(Arc::new(ring)))
        .map_err(Failure::refused)
}
