//! A connection read one line at a time, so that nothing sent before STARTTLS is taken for an answer after it.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Most bytes held back.
const HELD_BYTES: usize = 4096;

/// lettre reads answers through a buffer that it keeps when TLS begins: whatever somebody on the way adds behind the server's last
/// plain line would be read as the server's first protected answer. Here each read ends with a line, so that such an addition meets
/// the TLS handshake, and breaks it.
#[derive(Debug)]
pub(super) struct Lines {
    stream: TcpStream,
    held: Vec<u8>,
}

impl Lines {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self { stream, held: Vec::new() }
    }
}

impl AsyncTokioStream for Lines {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Lines {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.held.is_empty() {
            let mut space = [0; HELD_BYTES];
            let mut read = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
            self.held.extend_from_slice(read.filled());
        }
        let line = self.held.iter().position(|byte| *byte == b'\n').map_or(self.held.len(), |end| end + 1);
        let count = line.min(to.remaining());
        to.put_slice(&self.held[..count]);
        self.held.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Lines {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use crate::mail::letter::tests::letter;
    use crate::mail::smtp::settings::tests::settings;
    use crate::mail::{Security, Smtp, SmtpSettings};
    use std::sync::Arc;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    type Failure = Box<dyn std::error::Error + Send + Sync>;

    /// Talks plain until STARTTLS, adds `extra` behind its answer, begins TLS, hears one line, and hangs up.
    async fn serve(mut client: TcpStream, tls: TlsAcceptor, extra: &str) -> Result<String, Failure> {
        client.write_all(b"220 mail.test\r\n").await?;
        let mut plain = BufReader::new(&mut client);
        let mut line = String::new();
        plain.read_line(&mut line).await?;
        plain.write_all(b"250-mail.test\r\n250 STARTTLS\r\n").await?;
        plain.read_line(&mut line).await?;
        plain.write_all(format!("220 go on\r\n{extra}").as_bytes()).await?;
        let mut told = String::new();
        if let Ok(inside) = tls.accept(client).await {
            BufReader::new(inside).read_line(&mut told).await?;
        }
        Ok(told)
    }

    async fn attempt(extra: &'static str) -> Result<(String, String), Failure> {
        let scratch = tempfile::tempdir()?;
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let ca_file = scratch.path().join("ca.pem");
        std::fs::write(&ca_file, made.cert.pem())?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let server = tokio::spawn(async move {
            let (client, _) = listener.accept().await?;
            serve(client, TlsAcceptor::from(Arc::new(config)), extra).await
        });
        let smtp = Smtp::new(SmtpSettings { port, security: Security::StartTls, ca_file: Some(ca_file), ..settings() })?;
        let refused = smtp.deliver(&letter()).await.err().ok_or("the letter was taken")?;
        Ok((refused.reason, server.await??))
    }

    #[tokio::test]
    async fn an_answer_slipped_in_before_tls_is_not_taken_for_one_after_it() -> Result<(), Failure> {
        let extra = "250 hello\r\n250 sender ok\r\n250 recipient ok\r\n354 go\r\n250 taken\r\n";
        let (reason, told) = attempt(extra).await?;
        assert!(reason.starts_with("no encrypted connection to the mail server: "), "{reason}");
        assert_eq!(told, "");
        Ok(())
    }

    #[tokio::test]
    async fn without_an_addition_the_hello_is_said_again_inside() -> Result<(), Failure> {
        let (reason, told) = attempt("").await?;
        assert!(reason.starts_with("no encrypted connection to the mail server: "), "{reason}");
        assert_eq!(told, "EHLO share.example.org\r\n");
        Ok(())
    }
}
