//! HTTP/1.1 over a connection that gives its buffers back while nothing is asked: what lies idle is most of what a server holds.

use axum::body::Bytes;
use http_body::Body;
use hyper::{
    body::Incoming,
    server::conn::http1::{Builder, Connection},
    service::HttpService,
};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    error::Error,
    future::Future,
    io::{self, IoSlice},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that are read of what comes after a rest, before HTTP takes over; any number does, and a request of a browser is about this long.
const FIRST_BYTES: usize = 1024;

/// One connection. It rests until the first byte comes, and again whenever it is told to.
pub(crate) struct Http1<IO, S: HttpService<Incoming>> {
    settings: Builder,
    state: State<IO, S>,
}

enum State<IO, S: HttpService<Incoming>> {
    /// Nothing is asked: there is a socket, and what will answer.
    Resting(Unread<IO>, S),
    Serving(Box<Connection<TokioIo<Unread<IO>>, S>>),
    /// A polite end is said.
    Ending(Unread<IO>),
    Over,
}

impl<IO, S> Http1<IO, S>
where
    IO: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, Error = Infallible> + Unpin,
    S::ResBody: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    /// HTTP over `io`; `service` answers.
    pub(crate) fn new(io: IO, settings: Builder, service: S) -> Self {
        Self { settings, state: State::Resting(Unread { before: Bytes::new(), failed: None, io: Box::new(io) }, service) }
    }

    /// Gives back what was held for the last request. To be called only when that is answered, its answer has left, and nothing came since.
    pub(crate) fn rest(&mut self) {
        self.state = match mem::replace(&mut self.state, State::Over) {
            State::Serving(connection) => {
                let parts = connection.into_parts();
                let mut unread = parts.io.into_inner();
                // The beginning of a request that came together with the one before it: there is no rest then.
                if !parts.read_buf.is_empty() {
                    unread.before = [parts.read_buf, unread.before].concat().into();
                }
                State::Resting(unread, parts.service)
            }
            other => other,
        };
    }

    /// Ends the connection after the request that runs, if one does.
    pub(crate) fn stop(&mut self) {
        self.state = match mem::replace(&mut self.state, State::Over) {
            State::Resting(unread, _) => State::Ending(unread),
            State::Serving(mut connection) => {
                Pin::new(&mut *connection).graceful_shutdown();
                State::Serving(connection)
            }
            other => other,
        };
    }
}

impl<IO, S> Future for Http1<IO, S>
where
    IO: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, Error = Infallible> + Unpin,
    S::ResBody: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    type Output = hyper::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let this = &mut *self;
        loop {
            this.state = match mem::replace(&mut this.state, State::Over) {
                State::Resting(mut unread, service) => match unread.poll_first(cx) {
                    Poll::Ready(()) => State::Serving(Box::new(this.settings.serve_connection(TokioIo::new(unread), service))),
                    Poll::Pending => {
                        this.state = State::Resting(unread, service);
                        return Poll::Pending;
                    }
                },
                State::Serving(mut connection) => {
                    let outcome = Pin::new(&mut *connection).poll(cx);
                    this.state = State::Serving(connection);
                    return outcome;
                }
                State::Ending(mut unread) => match Pin::new(&mut unread).poll_shutdown(cx) {
                    // Whoever has left already need not be told.
                    Poll::Ready(_) => State::Over,
                    Poll::Pending => {
                        this.state = State::Ending(unread);
                        return Poll::Pending;
                    }
                },
                State::Over => return Poll::Ready(Ok(())),
            }
        }
    }
}

/// A stream of which some bytes were read already.
struct Unread<IO> {
    before: Bytes,
    /// What went wrong behind them.
    failed: Option<io::Error>,
    /// Apart, because it changes hands with each rest.
    io: Box<IO>,
}

