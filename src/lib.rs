//! Doorward.
#![deny(unsafe_code)]

pub mod crypto;
pub mod domain;
pub mod ledger;
pub mod words;
