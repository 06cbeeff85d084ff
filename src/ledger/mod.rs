//! The ledger: the truth of the system.

pub mod apply;
pub mod event;
pub mod records;
pub mod state;
pub mod tx;
