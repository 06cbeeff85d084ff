//! Previews by real workers: documents that others made, mutations of them, and documents made to hurt.
//!
//! Figures are printed, not asserted: a machine with much to do says nothing about the program. What is asserted is what must hold anywhere.

mod corpus;
mod figures;
mod helpers;
mod hostile;
mod mutated;
