//! The whole program on a free port, with a folder of its own, a clock that stands still until it is moved, and mail kept in memory.

use super::authority::AUTHORITY;
use super::client::{Client, Protocol};
use super::mailbox::Mailbox;
use super::{Answer, Outcome, soon};
use axum::extract::Extension;
use axum::{Router, body::Body};
use doorward::cli::assemble::{AssembleError, Assembled, Outside, assemble, hosts, server_limits};
use doorward::config::{Config, Transport};
use doorward::domain::time::{ManualClock, Timestamp};
use doorward::gate::views::ReceiptView;
use doorward::gate::{Actor, Gate};
use doorward::ledger::disk::RealDisk;
use doorward::ledger::open::OpenError;
use doorward::ledger::tx::{Class, Unavailable};
use doorward::mail::Mailer;
use doorward::preview::spawner::Spawner;
use doorward::server;
use doorward::server::shutdown::Shutdown;
use doorward::server::tls::{Identity, Tls, TlsSettings};
use doorward::web::{self, Web};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// Noon of 1 October 2026, a Thursday.
const NOON: Timestamp = Timestamp::from_millis(1_790_856_000_000);

/// What a test changes of the configuration.
type Change = Arc<dyn Fn(&mut Config) + Send + Sync>;

/// What outlives one run of the program.
#[derive(Clone)]
struct World {
    clock: ManualClock,
    mail: Mailbox,
    data: PathBuf,
    folder: Arc<TempDir>,
    change: Change,
}

/// The running program.
pub(crate) struct TestApp {
    pub(crate) clock: ManualClock,
    pub(crate) mail: Mailbox,
    pub(crate) gate: Arc<Gate>,
    pub(crate) address: SocketAddr,
    world: World,
    web: Web,
    api: Router,
    shutdown: Shutdown,
    public: JoinHandle<usize>,
    working: JoinHandle<()>,
}

/// The program, stopped in good order.
#[derive(Clone)]
pub(crate) struct Stopped(World);

impl TestApp {
    /// The program with the quickstart's configuration, on data of its own. No rate limit binds its clients.
    pub(crate) async fn start() -> Outcome<Self> {
        Self::with(|_| {}).await
    }

    /// The same with a change of the configuration.
    pub(crate) async fn with(change: impl Fn(&mut Config) + Send + Sync + 'static) -> Outcome<Self> {
        Self::made(None, change).await
    }

    /// The same with its data directory on another disk.
    pub(crate) async fn on(disk: &Path, change: impl Fn(&mut Config) + Send + Sync + 'static) -> Outcome<Self> {
        Self::made(Some(disk.join("data")), change).await
    }

    async fn made(data: Option<PathBuf>, change: impl Fn(&mut Config) + Send + Sync + 'static) -> Outcome<Self> {
        let folder = Arc::new(TempDir::with_prefix("doorward-")?);
        fs::create_dir(folder.path().join("documents"))?;
        let data = data.unwrap_or_else(|| folder.path().join("data"));
        run(World { clock: ManualClock::at(NOON), mail: Mailbox::default(), data, folder, change: Arc::new(change) }).await
    }

