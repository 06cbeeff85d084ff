//! Stores on other machines: what they say is never trusted further than it can be checked.

pub mod http;
pub(super) mod sftp;
mod web;
pub mod webdav;
