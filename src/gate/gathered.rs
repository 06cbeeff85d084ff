//! What recipients of a share were given of each document, and whether the share still holds on to the version that they were given.

use crate::domain::document::DocumentName;
use crate::domain::ids::RecipientId;
use crate::domain::receipt::{Action, Outcome};
use crate::domain::scope::{Item, pinned};
use crate::domain::version::FileVersion;
use crate::gate::receipts::{Met, Told};
use crate::gate::views::Given;
use crate::ledger::event::Event;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was given, gathered on the way back through the whole history of a share, newest first.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Since the share was last held to other versions, as far as was met.
    notes: Notes,
    eras: Vec<Era>,
    /// When something of a document was given last, RFC 3339 in UTC.
    lasts: BTreeMap<RecipientId, BTreeMap<DocumentName, String>>,
}

/// The most that one receipt gave.
type Notes = BTreeMap<RecipientId, BTreeMap<(DocumentName, FileVersion), Given>>;

/// What was given while a share held on to the same versions.
#[derive(Debug)]
struct Era {
    items: Arc<Vec<Item>>,
    notes: Notes,
}

/// What a recipient was given of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached<'a> {
    /// Of what the share holds on to now; of what follows its content, of any version.
    pub(super) now: Given,
    /// Whether anything was given of a version that the share holds on to no more.
    pub(super) before: bool,
    /// When anything of it was given last, RFC 3339 in UTC.
    pub(super) last: Option<&'a str>,
}

impl Reached<'_> {
    pub(super) const NOTHING: Self = Self { now: Given::Nothing, before: false, last: None };
}

impl Gathered {
    /// Takes what was met next.
    pub(super) fn take(&mut self, met: &Met<'_>) {
        match met {
            Met::Receipt(told) => self.note(told),
            Met::Other(_, Event::ShareCreated { items, .. } | Event::SharePinned { items, .. }) => {
                let (items, notes) = (items.get().cloned().unwrap_or_default(), std::mem::take(&mut self.notes));
                self.eras.push(Era { items, notes });
            }
            Met::Other(..) => {}
        }
    }

    fn note(&mut self, told: &Told) {
        let known = self.notes.entry(told.whose).or_default();
        let lasts = self.lasts.entry(told.whose).or_default();
        let mut note = |document: &DocumentName, version: &FileVersion, given: Given| {
            let known = known.entry((document.clone(), version.clone())).or_insert(Given::Nothing);
            *known = most(*known, given);
            if given != Given::Nothing && !lasts.contains_key(document) {
                lasts.insert(document.clone(), told.view.started.clone());
            }
        };
        let given = match told.view.outcome {
            Outcome::Complete => Given::All,
            _ if told.view.bytes > 0 => Given::Part,
            _ => Given::Nothing,
        };
        match &told.document {
            _ if told.view.action == Action::Archive => {
                let parts = told.parts.iter().flat_map(|parts| parts.iter()).zip(&told.view.parts);
                parts.for_each(|(part, view)| note(&part.document, &part.version, view.given));
            }
            Some(document) => note(document, &told.version, given),
            None => {}
        }
    }

    /// What a recipient was given, by document, where the share names these items now.
    pub(super) fn of(&self, recipient: RecipientId, now: &[Item]) -> BTreeMap<DocumentName, Reached<'_>> {
        let mut all = BTreeMap::new();
        let lasts = self.lasts.get(&recipient);
        let eras = self.eras.iter().map(|era| (era.items.as_slice(), &era.notes));
        for (then, notes) in std::iter::once((now, &self.notes)).chain(eras) {
            for ((name, version), given) in notes.get(&recipient).into_iter().flatten() {
                let reached = all.entry(name.clone()).or_insert_with(|| {
                    let last = lasts.and_then(|lasts| lasts.get(name)).map(String::as_str);
                    Reached { last, ..Reached::NOTHING }
                });
                if is_held(now, then, name, version) {
                    reached.now = most(reached.now, *given);
                } else {
                    reached.before |= *given != Given::Nothing;
                }
            }
        }
        all
    }
}

/// Whether a version that was given when the share named `then` is the one that it holds on to now: by the hash that was taken of it then, since a
/// store may call other bytes the same version, and the same bytes another. What follows its content is held to none.
fn is_held(now: &[Item], then: &[Item], name: &DocumentName, version: &FileVersion) -> bool {
    let Some(pin) = pinned(now, name) else { return true };
    match pinned(then, name).filter(|before| before.version.is_still(version)) {
        Some(before) => pin.is_same(before),
        None => pin.version.is_still(version),
    }
}

fn most(one: Given, other: Given) -> Given {
    match (one, other) {
        (Given::All, _) | (_, Given::All) => Given::All,
        (Given::Part, _) | (_, Given::Part) => Given::Part,
        (Given::Nothing, Given::Nothing) => Given::Nothing,
    }
}
