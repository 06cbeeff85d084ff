//! What an archive would hold: the documents beneath a folder or of a whole share, and what of them is withheld.

use crate::documents::{Kind, Place};
use crate::domain::bounds::FOLDER_DEPTH;
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::ids::ShareId;
use crate::domain::scope::{Covered, Item, ItemKind, resolve};
use crate::domain::version::{FileVersion, Pinned};
use crate::gate::Gate;
use crate::gate::admit::admit_path;
use crate::gate::listing::inside::Known;
use crate::gate::listing::{LOOKUPS, Trouble};
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use futures_util::future::join_all;
use std::collections::HashSet;

/// A document that goes into the archive.
#[derive(Debug, Clone)]
pub(in crate::gate) struct Found {
    /// Its path towards recipients.
    pub(in crate::gate) label: DocumentPath,
    /// Where it is.
    pub(in crate::gate) name: DocumentName,
    /// What it is now, and what it must be when its turn comes.
    pub(in crate::gate) version: FileVersion,
    /// What it was when it was shared.
    pub(in crate::gate) pinned: Option<Pinned>,
}

/// A document or folder that is not in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Its path towards recipients.
    pub label: DocumentPath,
    /// Why.
    pub why: Trouble,
}

/// All of it.
#[derive(Debug)]
pub(in crate::gate) struct Contents {
    /// The folder that names in the archive begin at; the root for a share of several documents.
    pub(in crate::gate) base: DocumentPath,
    /// The folder in the store that all of it lies in.
    pub(in crate::gate) place: DocumentName,
    /// Sorted by path.
    pub(in crate::gate) documents: Vec<Found>,
    /// Folders with nothing in them.
    pub(in crate::gate) empty_folders: Vec<DocumentPath>,
    /// What is not in it.
    pub(in crate::gate) withheld: Vec<Withheld>,
    /// Names that cannot be handed out, such as links out of the store.
    pub(in crate::gate) hidden: usize,
}

/// One walk through the folders of a share.
struct Walk<'a> {
    gate: &'a Gate,
    share: ShareId,
    items: &'a [Item],
    most: usize,
    contents: Contents,
}

impl Gate {
    /// Finds all that an archive would hold. A folder of which nothing can be read is an error where it is all that was asked for.
    pub(in crate::gate) async fn contents(&self, admitted: &Admitted, folder: Option<&DocumentPath>) -> Result<Contents, Refusal> {
        let share = admitted.share();
        let items = share.items.get().ok_or(Refusal::NotInShare(share.id))?;
        let only = match items.as_slice() {
            [only] if only.is_folder() => only.label.parse().ok(),
            _ => None,
        };
        let start = folder.cloned().or(only).map(|path| admit_path(admitted, &path)).transpose()?;
        let contents = match &start {
            Some(covered) if covered.folder.is_none() => return Err(Refusal::NotInShare(share.id)),
            Some(covered) => Contents::of(covered.label.clone(), covered.name.clone()),
            None => Contents::of(DocumentPath::root(), common(items).ok_or(Refusal::NotInShare(share.id))?),
        };
        let turns = self.turns(items);
        if turns.values().any(Option::is_none) {
            return Err(Refusal::Busy);
        }
        let mut walk = Walk { gate: self, share: share.id, items, most: self.settings.archives.max_entries, contents };
        match start {
            Some(covered) => walk.folder(covered, true).await?,
            None => walk.all_items().await?,
        }
        walk.note_missing_pins();
        let mut contents = walk.contents;
        contents.documents.sort_by(|a, b| a.label.cmp(&b.label));
        contents.empty_folders.sort();
        contents.withheld.sort_by(|a, b| a.label.cmp(&b.label));
        Ok(contents)
    }
}

impl Contents {
    const fn of(base: DocumentPath, place: DocumentName) -> Self {
        Self { base, place, documents: Vec::new(), empty_folders: Vec::new(), withheld: Vec::new(), hidden: 0 }
    }
}

