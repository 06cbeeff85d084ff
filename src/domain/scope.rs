//! What a share names: documents and folders, and which document a recipient's address means.

use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::version::Pinned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One document or folder named by a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called towards recipients: its own name, made different from the other items' with ` (2)` and so on. It never tells the folders above.
    pub label: String,
    /// Where it is.
    pub name: DocumentName,
    /// Document or folder, and whether pinned.
    pub kind: ItemKind,
}

/// Document or folder, and whether pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A document whose content may change.
    Document,
    /// A document as it was when it was shared.
    PinnedDocument(Pinned),
    /// A folder with whatever is in it.
    Folder,
    /// A folder as it was when it was shared: the documents beneath it, by path.
    PinnedFolder(Arc<Vec<Pin>>),
}

/// One document of a pinned folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Path beneath the folder.
    pub path: DocumentPath,
    /// What it was.
    pub version: Pinned,
}

/// A document that a share covers, found by [`resolve`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Where it is.
    pub name: DocumentName,
    /// Its canonical path towards recipients.
    pub label: DocumentPath,
    /// What it must still be, when it is pinned.
    pub pinned: Option<Pinned>,
    /// The path of the shared folder it lies in, which nothing may lead out of; `None` for a document that is shared by itself.
    pub folder: Option<DocumentPath>,
}

impl Item {
    /// Whether recipients may see a folder of it.
    pub const fn is_folder(&self) -> bool {
        matches!(self.kind, ItemKind::Folder | ItemKind::PinnedFolder(_))
    }

    /// The label as the first name of a path.
    fn label_path(&self) -> DocumentPath {
        self.label.parse().unwrap_or(DocumentPath::root())
    }

    fn covered(&self, below: &DocumentPath) -> Option<Covered> {
        let pinned = match (&self.kind, below.is_root()) {
            (ItemKind::Document, true) | (ItemKind::Folder, _) => None,
            (ItemKind::PinnedDocument(version), true) => Some(version.clone()),
            (ItemKind::Document | ItemKind::PinnedDocument(_), false) => return None,
            (ItemKind::PinnedFolder(pins), _) => {
                match pins.binary_search_by(|pin| pin.path.cmp(below)) {
                    Ok(at) => Some(pins[at].version.clone()),
                    // A folder on the way to a pinned document is shown, an empty or new one is not.
                    Err(_) if below.is_root() || has_pin_beneath(pins, below) => None,
                    Err(_) => return None,
                }
            }
        };
        Some(Covered {
            name: DocumentName { store: self.name.store.clone(), path: self.name.path.append(below).ok()? },
            label: self.label_path().append(below).ok()?,
            pinned,
            folder: self.is_folder().then(|| self.name.path.clone()),
        })
    }
}

/// Whether something beneath a folder is pinned. Pins are sorted by the bytes of their paths, so that those of a folder stand together.
fn has_pin_beneath(pins: &[Pin], folder: &DocumentPath) -> bool {
    let start = [folder.as_bytes(), b"/"].concat();
    let first = pins.partition_point(|pin| pin.path.as_bytes() < &start[..]);
    pins.get(first).is_some_and(|pin| pin.path.as_bytes().starts_with(&start))
}

/// Finds what a recipient's address means: first by the items' labels, then by document paths, so that those who know a document by its path need no other name.
/// Whichever way it was spelt, the result is one object, and every check comes after this.
pub fn resolve(items: &[Item], path: &DocumentPath) -> Option<Covered> {
    let by_label = items.iter().find_map(|item| item.covered(&path.beneath(&item.label_path())?));
    by_label.or_else(|| items.iter().find_map(|item| item.covered(&path.beneath(&item.name.path)?)))
}

/// Finds a document or folder by its own name, as staff call it.
pub fn find(items: &[Item], name: &DocumentName) -> Option<Covered> {
    let same_store = items.iter().filter(|item| item.name.store == name.store);
    same_store.into_iter().find_map(|item| item.covered(&name.path.beneath(&item.name.path)?))
}

