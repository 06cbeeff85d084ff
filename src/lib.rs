//! Doorward.
#![deny(unsafe_code)]

pub mod config;
pub mod crypto;
pub mod domain;
pub mod ledger;
pub mod mail;
pub mod words;
