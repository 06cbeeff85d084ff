//! `[tls]`: what the server proves its name with.

use crate::config::{
    reader::Reader,
    rule::{Plain, flag},
};
use std::path::PathBuf;

/// `[tls]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `certificate`: PEM file with the server's certificate and those between it and a known authority. Required.
    pub certificate: PathBuf,
    /// `key`: PEM file with the private key of the certificate. Required.
    pub key: PathBuf,
    /// `modern`: TLS 1.3 only. Default `false`: 1.2 as well.
    pub modern: bool,
}

impl Tls {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let certificate = r.required("certificate", r.path());
        let key = r.required("key", r.path());
        let modern = r.key("modern", Plain::Flag(false), flag());
        Some(Self { certificate: certificate?, key: key?, modern: modern? })
    }
}
