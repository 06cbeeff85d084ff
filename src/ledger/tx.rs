//! What a command sees inside its transaction: the state, the present, and a place to put events.

use crate::domain::time::Timestamp;
use crate::ledger::apply::apply;
use crate::ledger::event::Event;
use crate::ledger::state::State;

/// A transaction under way. All that waited before it has been decided; nothing else is decided until it ends.
///
/// When its closure refuses, whatever it put down is as if it had never been.
#[derive(Debug)]
pub struct Tx<'a> {
    now: Timestamp,
    state: &'a mut State,
    events: &'a mut Vec<Event>,
}

impl<'a> Tx<'a> {
    pub(super) const fn new(now: Timestamp, state: &'a mut State, events: &'a mut Vec<Event>) -> Self {
        Self { now, state, events }
    }

    /// The present, the same for the whole transaction.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The state, with the events of this transaction in it.
    pub const fn state(&self) -> &State {
        self.state
    }

    /// Puts an event down; the state has moved when this returns.
    pub fn emit(&mut self, event: Event) {
        apply(self.state, self.now, &event);
        self.events.push(event);
    }
}

/// Which commands go first when many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Revocation, administration and what the server itself has to put down.
    First,
    /// Everything else.
    Ordinary,
}

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Too many commands wait.
    #[error("too many commands wait for the ledger")]
    Busy,
    /// The disk takes no more.
    #[error("the disk takes no more; nothing was written")]
    NoSpace,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}
