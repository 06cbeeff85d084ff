//! A server on a free port with a small CA of its own, and clients that trust it.

use crate::{
    domain::time::Timestamp,
    limit::connection::ConnectionHandle,
    server::{
        ServerLimits, Timeouts, serve,
        shutdown::Shutdown,
        tls::{Identity, Tls, TlsSettings, provider},
    },
};
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    http::{Request, Response},
    routing::{get, post},
};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, ServerName},
};
use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;
pub(super) type Sender = http2::SendRequest<Empty<Bytes>>;

/// Longest time anything in these tests may take.
pub(super) const SOON: Duration = Duration::from_secs(10);
/// Size of one part of `/endless`.
const PART: usize = 64 * 1024;

/// Short times that are still long enough for a busy machine; each test sets the one it is about.
pub(super) const LONG: Timeouts =
    Timeouts { handshake: SOON, head: SOON, idle: SOON, rest: SOON, stall: SOON, rate: 1024, close: Duration::from_millis(200) };
pub(super) const SHORT: Duration = Duration::from_millis(250);

pub(super) struct Rig {
    pub(super) address: SocketAddr,
    pub(super) shutdown: Shutdown,
    pub(super) server: JoinHandle<usize>,
    /// Connections whose `/endless` or `/held` was asked for.
    pub(super) asked: mpsc::UnboundedReceiver<ConnectionHandle>,
    /// One message for each `/endless` body that was dropped.
    pub(super) dropped: mpsc::UnboundedReceiver<()>,
    /// Lets `/held` answer.
    pub(super) release: Arc<Notify>,
    ca: CertificateDer<'static>,
}

/// A body that never ends by itself.
struct Endless(mpsc::UnboundedSender<()>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from(vec![7; PART])))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

fn routes(asked: mpsc::UnboundedSender<ConnectionHandle>, dropped: mpsc::UnboundedSender<()>, release: Arc<Notify>) -> Router {
    let held_asked = asked.clone();
    let endless = move |Extension(handle): Extension<ConnectionHandle>| async move {
        let _ = asked.send(handle);
        Body::new(Endless(dropped))
    };
    let held = move |Extension(handle): Extension<ConnectionHandle>| async move {
        let _ = held_asked.send(handle);
        release.notified().await;
        "held"
    };
    let upload = |body: Body| async move {
        match body.collect().await {
            Ok(all) => all.to_bytes().len().to_string(),
            Err(error) => std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default(),
        }
    };
    let panics = || async { std::hint::black_box(None::<&str>).expect("on purpose") };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/healthz", get(|| async { "ok" }))
        .route("/large", get(|| async { Bytes::from(vec![7; 8 * 1024 * 1024]) }))
        .route("/panic", get(panics))
        .route("/endless", get(endless))
        .route("/held", get(held))
        .route("/upload", post(upload))
}

/// The server with these limits.
pub(super) async fn rig(limits: ServerLimits) -> Result<Rig, Box<dyn std::error::Error>> {
    let ca_key = rcgen::KeyPair::generate()?;
    let mut ca = rcgen::CertificateParams::new(Vec::new())?;
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key)?;
    let key = rcgen::KeyPair::generate()?;
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &rcgen::Issuer::new(ca, ca_key))?;
    let now = Timestamp::from_millis(1_800_000_000_000);
    let identity = Identity::from_pem(leaf.pem().as_bytes(), key.serialize_pem().as_bytes(), now)?;
    let tls = Tls::new(TlsSettings::default(), &identity)?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (address, shutdown, release) = (listener.local_addr()?, Shutdown::default(), Arc::new(Notify::new()));
    let ((asked_to, asked), (dropped_to, dropped)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let router = routes(asked_to, dropped_to, release.clone());
    let hosts = vec!["localhost".to_owned()];
    let server = tokio::spawn(serve(listener, tls, router, hosts, limits, shutdown.clone()));
    Ok(Rig { address, shutdown, server, asked, dropped, release, ca: ca_certificate.der().clone() })
}

impl Rig {
    pub(super) async fn with(timeouts: Timeouts) -> Result<Self, Box<dyn std::error::Error>> {
        rig(ServerLimits { timeouts, ..ServerLimits::default() }).await
    }

    pub(super) async fn tls(&self, alpn: &str, versions: &[&'static SupportedProtocolVersion]) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.clone()).map_err(std::io::Error::other)?;
        let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_protocol_versions(versions);
        let mut config = builder.map_err(std::io::Error::other)?.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(self.address).await?).await
    }

    pub(super) async fn http1(&self) -> std::io::Result<TlsStream<TcpStream>> {
        self.tls("http/1.1", rustls::ALL_VERSIONS).await
    }

    pub(super) async fn http2(&self) -> Result<(Sender, JoinHandle<hyper::Result<()>>), Box<dyn std::error::Error>> {
        let stream = self.tls("h2", rustls::ALL_VERSIONS).await?;
        let mut settings = http2::Builder::new(TokioExecutor::new());
        let (sender, connection) = settings.initial_stream_window_size(PART as u32).handshake(TokioIo::new(stream)).await?;
        Ok((sender, tokio::spawn(connection)))
    }

    /// Asks over a new HTTP/1.1 connection and reads until it ends.
    pub(super) async fn ask1(&self, request: &str) -> std::io::Result<String> {
        let mut stream = self.http1().await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        // A refusal may be followed by a reset, for the rest of the request was not read.
        let _ = soon(stream.read_to_end(&mut answer)).await;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// Asks over HTTP/2.
pub(super) async fn ask2(sender: &mut Sender, host: &str, path: &str) -> hyper::Result<Response<Incoming>> {
    let request = Request::get(format!("https://{host}{path}"))
        .body(Empty::new())
        .expect("the test writes a true request");
    sender.send_request(request).await
}

/// What `work` gives, within [`SOON`].
pub(super) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("it takes too long")
}
