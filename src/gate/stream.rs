//! The body of a download or a marked copy: counts what is handed over, and ends at once when access does, even while the client does not read.

use crate::documents::read::DocumentStream;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::permit::Admitted;
use crate::gate::progress::Transfer;
use crate::limit::connection::{ConnectionHandle, StreamPermit};
use crate::limit::cut::CutWatch;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::BoxStream;
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

/// Where bytes come from.
pub(super) enum Source {
    /// A document.
    Document(DocumentStream),
    /// What is made while it goes out, or looked at: a copy made of pictures, a document that is compared with its hash.
    Made(BoxStream<'static, io::Result<Bytes>>),
}

/// What is delivered, to whom, and what counts and ends it.
pub(super) struct Delivery {
    /// Where its bytes come from.
    pub(super) source: Source,
    /// How many there are, where that is known before.
    pub(super) left: Option<u64>,
    /// Who gets them.
    pub(super) admitted: Admitted,
    /// What counts them.
    pub(super) transfer: Arc<Transfer>,
    /// What ends it.
    pub(super) watch: CutWatch,
    /// Its place on its connection.
    pub(super) place: StreamPermit,
}

/// A stream of bytes with its receipt behind it.
pub struct DeliveryBody {
    gate: Arc<Gate>,
    source: Source,
    admitted: Admitted,
    transfer: Arc<Transfer>,
    /// Bytes still to come from the source; unknown of what is made while it goes out.
    left: Option<u64>,
    /// The last chunk, which counts as handed over once the next one is asked for.
    pending: u64,
    alive: Timestamp,
    cut: Arc<Cut>,
    /// The last byte of all, asked for only once there is room for it, so that a client that takes nothing is never counted as served.
    last: Option<Bytes>,
    /// Dropped with the body, which ends the watcher.
    _done: oneshot::Sender<()>,
    _place: StreamPermit,
}

impl std::fmt::Debug for DeliveryBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeliveryBody").field("left", &self.left).finish_non_exhaustive()
    }
}

/// What the watcher tells the body.
#[derive(Default)]
struct Cut {
    now: AtomicBool,
    waker: AtomicWaker,
}

impl DeliveryBody {
    pub(super) fn start(gate: Arc<Gate>, delivery: Delivery, connection: &ConnectionHandle) -> Self {
        let Delivery { source, left, admitted, transfer, watch, place } = delivery;
        let (done, ended) = oneshot::channel();
        let cut = Arc::new(Cut::default());
        tokio::spawn(watch_over(Arc::clone(&gate), admitted.clone(), watch, Arc::clone(&cut), connection.clone(), ended));
        let alive = gate.clock.now();
        Self { gate, source, admitted, transfer, left, pending: 0, alive, cut, last: None, _done: done, _place: place }
    }

    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match &mut self.source {
            Source::Document(document) => Pin::new(document).poll_next(context),
            Source::Made(made) => Pin::new(made).poll_next(context),
        }
    }

    fn settle(&mut self) {
        self.transfer.handed(std::mem::take(&mut self.pending));
    }
}

/// Waits for the end of access or of the body, whichever comes first.
async fn watch_over(
    gate: Arc<Gate>,
    admitted: Admitted,
    watch: CutWatch,
    cut: Arc<Cut>,
    connection: ConnectionHandle,
    mut ended: oneshot::Receiver<()>,
) {
    let mut ends = Some(admitted.ends());
    while let Some(end) = ends {
        tokio::select! {
            _ = &mut ended => return,
            () = watch.cut() => break,
            () = watch.look_again() => {}
            () = gate.clock.wait_until(end) => {}
        }
        ends = gate.access_ends(&admitted);
    }
    cut.now.store(true, Ordering::Release);
    cut.waker.wake();
    // HTTP/1 has no other way to end a body early, and a stalled client keeps the body from being polled at all.
    if connection.is_http2() && tokio::time::timeout(STALLED, ended).await.is_ok() {
        return;
    }
    connection.abort();
}

impl Gate {
    /// When access ends as the state has it now, which may be later than when the download began; nothing when it is over.
    fn access_ends(&self, admitted: &Admitted) -> Option<Timestamp> {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let session = state.sessions.get(&admitted.session().id)?;
        let (share, recipient) = state.recipient(session.share, session.recipient)?;
        open_to(share, recipient, now).ok()?;
        Some(share.expires.min(session.expires)).filter(|ends| *ends > now)
    }
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
        let next = match this.last.take() {
            Some(last) => Some(Ok(last)),
            None => std::task::ready!(this.poll_source(context)),
        };
        Poll::Ready(match next {
            None => {
                // Asked for more than there is: all before it was taken.
                this.transfer.whole();
                None
            }
            Some(Ok(mut chunk)) => {
                if this.left.is_some_and(|left| chunk.len() as u64 >= left) && chunk.len() > 1 {
                    this.last = Some(chunk.split_off(chunk.len() - 1));
                }
                this.pending = chunk.len() as u64;
                this.left = this.left.map(|left| left.saturating_sub(this.pending));
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(error)) => {
                let share = this.admitted.share().id;
                tracing::warn!(%share, %error, "a delivery was cut because it could not go on to its end");
                Some(Err(error))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for DeliveryBody {
    fn drop(&mut self) {
        // The last byte is never followed by another poll; it counts when nothing was left to ask for.
        if self.left == Some(0) && !self.cut.now.load(Ordering::Acquire) {
            self.settle();
        }
        self.gate.progress.end(&self.transfer);
    }
}
