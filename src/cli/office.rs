//! `doorward office`: the converter of Office documents, a process and a unit of its own beside the server.

use crate::cli::failure::Failure;
use crate::cli::serve::log;
use crate::preview::limits::{OFFICE_JOBS, OFFICE_WALL};
use crate::preview::office::client;
use crate::preview::office::sandbox::{Tools, Unable};
use crate::preview::office::scratch::Scratch;
use crate::preview::office::server::Converter;
use crate::server::admin::{AdminError, bind, find_group, is_welcome};
use clap::{Args, value_parser};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Options.
#[derive(Debug, Args)]
pub struct Options {
    /// The Unix socket to listen on; preview.office_socket of the server names it
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// Let in the members of this group, too, beside this user and root
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The folder for documents while they are converted [default: the system's for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Conversions at the same time [default: one for every two processors]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=OFFICE_JOBS as i64))]
    jobs: Option<u16>,
    /// Longest time for one conversion, in seconds
    #[arg(long, value_name = "N", default_value_t = OFFICE_WALL.as_secs(), value_parser = value_parser!(u64).range(1..=OFFICE_WALL.as_secs()))]
    seconds: u64,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    log("info", false);
    // One thread: sandboxes end with the thread that opened them.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<(), Failure> {
    // From here on a signal asks to stop in good order, whenever it comes.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: what is being converted may end");
    };
    let group = options.group.as_deref().map(find_group).transpose().map_err(|why| refused(&why))?;
    let tools = tools().map_err(Failure::refused)?;
    let version = tools.probe().await.map_err(Failure::refused)?;
    // Asked again at each conversion; here it is seen whether it can be told at all.
    let layout = tools.layout(&version).await.map_err(Failure::refused)?.layout();
    let parent = options.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let scratch = Scratch::make(&parent).map_err(|why| {
        Failure::refused(format!("{}: {why}; name a folder with --scratch that this user may write to", parent.display()))
    })?;
    let listener = bind(&options.socket, group).map_err(|why| refused(&why))?;
    let jobs = options
        .jobs
        .map_or_else(|| available_parallelism().map_or(1, |cores| cores.get() / 2).clamp(1, OFFICE_JOBS), usize::from);
    tracing::info!(jobs, layout, "ready at {} with LibreOffice {version}", options.socket.display());
    let converter = Arc::new(Converter::new(tools, version, scratch, jobs, Duration::from_secs(options.seconds)));
    let welcome = move |peer: tokio::net::unix::UCred| is_welcome(peer.uid(), peer.gid(), group);
    converter.serve(listener, welcome, stop).await;
    if let Err(why) = std::fs::remove_file(&options.socket) {
        tracing::warn!("{}: {why}", options.socket.display());
    }
    tracing::info!("stopped");
    Ok(())
}

/// What `check` says of a converter that the configuration names: which one answers; otherwise what may be wrong with it.
pub async fn look(socket: &Path) -> Result<String, String> {
    let why = match client::version(socket).await {
        Ok(version) => return Ok(format!("LibreOffice {version} answers at {}", socket.display())),
        Err(why) => why,
    };
    let here = match tools() {
        Ok(tools) => tools.probe().await,
        Err(why) => Err(why),
    };
    let here = here.map_or_else(|why| why.to_string(), |version| format!("LibreOffice {version} works in a sandbox of this user"));
    let socket = socket.display();
    Err(format!(
        "{socket}: {why}; start `doorward office` there (config/doorward-office.service) and let this user in with --group; {here}; until then \
         Office documents are shown as their text"
    ))
}

fn tools() -> Result<Tools, Unable> {
    Tools::find(&std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()))
}

/// The words for a socket that is not the server's.
fn refused(why: &AdminError) -> Failure {
    Failure::refused(match why {
        AdminError::InUse(path) => {
            format!("{}: another converter answers on this socket; stop it first, or name another socket", path.display())
        }
        AdminError::UnknownGroup(name) => format!("there is no group '{name}' in /etc/group; make it, or leave --group out"),
        other => other.to_string(),
    })
}
