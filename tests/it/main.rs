//! Doorward from the outside: one binary with all integration tests.

mod admission;
mod api;
mod archives;
mod bounces;
mod branding;
mod folders;
mod fuzz_corpus;
mod helpers;
mod http;
mod languages;
mod leaks;
mod limits;
mod mail;
mod personas;
mod pictures;
mod pinned;
mod pins;
mod recipient;
mod revocation;
mod uploads;
mod views;
