//! The client of a web server that is a store: it signs in, follows no redirect, connects to allowed addresses only, and waits no longer than it may.

mod address;
pub(super) mod download;
mod fault;
pub(super) mod head;
mod name;

pub(super) use fault::Fault;
pub(super) use name::{Base, Spot};

use crate::config::store::{SignIn, Web};
use crate::documents::{Problem, Refusal, StoreError};
use crate::domain::document::DocumentPath;
use address::Allowed;
use bytes::Bytes;
use data_encoding::BASE64;
use futures_util::Stream;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Body, Certificate, Identity, Method, Response, Url, redirect};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);
/// Header fields of one answer.
const FIELDS: usize = 100;

/// A client of one store. It is made at the first request, so that what the configuration names may come later.
#[derive(Debug)]
pub(super) struct Client {
    base: Base,
    web: Web,
    timeout: Duration,
    calls: usize,
    made: OnceCell<reqwest::Client>,
}

impl Client {
    /// A client for the store at the configured address.
    pub(super) fn new(web: &Web, timeout: Duration, calls: usize) -> Self {
        Self { base: Base::new(&web.url.to_string()), web: web.clone(), timeout, calls, made: OnceCell::new() }
    }

    /// The store's address.
    pub(super) const fn base(&self) -> &Base {
        &self.base
    }

    /// How long an answer, or its next bytes, may take.
    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The address of a document or, with `folder`, of a folder.
    pub(super) fn address(&self, path: &DocumentPath, folder: bool) -> Result<Url, Fault> {
        if self.base.url().is_none() {
            return Err(Fault::Setup(format!("{} is not an address that can be asked: correct url", self.web.url)));
        }
        let exact = self.base.address(path, folder);
        exact.ok_or(Fault::Told(StoreError::Refused(Refusal::Name("its address would be read as another one"))))
    }

    /// Says what is wrong in the words of the configuration.
    pub(super) fn problem(&self, fault: Fault) -> Problem {
        fault.problem(self.web.url.host())
    }

    /// Sends a request without a body, or with a short one, and gives the head of its answer.
    pub(super) async fn ask(&self, method: Method, url: Url, headers: HeaderMap, body: &'static str) -> Result<Response, Fault> {
        let request = self.client().await?.request(method, url).headers(headers);
        let request = if body.is_empty() { request } else { request.body(body) };
        let answer = tokio::time::timeout(self.timeout, request.send()).await.map_err(|_| Fault::Silent)?;
        answer.map_err(|error| Fault::of(&error))
    }

    /// Sends a request with a body that lasts; the caller sees to it that it ends.
    pub(super) async fn send(&self, method: Method, url: Url, headers: HeaderMap, body: Body) -> Result<Response, Fault> {
        let request = self.client().await?.request(method, url).headers(headers).body(body);
        request.send().await.map_err(|error| Fault::of(&error))
    }

    async fn client(&self) -> Result<&reqwest::Client, Fault> {
        self.made.get_or_try_init(|| self.make()).await
    }

    async fn make(&self) -> Result<reqwest::Client, Fault> {
        let allowed = Allowed::new(&self.web.networks);
        let (host, scheme) = self.base.url().map_or(("", ""), |url| (url.host_str().unwrap_or_default(), url.scheme()));
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if literal.is_ok_and(|address| !allowed.has(address)) {
            return Err(Fault::Address);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(value) = authorization(&self.web.sign_in)? {
            headers.insert(AUTHORIZATION, value);
        }
        let builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent("doorward")
            .default_headers(headers)
            .dns_resolver(allowed)
            .connect_timeout(self.timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(self.calls)
            .http1_only()
            .http1_max_headers(FIELDS)
            .tcp_nodelay(true);
        let (web, plain) = (self.web.clone(), scheme == "http");
        // Certificates are files, and so are the authorities of this machine.
        let made = tokio::task::spawn_blocking(move || {
            let builder = if plain { builder.tls_certs_only([]) } else { with_certificates(builder, &web)? };
            builder
                .build()
                .map_err(|error| Fault::Setup(format!("no client can be made for the store: {}", cause(&error))))
        });
        made.await.map_err(|_| Fault::Away)?
    }
}

fn authorization(sign_in: &SignIn) -> Result<Option<HeaderValue>, Fault> {
    let text = match sign_in {
        SignIn::Password(login) => {
            let both = Zeroizing::new(format!("{}:{}", login.user, login.password.expose()));
            Zeroizing::new(format!("Basic {}", BASE64.encode(both.as_bytes())))
        }
        SignIn::Token(token) => Zeroizing::new(format!("Bearer {}", token.expose())),
        SignIn::Nobody | SignIn::Certificate { .. } => return Ok(None),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Fault::Setup("the token has characters that cannot be sent: correct the file or variable it comes from".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn with_certificates(mut builder: reqwest::ClientBuilder, web: &Web) -> Result<reqwest::ClientBuilder, Fault> {
    if let Some(file) = &web.ca_file {
        let certificates = Certificate::from_pem_bundle(&read(file, "ca_file")?);
        let certificates = certificates.ok().filter(|found| !found.is_empty());
        builder = builder.tls_certs_merge(certificates.ok_or_else(|| wrong(file, "ca_file", "holds no certificate in PEM form"))?);
    }
    if let SignIn::Certificate { certificate, key } = &web.sign_in {
        let mut both = read(certificate, "client_certificate")?;
        both.push(b'\n');
        both.extend_from_slice(&read(key, "client_key")?);
        let identity = Identity::from_pem(&both)
            .map_err(|_| wrong(key, "client_key", "and client_certificate are not a key and a certificate in PEM form"))?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

fn read(file: &Path, key: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
    fs::read(file)
        .map(Zeroizing::new)
        .map_err(|error| wrong(file, key, &format!("cannot be read: {error}")))
}

fn wrong(file: &Path, key: &str, what: &str) -> Fault {
    Fault::Setup(format!("{} {what}: correct {key}", file.display()))
}

/// The innermost cause of an error, which says most.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The next bytes of an answer; none at its end.
pub(super) async fn next_piece(answer: &mut Response, wait: Duration) -> io::Result<Option<Bytes>> {
    match tokio::time::timeout(wait, answer.chunk()).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the store broke off in the middle of its answer")),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the store stopped in the middle of its answer")),
    }
}

/// All bytes of an answer, piece by piece.
pub(super) fn pieces(answer: Response, wait: Duration) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    futures_util::stream::try_unfold(answer, move |mut answer| async move {
        Ok(next_piece(&mut answer, wait).await?.map(|piece| (piece, answer)))
    })
}