impl Walk<'_> {
    async fn all_items(&mut self) -> Result<(), Refusal> {
        for some in self.items.chunks(LOOKUPS) {
            let gate = self.gate;
            let looked = join_all(some.iter().map(|item| async move {
                let pinned = match &item.kind {
                    ItemKind::PinnedDocument(pinned) => Some(&pinned.version),
                    _ => None,
                };
                (item, gate.documents.stat(&Place::named(&item.name), pinned).await)
            }))
            .await;
            for (item, stat) in looked {
                let label: DocumentPath = item.label.parse().map_err(|_| Refusal::NotInShare(self.share))?;
                let Some(covered) = resolve(self.items, &label) else { continue };
                match stat {
                    Ok(stat) if stat.kind == Kind::Document && !item.is_folder() => self.document(covered, stat.version),
                    Ok(_) if item.is_folder() => self.folder(covered, false).await?,
                    Ok(_) => self.withhold(label, Trouble::Missing),
                    // Copies may be kept of what is in it.
                    Err(_) if item.is_folder() => self.folder(covered, false).await?,
                    Err(error) => match covered.pinned.clone() {
                        Some(pinned) if self.gate.kept.holds(&pinned).await => self.document(covered, pinned.version),
                        _ => self.withhold(label, Trouble::of(error)),
                    },
                }
            }
        }
        Ok(())
    }

    /// Takes in a folder with all beneath it; `only` says whether nothing else was asked for.
    async fn folder(&mut self, start: Covered, only: bool) -> Result<(), Refusal> {
        let mut open = vec![(start, 0)];
        while let Some((folder, depth)) = open.pop() {
            let inside = match self.gate.inside(self.items, &folder).await {
                Ok(inside) => inside,
                Err(error) => {
                    tracing::warn!(share = %self.share, store = %folder.name.store, %error, "a folder of an archive could not be listed");
                    if only && depth == 0 {
                        return Err(Refusal::of_store(self.share, error));
                    }
                    self.withhold(folder.label, Trouble::of(error));
                    continue;
                }
            };
            if inside.truncated || depth >= FOLDER_DEPTH {
                return Err(Refusal::ArchiveTooLarge(self.share));
            }
            self.contents.hidden += inside.hidden;
            if inside.is_empty && folder.label != self.contents.base {
                self.contents.empty_folders.push(folder.label.clone());
            }
            for known in inside.entries {
                if let Some(below) = self.entry(&folder, known) {
                    open.push((below, depth + 1));
                }
            }
            if self.contents.documents.len() + self.contents.empty_folders.len() + open.len() > self.most {
                return Err(Refusal::ArchiveTooLarge(self.share));
            }
        }
        Ok(())
    }

    /// Takes in one name of a folder; a folder is given back to be walked.
    fn entry(&mut self, folder: &Covered, known: Known<'_>) -> Option<Covered> {
        let Known { entry, pinned, trouble } = known;
        let label = folder.label.append(&entry.name).ok()?;
        if let Some(why) = trouble {
            self.withhold(label, why);
            return None;
        }
        let path = folder.name.path.append(&entry.name).ok()?;
        let name = DocumentName { store: folder.name.store.clone(), path };
        let covered = Covered { name, label, pinned: pinned.cloned(), folder: folder.folder.clone() };
        if entry.stat.kind == Kind::Folder {
            return Some(covered);
        }
        self.document(covered, entry.stat.version);
        None
    }

    fn document(&mut self, covered: Covered, version: FileVersion) {
        let Covered { label, name, pinned, .. } = covered;
        // Of a pinned document the pin knows more than a listing tells.
        let version = pinned.as_ref().map_or(version, |pinned| pinned.version.clone());
        self.contents.documents.push(Found { label, name, version, pinned });
    }

    fn withhold(&mut self, label: DocumentPath, why: Trouble) {
        self.contents.withheld.push(Withheld { label, why });
    }

    /// Names what was pinned and is not there any more.
    fn note_missing_pins(&mut self) {
        let met: HashSet<DocumentPath> = self.contents.documents.iter().map(|found| found.label.clone()).collect();
        let told: HashSet<DocumentPath> = self.contents.withheld.iter().map(|withheld| withheld.label.clone()).collect();
        for item in self.items {
            let (ItemKind::PinnedFolder(pins), Ok(label)) = (&item.kind, item.label.parse::<DocumentPath>()) else { continue };
            for pin in pins.iter() {
                let Ok(label) = label.append(&pin.path) else { continue };
                let is_asked_for = label.beneath(&self.contents.base).is_some();
                let mut above = std::iter::successors(Some(label.clone()), DocumentPath::parent);
                if is_asked_for && !met.contains(&label) && !above.any(|folder| told.contains(&folder)) {
                    self.withhold(label, Trouble::Missing);
                }
            }
        }
    }
}

/// The deepest folder that holds everything a share names, in the store of the first.
fn common(items: &[Item]) -> Option<DocumentName> {
    let first = items.first()?;
    let mut folder = first.name.path.parent()?;
    for item in items {
        while item.name.store != first.name.store || item.name.path.beneath(&folder).is_none() {
            match folder.parent().filter(|_| item.name.store == first.name.store) {
                Some(above) => folder = above,
                None => return Some(DocumentName { store: first.name.store.clone(), path: DocumentPath::root() }),
            }
        }
    }
    Some(DocumentName { store: first.name.store.clone(), path: folder })
}
