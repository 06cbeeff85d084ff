//! Stores of every kind: the same cases for each of them, in front of real servers on loopback.

mod cases;
mod rig;
mod rigs;