    /// A browser that speaks HTTP/1.1.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address, Protocol::Http1, self.mail.clone())
    }

    /// A browser that speaks HTTP/2.
    pub(crate) fn client_http2(&self) -> Client {
        Client::new(self.address, Protocol::Http2, self.mail.clone())
    }

    /// What the pages are made from.
    pub(crate) fn web(&self) -> &Web {
        &self.web
    }

    /// The folder of documents.
    pub(crate) fn documents(&self) -> PathBuf {
        self.world.folder.path().join("documents")
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.world.data.clone()
    }

    /// Puts a document into the store.
    pub(crate) fn put(&self, path: &str, bytes: impl AsRef<[u8]>) -> Outcome {
        let file = self.documents().join(path);
        fs::create_dir_all(file.parent().unwrap_or_else(|| Path::new("/")))?;
        Ok(fs::write(file, bytes)?)
    }

    /// Puts a document of so many zeros into the store.
    pub(crate) fn put_large(&self, path: &str, bytes: u64) -> Outcome {
        Ok(fs::File::create(self.documents().join(path))?.set_len(bytes)?)
    }

    /// Moves time on.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Asks the API as the operator does.
    pub(crate) async fn api(&self, method: &str, path: &str, body: &Value) -> Answer {
        let (kind, bytes) = if body.is_null() { (None, Vec::new()) } else { (Some("application/json"), body.to_string().into_bytes()) };
        self.api_raw(method, path, kind, bytes).await
    }

    /// Asks the API with whatever bytes.
    pub(crate) async fn api_raw(&self, method: &str, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let request = request.body(Body::from(body)).expect("the test writes a true request");
        let Ok(response) = soon(self.api.clone().oneshot(request)).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// All lines of the ledger, as they are exported.
    pub(crate) fn export(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        let exported = self.gate.export(&mut |line| {
            lines.extend(serde_json::from_str::<Value>(line));
            Ok(())
        });
        exported.expect("the ledger can be read");
        lines
    }

    /// How many lines the ledger has.
    pub(crate) fn lines(&self) -> u64 {
        self.gate.verify().expect("the chain holds").lines
    }

    /// The events of one kind, oldest first.
    pub(crate) fn events(&self, kind: &str) -> Vec<Value> {
        let all = self.export().into_iter().flat_map(|line| line["events"].as_array().cloned().unwrap_or_default());
        all.filter(|event| event["k"] == kind).collect()
    }

    /// Waits until so many events of a kind are put down, and everybody sees what they changed.
    pub(crate) async fn put_down(&self, kind: &str, count: usize) {
        super::until(kind, || self.events(kind).len() >= count).await;
        // A line is in the journal a moment before the state has it; this comes after.
        let after = self.gate.ledger().tx(Class::First, |_| Ok::<_, Unavailable>(())).await;
        after.expect("the ledger takes what changes nothing");
    }

    /// Read receipts, newest first, for a query such as `?share=…`.
    pub(crate) async fn receipts(&self, query: &str) -> Outcome<Vec<ReceiptView>> {
        let path = format!("/api/v1/receipts{query}");
        let ask = || self.api("GET", &path, &Value::Null);
        let (mut answer, end) = (ask().await, Instant::now() + super::SOON);
        // After a start the history is made from the journal, and until it is there pages say so.
        while answer.status == StatusCode::SERVICE_UNAVAILABLE && Instant::now() < end {
            answer = ask().await;
        }
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// The newest receipt, as soon as no transfer of it is running.
    pub(crate) async fn settled_receipt(&self) -> Outcome<ReceiptView> {
        super::until("all transfers have ended", || self.gate.running() == 0).await;
        self.receipts("").await?.into_iter().next().ok_or_else(|| "there is no receipt".into())
    }

    /// Waits until the outbox is empty.
    pub(crate) async fn all_mailed(&self) {
        super::until("all mails are on their way", || self.gate.ledger().state().mails.is_empty()).await;
    }

    /// Stops in good order, as a signal does.
    pub(crate) async fn stop(mut self) -> Outcome<Stopped> {
        self.shutdown.trigger();
        soon(&mut self.public).await?;
        self.working.abort();
        let _ = (&mut self.working).await;
        self.gate.end().await?;
        let gate = Arc::clone(&self.gate);
        tokio::task::spawn_blocking(move || gate.ledger().stop()).await?;
        Ok(Stopped(self.world.clone()))
    }

    /// The program as it starts again after it was killed just now: on a copy of the data as it lies on the disk, beside this one.
    pub(crate) async fn after_a_crash(&self) -> Outcome<Self> {
        let data = self.world.folder.path().join("after-a-crash");
        copy(&self.world.data, &data)?;
        run(World { data, ..self.world.clone() }).await
    }
}

/// What is dropped does nothing any more, not even mail.
impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.trigger();
        self.working.abort();
    }
}

impl Stopped {
    /// Starts again on the same data.
    pub(crate) async fn start(self) -> Outcome<TestApp> {
        run(self.0).await
    }

    /// Starts again on the same data with another configuration.
    pub(crate) async fn start_with(self, change: impl Fn(&mut Config) + Send + Sync + 'static) -> Outcome<TestApp> {
        run(World { change: Arc::new(change), ..self.0 }).await
    }
}

async fn run(world: World) -> Outcome<TestApp> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut config = Config::quickstart(&world.data, &world.folder.path().join("documents"), address, None);
    config.limits.exempt_networks = vec!["127.0.0.0/8".parse()?];
    config.server.max_per_client = 1_000;
    config.server.max_handshakes_per_client = 500;
    config.server.drain = Duration::from_secs(1);
    // Time stands still unless a test moves it.
    config.otp.wrong_answer = Duration::ZERO;
    // A test of previews switches them on; others start no further process.
    config.preview.enabled = false;
    (world.change)(&mut config);
    let identity = Identity::from_pem(AUTHORITY.chain.as_bytes(), AUTHORITY.key.as_bytes(), NOON)?;
    let tls = Tls::new(TlsSettings { modern: config.tls.modern }, &identity)?;
    let Assembled { gate, web, start_with, .. } = open(&config, &world).await?;
    gate.begin(start_with, 0).await?;
    let (shutdown, working) = (Shutdown::default(), tokio::spawn(Arc::clone(&gate).work()));
    let served = server::serve(listener, tls, web::router(&web), hosts(&config), server_limits(&config), shutdown.clone());
    Ok(TestApp {
        clock: world.clock.clone(),
        mail: world.mail.clone(),
        api: web::api::router(&web).layer(Extension(Actor::Operator(1_000))),
        public: tokio::spawn(served),
        gate,
        web,
        address,
        world,
        shutdown,
        working,
    })
}

/// The program whose processes draw previews.
fn program() -> std::ffi::OsString {
    std::env::var_os("DOORWARD_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_doorward").into())
}

/// Joins the program; a run before it may need a moment to let the data directory go.
async fn open(config: &Config, world: &World) -> Outcome<Assembled> {
    let end = Instant::now() + super::SOON;
    loop {
        let outside = Outside {
            clock: Arc::new(world.clock.clone()),
            disk: Arc::new(RealDisk),
            // A test that names a mail server gets it.
            mailer: matches!(config.mail.transport, Transport::Directory(_)).then(|| Mailer::Memory(world.mail.0.clone())),
            spawner: config.preview.enabled.then(|| Spawner::start(Path::new(&program()))).transpose()?,
            accept_clock: false,
        };
        match assemble(config, outside) {
            Err(AssembleError::Ledger(OpenError::Lock(_))) if Instant::now() < end => tokio::task::yield_now().await,
            joined => return Ok(joined?),
        }
    }
}

/// Copies a folder as it is.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            // What is removed while the program runs on is not there after a crash either.
            match fs::copy(entry.path(), &to) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                copied => drop(copied?),
            }
        }
    }
    Ok(())
}
