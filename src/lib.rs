//! Doorward.
#![deny(unsafe_code)]

pub mod domain;
pub mod words;

pub mod limit;

pub mod server;
