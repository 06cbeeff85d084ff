//! `doorward serve`: the server, from a configuration to a stop in good order.

use crate::cli::assemble::{Assembled, Outside, assemble, hosts, server_limits};
use crate::cli::failure::Failure;
use crate::config::{Config, LogFormat, load};
use crate::domain::time::{Clock, SystemClock};
use crate::gate::start::CannotBegin;
use crate::gate::{Actor, Gate};
use crate::preview::sandbox::give_up_exec;
use crate::preview::spawner::{OWN_PROGRAM, Spawner};
use crate::server::admin::{self, Peer, find_group};
use crate::server::shutdown::Shutdown;
use crate::server::tls::{Identity, Tls, TlsSettings, install_provider};
use crate::{server, web};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use clap::Args;
use std::future::Future;
use std::io::IsTerminal;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Options.
#[derive(Debug, Args)]
pub struct Options {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Start although the clock says a time that cannot follow the ledger's last line
    #[arg(long)]
    accept_clock: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let config = load(&options.config).map_err(|problems| Failure::refused(problems.to_string().trim_end()))?;
    log(config.log.level.as_str(), config.log.format == LogFormat::Json);
    config.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
    let spawner = begin_alone(&config)?;
    let listener = listen(&config)?;
    let url = config.server.public_url.to_string();
    serve(&config, listener, spawner, options.accept_clock, move |_| async move {
        tracing::info!("ready at {url}");
        Ok(())
    })
}

/// What is done before the process has a thread, a port or a key: the process that starts others for previews is made, and starting any by
/// itself is given up for good, threads yet to come included.
pub fn begin_alone(config: &Config) -> Result<Option<Spawner>, Failure> {
    let spawner = match config.preview.enabled {
        true => Some(Spawner::start(Path::new(OWN_PROGRAM))?),
        false => None,
    };
    if let Err(why) = give_up_exec() {
        tracing::warn!("this process can still start programs: {why}");
    }
    Ok(spawner)
}

/// Opens the port.
pub fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let address = config.server.listen;
    TcpListener::bind(address).map_err(|why| {
        let hint = match why.kind() {
            std::io::ErrorKind::AddrInUse => "; another program listens there, perhaps another doorward: stop it or choose another address",
            std::io::ErrorKind::PermissionDenied => {
                "; ports below 1024 need the capability CAP_NET_BIND_SERVICE, which config/doorward.service gives; or use a higher port"
            }
            std::io::ErrorKind::AddrNotAvailable => "; this machine has no such address",
            _ => "",
        };
        Failure::refused(format!("cannot listen on {address}: {why}{hint}"))
    })
}

