//! What HTTP/2 writes, gathered into full TLS records: it flushes after each of its small frames, and each would be a call into the kernel.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that are gathered at most: four records, as many as TLS makes at once.
const GATHERED_BYTES: usize = 64 * 1024;

/// A stream whose writes wait until there are [`GATHERED_BYTES`] of them, or until its connection has nothing more to do.
#[derive(Debug)]
pub(crate) struct Gather<IO>(Arc<Mutex<Gathering<IO>>>);

#[derive(Debug)]
struct Gathering<IO> {
    io: IO,
    bytes: Vec<u8>,
    /// How many of them were written.
    written: usize,
    /// What went wrong while nobody could be told.
    failed: Option<io::Error>,
}

/// A connection over such a stream: what waits is written each time the connection has come to rest.
#[derive(Debug)]
pub(crate) struct Gathered<C, IO> {
    connection: Pin<Box<C>>,
    stream: Gather<IO>,
}

impl<C, IO> Gathered<C, IO> {
    /// The connection that `make` makes over the stream.
    pub(crate) fn new(io: IO, make: impl FnOnce(Gather<IO>) -> C) -> Self {
        let shared = Arc::new(Mutex::new(Gathering { io, bytes: Vec::new(), written: 0, failed: None }));
        Self { connection: Box::pin(make(Gather(Arc::clone(&shared)))), stream: Gather(shared) }
    }

    /// The connection itself.
    pub(crate) fn connection(&mut self) -> Pin<&mut C> {
        self.connection.as_mut()
    }
}

impl<C: Future, IO: AsyncWrite + Unpin> Future for Gathered<C, IO> {
    type Output = C::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<C::Output> {
        let outcome = self.connection.as_mut().poll(context);
        let mut gathering = self.stream.lock();
        if outcome.is_pending()
            && let Poll::Ready(Err(error)) = gathering.flush(context)
        {
            // The connection learns it when it asks for what it reads.
            gathering.failed = Some(error);
            context.waker().wake_by_ref();
        }
        drop(gathering);
        outcome
    }
}

impl<IO> Gather<IO> {
    fn lock(&self) -> MutexGuard<'_, Gathering<IO>> {
        // Nobody else holds it for longer than one call, and only the connection's own task calls.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<IO: AsyncWrite + Unpin> Gathering<IO> {
    fn gather(&mut self, context: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.bytes.len() == GATHERED_BYTES {
            ready!(self.write(context))?;
        }
        let before = self.bytes.len();
        if self.bytes.capacity() == 0 && parts.iter().map(|part| part.len()).sum::<usize>() > GATHERED_BYTES / 16 {
            self.bytes.reserve_exact(GATHERED_BYTES);
        }
        for part in parts {
            let room = GATHERED_BYTES - self.bytes.len();
            self.bytes.extend_from_slice(&part[..part.len().min(room)]);
        }
        Poll::Ready(Ok(self.bytes.len() - before))
    }

    /// Writes all that waits.
    fn write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        while self.written < self.bytes.len() {
            let some = ready!(Pin::new(&mut self.io).poll_write(context, &self.bytes[self.written..]))?;
            if some == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += some;
        }
        self.bytes.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    /// Writes all that waits, and gives its memory back: there may be nothing to write for long.
    fn flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write(context))?;
        self.bytes = Vec::new();
        Pin::new(&mut self.io).poll_flush(context)
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Gather<IO> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.lock();
        match gathering.failed.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => Pin::new(&mut gathering.io).poll_read(context, buffer),
        }
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Gather<IO> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().gather(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.lock().gather(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Done at once: what waits is written when the connection has come to rest.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.lock();
        ready!(gathering.flush(context))?;
        Pin::new(&mut gathering.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// A connection that writes frames, flushes after each, and then rests for ever.
    async fn frames(mut stream: Gather<Counted>, frames: Vec<Vec<u8>>) {
        for frame in frames {
            stream.write_all(&frame).await.expect("the other side reads");
            stream.flush().await.expect("the other side reads");
        }
        poll_fn(|_| Poll::<()>::Pending).await;
    }

    /// Counts writes.
    struct Counted(tokio::io::DuplexStream, Arc<Mutex<Vec<usize>>>);

    impl AsyncWrite for Counted {
        fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            let some = ready!(Pin::new(&mut self.0).poll_write(context, bytes))?;
            self.1.lock().expect("no test panics with it").push(some);
            Poll::Ready(Ok(some))
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(context)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(context)
        }
    }

    #[tokio::test]
    async fn small_frames_leave_together_and_the_rest_when_the_connection_rests() {
        let (near, mut far) = duplex(4 * GATHERED_BYTES);
        let writes = Arc::new(Mutex::new(Vec::new()));
        let wanted: Vec<Vec<u8>> = (0..9u8).map(|n| vec![n; 16 * 1024 + 9]).collect();
        let all = wanted.concat();
        let connection = Gathered::new(Counted(near, writes.clone()), |stream| frames(stream, wanted));
        let mut got = vec![0; all.len()];
        tokio::select! {
            () = connection => unreachable!("it rests for ever"),
            read = far.read_exact(&mut got) => assert_eq!(read.expect("all of it comes"), all.len()),
        }
        assert_eq!(got, all);
        assert_eq!(*writes.lock().expect("no test panics with it"), [GATHERED_BYTES, GATHERED_BYTES, all.len() - 2 * GATHERED_BYTES]);
    }

    #[tokio::test]
    async fn a_reader_that_does_not_read_stops_the_writer() {
        let (near, far) = duplex(1000);
        let writes = Arc::new(Mutex::new(Vec::new()));
        let mut taken = 0;
        let mut connection = Gathered::new(Counted(near, writes.clone()), |mut stream| async move {
            while taken < 10 {
                stream.write_all(&[1; GATHERED_BYTES / 2]).await.expect("nothing is broken");
                taken += 1;
            }
        });
        let ended = tokio::time::timeout(std::time::Duration::from_millis(50), &mut connection).await;
        assert!(ended.is_err(), "two halves wait and the third finds no room");
        assert_eq!(writes.lock().expect("no test panics with it").iter().sum::<usize>(), 1000);
        drop(far);
        assert!(connection.stream.lock().bytes.len() <= GATHERED_BYTES);
    }

    #[tokio::test]
    async fn a_broken_stream_is_told_to_the_connection() {
        let (near, far) = duplex(1000);
        drop(far);
        let connection = Gathered::new(Counted(near, Arc::default()), |mut stream| async move {
            stream.write_all(b"never arrives").await.expect("it is only gathered");
            stream.write_all(&[0; GATHERED_BYTES]).await.expect_err("the other side is gone").kind()
        });
        assert_eq!(connection.await, io::ErrorKind::BrokenPipe);
        // Nor is it lost where the connection only reads.
        let connection = Gathered::new(Deaf, |mut stream| async move {
            stream.write_all(b"never arrives").await.expect("it is only gathered");
            stream.read_u8().await.expect_err("the other side is gone").kind()
        });
        assert_eq!(connection.await, io::ErrorKind::BrokenPipe);
    }

    /// Gives nothing to read and takes nothing.
    struct Deaf;

    impl AsyncRead for Deaf {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Poll::Pending
        }
    }

    impl AsyncWrite for Deaf {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
}
