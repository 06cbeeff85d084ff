//! An e-mail address: parsed once, printed masked unless asked otherwise.

use crate::domain::bounds::ADDRESS_BYTES;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// An address of the form `local@domain`: the local part a dot-atom of RFC 5321, the domain in its ASCII form and lower case.
///
/// Two spellings that differ only in case are one address. Nothing else is folded: neither `+tags` nor dots.
#[derive(Clone)]
pub struct EmailAddress {
    written: String,
    key: String,
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// The domain cannot be one.
    #[error("the part after the @ is not a domain name")]
    Domain,
    /// The part before the @ has characters that mail servers do not take unquoted.
    #[error("the part before the @ may have letters, digits and !#$%&'*+-/=?^_`{{|}}~ with single dots between")]
    Local,
    /// There is no @, or more than one.
    #[error("an address is written name@domain")]
    Shape,
    /// Longer than SMTP carries.
    #[error("an address has at most {ADDRESS_BYTES} bytes, 64 of them before the @")]
    TooLong,
}

impl EmailAddress {
    /// Reads an address; surrounding blanks are ignored.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let (local, domain) = text.trim().split_once('@').ok_or(InvalidAddress::Shape)?;
        if domain.contains('@') {
            return Err(InvalidAddress::Shape);
        }
        let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
        if !local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom)) {
            return Err(InvalidAddress::Local);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidAddress::Domain)?;
        if domain.is_empty() || domain.ends_with('.') || domain.bytes().all(|c| c.is_ascii_digit() || c == b'.') {
            return Err(InvalidAddress::Domain);
        }
        if local.len() > 64 || local.len() + 1 + domain.len() > ADDRESS_BYTES {
            return Err(InvalidAddress::TooLong);
        }
        let written = format!("{local}@{domain}");
        Ok(Self { key: written.to_ascii_lowercase(), written })
    }

    /// The address in clear, for mail headers and for those who may see it.
    pub fn expose(&self) -> &str {
        &self.written
    }

    /// What makes two spellings one address.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The address as a page shows it to somebody who has not proved it: `g…t@example.org`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.written.split_once('@').unwrap_or((&self.written, ""));
        let first = local.chars().next().unwrap_or('…');
        match local.chars().last().filter(|_| local.len() > 2) {
            Some(last) => format!("{first}…{last}@{domain}"),
            None => format!("{first}…@{domain}"),
        }
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for EmailAddress {}

/// Logs and error texts get the masked form.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse(text)
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken_and_kept_as_written() {
        for (text, written) in [
            ("Ann.Lee@Example.ORG", "Ann.Lee@example.org"),
            (" o'neil+case@mail.example.org ", "o'neil+case@mail.example.org"),
            ("x@bücher.example", "x@xn--bcher-kva.example"),
            ("root@localhost", "root@localhost"),
        ] {
            assert_eq!(EmailAddress::parse(text).map(|a| a.expose().to_owned()), Ok(written.to_owned()));
        }
    }

    #[test]
    fn anything_that_could_reach_a_mail_header_or_a_second_recipient_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c.org",
            "a@b@c.org",
            "a@b.org,c@d.org",
            "a@b.org;c@d.org",
            "a\r\nBcc: x@y.org",
            "a@b.org\r\nBcc: x",
            "a\0@b.org",
            "<a@b.org>",
            "\"a b\"@c.org",
            "a..b@c.org",
            ".a@c.org",
            "a@c..org",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@c_d.org",
            "a@-c.org",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@b.org", "a".repeat(65))), Err(InvalidAddress::TooLong));
    }

    #[test]
    fn case_alone_does_not_make_another_person() {
        assert_eq!(EmailAddress::parse("A@b.org"), EmailAddress::parse("a@B.org"));
        assert_ne!(EmailAddress::parse("a+x@b.org"), EmailAddress::parse("a@b.org"));
    }

    #[test]
    fn the_printed_form_is_masked() {
        let address = EmailAddress::parse("guest@example.org");
        assert_eq!(address.map(|a| a.masked()), Ok("g…t@example.org".to_owned()));
        assert_eq!(EmailAddress::parse("ab@example.org").map(|a| a.masked()), Ok("a…@example.org".to_owned()));
    }
}
