//! The ledger: the journal of all events, the state computed from them, and the history pages list (ledger.md).

mod chain;
pub mod disk;
pub mod history;
pub mod journal;
pub mod line;
pub mod machine;
mod pieces;
mod queue;
pub mod recover;
pub mod scan;
mod segment;
pub mod start;
pub mod state_file;
pub mod verify;
pub mod writer;

pub use chain::{Point, Position};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
