//! Doorward from the outside: one binary with all integration tests.

mod admission;
mod fuzz_corpus;
mod helpers;
mod recipient;
