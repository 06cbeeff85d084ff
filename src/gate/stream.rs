//! The body of a download or a marked copy: counts what is handed over, and ends at once when access does, even while the client does not read.

use crate::documents::read::DocumentStream;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::ending::Ending;
use crate::gate::permit::Admitted;
use crate::gate::progress::Transfer;
use crate::limit::connection::{ConnectionHandle, StreamPermit};
use crate::limit::cut::CutWatch;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::BoxStream;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

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
    ending: Ending,
    /// The last byte of all, asked for only once there is room for it, so that a client that takes nothing is never counted as served.
    last: Option<Bytes>,
    _place: StreamPermit,
}

impl std::fmt::Debug for DeliveryBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeliveryBody").field("left", &self.left).finish_non_exhaustive()
    }
}

impl DeliveryBody {
    pub(super) fn start(gate: Arc<Gate>, delivery: Delivery, connection: &ConnectionHandle) -> Self {
        let Delivery { source, left, admitted, transfer, watch, place } = delivery;
        let ending = Ending::over(connection, watch);
        let alive = gate.clock.now();
        Self { gate, source, admitted, transfer, left, pending: 0, alive, ending, last: None, _place: place }
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

impl Body for DeliveryBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(error) = this.ending.poll_ended(context) {
            this.pending = 0;
            return Poll::Ready(Some(Err(error)));
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
        if self.left == Some(0) && !self.ending.has_ended() {
            self.settle();
        }
        self.gate.progress.end(&self.transfer);
    }
}
