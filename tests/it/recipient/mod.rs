//! The recipient's way, one file a step, named like the addresses.

mod code;
pub(crate) mod document;
mod leave;
mod link;
mod list;
mod play;
mod said;
mod session;
mod viewer;