/// The version that a share holds on to of a document, by the document's own name; none of what follows its content.
pub fn pinned<'a>(items: &'a [Item], name: &DocumentName) -> Option<&'a Pinned> {
    items.iter().filter(|item| item.name.store == name.store).find_map(|item| {
        let below = name.path.beneath(&item.name.path)?;
        match &item.kind {
            ItemKind::PinnedDocument(pin) => below.is_root().then_some(pin),
            ItemKind::PinnedFolder(pins) => pins.binary_search_by(|pin| pin.path.cmp(&below)).ok().map(|at| &pins[at].version),
            ItemKind::Document | ItemKind::Folder => None,
        }
    })
}

/// Whether items hold on to a document that they did not hold on to before, or to other bytes of it.
pub fn holds_newer(before: &[Item], now: &[Item]) -> bool {
    let is_newer = |name: &DocumentName, pin: &Pinned| pinned(before, name).is_none_or(|held| !pin.is_same(held));
    now.iter().any(|item| match &item.kind {
        ItemKind::PinnedDocument(pin) => is_newer(&item.name, pin),
        ItemKind::PinnedFolder(pins) => pins.iter().any(|pin| {
            let path = item.name.path.append(&pin.path);
            path.is_ok_and(|path| is_newer(&DocumentName { store: item.name.store.clone(), path }, &pin.version))
        }),
        ItemKind::Document | ItemKind::Folder => false,
    })
}

/// What a share holds on to directly in one of its pinned folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child<'a> {
    /// Its own name.
    pub name: &'a [u8],
    /// What a document was; none for a folder.
    pub pinned: Option<&'a Pinned>,
    /// Whether a copy is kept of it, or of any document beneath it.
    pub kept: bool,
}

/// Whether what [`resolve`] found is a folder on the way to pinned documents: whatever lies there now, it is no document of the share.
pub fn is_on_the_way(items: &[Item], covered: &Covered) -> bool {
    covered.pinned.is_none() && pinned_folder(items, covered).is_some()
}

/// The pinned folder that something lies in: its path, and its documents.
fn pinned_folder<'a>(items: &'a [Item], covered: &Covered) -> Option<(&'a DocumentPath, &'a [Pin])> {
    let is_it = |item: &&Item| item.name.store == covered.name.store && Some(&item.name.path) == covered.folder.as_ref();
    let item = items.iter().filter(|item| item.is_folder()).find(is_it)?;
    match &item.kind {
        ItemKind::PinnedFolder(pins) => Some((&item.name.path, pins)),
        _ => None,
    }
}

/// All that a share holds on to directly in a folder that [`resolve`] found; `None` when the folder follows its content.
pub fn children<'a>(items: &'a [Item], folder: &Covered) -> Option<Vec<Child<'a>>> {
    let (shared, pins) = pinned_folder(items, folder)?;
    let below = folder.name.path.beneath(shared)?;
    let start = if below.is_root() { Vec::new() } else { [below.as_bytes(), b"/"].concat() };
    let first = pins.partition_point(|pin| pin.path.as_bytes() < &start[..]);
    let mut children: Vec<Child<'a>> = Vec::new();
    for pin in &pins[first..] {
        let Some(rest) = pin.path.as_bytes().strip_prefix(&start[..]) else { break };
        let end = rest.iter().position(|&b| b == b'/');
        let (name, kept) = (&rest[..end.unwrap_or(rest.len())], pin.version.kept);
        // What lies in one folder stands together.
        match children.last_mut().filter(|last| end.is_some() && last.name == name) {
            Some(folder) => folder.kept |= kept,
            None => children.push(Child { name, pinned: end.is_none().then_some(&pin.version), kept }),
        }
    }
    Some(children)
}

