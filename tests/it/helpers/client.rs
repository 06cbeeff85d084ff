//! A browser: real TLS, HTTP/1.1 or HTTP/2, a cookie jar, and nothing it does by itself.

use super::answer::Form;
use super::authority::AUTHORITY;
use super::mailbox::Mailbox;
use super::{Answer, Outcome, Shared, soon};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What a browser speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// A browser.
pub(crate) struct Client {
    address: SocketAddr,
    protocol: Protocol,
    host: String,
    from: Ipv4Addr,
    mail: Mailbox,
    jar: Mutex<BTreeMap<String, String>>,
    connection: tokio::sync::Mutex<Option<Connection>>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, protocol: Protocol, mail: Mailbox) -> Self {
        let host = format!("localhost:{}", address.port());
        Self {
            address,
            protocol,
            host,
            from: Ipv4Addr::UNSPECIFIED,
            mail,
            jar: Mutex::default(),
            connection: tokio::sync::Mutex::default(),
        }
    }

    /// Another browser with the same cookies.
    pub(crate) fn twin(&self) -> Self {
        let twin = Self::new(self.address, self.protocol, self.mail.clone()).from(self.from);
        twin.set_cookies(self.cookies());
        twin
    }

    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.jar.lock().unwrap_or_else(PoisonError::into_inner) = cookies;
    }

    pub(crate) fn host(&self) -> String {
        self.host.clone()
    }

    /// The same browser, asking for another name at the same address.
    pub(crate) fn at_host(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    /// The same browser at another address of the loopback network.
    pub(crate) fn from(self, from: Ipv4Addr) -> Self {
        Self { from, ..self }
    }

    pub(crate) async fn get(&self, path: &str) -> Outcome<Answer> {
        self.ask("GET", path, &[], Vec::new()).await
    }

    pub(crate) async fn head(&self, path: &str) -> Outcome<Answer> {
        self.ask("HEAD", path, &[], Vec::new()).await
    }

    pub(crate) async fn get_with(&self, path: &str, fields: &[(&str, &str)]) -> Outcome<Answer> {
        self.ask("GET", path, fields, Vec::new()).await
    }

    /// Sends a form as a browser does from one of our own pages.
    pub(crate) async fn post_form(&self, form: &Form) -> Outcome<Answer> {
        self.post_with(form, &[("sec-fetch-site", "same-origin"), ("origin", "null")]).await
    }

    /// Sends a form with these header fields beside its type.
    pub(crate) async fn post_with(&self, form: &Form, fields: &[(&str, &str)]) -> Outcome<Answer> {
        let mut all = vec![(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        all.extend_from_slice(fields);
        self.ask("POST", &form.action, &all, form.encoded().into_bytes()).await
    }

    /// Asks, and takes the whole answer in.
    pub(crate) async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)], body: Vec<u8>) -> Outcome<Answer> {
        let (parts, body) = self.open(method, path, fields, body).await?.into_parts();
        let body = soon(body.collect()).await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// Asks, and leaves the body to be read.
    pub(crate) async fn open(&self, method: &str, path: &str, fields: &[(&str, &str)], body: Vec<u8>) -> Outcome<Response<Incoming>> {
        let mut request = Request::builder().method(method);
        request = match self.protocol {
            Protocol::Http1 => request.uri(path).header(HOST, self.host()),
            Protocol::Http2 => request.uri(format!("https://{}{path}", self.host())),
        };
        let cookies: Vec<String> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = soon(self.send(request.body(Full::new(Bytes::from(body)))?)).await?;
        self.take_cookies(response.headers());
        Ok(response)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Outcome<Response<Incoming>> {
        let mut held = self.connection.lock().await;
        let usable = match &mut *held {
            Some(Connection::Http1(sender)) => sender.ready().await.is_ok(),
            Some(Connection::Http2(sender)) => sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            *held = Some(self.connect().await?);
        }
        match &mut *held {
            Some(Connection::Http1(sender)) => Ok(sender.send_request(request).await?),
            Some(Connection::Http2(sender)) => Ok(sender.send_request(request).await?),
            None => Err("there is no connection".into()),
        }
    }

    async fn connect(&self) -> Outcome<Connection> {
        match self.protocol {
            Protocol::Http1 => {
                let (sender, connection) = http1::handshake(TokioIo::new(self.tls("http/1.1").await?)).await?;
                tokio::spawn(connection);
                Ok(Connection::Http1(sender))
            }
            Protocol::Http2 => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(self.tls("h2").await?)).await?;
                tokio::spawn(connection);
                Ok(Connection::Http2(sender))
            }
        }
    }

    /// A connection for bytes of the test's own.
    pub(crate) async fn tls(&self, protocol: &str) -> Outcome<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((self.from, 0)))?;
        let stream = socket.connect(self.address).await?;
        Ok(TlsConnector::from(AUTHORITY.client(protocol))
            .connect(ServerName::try_from("localhost")?, stream)
            .await?)
    }

    /// Sends bytes over a new connection and reads until it ends.
    pub(crate) async fn raw(&self, request: &[u8]) -> Outcome<String> {
        let mut stream = self.tls("http/1.1").await?;
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        // A refusal may be followed by a reset, for the rest of the request was not read.
        let _ = soon(stream.read_to_end(&mut answer)).await;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Keeps what a browser would keep: cookies named `__Host-` only with Secure, Path=/ and no Domain.
    fn take_cookies(&self, headers: &HeaderMap) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for value in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = value.split("; ");
            let Some((name, content)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let attributes: Vec<&str> = parts.collect();
            let is_host = attributes.contains(&"Secure") && attributes.contains(&"Path=/") && !value.contains("Domain");
            assert!(name.starts_with("__Host-") && is_host && attributes.contains(&"HttpOnly"), "a browser refuses {name}");
            if attributes.contains(&"Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), content.to_owned());
            }
        }
    }
}

