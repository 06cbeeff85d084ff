//! `[mail.bounces]`: where mails come back to that could not be delivered, and where they are read.

use crate::config::{reader::Reader, rule::matching};
use crate::domain::{bounds::BOUNCE_NAME_BYTES, email::EmailAddress};
use std::path::PathBuf;

/// `[mail.bounces]`; without the section what cannot be delivered comes back to the sender, where nobody but people reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounces {
    /// `address`: each mail names it, with `+` and a tag of its own before the `@`, as the one to tell. Required.
    pub address: EmailAddress,
    /// `maildir`: the Maildir into which the mail server puts what comes to it. Required.
    pub maildir: PathBuf,
}

impl Bounces {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let words =
            format!("must be an address like \"bounces@example.org\", with at most {BOUNCE_NAME_BYTES} bytes and no \"+\" before the @");
        let rule = || matching(&words, address);
        if !r.is_present() {
            r.optional("address", rule());
            r.optional("maildir", r.path());
            return None;
        }
        let address = r.required("address", rule());
        let maildir = r.required("maildir", r.path());
        Some(Self { address: address?, maildir: maildir? })
    }
}

fn address(text: &str) -> Option<EmailAddress> {
    let address = EmailAddress::parse(text).ok()?;
    let (name, _) = address.expose().split_once('@')?;
    (name.len() <= BOUNCE_NAME_BYTES && !name.contains('+')).then_some(address)
}
