//! TLS: what is offered, and the certificate and key it is offered with.

use crate::domain::time::Timestamp;
use arc_swap::ArcSwap;
use rustls::{
    CertificateError, RootCertStore, ServerConfig,
    client::{danger::ServerCertVerifier, verify_server_name},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A certificate that ends within this is worth a warning at start.
pub const EXPIRY_WARNING: Duration = Duration::from_secs(14 * 24 * 3600);
/// Largest certificate or key file that is read, in bytes.
pub const PEM_BYTES: u64 = 1024 * 1024;

/// What is wrong with a certificate or key, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate's last day has passed.
    #[error("{file}: the certificate ended at {ended}; get a new one and put it in its place")]
    Expired {
        /// Where it came from.
        file: PathBuf,
        /// The last moment of its validity.
        ended: Timestamp,
    },
    /// The key is none that TLS can sign with.
    #[error("{file}: this private key cannot be used ({reason}); use ECDSA P-256 or P-384, Ed25519, or RSA of at least 2048 bits")]
    KeyUnusable {
        /// Where it came from.
        file: PathBuf,
        /// The library's words.
        reason: rustls::Error,
    },
    /// Certificate and key are not a pair.
    #[error(
        "{key} is not the key of the first certificate in {certificate}; name the key that belongs to it, and put the server's own certificate first"
    )]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The file holds no certificate.
    #[error("{file}: no certificate in it; it must hold '-----BEGIN CERTIFICATE-----', the server's own first, then those that signed it")]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// The file holds no private key.
    #[error("{file}: no private key in it; it must hold '-----BEGIN PRIVATE KEY-----' without a pass phrase")]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// The certificate's first day has not come.
    #[error("{file}: the certificate begins at {begins} only; check the clock of this machine, or use one that is valid")]
    NotYetValid {
        /// Where it came from.
        file: PathBuf,
        /// The first moment of its validity.
        begins: Timestamp,
    },
    /// Text that should be PEM or DER is not.
    #[error("{file}: damaged ({reason}); copy it again from where it was made")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The library's words.
        reason: String,
    },
    /// The file cannot be opened.
    #[error("{file}: {reason}; check the path, and that the user the server runs as may read it")]
    Unopened {
        /// The file.
        file: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// The library refuses the settings as a whole.
    #[error("TLS cannot be set up: {0}")]
    Unsupported(rustls::Error),
}

/// A certificate chain and its key, checked to be a pair and valid now.
#[derive(Debug, Clone)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    warnings: Vec<String>,
}

impl Identity {
    /// Reads chain and key from PEM files.
    pub fn from_files(certificate: &Path, key: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let (chain, _) = read(certificate)?;
        let (secret, key_mode) = read(key)?;
        let mut identity = Self::build(certificate, &chain, key, &secret, now)?;
        if key_mode & 0o007 != 0 {
            identity
                .warnings
                .push(format!("{}: other users of this machine can read this key; run chmod o= on it", key.display()));
        }
        Ok(identity)
    }

    /// Takes chain and key as PEM that are in memory.
    pub fn from_pem(certificate: &[u8], key: &[u8], now: Timestamp) -> Result<Self, TlsError> {
        Self::build(Path::new("certificate"), certificate, Path::new("key"), key, now)
    }

    /// What is not wrong but should be mended, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether browsers will accept the certificate for this host name or address.
    pub fn covers(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else { return false };
        let parsed = self.certified.end_entity_cert().and_then(ParsedCertificate::try_from);
        parsed.is_ok_and(|certificate| verify_server_name(&certificate, &name).is_ok())
    }

    fn build(chain_file: &Path, chain: &[u8], key_file: &Path, key: &[u8], now: Timestamp) -> Result<Self, TlsError> {
        let damaged = |file: &Path, reason: String| TlsError::Unreadable { file: file.to_owned(), reason };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|e: pem::Error| damaged(chain_file, e.to_string()))?;
        let Some(leaf) = chain.first() else {
            return Err(TlsError::NoCertificate { file: chain_file.to_owned() });
        };
        ParsedCertificate::try_from(leaf).map_err(|e| damaged(chain_file, e.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| match e {
            pem::Error::NoItemsFound => TlsError::NoKey { file: key_file.to_owned() },
            other => damaged(key_file, other.to_string()),
        })?;
        let warnings = check_validity(chain_file, leaf, now)?;
        let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|e| match e {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { certificate: chain_file.to_owned(), key: key_file.to_owned() },
            reason => TlsError::KeyUnusable { file: key_file.to_owned(), reason },
        })?;
        Ok(Self { certified: Arc::new(certified), warnings })
    }
}

