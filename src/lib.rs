//! Doorward.
#![deny(unsafe_code)]

pub mod cli;
pub mod documents;
pub mod domain;
pub mod web;
pub mod words;
