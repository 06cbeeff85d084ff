//! Doorward.
#![deny(unsafe_code)]

pub mod cli;
pub mod config;
pub mod crypto;
pub mod documents;
pub mod domain;
pub mod ledger;
pub mod mail;
pub mod web;
pub mod words;

pub mod limit;

pub mod server;
