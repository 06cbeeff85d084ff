//! Turns at the stores: a request of a recipient is let in while its store can serve it soon, and otherwise refused before anything is done for it.
//!
//! What was let in is served: later steps of the same request, and whatever runs on behind an answer, ask the store without a further turn.

use crate::documents::Turn;
use crate::domain::document::{DocumentPath, StoreName};
use crate::domain::scope::{Covered, Item};
use crate::gate::Gate;
use crate::gate::admit::admit_path;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use std::collections::BTreeMap;

/// A turn at each store that a share names, where there is one.
pub(super) type Turns<'a> = BTreeMap<&'a StoreName, Option<Turn>>;

impl Gate {
    /// A turn at the store that a path of a share leads to.
    ///
    /// # Errors
    /// The share has no such path, or too many have a turn already ([`Refusal::Busy`]).
    pub fn turn(&self, admitted: &Admitted, path: &DocumentPath) -> Result<Turn, Refusal> {
        self.turn_at(&admit_path(admitted, path)?)
    }

    /// The same for what was found already.
    pub(super) fn turn_at(&self, covered: &Covered) -> Result<Turn, Refusal> {
        // A kept copy is not in the store.
        if covered.pinned.as_ref().is_some_and(|pinned| pinned.kept) {
            return Ok(Turn::at_nothing());
        }
        self.documents.turn(&covered.name.store).ok_or(Refusal::Busy)
    }

    /// A turn at each store of a list.
    pub(super) fn turns<'a>(&self, items: &'a [Item]) -> Turns<'a> {
        let mut turns = Turns::new();
        for item in items {
            turns.entry(&item.name.store).or_insert_with_key(|store| self.documents.turn(store));
        }
        turns
    }
}
