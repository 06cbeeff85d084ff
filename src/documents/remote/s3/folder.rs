//! Folders of an object store: what keys have in common up to a slash.

use crate::documents::folder::sort;
use crate::documents::remote::s3::client::Client;
use crate::documents::remote::s3::page::Page;
use crate::documents::{Entry, Kind, Listing, Stat, StoreError};
use crate::domain::bounds::{LISTED_ENTRIES, SCANNED_ENTRIES};
use crate::domain::document::DocumentPath;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use std::collections::HashSet;

/// Names asked for at once; more than this no store gives.
const PAGE_NAMES: usize = 1_000;
/// Pages asked for at most, since they may hold as few names as the store likes, or none.
const PAGES: usize = 1_000;

/// A folder, of which object stores tell nothing but that it is one.
pub(super) fn folder() -> Stat {
    Stat { kind: Kind::Folder, version: FileVersion::plain(0, 0), changed: Timestamp::default() }
}

/// A document.
pub(super) fn document(version: FileVersion) -> Stat {
    let changed = Timestamp::from_millis(version.mtime_ns / 1_000_000);
    Stat { kind: Kind::Document, version, changed }
}

/// Whether anything lies beneath `prefix`, a folder's own mark included.
pub(super) async fn has_any(client: &Client, prefix: &str) -> Result<bool, StoreError> {
    // Some stores give a page without names that leads on to the next.
    let page = client.page(prefix, None, 1).await?;
    Ok(!page.objects.is_empty() || !page.folders.is_empty() || page.next.is_some())
}

/// Lists what lies right beneath `prefix`, page by page and no further than the bounds. Nothing there gives `None`.
pub(super) async fn list(client: &Client, prefix: &str) -> Result<Option<Listing>, StoreError> {
    let mut found = Found { prefix, ..Found::default() };
    let mut token = None;
    loop {
        let page = client.page(prefix, token.as_deref(), PAGE_NAMES).await?;
        let next = page.next.clone();
        let more = found.take(page);
        match next {
            Some(next) if more && token.as_ref() != Some(&next) => token = Some(next),
            Some(_) if more => return Err(StoreError::Failed("a listing that goes round in circles")),
            _ => return Ok(found.done()),
        }
    }
}

#[derive(Debug, Default)]
struct Found<'a> {
    prefix: &'a str,
    listing: Listing,
    pages: usize,
    scanned: usize,
    any: bool,
}

impl Found<'_> {
    /// Takes a page; gives whether there is room for another.
    fn take(&mut self, page: Page) -> bool {
        self.pages += 1;
        for below in &page.folders {
            if !self.add(below.strip_suffix('/').unwrap_or_default(), folder()) {
                return false;
            }
        }
        for object in page.objects {
            let version = FileVersion::plain(object.size, object.seconds.saturating_mul(1_000_000_000));
            if object.key == self.prefix && object.size == 0 {
                // The mark by which some programs make an empty folder be there.
                self.any = true;
            } else if !self.add(&object.key, document(version)) {
                return false;
            }
        }
        if self.pages == PAGES || self.scanned >= SCANNED_ENTRIES || self.listing.entries.len() >= LISTED_ENTRIES {
            self.listing.truncated |= page.next.is_some();
            return false;
        }
        true
    }

    /// Adds what has this key, unless its name cannot be one here. `false` when there is no room.
    fn add(&mut self, key: &str, stat: Stat) -> bool {
        self.any = true;
        self.scanned += 1;
        if self.scanned > SCANNED_ENTRIES || self.listing.entries.len() == LISTED_ENTRIES {
            self.listing.truncated = true;
            return false;
        }
        let name = key.strip_prefix(self.prefix).and_then(|name| DocumentPath::from_bytes(name.as_bytes()).ok());
        match name.filter(|name| name.names().count() == 1) {
            Some(name) => self.listing.entries.push(Entry { name, stat }),
            None => self.listing.hidden += 1,
        }
        true
    }

    /// A document and a folder may have one name; it is the document then, as where it is looked up by its name.
    fn done(mut self) -> Option<Listing> {
        let is_document = |entry: &&Entry| entry.stat.kind == Kind::Document;
        let documents: HashSet<DocumentPath> = self.listing.entries.iter().filter(is_document).map(|entry| entry.name.clone()).collect();
        let before = self.listing.entries.len();
        self.listing
            .entries
            .retain(|entry| entry.stat.kind == Kind::Document || !documents.contains(&entry.name));
        self.listing.hidden += before - self.listing.entries.len();
        sort(&mut self.listing.entries);
        self.any.then_some(self.listing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::remote::s3::page::Object;

    fn page(keys: &[&str], folders: &[&str], next: Option<&str>) -> Page {
        let object = |key: &&str| Object { key: (*key).to_owned(), size: u64::from(!key.ends_with('/')), seconds: 1 };
        let folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
        Page { objects: keys.iter().map(object).collect(), folders, next: next.map(str::to_owned) }
    }

    fn listed(prefix: &str, page: Page) -> Option<(Vec<String>, usize)> {
        let mut found = Found { prefix, ..Found::default() };
        found.take(page);
        let listing = found.done()?;
        Some((listing.entries.iter().map(|entry| entry.name.to_string()).collect(), listing.hidden))
    }

    #[test]
    fn names_that_cannot_be_asked_for_are_counted_and_not_shown() {
        let odd = page(&["a/", "a/b", "a/.", "a/c\u{1}", "elsewhere", "a/same"], &["a//", "a/../", "a/d/", "a/same/", "a/e", "/"], None);
        let names = ["d", "b", "same"].map(str::to_owned).to_vec();
        assert_eq!(listed("a/", odd), Some((names, 8)));
        assert_eq!(listed("a/", page(&["a/"], &[], None)), Some((Vec::new(), 0)));
        assert_eq!(listed("a/", page(&[], &[], None)), None);
    }

    #[test]
    fn a_store_that_lists_without_end_is_left_at_the_bounds() {
        let mut found = Found::default();
        let mut pages = 0;
        while found.take(page(&[], &[], Some("on"))) {
            pages += 1;
        }
        assert_eq!(pages + 1, PAGES);
        assert!(found.listing.truncated);
        let mut found = Found::default();
        while found.take(page(&["a\u{7f}"; PAGE_NAMES], &[], Some("on"))) {}
        assert_eq!((found.listing.hidden, found.listing.truncated), (SCANNED_ENTRIES, true));
    }
}
