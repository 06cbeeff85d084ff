//! What speaks HTTP to recipients.

pub mod conditional;
pub mod disposition;
