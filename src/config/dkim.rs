//! `[mail.dkim]`: the key that mails are signed with.

use crate::config::{
    host::HostName,
    reader::Reader,
    rule::{matching, parsed},
    secret::{Pem, from_one_of},
};
use crate::domain::{bounds::DKIM_LABEL_BYTES, email::EmailAddress};

/// `[mail.dkim]`; without the section mails are not signed here.
#[derive(Debug, Clone)]
pub struct Dkim {
    /// `domain`: in whose name mails are signed; that of `mail.from`, or one above it. Default: that of `mail.from`.
    pub domain: String,
    /// `selector`: under which name the public key stands in DNS, `SELECTOR._domainkey.DOMAIN`. Required.
    pub selector: String,
    /// One of `key_file`, `key_env`, `key_credential`: the private key in PEM, RSA of 2048 bits or more, or Ed25519. Required.
    pub key: Pem,
}

const KEY: [&str; 3] = ["key_file", "key_env", "key_credential"];

impl Dkim {
    pub(super) fn read(r: &Reader<'_, '_>, from: Option<&EmailAddress>) -> Option<Self> {
        let host = parsed::<HostName>("must be a domain like \"example.org\"");
        let domain = r.optional("domain", host).map(|domain| domain.to_string());
        let label = "must be a name in DNS like \"doorward1\": letters, digits and \"-\", at most 63";
        let selector = if r.is_present() {
            r.required("selector", matching(label, selector))
        } else {
            r.optional("selector", matching(label, selector))
        };
        let key = from_one_of(r, KEY, true);
        if !r.is_present() {
            return None;
        }
        if !KEY.iter().any(|key| r.has(key)) {
            r.missing("key_file", &format!("must name the private key, or one of {} and {} must", KEY[1], KEY[2]));
        }
        let own = from.and_then(|from| from.expose().split_once('@')).map(|(_, domain)| domain.to_owned());
        if let (Some(domain), Some(own)) = (&domain, &own)
            && own != domain
            && !own.ends_with(&format!(".{domain}"))
        {
            // A signature of another domain says nothing about the sender that people see (DMARC calls it not aligned).
            r.fail("domain", format!("must be \"{own}\", the domain of mail.from, or one above it"));
        }
        let key = match key? {
            (_, Ok(bytes)) => Pem::new(bytes),
            (name, Err(why)) => {
                r.fail_hidden(name, format!("must name a private key that can be read: {why}"));
                return None;
            }
        };
        Some(Self { domain: domain.or(own)?, selector: selector?, key })
    }
}

fn selector(text: &str) -> Option<String> {
    let plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') && !text.starts_with('-') && !text.ends_with('-');
    (plain && !text.is_empty() && text.len() <= DKIM_LABEL_BYTES).then(|| text.to_ascii_lowercase())
}
