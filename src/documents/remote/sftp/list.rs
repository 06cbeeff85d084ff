//! Lists a folder of an SFTP server.

use super::names::LOST;
use super::session::{ENDED, FOLDER, LINK, Opened, Room, kind_of};
use super::walk::{describe, find, is_same_folder, is_still};
use crate::documents::folder::sort;
use crate::documents::{Entry, Listing, Stat, StoreError};
use crate::domain::bounds::{LISTED_ENTRIES, SCANNED_ENTRIES};
use crate::domain::document::DocumentPath;
use futures_util::{StreamExt, stream};
use russh_sftp::protocol::File;

/// Requests for the next names of a folder that are made at the same time.
const PAGES_AT_ONCE: usize = 4;
/// Links of one folder that are followed at the same time.
const LINKS_AT_ONCE: usize = 16;
/// Links of one folder that are followed at all; others are left out.
const LINKS: usize = 1_000;

/// Reads a folder, as far as the bounds allow.
pub(super) async fn list(room: Room, fence: &DocumentPath, path: &DocumentPath) -> Result<Listing, StoreError> {
    let session = std::sync::Arc::clone(room.session());
    let found = find(&session, fence, path).await?;
    if kind_of(&found.attributes) != Some(FOLDER) {
        return Err(StoreError::NotAFolder);
    }
    let opened = room.open_folder(found.place.clone()).await?;
    let mut read = Read::default();
    read.names(&opened).await?;
    // Only now is it known that what was read is the folder that was found: its names are looked at by path.
    if !is_still(&session, &found, is_same_folder).await? {
        return Err(StoreError::Changed);
    }
    let Read { mut listing, links, .. } = read;
    listing.hidden += links.len().saturating_sub(LINKS);
    let mut followed = stream::iter(links.into_iter().take(LINKS).map(|name| {
        let session = &session;
        async move {
            let place = path.append(&name).map_err(|_| StoreError::Missing)?;
            let stat = describe(&find(session, fence, &place).await?.attributes)?;
            Ok::<Entry, StoreError>(Entry { name, stat })
        }
    }))
    .buffer_unordered(LINKS_AT_ONCE);
    while let Some(entry) = followed.next().await {
        match entry {
            Ok(entry) => listing.entries.push(entry),
            Err(StoreError::Unreachable) => return Err(StoreError::Unreachable),
            Err(_) => listing.hidden += 1,
        }
    }
    drop(followed);
    sort(&mut listing.entries);
    Ok(listing)
}

/// What was read of a folder.
#[derive(Default)]
struct Read {
    listing: Listing,
    /// Names that must be looked at one by one.
    links: Vec<DocumentPath>,
    scanned: usize,
}

impl Read {
    async fn names(&mut self, opened: &Opened) -> Result<(), StoreError> {
        let session = opened.session();
        let pages = stream::repeat_with(|| session.wait(session.raw().readdir(opened.name())));
        let mut pages = pages.buffered(PAGES_AT_ONCE);
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) if page.files.is_empty() => return Err(StoreError::Failed("a page of names without any")),
                Ok(page) => {
                    for file in page.files {
                        if !self.take(&file) {
                            return Ok(());
                        }
                    }
                }
                Err(ENDED) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes one name; `false` when there were enough.
    fn take(&mut self, file: &File) -> bool {
        if matches!(file.filename.as_str(), "." | "..") {
            return true;
        }
        self.scanned += 1;
        if self.listing.entries.len() + self.links.len() >= LISTED_ENTRIES || self.scanned > SCANNED_ENTRIES {
            self.listing.truncated = true;
            return false;
        }
        match seen(file) {
            Seen::Plain(name, stat) => self.listing.entries.push(Entry { name, stat }),
            Seen::Link(name) => self.links.push(name),
            Seen::Hidden => self.listing.hidden += 1,
        }
        true
    }
}

/// What one name of a folder is.
enum Seen {
    Plain(DocumentPath, Stat),
    /// A link, or something that the server says too little of.
    Link(DocumentPath),
    Hidden,
}

fn seen(file: &File) -> Seen {
    let name = if file.filename.contains(['/', LOST]) { None } else { DocumentPath::from_bytes(file.filename.as_bytes()).ok() };
    let Some(name) = name.filter(|name| !name.is_root()) else { return Seen::Hidden };
    match kind_of(&file.attrs) {
        Some(LINK) | None => Seen::Link(name),
        Some(_) => describe(&file.attrs).map_or(Seen::Hidden, |stat| Seen::Plain(name, stat)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Kind;
    use russh_sftp::protocol::FileAttributes;

    fn file(name: &str, mode: Option<u32>) -> File {
        let attrs = FileAttributes { size: Some(7), mtime: Some(9), permissions: mode, ..FileAttributes::empty() };
        File { filename: name.to_owned(), longname: String::new(), attrs }
    }

    fn read(files: &[File]) -> Read {
        let mut read = Read::default();
        files.iter().all(|file| read.take(file));
        read
    }

    #[test]
    fn names_that_lead_elsewhere_or_are_not_exact_are_left_out_and_counted() {
        let names = ["a/b", "../up", "/etc/passwd", "", "\u{fffd}.txt", "line\nfeed"];
        let read = read(&names.map(|name| file(name, Some(0o100_644))));
        assert_eq!((read.listing.entries.len(), read.links.len(), read.listing.hidden), (0, 0, names.len()));
    }

    #[test]
    fn what_is_no_file_and_no_folder_is_left_out_and_links_are_looked_at() {
        let of = [("file", 0o100_644), ("folder", 0o040_755), ("fifo", 0o010_644), ("socket", 0o140_755), ("link", 0o120_777)];
        let mut files: Vec<File> = of.iter().map(|(name, mode)| file(name, Some(*mode))).collect();
        files.push(file("unknown", None));
        files.push(file(".", Some(0o040_755)));
        let read = read(&files);
        let kinds: Vec<Kind> = read.listing.entries.iter().map(|entry| entry.stat.kind).collect();
        assert_eq!(kinds, [Kind::Document, Kind::Folder]);
        assert_eq!((read.links.len(), read.listing.hidden), (2, 2));
    }

    #[test]
    fn a_folder_without_end_is_cut() {
        let mut read = Read::default();
        let taken = (0..).take_while(|at| read.take(&file(&format!("{at}"), Some(0o100_644)))).count();
        assert_eq!((taken, read.listing.entries.len(), read.listing.truncated), (LISTED_ENTRIES, LISTED_ENTRIES, true));
    }
}