fn read(file: &Path) -> Result<(Vec<u8>, u32), TlsError> {
    let unopened = |reason| TlsError::Unopened { file: file.to_owned(), reason };
    let meta = fs::metadata(file).map_err(unopened)?;
    if !meta.is_file() || meta.len() > PEM_BYTES {
        return Err(unopened(io::Error::new(io::ErrorKind::InvalidInput, "not a file of at most 1 MiB")));
    }
    Ok((fs::read(file).map_err(unopened)?, meta.mode()))
}

/// Asks the library's own verifier about the leaf alone, with the leaf as the one it trusts: it looks at the dates before anything else.
fn check_validity(file: &Path, leaf: &CertificateDer<'static>, now: Timestamp) -> Result<Vec<String>, TlsError> {
    let file = file.to_owned();
    match validity_error(leaf, now) {
        Some(CertificateError::ExpiredContext { not_after, .. }) => return Err(TlsError::Expired { file, ended: moment(not_after) }),
        Some(CertificateError::NotValidYetContext { not_before, .. }) => {
            return Err(TlsError::NotYetValid { file, begins: moment(not_before) });
        }
        _ => {}
    }
    match validity_error(leaf, now.plus(EXPIRY_WARNING)) {
        Some(CertificateError::ExpiredContext { not_after, .. }) => {
            Ok(vec![format!("{}: the certificate ends at {}; renew it before", file.display(), moment(not_after))])
        }
        _ => Ok(Vec::new()),
    }
}

fn validity_error(leaf: &CertificateDer<'static>, now: Timestamp) -> Option<CertificateError> {
    let mut roots = RootCertStore::empty();
    roots.add(leaf.clone()).ok()?;
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
        .build()
        .ok()?;
    let any_name = ServerName::try_from("localhost").ok()?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.seconds()));
    match verifier.verify_server_cert(leaf, &[], &any_name, &[], now) {
        Err(rustls::Error::InvalidCertificate(error)) => Some(error),
        _ => None,
    }
}

fn moment(time: UnixTime) -> Timestamp {
    Timestamp::default().plus(Duration::from_secs(time.as_secs()))
}

/// What is offered, settled once at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TlsSettings {
    /// TLS 1.3 only. Default false: 1.3 and 1.2.
    pub modern: bool,
}

/// The server's TLS; clones share the certificate, so that a reload reaches every new handshake at once.
#[derive(Debug, Clone)]
pub struct Tls {
    settings: TlsSettings,
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Tls {
    /// TLS with this certificate.
    pub fn new(settings: TlsSettings, identity: &Identity) -> Result<Self, TlsError> {
        let current = Arc::new(ArcSwap::from_pointee(server_config(settings, identity)?));
        Ok(Self { settings, current })
    }

    /// Uses another certificate from the next handshake on; when that fails the one in use stays.
    pub fn reload(&self, identity: &Identity) -> Result<(), TlsError> {
        self.current.store(Arc::new(server_config(self.settings, identity)?));
        Ok(())
    }

    /// What the next handshake is made with.
    pub fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }
}

/// AES-GCM and ChaCha20 with ephemeral key exchange only (rustls has nothing older); the post-quantum hybrid first.
pub fn provider() -> CryptoProvider {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};
    CryptoProvider { kx_groups: vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1], ..aws_lc_rs::default_provider() }
}

/// Makes [`provider`] the one that libraries in this process use which ask for none; later calls change nothing.
pub fn install_provider() {
    let _ = provider().install_default();
}

