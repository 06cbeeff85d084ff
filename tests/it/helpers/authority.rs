//! The certificate of the servers under test, and the authority that browsers trust for it: made once for all tests.

use doorward::server::tls::provider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::sync::{Arc, LazyLock};

pub(crate) struct Authority {
    pub(crate) chain: String,
    pub(crate) key: String,
    ca: CertificateDer<'static>,
}

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::make().expect("a certificate can be made"));

impl Authority {
    fn make() -> Result<Self, Box<dyn Error>> {
        let ca_key = rcgen::KeyPair::generate()?;
        let mut ca = rcgen::CertificateParams::new(Vec::new())?;
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = ca.self_signed(&ca_key)?;
        let key = rcgen::KeyPair::generate()?;
        let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &rcgen::Issuer::new(ca, ca_key))?;
        Ok(Self { chain: leaf.pem(), key: key.serialize_pem(), ca: certificate.der().clone() })
    }

    /// TLS of a browser that speaks `protocol` (`http/1.1` or `h2`).
    pub(crate) fn client(&self, protocol: &str) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.clone()).expect("it is a certificate");
        let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_protocol_versions(rustls::ALL_VERSIONS);
        let mut config = builder.expect("the provider has both versions").with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Arc::new(config)
    }
}
