//! The configuration that comes with the program, made to fit a scratch folder, to be changed and written.

use super::Fallible;
use super::server::{Server, Start, free_port};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use toml::{Table, Value};

/// A day.
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// A scratch folder with documents, certificate and a configuration.
pub struct Settings {
    folder: PathBuf,
    table: Table,
    /// Where the server is to listen.
    pub port: u16,
}

impl Settings {
    /// `config/doorward.toml` with its paths and port moved; nobody is limited.
    pub fn new(folder: &Path) -> Fallible<Self> {
        let table: Table = std::fs::read_to_string("config/doorward.toml")?.parse()?;
        let mut settings = Self { folder: folder.to_owned(), table, port: free_port()? };
        std::fs::create_dir_all(folder.join("documents"))?;
        certificate(folder, "localhost", SystemTime::now() + 90 * DAY)?;
        for (key, value) in [
            ("data", "data".to_owned()),
            ("server.listen", format!("127.0.0.1:{}", settings.port)),
            ("server.public_url", format!("https://localhost:{}", settings.port)),
            ("tls.certificate", "server.pem".to_owned()),
            ("tls.key", "server.key".to_owned()),
        ] {
            settings.set(key, value)?;
        }
        settings.set("limits.exempt_networks", vec!["127.0.0.0/8".to_owned()])?;
        settings.table["store"][0]["path"] = "documents".into();
        Ok(settings)
    }

    /// Sets a key of a section, which is begun when it is not there.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> Fallible {
        let mut at = &mut self.table;
        let mut parts: Vec<&str> = key.split('.').collect();
        let last = parts.pop().ok_or("no key")?;
        for part in parts {
            let section = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
            at = section.as_table_mut().ok_or_else(|| format!("{part} is no section"))?;
        }
        at.insert(last.to_owned(), value.into());
        Ok(())
    }

    /// Writes the configuration and says where.
    pub fn write(&self) -> Fallible<PathBuf> {
        let file = self.folder.join("doorward.toml");
        std::fs::write(&file, toml::to_string(&self.table)?)?;
        Ok(file)
    }

    /// Starts its server.
    pub fn serve(&self) -> Fallible<Server> {
        Start::default().serve(&self.write()?, self.port)
    }

    /// Writes a document of so many bytes.
    pub fn document(&self, name: &str, bytes: usize) -> Fallible {
        Ok(std::fs::write(self.folder.join("documents").join(name), vec![b'x'; bytes])?)
    }
}

/// Makes `ca.pem`, and `server.pem` with `server.key` that it signed for a name until then.
pub fn certificate(folder: &Path, name: &str, until: SystemTime) -> Fallible {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(folder.join("ca.pem"), authority.self_signed(&authority_key)?.pem())?;
    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec![name.to_owned()])?;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (leaf.not_before, leaf.not_after) = ((until - 91 * DAY).into(), until.into());
    let signed = leaf.signed_by(&key, &Issuer::new(authority, authority_key))?;
    std::fs::write(folder.join("server.pem"), signed.pem())?;
    private(&folder.join("server.key"), key.serialize_pem().as_bytes())
}

/// Writes a file that only its owner may read.
pub fn private(file: &Path, bytes: &[u8]) -> Fallible {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(file, bytes)?;
    Ok(std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?)
}
