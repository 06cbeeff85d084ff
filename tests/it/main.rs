//! Doorward from the outside: one binary with all integration tests.

mod admission;
mod api;
mod fuzz_corpus;
mod helpers;
mod recipient;
mod revocation;