impl<IO: AsyncRead + Unpin> Unread<IO> {
    /// Ready when something came, the end or an error included, which HTTP is to meet.
    fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.before.is_empty() {
            let mut room = [mem::MaybeUninit::uninit(); FIRST_BYTES];
            let mut read = ReadBuf::uninit(&mut room);
            self.failed = ready!(Pin::new(&mut self.io).poll_read(cx, &mut read)).err();
            self.before = Bytes::copy_from_slice(read.filled());
        }
        Poll::Ready(())
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Unread<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return self
                .failed
                .take()
                .map_or_else(|| Pin::new(&mut self.io).poll_read(cx, buf), |error| Poll::Ready(Err(error)));
        }
        let length = self.before.len().min(buf.remaining());
        buf.put_slice(&self.before.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Unread<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{Request, Response};
    use futures_util::FutureExt;
    use hyper::service::service_fn;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    /// Room for all that a test says in one direction.
    const ALL: usize = 256 * 1024;

    fn over<IO>(server: IO) -> Http1<IO, impl HttpService<Incoming, Error = Infallible, ResBody = String> + Unpin>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let echo = |request: Request<Incoming>| async move { Ok::<_, Infallible>(Response::new(format!("<{}>", request.uri().path()))) };
        Http1::new(server, Builder::new(), service_fn(echo))
    }

    fn what_came(client: &mut DuplexStream, text: &mut String) {
        let mut room = vec![0; ALL];
        while let Some(Ok(length)) = client.read(&mut room).now_or_never()
            && length > 0
        {
            text.push_str(&String::from_utf8_lossy(&room[..length]));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn however_requests_are_cut_and_whenever_it_rests_all_are_answered_in_order(
            lengths in prop::collection::vec(1usize..3000, 1..6), cuts in prop::collection::vec((1usize..2500, any::<bool>()), 1..20),
        ) {
            let requests: Vec<_> = lengths.iter().enumerate().map(|(n, length)| format!("/{n}{}", "a".repeat(*length))).collect();
            let said: String = requests.iter().map(|path| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).collect();
            let (mut client, server) = duplex(ALL);
            let (mut connection, mut heard, mut left) = (over(server), String::new(), said.as_bytes());
            for (length, rests) in cuts.iter().cycle() {
                let (piece, rest) = left.split_at((*length).min(left.len()));
                left = rest;
                prop_assert!(client.write_all(piece).now_or_never().is_some_and(|written| written.is_ok()));
                prop_assert!((&mut connection).now_or_never().is_none());
                what_came(&mut client, &mut heard);
                if *rests {
                    connection.rest();
                    prop_assert!(matches!(connection.state, State::Resting(..)));
                    prop_assert!((&mut connection).now_or_never().is_none());
                }
                if left.is_empty() {
                    break;
                }
            }
            let answers: Vec<_> = heard.split('<').skip(1).filter_map(|answer| answer.split('>').next()).collect();
            prop_assert_eq!(answers, requests);
            connection.stop();
            prop_assert!((&mut connection).now_or_never().is_some_and(|ended| ended.is_ok()));
            what_came(&mut client, &mut heard);
            prop_assert!(matches!(client.read(&mut [0]).now_or_never(), Some(Ok(0))));
        }
    }

    /// Fails once, and then says nothing any more.
    struct Fails(bool);

    impl AsyncRead for Fails {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if mem::replace(&mut self.0, true) { Poll::Pending } else { Poll::Ready(Err(io::ErrorKind::InvalidData.into())) }
        }
    }

    impl AsyncWrite for Fails {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn what_goes_wrong_at_rest_ends_the_connection() {
        let mut connection = over(Fails(false));
        assert!((&mut connection).now_or_never().is_some(), "HTTP has met it");
    }

    #[test]
    fn it_holds_no_buffers_before_the_first_byte_and_while_it_rests() {
        let (mut client, server) = duplex(ALL);
        let mut connection = over(server);
        assert!((&mut connection).now_or_never().is_none() && matches!(connection.state, State::Resting(..)));
        assert!(client.write_all(b"G").now_or_never().is_some());
        assert!((&mut connection).now_or_never().is_none() && matches!(connection.state, State::Serving(_)));
        assert!(client.write_all(b"ET / HTTP/1.1\r\n\r\n").now_or_never().is_some());
        assert!((&mut connection).now_or_never().is_none());
        connection.rest();
        assert!((&mut connection).now_or_never().is_none() && matches!(connection.state, State::Resting(..)));
        drop(client);
        assert!((&mut connection).now_or_never().is_some_and(|ended| ended.is_ok()), "who rests sees the other side leave");
    }
}
