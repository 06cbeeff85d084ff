//! Doorward.
#![deny(unsafe_code)]

pub mod config;
pub mod domain;
pub mod words;
