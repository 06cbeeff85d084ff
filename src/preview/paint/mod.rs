//! What is done to a page after it was drawn: areas are covered, the mark is written over it, and it becomes JPEG.

mod cover;
mod jpeg;
mod mark;

pub use self::{cover::cover, jpeg::jpeg, mark::mark};
