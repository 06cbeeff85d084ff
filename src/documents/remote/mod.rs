//! Stores on other machines: what they say is never trusted further than it can be checked. What keeps a store that is away from holding up others
//! stands around the drivers, not in them.

pub mod http;
pub mod s3;
pub(super) mod sftp;
mod web;
pub mod webdav;
