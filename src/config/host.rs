//! Names of hosts, and the public address of the server.

use std::{fmt, net::Ipv4Addr, net::Ipv6Addr, str::FromStr};

/// The name or address of a host as it stands in a URL: ASCII, lower case, an IPv6 address in brackets, never with a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostName(String);

/// A text that is not the name of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a host is a name like docs.example.org, or an address like 192.0.2.7 or [2001:db8::7], without a port")]
pub struct InvalidHost;

impl HostName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads `host` or `host:port`, as a `Host` header and an HTTP/2 authority have it.
    ///
    /// # Errors
    /// The host or the port is not one.
    pub fn with_port(text: &str) -> Result<(Self, Option<u16>), InvalidHost> {
        let digits = |port: &str| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit());
        match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => {
                let port = Some(port).filter(|port| digits(port)).and_then(|port| port.parse().ok()).ok_or(InvalidHost)?;
                Ok((host.parse()?, Some(port)))
            }
            _ => Ok((text.parse()?, None)),
        }
    }

    /// Whether it stands for this machine by its own nature: `localhost` or a loopback address.
    pub fn is_loopback(&self) -> bool {
        let v6 = |text: &str| text.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback());
        self.0 == "localhost" || self.0.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()) || v6(&self.0)
    }
}

impl FromStr for HostName {
    type Err = InvalidHost;

    /// Reads a host without a port. Names with `_` are refused: cookies and certificates do not agree on them.
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        if let Some(inner) = text.strip_prefix('[') {
            let ip: Ipv6Addr = inner.strip_suffix(']').and_then(|ip| ip.parse().ok()).ok_or(InvalidHost)?;
            return Ok(Self(format!("[{ip}]")));
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Ok(Self(ip.to_string()));
        }
        if text.len() > 1024 {
            return Err(InvalidHost);
        }
        let name = idna::domain_to_ascii_strict(text).map_err(|_| InvalidHost)?;
        // A last label of digits would be taken for an IPv4 address by browsers.
        let number = name
            .rsplit('.')
            .next()
            .is_none_or(|label| label.is_empty() || label.bytes().all(|c| c.is_ascii_digit()));
        if number { Err(InvalidHost) } else { Ok(Self(name)) }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where recipients reach the server; all links begin with it, whatever a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    host: HostName,
    port: u16,
}

/// A text that is not a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public URL is written https://docs.example.org or https://docs.example.org:8443, with nothing after it")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// The port that stands in no address.
    const HTTPS: u16 = 443;

    /// The address of that host and port.
    pub const fn new(host: HostName, port: u16) -> Self {
        Self { host, port }
    }

    /// The host.
    pub const fn host(&self) -> &HostName {
        &self.host
    }

    /// The port, 443 unless written.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    /// Reads an https address without user, path, query or fragment; one slash at its end is ignored.
    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidPublicUrl)?;
        if !scheme.eq_ignore_ascii_case("https") || rest.contains(['@', '?', '#']) {
            return Err(InvalidPublicUrl);
        }
        let (host, port) = HostName::with_port(rest.strip_suffix('/').unwrap_or(rest)).map_err(|_| InvalidPublicUrl)?;
        match port {
            Some(0) => Err(InvalidPublicUrl),
            port => Ok(Self { host, port: port.unwrap_or(Self::HTTPS) }),
        }
    }
}

impl fmt::Display for PublicUrl {
    /// The origin: `https://docs.example.org`, without a slash at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.host)?;
        if self.port == Self::HTTPS { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_public_url_is_an_https_origin_and_nothing_more() {
        for (text, shown) in [
            ("https://docs.example.org", "https://docs.example.org"),
            ("HTTPS://Docs.Example.ORG:443/", "https://docs.example.org"),
            ("https://bücher.example:8443", "https://xn--bcher-kva.example:8443"),
            ("https://192.0.2.7", "https://192.0.2.7"),
            ("https://[2001:DB8::7]:8443", "https://[2001:db8::7]:8443"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().map(|url| url.to_string()), Ok(shown.to_owned()));
        }
        for wrong in [
            "",
            "docs.example.org",
            "http://docs.example.org",
            "https://",
            "https://a.org//",
            "https://a.org/x",
            "https://a.org?",
            "https://a.org#x",
            "https://user@a.org",
            "https://a.org:",
            "https://a.org:0",
            "https://a.org:+1",
            "https://a.org:65536",
            "https://a_b.org",
            "https://a b.org",
            "https://2001:db8::7",
            "https://1.2.3",
            "https://a.org.",
        ] {
            assert_eq!(wrong.parse::<PublicUrl>(), Err(InvalidPublicUrl), "{wrong}");
        }
    }

    #[test]
    fn a_loopback_host_is_known_in_every_spelling() {
        let is = |text: &str| text.parse::<HostName>().map(|host| host.is_loopback());
        assert_eq!(["localhost", "127.8.0.1", "[::1]"].map(is), [Ok(true), Ok(true), Ok(true)]);
        assert_eq!(["example.org", "128.0.0.1", "[::2]"].map(is), [Ok(false), Ok(false), Ok(false)]);
    }

    proptest! {
        #[test]
        fn a_host_that_is_read_is_read_again_as_itself(text in "\\PC{0,40}|[a-z.:0-9\\[\\]-]{0,20}") {
            if let Ok((host, _)) = HostName::with_port(&text) {
                prop_assert_eq!(host.as_str().parse(), Ok(host.clone()));
                prop_assert!(host.as_str().is_ascii());
            }
        }
    }
}
