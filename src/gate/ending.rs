//! The end of access, as a body under way learns of it: at its next poll, and where nothing polls it, by its connection being dropped.

use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::permit::Admitted;
use crate::limit::connection::ConnectionHandle;
use crate::limit::cut::CutWatch;
use futures_util::task::AtomicWaker;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long an HTTP/2 stream that was cut may stay unread before its connection is dropped.
const STALLED: Duration = Duration::from_secs(1);

/// What a body holds to be ended. Dropped with the body, which ends the watcher behind it.
#[derive(Debug)]
pub(super) struct Ending {
    cut: Arc<Cut>,
    _done: oneshot::Sender<()>,
}

/// What the watcher tells the body.
#[derive(Debug, Default)]
struct Cut {
    now: AtomicBool,
    waker: AtomicWaker,
}

impl Ending {
    /// Watches from now on. The watch was made before access was looked at, so that no revocation can fall between.
    pub(super) fn start(gate: Arc<Gate>, admitted: Admitted, watch: CutWatch, connection: ConnectionHandle) -> Self {
        let (done, ended) = oneshot::channel();
        let cut = Arc::new(Cut::default());
        tokio::spawn(watch_over(gate, admitted, watch, Arc::clone(&cut), connection, ended));
        Self { cut, _done: done }
    }

    /// Ready once access has ended, with what the body says then. Whoever asks is woken by it.
    pub(super) fn poll_ended(&self, context: &Context<'_>) -> Poll<io::Error> {
        self.cut.waker.register(context.waker());
        if self.has_ended() { Poll::Ready(io::Error::other("access has ended")) } else { Poll::Pending }
    }

    /// Whether access has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.cut.now.load(Ordering::Acquire)
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
    /// When access ends as the state has it now, which may be later than when the body began; nothing when it is over.
    fn access_ends(&self, admitted: &Admitted) -> Option<Timestamp> {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let session = state.sessions.get(&admitted.session().id)?;
        let (share, recipient) = state.recipient(session.share, session.recipient)?;
        open_to(share, recipient, now).ok()?;
        Some(share.expires.min(session.expires)).filter(|ends| *ends > now)
    }
}