/// The recipient's way.
impl Client {
    /// The page behind a link.
    pub(crate) async fn open_link(&self, link: &str) -> Outcome<Answer> {
        self.get(link).await
    }

    /// Opens a link and agrees.
    pub(crate) async fn agree(&self, link: &str) -> Outcome<Answer> {
        let page = self.open_link(link).await?;
        self.post_form(&page.form(link)).await
    }

    /// Opens a link, agrees, and reads the mail to `email`.
    pub(crate) async fn code_from_mail(&self, link: &str, email: &str) -> Outcome<String> {
        let before = self.mail.codes(email).len();
        let agreed = self.agree(link).await?;
        assert_eq!(agreed.code(), 303, "{}", agreed.text());
        Ok(self.mail.code(email, before + 1).await)
    }

    /// Types a code in.
    pub(crate) async fn give_code(&self, share: &Shared, code: &str) -> Outcome<Answer> {
        let page = self.get(&share.code_page()).await?;
        self.post_form(&page.form(&share.code_page()).with("code", code)).await
    }

    /// Asks for the code again.
    pub(crate) async fn ask_again(&self, share: &Shared) -> Outcome<Answer> {
        let page = self.get(&share.code_page()).await?;
        self.post_form(&page.form(&format!("{}/again", share.code_page()))).await
    }

    /// The whole way of one recipient.
    pub(crate) async fn enter_as(&self, share: &Shared, email: &str) -> Outcome<Answer> {
        let code = self.code_from_mail(&share.link_of(email), email).await?;
        let entered = self.give_code(share, &code).await?;
        assert_eq!((entered.code(), entered.location()), (303, &*share.page()), "{}", entered.text());
        self.get(&share.page()).await
    }

    /// The whole way of `guest@example.org`.
    pub(crate) async fn enter(&self, share: &Shared) -> Outcome<Answer> {
        self.enter_as(share, "guest@example.org").await
    }

    /// "I am finished".
    pub(crate) async fn finish(&self, share: &Shared) -> Outcome<Answer> {
        let page = self.get(&share.page()).await?;
        self.post_form(&page.form(&share.leave())).await
    }
}
