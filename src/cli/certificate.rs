//! The quickstart's own authority and certificate, made once and renewed when they no longer fit.

use crate::cli::failure::Failure;
use crate::crypto::keys::write_private;
use crate::domain::time::Timestamp;
use crate::server::tls::Identity;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long the server's certificate is valid.
const LEAF: Duration = Duration::from_secs(90 * 24 * 3600);
/// A certificate this near to its end is made anew.
const RENEW: Duration = Duration::from_secs(14 * 24 * 3600);
/// How long the authority is valid.
const AUTHORITY: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The files in `DATA/tls`.
#[derive(Debug)]
pub struct Files {
    /// The authority's certificate, which a browser may be told to trust.
    pub ca: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    ca_key: PathBuf,
}

/// Sees to it that the server has a valid certificate for all these names and addresses.
pub fn ensure(data: &Path, names: &[String], now: Timestamp) -> Result<Files, Failure> {
    let folder = data.join("tls");
    std::fs::create_dir_all(&folder)?;
    let at = |name: &str| folder.join(name);
    let files = Files { ca: at("ca.pem"), certificate: at("server.pem"), key: at("server.key"), ca_key: at("ca.key") };
    let fits = |at| Identity::from_files(&files.certificate, &files.key, at).is_ok_and(|known| names.iter().all(|name| known.covers(name)));
    if !files.ca.exists() || !fits(now) || !fits(now.plus(RENEW)) {
        make(&files, names, now).map_err(|why| Failure::refused(format!("no certificate can be made in {}: {why}", folder.display())))?;
    }
    Ok(files)
}

fn make(files: &Files, names: &[String], now: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    let ca_key = match std::fs::read_to_string(&files.ca_key) {
        Ok(pem) => KeyPair::from_pem(&pem)?,
        Err(_) => {
            let made = KeyPair::generate()?;
            write_private(&files.ca_key, made.serialize_pem().as_bytes())?;
            made
        }
    };
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(now.millis().unsigned_abs());
    // A day back, for clients whose clock is behind.
    let from = start - Duration::from_secs(24 * 3600);
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Doorward quickstart authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (authority.not_before, authority.not_after) = (from.into(), (start + AUTHORITY).into());
    if !files.ca.exists() {
        write_private(&files.ca, authority.self_signed(&ca_key)?.pem().as_bytes())?;
    }
    let mut leaf = CertificateParams::new(names.to_vec())?;
    leaf.distinguished_name.push(DnType::CommonName, names.first().map_or("localhost", String::as_str));
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    (leaf.not_before, leaf.not_after) = (from.into(), (start + LEAF - Duration::from_secs(24 * 3600)).into());
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &Issuer::new(authority, ca_key))?;
    write_private(&files.key, key.serialize_pem().as_bytes())?;
    write_private(&files.certificate, certificate.pem().as_bytes())?;
    Ok(())
}
