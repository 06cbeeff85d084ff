//! Doorward from the outside: one binary with all integration tests.

mod fuzz_corpus;
