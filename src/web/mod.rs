//! What browsers meet: assets and pages.

pub mod assets;
pub mod pages;
