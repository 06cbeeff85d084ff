//! The configuration that `doorward quickstart` runs on: embedded, so that one program is all it takes.

use crate::config::{Admin, Config, HostName, Outside, PublicUrl, StoreKind, Tls, Transport, parse};
use std::{ffi::OsString, io, net::SocketAddr, path::Path};
use zeroize::Zeroizing;

const TEXT: &str = include_str!("quickstart.toml");
const DISCLAIMER: &[u8] = include_bytes!("disclaimer.txt");

/// The one file that the embedded configuration names.
struct Embedded;

impl Outside for Embedded {
    fn file(&self, _: &Path, _: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(DISCLAIMER.to_vec()))
    }

    fn variable(&self, _: &str) -> Option<OsString> {
        None
    }
}

impl Config {
    /// Everything on its default for a data directory and a folder of documents. `listen` is the address as bound, so that its port is known;
    /// without a public URL that is `https://localhost:PORT`.
    pub fn quickstart(data: &Path, documents: &Path, listen: SocketAddr, public_url: Option<PublicUrl>) -> Self {
        let mut config = parse(TEXT, Path::new("quickstart.toml"), &Embedded)
            .expect("the embedded configuration is in order: a_quickstart_needs_nothing_but_its_paths");
        let localhost = config.server.public_url.host().clone();
        config.server.public_url = public_url.unwrap_or_else(|| PublicUrl::new(localhost, listen.port()));
        config.server.listen = listen;
        let ip = listen.ip();
        let host = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
        config.server.hosts.extend(
            host.parse::<HostName>()
                .ok()
                .filter(|host| !ip.is_unspecified() && !config.server.hosts.contains(host)),
        );
        config.data = data.to_owned();
        for store in &mut config.store {
            store.kind = StoreKind::Folder { path: documents.to_owned() };
        }
        config.tls = Tls { certificate: data.join("tls/server.pem"), key: data.join("tls/server.key"), ..config.tls };
        config.mail.transport = Transport::Directory(data.join("outbox"));
        config.admin = Admin { socket: data.join("admin.sock"), ..config.admin };
        config
    }
}
