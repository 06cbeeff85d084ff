//! The body of a download: counts what is handed over, and ends at once when access does, even while the client does not read.

use crate::documents::read::DocumentStream;
use crate::domain::range::ByteRange;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::permit::Admitted;
use crate::gate::progress::Transfer;
use crate::limit::connection::{ConnectionHandle, StreamPermit};
use crate::limit::cut::CutWatch;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::task::AtomicWaker;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long an HTTP/2 stream that was cut may stay unread before its connection is dropped.
const STALLED: Duration = Duration::from_secs(1);
/// How often a running download keeps its session alive.
const ALIVE_EVERY: Duration = Duration::from_secs(60);

/// A stream of a document's bytes with its receipt behind it.
pub struct DeliveryBody {
    gate: Arc<Gate>,
    source: DocumentStream,
    admitted: Admitted,
    transfer: Arc<Transfer>,
    /// Bytes still to come from the source.
    left: u64,
    /// The last chunk, which counts as handed over once the next one is asked for.
    pending: u64,
    alive: Timestamp,
    cut: Arc<Cut>,
    /// Dropped with the body, which ends the watcher.
    _done: oneshot::Sender<()>,
    _place: StreamPermit,
}

/// What the watcher tells the body.
#[derive(Default)]
struct Cut {
    now: AtomicBool,
    waker: AtomicWaker,
}

impl DeliveryBody {
    #[allow(clippy::too_many_arguments, reason = "the parts of a transfer, joined here and nowhere else")]
    pub(super) fn start(
        gate: Arc<Gate>,
        source: DocumentStream,
        range: ByteRange,
        admitted: Admitted,
        transfer: Arc<Transfer>,
        watch: CutWatch,
        connection: &ConnectionHandle,
        place: StreamPermit,
    ) -> Self {
        let (done, ended) = oneshot::channel();
        let cut = Arc::new(Cut::default());
        tokio::spawn(watch_over(Arc::clone(&gate), admitted.clone(), watch, Arc::clone(&cut), connection.clone(), ended));
        let alive = gate.clock.now();
        Self { gate, source, admitted, transfer, left: range.len(), pending: 0, alive, cut, _done: done, _place: place }
    }

    fn settle(&mut self) {
        self.transfer.handed(std::mem::take(&mut self.pending));
    }
}

/// Waits for the end of access or of the body, whichever comes first. A change that leaves access as it was, such as a later end, goes by.
async fn watch_over(
    gate: Arc<Gate>,
    admitted: Admitted,
    mut watch: CutWatch,
    cut: Arc<Cut>,
    connection: ConnectionHandle,
    mut ended: oneshot::Receiver<()>,
) {
    let clock = Arc::clone(&gate.clock);
    while let Some(ends) = gate.access_ends(&admitted) {
        tokio::select! {
            _ = &mut ended => return,
            () = watch.cut() => {}
            () = clock.wait_until(ends) => {}
        }
        // Watched anew before it is looked at again, so that no revocation can fall between.
        watch = gate.watch(&admitted);
    }
    cut.now.store(true, Ordering::Release);
    cut.waker.wake();
    // HTTP/1 has no other way to end a body early, and a stalled client keeps the body from being polled at all.
    if connection.is_http2() && tokio::time::timeout(STALLED, ended).await.is_ok() {
        return;
    }
    connection.abort();
}

impl Body for DeliveryBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        this.cut.waker.register(context.waker());
        if this.cut.now.load(Ordering::Acquire) {
            this.pending = 0;
            return Poll::Ready(Some(Err(io::Error::other("access has ended"))));
        }
        this.settle();
        let now = this.gate.clock.now();
        if now.since(this.alive) >= ALIVE_EVERY {
            this.alive = now;
            this.gate.keep_alive(&this.admitted);
        }
        let next = std::task::ready!(Pin::new(&mut this.source).poll_next(context));
        Poll::Ready(match next {
            None => None,
            Some(Ok(chunk)) => {
                this.pending = chunk.len() as u64;
                this.left = this.left.saturating_sub(this.pending);
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(error)) => {
                let share = this.admitted.share().id;
                tracing::warn!(%share, %error, "a download was cut because the document could not be read to its end");
                Some(Err(error))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Drop for DeliveryBody {
    fn drop(&mut self) {
        // The last chunk is never followed by another poll; it counts when nothing was left to ask for.
        if self.left == 0 && !self.cut.now.load(Ordering::Acquire) {
            self.settle();
        }
        self.gate.progress.end(&self.transfer);
    }
}
