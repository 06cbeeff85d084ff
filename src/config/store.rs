//! `[[store]]`: where the documents are.

use crate::config::{
    reader::Reader,
    rule::{Plain, one_of, parsed},
};
use crate::domain::document::StoreName;
use std::{cell::RefCell, collections::HashSet, path::PathBuf};

/// One `[[store]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreEntry {
    /// `name`: what stands before the colon in `store:path`. Required, and no other store's.
    pub name: StoreName,
    /// `kind`, with the keys that belong to it. Default `folder`.
    pub kind: StoreKind,
}

/// What a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// A folder of this machine, mounted ones included.
    Folder {
        /// `path`: the folder; nothing above it is ever reached. Required.
        path: PathBuf,
    },
}

impl StoreEntry {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let name = r.required("name", parsed("must have 1 to 32 lower-case letters, digits, '-' or '_', a letter first"));
        let kind = r.key("kind", Plain::Text("folder"), one_of(&[(Plain::Text("folder"), ())]));
        let path = r.required("path", r.path());
        kind?;
        Some(Self { name: name?, kind: StoreKind::Folder { path: path? } })
    }

    /// All of them; none, or one name twice, is a problem.
    pub(super) fn read_all(root: &Reader<'_, '_>) -> Vec<Self> {
        let seen = RefCell::new(HashSet::new());
        let stores = root.entries("store", |r| {
            let entry = Self::read(r)?;
            if !seen.borrow_mut().insert(entry.name.clone()) {
                r.fail("name", "must be the name of one store only; it stands above already".to_owned());
            }
            Some(entry)
        });
        if !root.has("store") {
            root.missing("store", "must be at least one section [[store]] with a name and a path");
        }
        stores
    }
}
