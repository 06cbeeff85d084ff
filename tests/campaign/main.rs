<<<<<<< HEAD
//! Previews by real workers: documents that others made, mutations of them, and documents made to hurt. Mails through a real mail server.
=======
//! Previews by real workers: documents that others made, mutations of them, and documents made to hurt. The door: forged links, scanners, guessers,
//! what times tell, and cutting off.
>>>>>>> door
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
<<<<<<< HEAD
#[allow(dead_code, reason = "what all tests of the running program share; not everything of it is needed here")]
=======
#[allow(dead_code, unused_imports, reason = "the integration tests use the rest of it")]
>>>>>>> door
#[path = "../it/helpers/mod.rs"]
mod rig;
