//! Stores behind TLS: only a certificate that can be trusted is, and a client certificate signs in.

use crate::rig::{Outcome, entry_of};
use doorward::documents::{Documents, Place, StoreError};
use doorward::domain::document::{DocumentName, DocumentPath};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\nConnection: close\r\n\r\nhello";

/// An authority, and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    fn new(folder: &Path, file: &str) -> Outcome<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let own = params.self_signed(&key)?;
        fs::write(folder.join(file), own.pem())?;
        Ok(Self { certificate: own.der().clone(), issuer: Issuer::new(params, key) })
    }

    fn sign(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> Outcome<(rcgen::Certificate, KeyPair)> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }
}

/// A server that lets in who shows a certificate of the authority, if it `asks` for one.
async fn serve(authority: &Authority, name: &str, asks: bool) -> Outcome<u16> {
    doorward::server::tls::install_provider();
    let (certificate, key) = authority.sign(name, ExtendedKeyUsagePurpose::ServerAuth)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone())?;
    let config = if asks {
        ServerConfig::builder().with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build()?)
    } else {
        ServerConfig::builder().with_no_client_auth()
    };
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.der().clone()], key)?));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(mut inside) = acceptor.accept(client).await else { continue };
            let mut head = [0; 4096];
            // A client that is not let in, or goes away, ends its own connection only.
            if inside.read(&mut head).await.is_ok_and(|got| got > 0) && inside.write_all(ANSWER).await.is_ok() {
                let _gone = inside.shutdown().await;
            }
        }
    });
    Ok(port)
}

async fn ask(home: &Path, port: u16, keys: &str) -> Outcome<(Option<StoreError>, String)> {
    let text = format!(
        "[[store]]\nname = \"safe\"\nkind = \"http\"\ntimeout = \"5s\"\n[store.http]\nurl = \"https://localhost:{port}/base\"\n{keys}\n"
    );
    let documents = Documents::open(&[entry_of(home, &text)?]);
    let name = DocumentName { store: "safe".parse()?, path: DocumentPath::from_bytes(b"x")? };
    let opened = documents.open_document(&Place::named(&name), None).await;
    let problems = documents.check().await.into_iter().filter_map(|(_, found)| found.err());
    Ok((opened.err(), problems.map(|problem| problem.to_string()).collect()))
}

#[tokio::test]
async fn only_a_certificate_of_a_known_authority_for_that_name_is_trusted() -> Outcome {
    let home = TempDir::new()?;
    let (ours, _theirs) = (Authority::new(home.path(), "ca.pem")?, Authority::new(home.path(), "other.pem")?);
    let port = serve(&ours, "localhost", false).await?;
    assert_eq!(ask(home.path(), port, "ca_file = \"ca.pem\"").await?, (None, String::new()));
    for keys in ["", "ca_file = \"other.pem\""] {
        let (error, problem) = ask(home.path(), port, keys).await?;
        assert_eq!(error, Some(StoreError::Unreachable), "{keys}");
        assert!(problem.starts_with("no safe connection to localhost (") && problem.contains("ca_file"), "{problem}");
    }
    let other_name = serve(&ours, "elsewhere.example.org", false).await?;
    let (error, problem) = ask(home.path(), other_name, "ca_file = \"ca.pem\"").await?;
    assert!(error == Some(StoreError::Unreachable) && problem.contains("not valid for name"), "{problem}");
    for (keys, text) in
        [("ca_file = \"none.pem\"", "none.pem cannot be read"), ("ca_file = \"doorward.toml\"", "no certificate in PEM form")]
    {
        let (error, problem) = ask(home.path(), port, keys).await?;
        assert!(
            matches!(error, Some(StoreError::Failed(_))) && problem.contains(text) && problem.ends_with("correct ca_file"),
            "{problem}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_client_certificate_signs_in() -> Outcome {
    let home = TempDir::new()?;
    let (ours, theirs) = (Authority::new(home.path(), "ca.pem")?, Authority::new(home.path(), "other.pem")?);
    for (file, authority) in [("ours", &ours), ("theirs", &theirs)] {
        let (certificate, key) = authority.sign("doorward", ExtendedKeyUsagePurpose::ClientAuth)?;
        fs::write(home.path().join(format!("{file}.pem")), certificate.pem())?;
        fs::write(home.path().join(format!("{file}.key")), key.serialize_pem())?;
    }
    let port = serve(&ours, "localhost", true).await?;
    let keys = |file: &str| format!("ca_file = \"ca.pem\"\nclient_certificate = \"{file}.pem\"\nclient_key = \"{file}.key\"");
    assert_eq!(ask(home.path(), port, &keys("ours")).await?, (None, String::new()));
    for refused in ["ca_file = \"ca.pem\"".to_owned(), keys("theirs")] {
        let (error, problem) = ask(home.path(), port, &refused).await?;
        assert!(error == Some(StoreError::Unreachable) && problem.contains("client_certificate"), "{problem}");
    }
    let swapped = "ca_file = \"ca.pem\"\nclient_certificate = \"ours.key\"\nclient_key = \"ours.key\"";
    let (error, problem) = ask(home.path(), port, swapped).await?;
    assert!(matches!(error, Some(StoreError::Failed(_))) && problem.ends_with("correct client_key"), "{problem}");
    Ok(())
}
