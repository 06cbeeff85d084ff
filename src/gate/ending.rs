//! The end of access, as a body under way learns of it: at its next poll, and where nothing polls it, by its connection being dropped.

use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::ledger::state::State;
use crate::limit::connection::ConnectionHandle;
use crate::limit::cut::{CutWatch, Whose};
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long an HTTP/2 stream that was cut may stay unread before its connection is dropped.
const STALLED: Duration = Duration::from_secs(1);

/// What a body holds to be ended.
#[derive(Debug)]
pub(super) struct Ending(CutWatch);

impl Ending {
    /// Ends what goes over a connection. The watch was made before access was looked at, so that no revocation can fall between.
    pub(super) fn over(connection: &ConnectionHandle, watch: CutWatch) -> Self {
        watch.over(connection);
        Self(watch)
    }

    /// Ready once access has ended, with what the body says then. Whoever asks is woken by it.
    pub(super) fn poll_ended(&self, context: &Context<'_>) -> Poll<io::Error> {
        if self.0.poll_cut(context) { Poll::Ready(io::Error::other("access has ended")) } else { Poll::Pending }
    }

    /// Whether access has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.0.is_cut()
    }
}

impl Gate {
    /// Ends what is under way when access to it ends, and drops the connections of those who do not notice; never returns.
    pub(super) async fn end_deliveries(&self) {
        loop {
            let next = self.cuts.earliest().unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = self.cuts.rung() => {}
                () = self.clock.wait_until(next) => {}
            }
            let (state, now) = (self.ledger.state(), self.clock.now());
            self.cuts.look(now, |whose| access_ends(&state, whose, now));
            let streams = self.cuts.cut_streams();
            if !streams.is_empty() {
                tokio::spawn(async move {
                    tokio::time::sleep(STALLED).await;
                    streams.abort();
                });
            }
        }
    }
}

/// When access ends as the state has it now, which may be later than when the body began; nothing when it is over.
fn access_ends(state: &State, whose: &Whose, now: Timestamp) -> Option<Timestamp> {
    let session = state.sessions.get(&whose.session)?;
    let (share, recipient) = state.recipient(session.share, session.recipient)?;
    open_to(share, recipient, now).ok()?;
    Some(share.expires.min(session.expires)).filter(|ends| *ends > now)
}
