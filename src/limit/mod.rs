//! What keeps one client, one connection or one revoked share from taking more than it may have.

pub mod connection;
pub mod cut;
pub mod pace;
pub mod rate;
