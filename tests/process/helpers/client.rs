//! A small blocking client over TLS that trusts one authority, keeps cookies and lets a test read as slowly as it likes.

use super::Fallible;
use super::wait::PATIENCE;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What the client calls itself.
pub const USER_AGENT: &str = "curious-reader/7.31";

/// Who comes with a link: one cookie jar, any number of connections. Clones are the same person.
#[derive(Clone)]
pub struct Browser {
    port: u16,
    tls: Arc<ClientConfig>,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
}

/// The head of an answer.
#[derive(Debug, Clone)]
pub struct Head {
    /// Status.
    pub status: u16,
    fields: Vec<(String, String)>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its head.
    pub head: Head,
    /// Its body.
    pub body: Vec<u8>,
}

/// One connection.
pub struct Line {
    stream: StreamOwned<ClientConnection, TcpStream>,
    browser: Browser,
    ahead: Vec<u8>,
}

impl Browser {
    /// A person without cookies.
    pub fn new(port: u16, ca: &Path) -> Fallible<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(ca)?)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { port, tls: Arc::new(tls), jar: Arc::default() })
    }

    /// Connects.
    pub fn connect(&self) -> Fallible<Line> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let tls = ClientConnection::new(Arc::clone(&self.tls), ServerName::try_from("localhost")?)?;
        Ok(Line { stream: StreamOwned::new(tls, stream), browser: self.clone(), ahead: Vec::new() })
    }

    /// Gets a path over a connection of its own.
    pub fn get(&self, path: &str) -> Fallible<Answer> {
        self.connect()?.get(path)
    }

    /// Sends a form over a connection of its own.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Fallible<Answer> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut line = self.connect()?;
        let head = line.ask("POST", path, &form)?;
        line.rest(head)
    }

    /// The values of all cookies.
    pub fn cookies(&self) -> Vec<String> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn keep_cookies(&self, head: &Head) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, value) in head.fields.iter().filter(|(name, _)| name == "set-cookie") {
            if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        jar.retain(|_, value| !value.is_empty());
    }

    fn cookie_line(&self) -> String {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) }
    }
}

impl Line {
    /// Sends a request and reads the head of its answer.
    pub fn ask(&mut self, method: &str, path: &str, form: &str) -> Fallible<Head> {
        let body = if method == "POST" {
            format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}", form.len())
        } else {
            "\r\n".to_owned()
        };
        self.begin(method, path, &body)?;
        let head = self.head()?;
        self.browser.keep_cookies(&head);
        Ok(head)
    }

    /// Sends a request with header fields and a body of so many bytes, and reads the head of its answer.
    pub fn send(&mut self, method: &str, path: &str, fields: &[(&str, &str)], length: u64, mut body: impl Read) -> Fallible<Head> {
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.begin(method, path, &format!("{fields}content-length: {length}\r\n\r\n"))?;
        io::copy(&mut body, &mut self.stream)?;
        self.stream.flush()?;
        self.head()
    }

    fn begin(&mut self, method: &str, path: &str, rest: &str) -> Fallible {
        let (port, cookies) = (self.browser.port, self.browser.cookie_line());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nuser-agent: {USER_AGENT}\r\n{cookies}{rest}");
        Ok(self.stream.write_all(head.as_bytes())?)
    }

    /// Gets a path with all its bytes.
    pub fn get(&mut self, path: &str) -> Fallible<Answer> {
        let head = self.ask("GET", path, "")?;
        self.rest(head)
    }

    /// Reads a body to its end.
    pub fn rest(&mut self, head: Head) -> Fallible<Answer> {
        let mut body = vec![0; head.length()];
        self.read_exact(&mut body)?;
        Ok(Answer { head, body })
    }

    /// The port on this side.
    pub fn local_port(&self) -> Fallible<u16> {
        Ok(self.stream.sock.local_addr()?.port())
    }

    /// Reads so many bytes and forgets them.
    pub fn skip(&mut self, bytes: u64) -> Fallible {
        let read = io::copy(&mut self.take(bytes), &mut io::sink())?;
        if read == bytes { Ok(()) } else { Err(format!("{read} bytes of {bytes}").into()) }
    }

    fn head(&mut self) -> Fallible<Head> {
        loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = String::from_utf8(self.ahead.drain(..end + 4).collect())?;
                let mut lines = text.lines();
                let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?.parse()?;
                let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
                return Ok(Head { status, fields: lines.filter_map(field).collect() });
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece)? {
                0 => return Err("the connection ended before an answer".into()),
                got => self.ahead.extend_from_slice(&piece[..got]),
            }
        }
    }
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return self.stream.read(into);
        }
        let got = self.ahead.len().min(into.len());
        into[..got].copy_from_slice(&self.ahead[..got]);
        self.ahead.drain(..got);
        Ok(got)
    }
}

impl Head {
    /// A field's value.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How long the body is.
    pub fn length(&self) -> usize {
        self.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
    }
}

impl Answer {
    /// The body as text, when the answer has this status.
    pub fn text(self, status: u16) -> Fallible<String> {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        if self.head.status == status { Ok(text) } else { Err(format!("{} instead of {status}: {text}", self.head.status).into()) }
    }

    /// Where a 303 leads.
    pub fn goes_to(self) -> Fallible<String> {
        let to = self.head.field("location").map(str::to_owned);
        self.text(303)?;
        to.ok_or_else(|| "a redirection without a place".into())
    }
}
