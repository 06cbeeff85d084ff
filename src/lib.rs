//! Doorward.
#![deny(unsafe_code)]

pub mod domain;
pub mod mail;
pub mod words;