/// Gives each item its label: the last name of its path, numbered where two are alike.
pub fn labels(names: &[DocumentName]) -> Vec<String> {
    let mut given: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let own = match name.path.file_name() {
            own if own.is_empty() => name.store.to_string(),
            own => own,
        };
        let mut label = own.clone();
        let mut number = 2;
        while given.contains(&label) {
            label = match own.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
                Some((stem, ending)) => format!("{stem} ({number}).{ending}"),
                None => format!("{own} ({number})"),
            };
            number += 1;
        }
        given.push(label);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::version::FileVersion;

    fn name(text: &str) -> DocumentName {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn item(text: &str, label: &str, kind: ItemKind) -> Item {
        Item { label: label.to_owned(), name: name(text), kind }
    }

    fn path(text: &str) -> DocumentPath {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn version() -> Pinned {
        FileVersion::plain(1, 2).into()
    }

    #[test]
    fn a_document_share_covers_that_document_alone() {
        let items = [item("s:in/a.txt", "a.txt", ItemKind::Document)];
        assert_eq!(resolve(&items, &path("a.txt")).map(|c| c.name), Some(name("s:in/a.txt")));
        assert_eq!(resolve(&items, &path("in/a.txt")).map(|c| c.name), Some(name("s:in/a.txt")));
        for other in ["", "in", "in/b.txt", "b.txt", "a.txt/x", "a.tx", "in/a.txt2"] {
            assert_eq!(resolve(&items, &path(other)), None, "{other}");
        }
    }

    #[test]
    fn a_folder_share_covers_what_is_beneath_and_nothing_beside() {
        let items = [item("s:case/open", "open", ItemKind::Folder)];
        assert_eq!(resolve(&items, &path("open/x/y.txt")).map(|c| c.name), Some(name("s:case/open/x/y.txt")));
        for other in ["", "case", "case/opened", "openx", "other"] {
            assert_eq!(resolve(&items, &path(other)), None, "{other}");
        }
    }

    #[test]
    fn a_pinned_folder_covers_only_what_was_there() {
        let pin = |text: &str| Pin { path: path(text), version: version() };
        let pins = Arc::new(vec![pin("a.txt"), pin("sub!.txt"), pin("sub/b.txt"), pin("sub0.txt")]);
        let items = [item("s:f", "f", ItemKind::PinnedFolder(pins))];
        assert_eq!(resolve(&items, &path("f/sub/b.txt")).and_then(|c| c.pinned), Some(version()));
        assert!(resolve(&items, &path("f/sub")).is_some());
        for other in ["f/new.txt", "f/su", "f/sub0", "f/sub/b", "f/zz"] {
            assert_eq!(resolve(&items, &path(other)), None, "{other}");
        }
    }

    #[test]
    fn a_pinned_folder_knows_what_is_directly_in_each_of_its_folders() {
        let pin = |text: &str, kept| Pin { path: path(text), version: Pinned { kept, ..version() } };
        let pins =
            vec![pin("a.txt", false), pin("sub!.txt", false), pin("sub/b.txt", false), pin("sub/in/c.txt", true), pin("sub0.txt", true)];
        let items = [item("s:f", "f", ItemKind::PinnedFolder(Arc::new(pins))), item("s:g", "g", ItemKind::Folder)];
        let of = |folder: &str| {
            let children = children(&items, &resolve(&items, &path(folder))?)?;
            let told = |child: &Child<'_>| (String::from_utf8_lossy(child.name).into_owned(), child.pinned.is_some(), child.kept);
            Some(children.iter().map(told).collect::<Vec<_>>())
        };
        let owned =
            |all: &[(&str, bool, bool)]| Some(all.iter().map(|(name, document, kept)| ((*name).to_owned(), *document, *kept)).collect());
        assert_eq!(of("f"), owned(&[("a.txt", true, false), ("sub!.txt", true, false), ("sub", false, true), ("sub0.txt", true, true)]));
        assert_eq!(of("f/sub"), owned(&[("b.txt", true, false), ("in", false, true)]));
        assert_eq!(of("f/sub/in"), owned(&[("c.txt", true, true)]));
        assert_eq!(of("g"), None, "it follows its content");
    }

    #[test]
    fn alike_names_are_told_apart_without_their_folders() {
        assert_eq!(
            labels(&[name("s:a/r.pdf"), name("s:b/r.pdf"), name("s:c/r.pdf"), name("s:")]),
            ["r.pdf", "r (2).pdf", "r (3).pdf", "s"]
        );
    }
}
