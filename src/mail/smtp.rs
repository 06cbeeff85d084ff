//! Letters to a mail server: one conversation a letter, over STARTTLS, TLS from the start, or plain to the same machine.

pub(super) mod answer;
mod lines;
mod settings;

pub use settings::{Security, SmtpSettings};

use crate::domain::bounds::MAIL_CONNECTIONS;
use crate::mail::dkim::Dkim;
use crate::mail::letter::wire_address;
use crate::mail::{Accepted, Letter, Undelivered};
use answer::{Mask, Stage};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lines::Lines;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Longest wait for the answer to QUIT.
const GOODBYE: Duration = Duration::from_secs(2);

/// A mail server that takes our letters.
pub struct Smtp {
    settings: SmtpSettings,
    hello: ClientId,
    tls: Option<TlsParameters>,
    conversations: Semaphore,
    dkim: Option<Arc<Dkim>>,
}

impl Smtp {
    /// The server with these settings. Checks them, and reads the certificates to trust; blocks shortly, so call it at the start.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        settings.validate()?;
        let hello = match settings.hello_name.parse() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(settings.hello_name.clone()),
        };
        let tls = if settings.security == Security::Plain { None } else { Some(trust(&settings)?) };
        Ok(Self { settings, hello, tls, conversations: Semaphore::new(MAIL_CONNECTIONS), dkim: None })
    }

    /// The same, with letters signed.
    pub fn signing(self, dkim: Option<Arc<Dkim>>) -> Self {
        Self { dkim, ..self }
    }

    /// Hands one letter over. Waits while [`MAIL_CONNECTIONS`] other conversations run.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<Accepted, Undelivered> {
        let mask = Mask::of(&letter.to);
        let (from, to) = (wire_address(letter.return_to()), wire_address(&letter.to));
        let wire = letter.wire(self.dkim.as_deref());
        let _place = self.place().await;
        let mut server = self.open(&mask).await?;
        let accepted = async {
            self.step(Stage::Sender, &mask, server.command(Mail::new(Some(from), vec![]))).await?;
            self.step(Stage::Recipient, &mask, server.command(Rcpt::new(to, vec![]))).await?;
            self.step(Stage::Content, &mask, server.command(Data)).await?;
            self.step(Stage::Content, &mask, server.message(&wire)).await
        }
        .await;
        self.close(server).await;
        accepted.map(|response| Accepted { reply: mask.reply(&response) })
    }

    /// Connects, says hello, signs in and asks for nothing: whether the settings work, without a letter.
    pub async fn probe(&self) -> Result<(), String> {
        let mask = Mask::default();
        let _place = self.place().await;
        let mut server = self.open(&mask).await.map_err(|refused| refused.reason)?;
        let answer = self.step(Stage::Connect, &mask, server.command(Noop)).await;
        self.close(server).await;
        answer.map(|_| ()).map_err(|refused| refused.reason)
    }

    async fn place(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.conversations.acquire().await.expect("the semaphore is never closed")
    }

    async fn open(&self, mask: &Mask) -> Result<AsyncSmtpConnection, Undelivered> {
        let mut server = match self.settings.security {
            Security::Plain | Security::StartTls => self.open_by_lines(mask).await?,
            Security::Tls => {
                let address = (self.settings.host.as_str(), self.settings.port);
                let opening =
                    AsyncSmtpConnection::connect_tokio1(address, Some(self.settings.timeout), &self.hello, self.tls.clone(), None);
                self.step(Stage::Connect, mask, opening).await?
            }
        };
        if let Some(tls) = self.tls.clone().filter(|_| self.settings.security == Security::StartTls) {
            self.step(Stage::Encrypt, mask, server.starttls(tls, &self.hello)).await?;
        }
        if let Some((user, password)) = self.settings.credentials() {
            let credentials = Credentials::new(user.to_owned(), password.to_owned());
            self.step(Stage::SignIn, mask, server.auth(DEFAULT_MECHANISMS, &credentials)).await?;
        }
        Ok(server)
    }

    /// A plain connection, whether or not STARTTLS protects it then.
    async fn open_by_lines(&self, mask: &Mask) -> Result<AsyncSmtpConnection, Undelivered> {
        let address = (self.settings.host.as_str(), self.settings.port);
        let stream = match tokio::time::timeout(self.settings.timeout, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A letter and its end are two writes; without this the second waits until the first is acknowledged, which servers put off by 40 ms.
                stream.set_nodelay(true).map_err(|problem| mask.unreachable(&problem))?;
                Box::new(Lines::new(stream))
            }
            Ok(Err(problem)) => return Err(mask.unreachable(&problem)),
            Err(_) => return Err(mask.silence(Stage::Connect, self.settings.timeout)),
        };
        self.step(Stage::Connect, mask, AsyncSmtpConnection::connect_with_transport(stream, &self.hello))
            .await
    }

    /// Says good-bye. The letter's fate is settled by then, so the answer does not matter, only that it is not waited for without end.
    async fn close(&self, mut server: AsyncSmtpConnection) {
        let _ = tokio::time::timeout(self.settings.timeout.min(GOODBYE), server.abort()).await;
    }

    /// One question and its answer within the time allowed. lettre bounds only the TCP connection by itself.
    async fn step<T>(&self, stage: Stage, mask: &Mask, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Undelivered> {
        match tokio::time::timeout(self.settings.timeout, asked).await {
            Ok(answer) => answer.map_err(|error| mask.refusal(stage, &error)),
            Err(_) => Err(mask.silence(stage, self.settings.timeout)),
        }
    }
}

/// Settings hold a password.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.settings.host)
            .field("port", &self.settings.port)
            .finish_non_exhaustive()
    }
}

/// What the server's certificate is checked against: the configured file alone, or the system's certificates.
fn trust(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca_file {
        let unusable = |problem: String| format!("the mail server's CA file {} cannot be used: {problem}", file.display());
        let pem = std::fs::read(file).map_err(|problem| unusable(problem.to_string()))?;
        if !pem.windows(10).any(|bytes| bytes == b"-----BEGIN") {
            return Err(unusable("there is no PEM certificate in it".to_owned()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|problem| unusable(problem.to_string()))?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    tls.build().map_err(|problem| format!("TLS to the mail server cannot be set up: {problem}"))
}

#[cfg(test)]
mod tests;