fn server_config(settings: TlsSettings, identity: &Identity) -> Result<ServerConfig, TlsError> {
    let versions: &[_] = if settings.modern { &[&rustls::version::TLS13] } else { &[&rustls::version::TLS13, &rustls::version::TLS12] };
    let certified = rustls::sign::SingleCertAndKey::from(identity.certified.clone());
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(versions)
        .map_err(TlsError::Unsupported)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certified));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // 0-RTT can be replayed.
    config.max_early_data_size = 0;
    // No session is gone on with: a visitor makes one connection, and what would be kept of it for the next costs each handshake two messages more,
    // every server its memory, and the visitor a name by which connections can be told to be of one browser.
    config.send_tls13_tickets = 0;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn leaf(days: std::ops::Range<i64>) -> Result<(String, String), rcgen::Error> {
        let key = rcgen::KeyPair::generate()?;
        let mut params = rcgen::CertificateParams::new(vec!["docs.example.org".to_owned()])?;
        let epoch = rcgen::date_time_ymd(2027, 1, 15);
        let day = Duration::from_secs(24 * 3600);
        let at = |n: i64| if n < 0 { epoch - day * n.unsigned_abs() as u32 } else { epoch + day * n.unsigned_abs() as u32 };
        (params.not_before, params.not_after) = (at(days.start), at(days.end));
        Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
    }

    fn said(certificate: &str, key: &str) -> String {
        match Identity::from_pem(certificate.as_bytes(), key.as_bytes(), NOW) {
            Ok(identity) => format!("good {:?}", identity.warnings()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_mistake_with_certificate_and_key_is_named_with_its_mend() -> Outcome {
        let (certificate, key) = leaf(-10..80)?;
        assert_eq!(said(&certificate, &key), "good []");
        assert_eq!(
            said(&certificate, &leaf(-10..80)?.1),
            "key is not the key of the first certificate in certificate; name the key that belongs to it, and put the server's own certificate first"
        );
        assert!(said(&key, &key).starts_with("certificate: no certificate in it;"));
        assert!(said(&certificate, &certificate).starts_with("key: no private key in it;"));
        assert!(said(&certificate.replace("MII", "MIJ"), &key).starts_with("certificate: damaged ("));
        assert!(said(&certificate[..certificate.len() - 40], &key).starts_with("certificate: damaged ("));
        let (old, key) = leaf(-90..-1)?;
        assert_eq!(
            said(&old, &key),
            "certificate: the certificate ended at 2027-01-14T00:00:00.000Z; get a new one and put it in its place"
        );
        let (early, key) = leaf(3..90)?;
        assert!(said(&early, &key).starts_with("certificate: the certificate begins at 2027-01-18T00:00:00.000Z only;"));
        let (soon, key) = leaf(-80..10)?;
        assert_eq!(said(&soon, &key), "good [\"certificate: the certificate ends at 2027-01-25T00:00:00.000Z; renew it before\"]");
        Ok(())
    }

    #[test]
    fn files_are_read_and_an_open_key_is_warned_about() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (at, missing) = (|name: &str| folder.path().join(name), folder.path().join("missing.pem"));
        let (certificate, key) = leaf(-10..80)?;
        fs::write(at("cert.pem"), certificate)?;
        fs::write(at("key.pem"), key)?;
        fs::set_permissions(at("key.pem"), fs::Permissions::from_mode(0o600))?;
        let identity = Identity::from_files(&at("cert.pem"), &at("key.pem"), NOW)?;
        assert!(identity.warnings().is_empty() && identity.covers("docs.example.org") && !identity.covers("other.example.org"));
        fs::set_permissions(at("key.pem"), fs::Permissions::from_mode(0o644))?;
        let identity = Identity::from_files(&at("cert.pem"), &at("key.pem"), NOW)?;
        assert!(identity.warnings().iter().any(|w| w.contains("chmod o=")));
        let error = Identity::from_files(&missing, &at("key.pem"), NOW).expect_err("there is no such file").to_string();
        assert!(error.contains("missing.pem: No such file or directory") && error.contains("check the path"), "{error}");
        Ok(())
    }

    #[test]
    fn a_reload_is_used_from_the_next_handshake_on() -> Outcome {
        let identity = |(certificate, key): (String, String)| Identity::from_pem(certificate.as_bytes(), key.as_bytes(), NOW);
        let tls = Tls::new(TlsSettings::default(), &identity(leaf(-1..80)?)?)?;
        let (other, before) = (tls.clone(), tls.current());
        tls.reload(&identity(leaf(-1..80)?)?)?;
        assert!(!Arc::ptr_eq(&before, &other.current()));
        Ok(())
    }
}
