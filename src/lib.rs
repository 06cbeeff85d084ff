//! Doorward.
#![deny(unsafe_code)]

pub mod cli;
pub mod config;
pub mod crypto;
pub mod documents;
pub mod domain;
pub mod ledger;
pub mod limit;
pub mod mail;
pub mod server;
pub mod web;
pub mod words;
