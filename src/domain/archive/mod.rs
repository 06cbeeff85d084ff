//! Folders as ZIP (APPNOTE 6.3.10): where each byte of an archive comes from, known before the first of them is sent.
//!
//! Documents are stored as they are, so that the length of the archive follows from their sizes. An archive whose checksums are known is the same
//! bytes each time, and any range of it can be asked for. One whose checksums are not known before is written once, from its first byte to its
//! last, with a descriptor behind each such document.

pub mod layout;
pub mod names;
mod record;
