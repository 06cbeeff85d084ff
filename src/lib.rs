//! Doorward.
#![deny(unsafe_code)]

pub mod domain;
pub mod web;
pub mod words;
