//! Previews by real workers: documents that others made, mutations of them, and documents made to hurt. Mails through a real mail server. The
//! door: forged links, scanners, guessers, what times tell, and cutting off.
//!
//! Figures are printed, not asserted: a machine with much to do says nothing about the program. What is asserted is what must hold anywhere.

mod corpus;
mod door;
mod figures;
mod helpers;
mod hostile;
mod mails;
mod mails_line;
mod mutated;
#[allow(dead_code, unused_imports, reason = "the integration tests use the rest of it")]
#[path = "../it/helpers/mod.rs"]
mod rig;
