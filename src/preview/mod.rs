//! Previews: pages of documents as pictures, drawn by a process of its own that can touch nothing.
//!
//! The gateway's side: `pool` hands jobs to workers that the `spawner` starts, `wire` is what passes between them, `office` has Office documents
//! made into PDF elsewhere. The worker's side: `worker` reads the document, `source` opens it, `layout` lays text out, `paint` covers, marks
//! and encodes.

pub mod album;
mod deaths;
pub mod feed;
pub mod fonts;
pub mod job;
pub mod layout;
pub mod limits;
pub mod office;
pub mod paint;
pub mod pool;
mod process;
pub mod room;
pub mod sandbox;
pub mod source;
pub mod spawner;
pub mod wire;
pub mod worker;
