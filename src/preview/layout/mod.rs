//! Lays text out on pages.

pub mod block;
