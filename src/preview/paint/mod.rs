//! What is done to a page after it was drawn: areas are covered, a grid may be drawn and the mark is written over it, and it becomes JPEG.

mod cover;
mod grid;
mod jpeg;
mod mark;

pub use self::{cover::cover, grid::grid, jpeg::jpeg, mark::mark};
