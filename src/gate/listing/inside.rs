//! What of a shared folder is to be had: what its store lists, without what came later into a pinned one, and what is kept whatever its store says.

use crate::documents::order::sorted;
use crate::documents::{Entry, Kind, Listing, Stat, StoreError};
use crate::domain::document::DocumentPath;
use crate::domain::scope::{Child, Covered, Item, children};
use crate::domain::time::Timestamp;
use crate::domain::version::{FileVersion, Pinned};
use crate::gate::Gate;
use crate::gate::listing::{Trouble, place_of};
use std::collections::HashMap;

/// A folder of a share.
#[derive(Debug, Default)]
pub(in crate::gate) struct Inside<'a> {
    /// In the order of their names, folders first.
    pub(in crate::gate) entries: Vec<Known<'a>>,
    /// Whether there is nothing in it at all, not even what came later.
    pub(in crate::gate) is_empty: bool,
    /// Names that cannot be handed out, such as links out of the store.
    pub(in crate::gate) hidden: usize,
    /// Whether there is more than was read.
    pub(in crate::gate) truncated: bool,
}

/// One name in a folder of a share.
#[derive(Debug)]
pub(in crate::gate) struct Known<'a> {
    /// What it is; of a document with a kept copy, what that was.
    pub(in crate::gate) entry: Entry,
    /// What a document was when it was shared, where that was pinned.
    pub(in crate::gate) pinned: Option<&'a Pinned>,
    /// What keeps it from being had.
    pub(in crate::gate) trouble: Option<Trouble>,
}

impl Gate {
    /// Looks into a folder of a share. Where its store cannot be asked, kept copies are found all the same.
    pub(in crate::gate) async fn inside<'a>(&self, items: &'a [Item], folder: &Covered) -> Result<Inside<'a>, StoreError> {
        let listed = self.documents.list(&place_of(folder)).await;
        match children(items, folder) {
            None => listed.map(follows),
            Some(children) => {
                let away = listed.as_ref().err().copied();
                match away {
                    Some(error) if children.iter().all(|child| !child.kept) => Err(error),
                    _ => Ok(holds_on(listed.unwrap_or_default(), &children, away)),
                }
            }
        }
    }
}

/// A folder that follows its content.
fn follows<'a>(listing: Listing) -> Inside<'a> {
    let Listing { entries, hidden, truncated } = listing;
    let entries: Vec<_> = entries.into_iter().map(|entry| Known { entry, pinned: None, trouble: None }).collect();
    Inside { is_empty: entries.is_empty(), entries, hidden, truncated }
}

/// A pinned folder; `away` is why its store lists nothing.
fn holds_on<'a>(listing: Listing, children: &[Child<'a>], away: Option<StoreError>) -> Inside<'a> {
    let mut known: HashMap<&[u8], &Child<'a>> = children.iter().map(|child| (child.name, child)).collect();
    let Listing { entries, hidden, truncated } = listing;
    let nothing_listed = entries.is_empty();
    let mut lines: Vec<Known<'a>> = entries
        .into_iter()
        .filter_map(|entry| known.remove(entry.name.as_bytes()).map(|child| met(child, entry)))
        .collect();
    let wanted = known.into_values().filter(|child| child.kept || away.is_some());
    let unmet: Vec<_> = wanted.filter_map(|child| not_met(child, away)).collect();
    let is_empty = nothing_listed && unmet.is_empty();
    if !unmet.is_empty() {
        lines.extend(unmet);
        lines = sorted(lines, |line| &line.entry);
    }
    Inside { entries: lines, is_empty, hidden, truncated }
}

/// What a share holds on to, and its store lists.
fn met<'a>(child: &Child<'a>, mut entry: Entry) -> Known<'a> {
    let trouble = match child.pinned {
        _ if child.kept => {
            entry.stat = child.pinned.map_or_else(folder_stat, stat_of);
            None
        }
        Some(pinned) => (!pinned.version.is_still(&entry.stat.version)).then_some(Trouble::Changed),
        // A document in the place of a folder is none of those that were shared.
        None => (entry.stat.kind == Kind::Document).then_some(Trouble::Changed),
    };
    Known { entry, pinned: child.pinned, trouble }
}

/// What a share holds on to, and its store does not list.
fn not_met<'a>(child: &Child<'a>, away: Option<StoreError>) -> Option<Known<'a>> {
    let stat = child.pinned.map_or_else(folder_stat, stat_of);
    let trouble = away.filter(|_| !child.kept).map(Trouble::of);
    Some(Known { entry: Entry { name: DocumentPath::from_bytes(child.name).ok()?, stat }, pinned: child.pinned, trouble })
}

/// What is known of a pinned document whatever its store says.
pub(super) fn stat_of(pinned: &Pinned) -> Stat {
    let changed = Timestamp::from_millis(pinned.version.mtime_ns.div_euclid(1_000_000));
    Stat { kind: Kind::Document, version: pinned.version.clone(), changed }
}

/// The same of a folder.
pub(super) fn folder_stat() -> Stat {
    Stat { kind: Kind::Folder, version: FileVersion::plain(0, 0), changed: Timestamp::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned(kept: bool) -> Pinned {
        Pinned { kept, ..FileVersion::plain(5, 1_000_000).into() }
    }

    fn listed(names: &[(&str, Kind, u64)]) -> Listing {
        let entry = |(name, kind, size): &(&str, Kind, u64)| {
            let stat = Stat { kind: *kind, version: FileVersion::plain(*size, 1_000_000), changed: Timestamp::from_millis(1) };
            Entry { name: name.parse().expect("it is a name"), stat }
        };
        Listing { entries: names.iter().map(entry).collect(), ..Listing::default() }
    }

    fn told(inside: &Inside<'_>) -> Vec<(String, u64, Option<Trouble>)> {
        let line = |known: &Known<'_>| (known.entry.name.to_string(), known.entry.stat.version.size, known.trouble);
        inside.entries.iter().map(line).collect()
    }

    #[test]
    fn kept_documents_are_there_whatever_the_store_lists_and_others_only_as_they_were() {
        let (kept, not) = (pinned(true), pinned(false));
        let child = |name: &'static str, pinned, kept| Child { name: name.as_bytes(), pinned, kept };
        let children = [
            child("10 kept", Some(&kept), true),
            child("9 not", Some(&not), false),
            child("changed", Some(&not), false),
            child("folder", None, false),
            child("kept folder", None, true),
            child("kept too", Some(&kept), true),
        ];
        let now = listed(&[
            ("folder", Kind::Document, 5),
            ("9 not", Kind::Document, 5),
            ("10 kept", Kind::Document, 8),
            ("changed", Kind::Document, 8),
            ("late", Kind::Document, 5),
        ]);
        let line = |name: &str, size, trouble| (name.to_owned(), size, trouble);
        let changed = Some(Trouble::Changed);
        assert_eq!(
            told(&holds_on(now, &children, None)),
            [
                line("kept folder", 0, None),
                line("9 not", 5, None),
                line("10 kept", 5, None),
                line("changed", 8, changed),
                line("folder", 5, changed),
                line("kept too", 5, None)
            ]
        );
        let away = Some(Trouble::Unavailable);
        assert_eq!(
            told(&holds_on(Listing::default(), &children, Some(StoreError::Unreachable))),
            [
                line("folder", 0, away),
                line("kept folder", 0, None),
                line("9 not", 5, away),
                line("10 kept", 5, None),
                line("changed", 5, away),
                line("kept too", 5, None)
            ]
        );
        assert!(holds_on(Listing::default(), &children[1..2], None).is_empty);
    }
}
