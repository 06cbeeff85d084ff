//! `doorward quickstart`: everything on embedded defaults in one process, ready to try with real input.

use crate::cli::failure::Failure;
use crate::cli::place::DATA;
use crate::cli::samples::write_samples;
use crate::cli::{certificate, output, probe, serve};
use crate::config::{Config, PublicUrl};
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::email::EmailAddress;
use crate::domain::time::{Clock, SystemClock};
use crate::gate::issue::NewShare;
use crate::gate::views::{ShareStatus, ShareView};
use crate::gate::{Actor, Gate};
use clap::Args;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// To whom the first share goes.
const GUEST: &str = "guest@example.org";
/// What the first share is called.
const SUBJECT: &str = "Welcome to Doorward";

/// How long a fresh server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options.
#[derive(Debug, Args)]
pub struct Options {
    /// Share this folder instead of sample documents
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Where keys, ledger and mails are kept
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// How recipients reach it [default: https://localhost:PORT]
    #[arg(long, value_name = "URL")]
    public_url: Option<PublicUrl>,
}

/// Runs the command.
pub fn run(options: Options) -> Result<(), Failure> {
    serve::log("warn", false);
    let data = std::path::absolute(&options.data)?;
    let documents = documents(&options, &data)?;
    // The port is opened first: links name it, and when it is taken nothing is to be left behind.
    let mut config = Config::quickstart(&data, &documents, options.listen, options.public_url.clone());
    let spawner = serve::begin_alone(&config)?;
    let listener = serve::listen(&config)?;
    let bound = listener.local_addr()?;
    if options.documents.is_none() {
        make_samples(&data, &documents)?;
    }
    config = Config::quickstart(&data, &documents, bound, options.public_url);
    let mut names = vec![config.server.public_url.host().to_string()];
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    names.extend(Some(bound.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string()));
    names.dedup();
    let files = certificate::ensure(&data, &names, SystemClock::start().now())?;
    // As it was called, so that what the screen proposes can be typed as it stands.
    let program = std::env::args().next().unwrap_or_else(|| "doorward".to_owned());
    let screen = Screen { program, data: options.data, documents, ca: files.ca, url: config.server.public_url.to_string() };
    serve::serve(&config, listener, spawner, false, move |gate| async move {
        let share = first_share(&gate).await?;
        wait_until_ready(bound, &screen.ca).await?;
        output::print(&screen.text(&share))
    })
}

/// The folder to share: the one named, or the one of samples in the data directory.
fn documents(options: &Options, data: &Path) -> Result<PathBuf, Failure> {
    match &options.documents {
        Some(folder) if folder.is_dir() => Ok(std::path::absolute(folder)?),
        Some(folder) => Err(Failure::refused(format!("{} is not a folder; --documents names the folder to share", folder.display()))),
        None => Ok(data.join("documents")),
    }
}

fn make_samples(data: &Path, documents: &Path) -> Result<(), Failure> {
    let why = |why| Failure::refused(format!("{}: sample documents cannot be written there: {why}", documents.display()));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(why)?;
    std::fs::create_dir_all(documents).map_err(why)?;
    write_samples(documents).map_err(why).map(|_| ())
}

/// The share to show: the newest that is open, or a new one of the whole folder.
async fn first_share(gate: &Arc<Gate>) -> Result<ShareView, Failure> {
    let known = gate
        .shares()
        .into_iter()
        .find(|share| share.status == ShareStatus::Open && share.subject == SUBJECT);
    let id = match known {
        Some(share) => share.id.parse().map_err(Failure::refused)?,
        None => {
            let store = gate.documents().names().next().ok_or_else(|| Failure::refused("no store is configured"))?.clone();
            let new = NewShare {
                notify: None,
                remind: None,
                names: vec![DocumentName { store, path: DocumentPath::root() }],
                to: vec![EmailAddress::parse(GUEST).map_err(Failure::refused)?],
                expires: None,
                delivery: None,
                mark: None,
                print: None,
                text: None,
                upload: false,
                pin: None,
                keep: None,
                owner: None,
                subject: Some(SUBJECT.to_owned()),
                message: Some("These documents are **for you to try** Doorward with.".to_owned()),
                template: None,
                language: None,
            };
            gate.issue(new, Actor::Server).await.map_err(Failure::refused)?
        }
    };
    gate.share(id).await.ok_or_else(|| Failure::refused("the share is gone"))
}

/// Waits until `/readyz` answers 200.
async fn wait_until_ready(address: SocketAddr, ca: &Path) -> Result<(), Failure> {
    match tokio::time::timeout(PATIENCE, probe::readiness(address, ca)).await {
        Ok(Ok(status)) if status.is_success() => Ok(()),
        Ok(Ok(status)) => Err(Failure::refused(format!("the server is not ready: /readyz answers {status}"))),
        Ok(Err(why)) => Err(Failure::refused(format!("the server does not answer on {address}: {why}"))),
        Err(_) => Err(Failure::refused(format!("the server does not answer on {address}"))),
    }
}

/// What a newcomer reads.
struct Screen {
    program: String,
    data: PathBuf,
    documents: PathBuf,
    ca: PathBuf,
    url: String,
}

impl Screen {
    fn text(&self, share: &ShareView) -> String {
        let link = share.links.first().and_then(|link| link.url.as_deref()).unwrap_or("(its key is retired)");
        let outbox = self.data.join("outbox");
        let data = if self.data == Path::new(DATA) { String::new() } else { format!(" --data {}", self.data.display()) };
        format!(
            "{title}  {url}   (Ctrl-C stops it; run it again and it carries on)

1. Open the recipient's link in a browser:

   {link}

   The certificate is the quickstart's own: accept the browser's warning,
   or let the browser trust {ca}

2. Agree. A code is mailed to {GUEST}; here every mail becomes a file,
   the newest of them has the code:

   {outbox}/*.eml

3. Type the code, download something, then look from the other side,
   in a second terminal:

   {program} receipts{data}
   {program} share list{data}
   {program} share create NAME --to somebody@example.org{data}

   NAME is a file or folder in {documents}
",
            program = self.program,
            title = output::bold("Doorward is open at"),
            url = self.url,
            ca = self.ca.display(),
            outbox = outbox.display(),
            documents = self.documents.display(),
        )
    }
}
