//! The ledger: the journal of all events, the state computed from them, and the history that pages list.

pub mod apply;
mod chain;
pub mod codec;
pub mod disk;
pub mod event;
pub mod history;
pub mod house;
pub mod journal;
pub mod line;
pub mod machine;
pub mod open;
mod pieces;
mod queue;
pub mod read;
pub mod records;
pub mod recover;
mod replay;
pub mod scan;
mod segment;
pub mod start;
pub mod state;
pub mod state_file;
pub mod tx;
pub mod verify;
pub mod writer;

pub use chain::{Point, Position};
pub use open::Ledger;

#[cfg(test)]
mod apply_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
