//! A recipient's browser: one connection over TLS, one cookie jar, pages and forms.

use crate::Fallible;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

/// Addresses of loopback that browsers come from, so that no single one has too many connections.
const SOURCES: usize = 20;

/// Where all browsers go.
#[derive(Clone)]
pub struct Door {
    port: u16,
    tls: TlsConnector,
}

/// One browser with its connection.
pub struct Browser {
    line: SendRequest<Full<Bytes>>,
    host: String,
    jar: Vec<(String, String)>,
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its fields.
    pub fields: HeaderMap,
    /// Its bytes.
    pub body: Bytes,
}

impl Door {
    /// The server on a port, with the authority of its certificate. `hybrid` offers the post-quantum key exchange first, as browsers do.
    pub fn new(port: u16, authority: &Path, hybrid: bool) -> Fallible<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority)?)?;
        let mut provider = doorward::server::tls::provider();
        // Browsers offer this one first, and the other clients of the bench no other.
        provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        if !hybrid {
            provider.kx_groups = vec![rustls::crypto::aws_lc_rs::kx_group::X25519];
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Each recipient comes for the first time.
        config.resumption = Resumption::disabled();
        Ok(Self { port, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Connects the `n`th browser.
    pub async fn connect(&self, n: usize) -> Fallible<Browser> {
        let socket = TcpSocket::new_v4()?;
        let source = Ipv4Addr::new(127, 0, 0, u8::try_from(2 + n % SOURCES)?);
        socket.bind(SocketAddr::from((source, 0)))?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await?;
        stream.set_nodelay(true)?;
        let stream = self.tls.connect(ServerName::try_from("localhost")?, stream).await?;
        let (line, connection) = handshake(TokioIo::new(stream)).await?;
        // Its errors are those of the requests over it.
        tokio::spawn(connection);
        Ok(Browser { line, host: format!("localhost:{}", self.port), jar: Vec::new() })
    }
}

impl Browser {
    /// Gets a path.
    pub async fn get(&mut self, path: &str) -> Fallible<Answer> {
        self.ask(Method::GET, path, None).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Fallible<Answer> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Method::POST, path, Some(form)).await
    }

    /// Whether its connection can be asked more.
    pub fn is_open(&self) -> bool {
        !self.line.is_closed()
    }

    /// The cookies, to go on with over another connection.
    pub fn cookies(self) -> Vec<(String, String)> {
        self.jar
    }

    /// The same browser with cookies that it got before.
    #[must_use]
    pub fn with(self, jar: Vec<(String, String)>) -> Self {
        Self { jar, ..self }
    }

    async fn ask(&mut self, method: Method, path: &str, form: Option<String>) -> Fallible<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host)
            .header("user-agent", "Mozilla/5.0 bench");
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if !self.jar.is_empty() {
            let pairs: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        self.line.ready().await?;
        let response = self.line.send_request(request.body(Full::from(form.unwrap_or_default()))?).await?;
        let (head, body) = response.into_parts();
        self.keep_cookies(&head.headers);
        Ok(Answer { status: head.status, fields: head.headers, body: body.collect().await?.to_bytes() })
    }

    fn keep_cookies(&mut self, fields: &HeaderMap) {
        for field in fields.get_all(SET_COOKIE) {
            let pair = field.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.jar.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    self.jar.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
}

impl Answer {
    /// Its text, when it has this status.
    pub fn page(&self, status: u16) -> Fallible<&str> {
        if self.status != status {
            return Err(format!("{} instead of {status}", self.status).into());
        }
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// Where a 303 leads.
    pub fn goes_to(&self) -> Fallible<String> {
        self.page(303)?;
        Ok(self.fields.get(LOCATION).ok_or("no place to go to")?.to_str()?.to_owned())
    }

    /// A field of the page's first form.
    pub fn value(&self, name: &str) -> Option<String> {
        let page = std::str::from_utf8(&self.body).ok()?;
        let mark = format!("name=\"{name}\" value=\"");
        let rest = &page[page.find(&mark)? + mark.len()..];
        rest.split('"').next().map(str::to_owned)
    }
}
