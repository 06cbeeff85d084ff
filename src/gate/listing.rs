//! What the holder of a session sees of a share: its documents, or one of its folders.

pub(super) mod inside;
pub mod view;

use crate::documents::{Entry, Kind, Place, Stat, StoreError, media};
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::scope::{Covered, Item, ItemKind, is_on_the_way};
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::gate::Gate;
use crate::gate::admit::admit_path;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use futures_util::future::join_all;
use inside::{folder_stat, stat_of};
use view::{Paged, View};

/// Documents looked up at the same time for one page.
pub(super) const LOOKUPS: usize = 16;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntry {
    /// What it is called.
    pub label: String,
    /// Its path towards recipients.
    pub path: DocumentPath,
    /// Catalogue id of its kind.
    pub kind: &'static str,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Whether browsers are likely to play it, by its name.
    pub is_played: bool,
    /// Bytes, of a document that can be had.
    pub size: Option<u64>,
    /// Last change, of a document that can be had.
    pub changed: Option<Timestamp>,
    /// What keeps it from being had.
    pub trouble: Option<Trouble>,
}

/// What keeps a listed document from being had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is pinned and changed since.
    Changed,
    /// The store has it no more.
    Missing,
    /// The store does not answer.
    Unavailable,
}

impl Trouble {
    pub(super) const fn of(error: StoreError) -> Self {
        match error {
            StoreError::Changed => Self::Changed,
            StoreError::Missing | StoreError::NotADocument | StoreError::NotAFolder | StoreError::Refused(_) => Self::Missing,
            _ => Self::Unavailable,
        }
    }
}

/// A page of a share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// The folders from the share down to the one shown; empty on the share's own page.
    pub trail: Vec<(String, DocumentPath)>,
    /// The lines that were asked for.
    pub entries: Vec<ListedEntry>,
    /// Which of all lines they are.
    pub paged: Paged,
    /// Names that cannot be handed out, such as links out of the store.
    pub hidden: usize,
    /// Whether there is more than was read.
    pub truncated: bool,
}

impl Gate {
    /// The share's own page: its documents and folders, or what is in its one folder.
    pub async fn list_share(&self, admitted: &Admitted, view: &View) -> Result<Listed, Refusal> {
        let share = admitted.share();
        let items = share.items.get().ok_or(Refusal::NotInShare(share.id))?;
        if let [only] = items.as_slice()
            && only.is_folder()
        {
            let path = only.label.parse().map_err(|_| Refusal::NotInShare(share.id))?;
            let _turn = self.turn(admitted, &path)?;
            return self.list_folder(admitted, &path, view).await;
        }
        let turns = self.turns(items);
        let has_turn = |item: &Item| turns.get(&item.name.store).is_some_and(Option::is_some);
        let mut entries = Vec::with_capacity(items.len());
        for some in items.chunks(LOOKUPS) {
            let listed = join_all(some.iter().map(|item| self.listed_item(item, has_turn(item)))).await;
            for (item, listed) in some.iter().zip(&listed) {
                if listed.trouble == Some(Trouble::Changed) {
                    self.noticed.add(share.id, &item.name);
                }
            }
            entries.extend(listed);
        }
        let is_away = |listed: &ListedEntry| listed.trouble == Some(Trouble::Unavailable);
        if turns.values().any(Option::is_none) && entries.iter().all(is_away) {
            return Err(Refusal::Busy);
        }
        let (entries, paged) = view.apply(entries);
        Ok(Listed { entries, paged, ..Listed::default() })
    }

    /// A folder of the share.
    pub async fn list_folder(&self, admitted: &Admitted, path: &DocumentPath, view: &View) -> Result<Listed, Refusal> {
        let share = admitted.share();
        let covered = admit_path(admitted, path)?;
        if covered.folder.is_none() {
            return Err(Refusal::NotInShare(share.id));
        }
        let items = share.items.get().map_or(&[][..], |items| items.as_slice());
        let inside = self.inside(items, &covered).await.map_err(|error| {
            tracing::warn!(share = %share.id, store = %covered.name.store, %error, "a shared folder could not be listed");
            Refusal::of_store(share.id, error)
        })?;
        for known in inside.entries.iter().filter(|known| known.trouble == Some(Trouble::Changed)) {
            if let Ok(path) = covered.name.path.append(&known.entry.name) {
                self.noticed.add(share.id, &DocumentName { store: covered.name.store.clone(), path });
            }
        }
        let (hidden, truncated) = (inside.hidden, inside.truncated);
        let (chosen, paged) = view.apply(inside.entries);
        // Lines are made of those alone that are shown: a folder may have ten thousand.
        let entries = chosen.into_iter().filter_map(|known| {
            let Entry { name, stat } = known.entry;
            Some(line(name.file_name(), covered.label.append(&name).ok()?, Ok(stat), known.trouble))
        });
        // The only folder of a share is the share's own page.
        let above = usize::from(items.len() == 1);
        let trail = trail(&covered.label).into_iter().skip(above).collect();
        Ok(Listed { entries: entries.collect(), trail, paged, hidden, truncated })
    }