/// Serves until a signal asks to stop. `ready` runs once requests are answered.
pub fn serve<F, R>(config: &Config, listener: TcpListener, spawner: Option<Spawner>, accept_clock: bool, ready: F) -> Result<(), Failure>
where
    F: FnOnce(Arc<Gate>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    install_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let identity = Identity::from_files(&config.tls.certificate, &config.tls.key, clock.now()).map_err(Failure::refused)?;
    identity.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
    let tls = Tls::new(TlsSettings { modern: config.tls.modern }, &identity).map_err(Failure::refused)?;
    let group = config.admin.group.as_deref().map(find_group).transpose().map_err(Failure::refused)?;
    let assembled = assemble(config, Outside::real(clock, spawner, accept_clock)).map_err(Failure::refused)?;
    say_how_it_opened(&assembled);
    if let Some(why) = assembled.gate.preview().unavailable() {
        tracing::warn!("there are no previews: {why}");
    }
    let served = runtime.block_on(serve_until_stopped(config, listener, &tls, group, &assembled, ready));
    assembled.gate.ledger().stop();
    // What still runs now, such as a read from a store that hangs, is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve_until_stopped<F, R>(
    config: &Config,
    listener: TcpListener,
    tls: &Tls,
    group: Option<u32>,
    assembled: &Assembled,
    ready: F,
) -> Result<(), Failure>
where
    F: FnOnce(Arc<Gate>) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let Assembled { gate, web, report, start_with } = assembled;
    // From here on a signal asks to stop in good order, whenever it comes.
    let signals = Signals::take()?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let socket = admin::bind(&config.admin.socket, group).map_err(Failure::refused)?;
    let torn = report.cut.as_ref().map_or(0, |cut| cut.torn.bytes);
    let begun = gate.begin(start_with.clone(), torn).await;
    begun.map_err(|why| match why {
        CannotBegin::AnotherText(_) => Failure::refused(why),
        CannotBegin::Unavailable(why) => Failure::refused(format!("the ledger in {} cannot be written: {why}", config.data.display())),
    })?;
    let stop = Shutdown::default();
    let working = tokio::spawn(Arc::clone(gate).work());
    let public = tokio::spawn(server::serve(listener, tls.clone(), web::router(web), hosts(config), server_limits(config), stop.clone()));
    let api = web::api::router(web).layer(from_fn(name_the_actor));
    let admin = tokio::spawn(admin::serve(socket, api, group, config.server.drain, stop.clone()));
    let waited = async {
        ready(Arc::clone(gate)).await?;
        wait_for_stop(signals, config, tls, gate).await;
        Ok(())
    };
    let served = waited.await;
    tracing::info!("stopping: running downloads have {} s to end", config.server.drain.as_secs());
    web.stop();
    stop.trigger();
    let cut = public.await.unwrap_or(0) + admin.await.unwrap_or(0);
    working.abort();
    let _ = working.await;
    gate.end().await.map_err(Failure::refused)?;
    tracing::info!(cut, "stopped");
    served
}

/// Whoever the socket let in acts as an operator, named by user id.
pub async fn name_the_actor(mut request: Request, next: Next) -> Response {
    let uid = request.extensions().get::<Peer>().map_or(u32::MAX, |peer| peer.uid);
    request.extensions_mut().insert(Actor::Operator(uid));
    next.run(request).await
}

/// What the process is asked from outside.
struct Signals {
    interrupt: Signal,
    renew: Signal,
    terminate: Signal,
}

impl Signals {
    fn take() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            renew: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }
}

/// Waits for the signal to stop; SIGHUP on the way takes a renewed certificate from the same files.
async fn wait_for_stop(mut signals: Signals, config: &Config, tls: &Tls, gate: &Gate) {
    loop {
        tokio::select! {
            _ = signals.interrupt.recv() => return,
            _ = signals.terminate.recv() => return,
            _ = signals.renew.recv() => reload(config, tls, gate),
        }
    }
}

fn reload(config: &Config, tls: &Tls, gate: &Gate) {
    let read = Identity::from_files(&config.tls.certificate, &config.tls.key, gate.now());
    match read.and_then(|identity| tls.reload(&identity)) {
        Ok(()) => tracing::info!("new connections get the certificate as it is in its file now"),
        Err(why) => tracing::error!("the certificate stays as it was: {why}"),
    }
}

fn say_how_it_opened(assembled: &Assembled) {
    for (file, why) in &assembled.report.skipped {
        tracing::warn!("the state file {file} is not used: {why}; the journal is read instead");
    }
    if let Some(cut) = &assembled.report.cut {
        let kept = cut.kept.as_deref().unwrap_or("nowhere, there were none");
        tracing::warn!(
            "the ledger ended in an unfinished write: {}; no answer was given for it; it was cut off and its bytes are kept in {kept}",
            cut.torn
        );
    }
}

/// Begins to log to standard error. `RUST_LOG` overrides the level.
pub fn log(level: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second logger, in a test process, changes nothing.
    let _ = if json { builder.json().with_ansi(false).try_init() } else { builder.with_ansi(std::io::stderr().is_terminal()).try_init() };
}
