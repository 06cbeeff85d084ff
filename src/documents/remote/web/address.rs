//! Which addresses a store's name may lead to: looked at where the connection is made, so that no answer of a name server leads elsewhere.

use crate::config::Network;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::{fmt, io};

/// Services of clouds that give secrets to whoever asks from inside, at addresses that are not link-local.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// The addresses that may be connected to.
#[derive(Debug, Clone)]
pub(super) struct Allowed(Arc<[Network]>);

impl Allowed {
    /// Only those of the networks; without any, all but those where no document server ever is.
    pub(super) fn new(networks: &[Network]) -> Self {
        Self(networks.into())
    }

    /// Whether this one may be connected to.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if self.0.is_empty() { !is_never_a_server(address) } else { self.0.iter().any(|network| network.contains(address)) }
    }
}

fn is_never_a_server(address: IpAddr) -> bool {
    let special = match address {
        // 0.0.0.0/8 is this machine, and 240.0.0.0/4 nobody.
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_multicast() || v4.octets()[0] == 0 || v4.octets()[0] >= 240,
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6.is_multicast()
                || v6.is_unspecified()
                || inner(v6).is_some_and(|v4| is_never_a_server(v4.into()))
        }
    };
    special || METADATA.contains(&address)
}

/// The IPv4 address that a gateway makes of an IPv6 one: NAT64 (RFC 6052), 6to4 (RFC 3056), and the compatible form of old.
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, [c, d, e, f]) {
        (0x64, 0xff9b, [0, 0, 0, 0]) => Some(of(high, low)),
        (0x2002, ..) => Some(of(b, c)),
        (0, 0, [0, 0, 0, 0]) if high != 0 => Some(of(high, low)),
        _ => None,
    }
}

/// Why a name leads nowhere.
#[derive(Debug)]
pub(super) enum Nowhere {
    /// All its addresses are such as may not be connected to.
    Forbidden,
    /// The name service gave no address.
    Unknown(io::Error),
}

impl fmt::Display for Nowhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden => f.write_str("its name leads to addresses that are not allowed"),
            Self::Unknown(error) => write!(f, "its name leads nowhere: {error}"),
        }
    }
}

impl std::error::Error for Nowhere {}

impl Resolve for Allowed {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Nowhere::Unknown)?;
            let usable: Vec<_> = found.filter(|address| allowed.has(address.ip())).collect();
            if usable.is_empty() {
                return Err(Nowhere::Forbidden.into());
            }
            let addresses: Addrs = Box::new(usable.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(networks: &[&str], address: &str) -> bool {
        let networks: Vec<Network> = networks.iter().map(|text| text.parse().expect("tests name networks")).collect();
        Allowed::new(&networks).has(address.parse().expect("tests name addresses"))
    }

    #[test]
    fn where_no_document_server_is_none_is_asked_unless_it_was_named() {
        for never in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
            "::ffff:0.0.0.0",
        ] {
            assert!(!has(&[], never), "{never}");
        }
        assert!(has(&["169.254.0.0/16"], "169.254.1.1"));
        for fine in ["127.0.0.1", "::1", "10.0.0.1", "192.0.2.7", "fd00::7", "2001:db8::1", "64:ff9b::c000:207"] {
            assert!(has(&[], fine), "{fine}");
        }
    }

    #[test]
    fn named_networks_are_the_only_ones() {
        assert!(has(&["10.0.0.0/8"], "10.1.2.3") && has(&["10.0.0.0/8"], "::ffff:10.1.2.3"));
        assert!(!has(&["10.0.0.0/8"], "192.0.2.1") && !has(&["10.0.0.0/8"], "127.0.0.1") && !has(&["::/0"], "10.1.2.3"));
    }
}