    /// Whether a path of a share means a folder; asks the store only when the share itself leaves it open.
    pub async fn is_folder(&self, admitted: &Admitted, path: &DocumentPath) -> Result<bool, Refusal> {
        let covered = admit_path(admitted, path)?;
        // Only documents are pinned, and a kept one is given though its store has nothing there any more.
        if covered.folder.is_none() || covered.pinned.is_some() {
            return Ok(false);
        }
        let items = admitted.share().items.get().map_or(&[][..], |items| items.as_slice());
        // What is on the way to pinned documents is a folder, whatever its store says now.
        if is_on_the_way(items, &covered) {
            return Ok(true);
        }
        let stat = self.documents.stat(&place_of(&covered), None).await;
        let stat = stat.map_err(|error| Refusal::of_store(admitted.share().id, error))?;
        Ok(stat.kind == Kind::Folder)
    }

    async fn listed_item(&self, item: &Item, has_turn: bool) -> ListedEntry {
        let stat = match has_turn {
            true => self.documents.stat(&Place::named(&item.name), pinned(item)).await,
            false => Err(StoreError::Busy),
        };
        if let (Err(_), ItemKind::PinnedDocument(pinned)) = (&stat, &item.kind)
            && self.kept.holds(pinned).await
        {
            let path = item.label.parse().unwrap_or(DocumentPath::root());
            return line(item.label.clone(), path, Ok(stat_of(pinned)), None);
        }
        let stat = match &item.kind {
            ItemKind::PinnedFolder(pins) if pins.iter().any(|pin| pin.version.kept) => stat.or_else(|_| Ok(folder_stat())),
            _ => stat,
        };
        let trouble = matches!(stat, Err(StoreError::Changed)).then_some(Trouble::Changed);
        let path = item.label.parse().unwrap_or(DocumentPath::root());
        let mut listed = line(item.label.clone(), path, stat, trouble);
        listed.is_folder |= item.is_folder();
        listed
    }

    /// What keeps an item from being read now, in one word for staff.
    pub(super) async fn item_problem(&self, item: &Item) -> Option<String> {
        let word = match self.listed_item(item, true).await.trouble? {
            Trouble::Changed => "changed since it was shared",
            Trouble::Missing => "missing in the store",
            Trouble::Unavailable => match self.documents.stat(&Place::named(&item.name), pinned(item)).await {
                Err(error) => return Some(error.to_string()),
                Ok(_) => "the store could not be read",
            },
        };
        Some(word.to_owned())
    }
}

/// The version that an item is pinned to.
fn pinned(item: &Item) -> Option<&FileVersion> {
    match &item.kind {
        ItemKind::PinnedDocument(pinned) => Some(&pinned.version),
        _ => None,
    }
}

fn line(label: String, path: DocumentPath, stat: Result<Stat, StoreError>, trouble: Option<Trouble>) -> ListedEntry {
    let trouble = trouble.or_else(|| stat.as_ref().err().copied().map(Trouble::of));
    let is_folder = matches!(stat, Ok(Stat { kind: Kind::Folder, .. }));
    let document = stat.ok().filter(|stat| stat.kind == Kind::Document && trouble.is_none());
    ListedEntry {
        kind: if is_folder { "kind-folder" } else { media::kind_word(label.as_bytes()) },
        is_played: !is_folder && media::is_named_as_recording(label.as_bytes()),
        label,
        path,
        is_folder,
        size: document.as_ref().map(|stat| stat.version.size),
        changed: document.map(|stat| stat.changed),
        trouble,
    }
}

/// Where a covered document is looked for: in a shared folder no link leads out of that folder, not even to the rest of the store.
pub(super) fn place_of(covered: &Covered) -> Place {
    let below = covered.folder.as_ref().and_then(|folder| Some((folder, covered.name.path.beneath(folder)?)));
    match below {
        Some((folder, below)) => Place::in_folder(&DocumentName { store: covered.name.store.clone(), path: folder.clone() }, &below),
        None => Place::named(&covered.name),
    }
}

/// The folders on the way to one, each with its path.
fn trail(folder: &DocumentPath) -> Vec<(String, DocumentPath)> {
    let mut trail = Vec::new();
    let mut at = Some(folder.clone());
    while let Some(path) = at.filter(|path| !path.is_root()) {
        at = path.parent();
        trail.push((path.file_name(), path));
    }
    trail.reverse();
    trail
}

/// The name of a document for staff.
pub(super) fn shown(name: &DocumentName) -> String {
    name.to_string()
}
