//! What speaks HTTP to recipients.

pub mod assets;
pub mod conditional;
pub mod disposition;
pub mod pages;
