//! Everything cryptographic: only `primitives` calls ring, all else builds on it.

pub mod primitives;
