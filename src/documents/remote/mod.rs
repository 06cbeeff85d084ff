//! Stores on other machines, one driver a kind.

pub(super) mod sftp;
