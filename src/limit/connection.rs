//! What a request knows of the connection it came over, and how that connection is ended from outside.

use crate::domain::bounds;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The address a request counts for: the peer's, IPv4 even where it came in as IPv6-mapped. A request extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// One connection, as its requests see it. A request extension; clones mean the same connection.
#[derive(Debug, Clone)]
pub struct ConnectionHandle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    peer: SocketAddr,
    http2: bool,
    aborted: AtomicBool,
    bell: Notify,
    streams: Arc<Semaphore>,
}

/// One of the places for documents that a connection has; given back when it is dropped.
#[derive(Debug)]
pub struct StreamPermit {
    _place: OwnedSemaphorePermit,
}

impl ConnectionHandle {
    /// The handle of a connection from `peer`.
    pub fn new(peer: SocketAddr, http2: bool) -> Self {
        Self(Arc::new(Shared {
            peer,
            http2,
            aborted: AtomicBool::new(false),
            bell: Notify::new(),
            streams: Arc::new(Semaphore::new(bounds::STREAMS_PER_CONNECTION)),
        }))
    }

    /// The other end of the socket.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// Whether the connection speaks HTTP/2, that is whether other streams share its fate.
    pub fn is_http2(&self) -> bool {
        self.0.http2
    }

    /// Drops the socket now, with what the kernel still holds for it, whatever the client does or fails to do.
    pub fn abort(&self) {
        self.0.aborted.store(true, Ordering::Release);
        self.0.bell.notify_waiters();
    }

    /// Whether [`Self::abort`] was called.
    pub fn is_aborted(&self) -> bool {
        self.0.aborted.load(Ordering::Acquire)
    }

    /// Ends once [`Self::abort`] has been called; for the one who holds the socket.
    pub async fn aborted(&self) {
        loop {
            // Made before the look, so that an abort in between is not missed.
            let rung = self.0.bell.notified();
            if self.is_aborted() {
                return;
            }
            rung.await;
        }
    }

    /// Waits for one of [`bounds::STREAMS_PER_CONNECTION`] places for a document; they are given in the order of asking.
    pub async fn acquire_stream(&self) -> StreamPermit {
        let place = self.0.streams.clone().acquire_owned().await;
        StreamPermit { _place: place.expect("the semaphore is never closed: nothing calls close on it") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn handle() -> ConnectionHandle {
        ConnectionHandle::new(SocketAddr::from(([127, 0, 0, 1], 9)), true)
    }

    #[tokio::test]
    async fn a_connection_streams_no_more_documents_than_it_may() {
        let handle = handle();
        let mut held = Vec::new();
        for _ in 0..bounds::STREAMS_PER_CONNECTION {
            held.push(handle.acquire_stream().await);
        }
        assert!(handle.acquire_stream().now_or_never().is_none());
        held.pop();
        assert!(handle.acquire_stream().now_or_never().is_some());
    }

    #[tokio::test]
    async fn an_abort_is_heard_before_and_after() {
        let handle = handle();
        assert!(handle.aborted().now_or_never().is_none());
        let waiting = tokio::spawn({
            let handle = handle.clone();
            async move { handle.aborted().await }
        });
        tokio::task::yield_now().await;
        handle.abort();
        assert!(waiting.await.is_ok());
        handle.aborted().await;
    }
}
