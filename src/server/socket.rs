//! The socket under TLS: reports what moves to the connection's pulse, and is reset instead of closed where that was asked for.

use crate::server::pulse::Pulse;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};

/// Bytes that may wait unsent in the kernel: what still leaves after a cut, and the step in which a slow client is seen to move.
pub(crate) const UNSENT_BYTES: u32 = 128 * 1024;

/// A stream that can be dropped together with what the kernel still holds for it.
pub(crate) trait Reset: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// From now on dropping the stream resets it.
    fn reset_on_drop(&self);
}

impl Reset for TcpStream {
    fn reset_on_drop(&self) {
        // A socket that the client has left already refuses; then there is nothing to reset.
        let _ = self.set_zero_linger();
    }
}

impl Reset for UnixStream {
    fn reset_on_drop(&self) {}
}

/// Sends small answers at once and keeps little unsent.
pub(crate) fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES)
}

/// Whether a socket is reset when it is dropped; shared with the one who decides.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResetSwitch(Arc<AtomicBool>);

impl ResetSwitch {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The wrapper.
#[derive(Debug)]
pub(crate) struct Socket<S: Reset> {
    stream: S,
    pulse: Arc<Pulse>,
    reset: ResetSwitch,
}

impl<S: Reset> Socket<S> {
    pub(crate) fn new(stream: S, pulse: Arc<Pulse>, reset: ResetSwitch) -> Self {
        Self { stream, pulse, reset }
    }

    fn report(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &outcome {
            Poll::Ready(Ok(bytes)) => self.pulse.written(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.pulse.blocked(),
        }
        outcome
    }
}

impl<S: Reset> Drop for Socket<S> {
    fn drop(&mut self) {
        if self.reset.0.load(Ordering::Acquire) {
            self.stream.reset_on_drop();
        }
    }
}

impl<S: Reset> AsyncRead for Socket<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.pulse.read();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Reset> AsyncWrite for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.report(outcome)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.report(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
