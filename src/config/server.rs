//! `[server]`: where the server listens, under which name it is known, and how much it takes on at once.

use crate::config::{
    host::{HostName, PublicUrl},
    reader::Reader,
    rule::{Plain, flag, matching, number, parsed, span},
};
use crate::domain::bounds::{CONNECTIONS, CONNECTIONS_PER_CLIENT, DRAIN, HANDSHAKES_PER_CLIENT};
use std::{net::SocketAddr, time::Duration};

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `listen`: address and port. Default `127.0.0.1:8443`.
    pub listen: SocketAddr,
    /// `public_url`: where recipients reach the server; all links begin with it. Required.
    pub public_url: PublicUrl,
    /// `content_url`: another address of the same server that pictures of documents' pages are fetched from, so that nothing made from a
    /// document stands under the address that sessions belong to. Default none: they come from [`Self::public_url`].
    pub content_url: Option<PublicUrl>,
    /// `hosts`: further names that requests may be meant for; any other is answered with 421. Default none.
    pub hosts: Vec<HostName>,
    /// `hsts`: whether browsers are told to come back over HTTPS only ([`Self::HSTS`]). Default `true`.
    pub hsts: bool,
    /// `drain`: how long downloads in flight may go on after the server was told to stop. Default `30s`, at most [`DRAIN`].
    pub drain: Duration,
    /// `max_connections`: open connections in all. Default 10000, at most [`CONNECTIONS`].
    pub max_connections: usize,
    /// `max_per_client`: open connections of one client network. Default 100, or `max_connections` where that is less; at most [`CONNECTIONS_PER_CLIENT`].
    pub max_per_client: usize,
    /// `max_handshakes_per_client`: unfinished TLS handshakes of one client network. Default 50, or `max_per_client` where that is less; at most [`HANDSHAKES_PER_CLIENT`].
    pub max_handshakes_per_client: usize,
}

impl Server {
    /// The value of the `Strict-Transport-Security` field where [`Self::hsts`] is set (ASVS 5.0 3.4.1).
    pub const HSTS: &'static str = "max-age=63072000; includeSubDomains";

    /// Whether requests for this host are meant for the server: that of [`Self::public_url`], of [`Self::content_url`] or one of [`Self::hosts`].
    pub fn is_known(&self, host: &HostName) -> bool {
        self.public_url.host() == host || self.content_url.as_ref().is_some_and(|url| url.host() == host) || self.hosts.contains(host)
    }

    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let listen = r.key("listen", Plain::Text("127.0.0.1:8443"), parsed("must be an address like 127.0.0.1:8443"));
        let public_url = read_public_url(r);
        let hosts = r.list("hosts", parsed("must be a host like \"docs.example.org\" or \"192.0.2.7\", without a port"));
        let content_url = read_content_url(r, public_url.as_ref(), &hosts);
        let hsts = r.key("hsts", Plain::Flag(true), flag());
        let drain = r.key("drain", Plain::Text("30s"), span(Duration::ZERO..=DRAIN));
        let max_connections = r.key("max_connections", Plain::Number(10_000), number(1..=CONNECTIONS));
        let max_per_client = r.key("max_per_client", Plain::Number(100), number(1..=CONNECTIONS_PER_CLIENT));
        let max_handshakes_per_client = r.key("max_handshakes_per_client", Plain::Number(50), number(1..=HANDSHAKES_PER_CLIENT));
        let max_per_client = held(r, "max_per_client", max_per_client, "max_connections", max_connections);
        let max_handshakes_per_client = held(r, "max_handshakes_per_client", max_handshakes_per_client, "max_per_client", max_per_client);
        Some(Self {
            listen: listen?,
            public_url: public_url?,
            content_url,
            hosts,
            hsts: hsts?,
            drain: drain?,
            max_connections: max_connections?,
            max_per_client: max_per_client?,
            max_handshakes_per_client: max_handshakes_per_client?,
        })
    }
}

/// A number that another one bounds: left out it gives way, written it is a problem.
fn held(r: &Reader<'_, '_>, key: &str, value: Option<usize>, bound: &str, most: Option<usize>) -> Option<usize> {
    let (value, most) = (value?, most?);
    if value > most && r.has(key) {
        r.fail(key, format!("must not be above {bound}: {value} is above {most}"));
    }
    Some(value.min(most))
}

fn read_content_url(r: &Reader<'_, '_>, public_url: Option<&PublicUrl>, hosts: &[HostName]) -> Option<PublicUrl> {
    let rule =
        matching("must be an https address like \"https://content.example.org\", with nothing after the host and its port", |text| {
            text.parse().ok()
        });
    let content_url =
        r.optional("content_url", if r.text("content_url").is_some_and(|text| text.contains('@')) { rule.hidden() } else { rule });
    content_url.filter(|url: &PublicUrl| {
        // Cookies know hosts and no ports, so another port would keep nothing apart.
        let is_own = public_url.is_none_or(|public| public.host() != url.host()) && !hosts.contains(url.host());
        if !is_own {
            r.fail("content_url", "must have a host of its own, which neither public_url nor hosts has".to_owned());
        }
        is_own
    })
}

fn read_public_url(r: &Reader<'_, '_>) -> Option<PublicUrl> {
    let rule = matching("must be an https address like \"https://docs.example.org\", with nothing after the host and its port", |text| {
        text.parse().ok()
    });
    // Somebody may have written a password before the host.
    r.required("public_url", if r.text("public_url").is_some_and(|text| text.contains('@')) { rule.hidden() } else { rule })
}
