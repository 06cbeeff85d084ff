//! The ledger's machinery as a whole.

mod power;
mod start;
mod tamper;
mod writer;
