//! Doorward as a process: the real program started, stopped, killed, starved, misconfigured and tampered with.

mod helpers;

mod check;
mod commands;
mod full;
mod guests;
mod inherited;
mod kill;
mod logs;
mod mail;
mod memory;
mod mistakes;
mod office;
mod rebuild;
mod redactions;
mod start;
mod stores;
mod sync;
mod tamper;
