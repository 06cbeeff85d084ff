//! `[[staff]]`: the people inside who share documents.

use crate::config::{
    reader::Reader,
    rule::{Rule, line, parsed},
};
use crate::domain::email::EmailAddress;
use std::{cell::RefCell, collections::HashSet};

/// One `[[staff]]`; the first one owns what is shared in nobody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffEntry {
    /// `name`: as recipients see it, at most 100 characters. Required.
    pub name: String,
    /// `address`: where notices go and what `--as` names. Required, and nobody else's.
    pub address: EmailAddress,
}

impl StaffEntry {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let name = r.required("name", line(100));
        let address = r.required("address", address());
        Some(Self { name: name?, address: address? })
    }

    /// All of them; none, or one address twice, is a problem.
    pub(super) fn read_all(root: &Reader<'_, '_>) -> Vec<Self> {
        let seen = RefCell::new(HashSet::new());
        let staff = root.entries("staff", |r| {
            let entry = Self::read(r)?;
            if !seen.borrow_mut().insert(entry.address.key().to_owned()) {
                r.fail("address", "must be the address of one person only; it stands above already".to_owned());
            }
            Some(entry)
        });
        if !root.has("staff") {
            root.missing("staff", "must be at least one section [[staff]] with a name and an address");
        }
        staff
    }
}

/// How an e-mail address is read.
pub(super) fn address() -> Rule<EmailAddress> {
    parsed("must be an e-mail address like \"name@example.org\"")
}
