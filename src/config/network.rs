//! Networks of client addresses, written like `192.0.2.0/24` or `2001:db8::/32`.

use std::{fmt, net::IpAddr, str::FromStr};

/// A network: the addresses that share its first bits. An IPv4 client that comes in over IPv6 counts as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network is written like 192.0.2.0/24 or 2001:db8::/32, with no bit set after the prefix")]
pub struct InvalidNetwork;

impl Network {
    /// Whether the address belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && (bits(address) ^ bits(self.address)) & mask(self.address, self.prefix) == 0
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    /// Reads a network; an address alone is the network of that one address.
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let plain = |prefix: &&str| (1..=3).contains(&prefix.len()) && prefix.bytes().all(|c| c.is_ascii_digit());
        let prefix = match prefix {
            None => width,
            Some(text) => Some(text).filter(plain).and_then(|text| text.parse().ok()).ok_or(InvalidNetwork)?,
        };
        // A mapped network would never match: clients are looked at in their IPv4 form.
        let mapped = matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
        if prefix > width || mapped || bits(address) & !mask(address, prefix) != 0 {
            return Err(InvalidNetwork);
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The address as 128 bits; an IPv4 address in the lowest 32, under 96 zeros.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// The bits that a prefix of this family fixes.
fn mask(family: IpAddr, prefix: u8) -> u128 {
    let fixed = if family.is_ipv4() { u32::from(prefix) + 96 } else { u32::from(prefix) };
    u128::MAX.checked_shl(128 - fixed).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(network: &str, address: &str) -> Option<bool> {
        Some(network.parse::<Network>().ok()?.contains(address.parse().ok()?))
    }

    #[test]
    fn a_network_holds_the_addresses_with_its_first_bits() {
        for (network, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::a01:203"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("::1/128", "::1", "::2"),
        ] {
            assert_eq!(has(network, inside), Some(true), "{network} {inside}");
            assert_eq!(has(network, outside), Some(false), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in
            ["", "x", "192.0.2.0/33", "192.0.2.1/24", "192.0.2.0/", "192.0.2.0/+8", "2001:db8::/129", "192.0.2/24", "::ffff:0:0/96", "/8"]
        {
            assert_eq!(wrong.parse::<Network>(), Err(InvalidNetwork), "{wrong}");
        }
    }
}
