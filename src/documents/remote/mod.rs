//! Stores on other machines: one driver for each protocol. What keeps a store that is away from holding up others stands around them, not in them.

pub mod s3;
