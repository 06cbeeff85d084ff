//! What a command sees inside its transaction: the state, the present, and a place to put events.

use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::house::House;
use crate::ledger::state::State;
use crate::ledger::writer::Working;

/// A transaction under way. All that waited before it has been decided; nothing else is decided until it ends.
///
/// When its closure refuses, whatever it put down is as if it had never been.
pub struct Tx<'a>(&'a mut dyn Work);

/// The state a command works on, whatever carries it.
pub(super) trait Work {
    fn now(&self) -> Timestamp;
    fn state(&self) -> &State;
    fn emit(&mut self, event: Event);
}

impl Work for Working<'_, House> {
    fn now(&self) -> Timestamp {
        Working::now(self)
    }

    fn state(&self) -> &State {
        Working::state(self)
    }

    fn emit(&mut self, event: Event) {
        Working::emit(self, event);
    }
}

impl<'a> Tx<'a> {
    pub(super) fn new(work: &'a mut dyn Work) -> Self {
        Self(work)
    }

    /// The present, the same for the whole transaction.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// The state, with the events of this transaction in it.
    pub fn state(&self) -> &State {
        self.0.state()
    }

    /// Puts an event down; the state has moved when this returns.
    pub fn emit(&mut self, event: Event) {
        self.0.emit(event);
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
    /// It is more than one line of the ledger may hold.
    #[error("it is too much for one transaction")]
    TooLarge,
}
