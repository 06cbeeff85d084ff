//! Doorward as a process: the real program started, stopped, killed, starved, misconfigured and tampered with.

mod helpers;

mod kill;
mod memory;
mod rebuild;
mod start;
mod sync;
