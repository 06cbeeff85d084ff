//! What is covered in a document, and whether it still is the document it was covered in. Pure.

use crate::domain::document::DocumentName;
use crate::domain::ids::ShareId;
use crate::domain::part::PartPath;
use crate::domain::redaction::Area;
use crate::domain::version::FileVersion;
use crate::ledger::state::{Redaction, State};
use std::sync::Arc;

/// The document, or the way it is laid out, is not the one that areas were covered in: nobody can say where they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed;

/// All that is covered in one version of a document of a share.
#[derive(Debug, Clone, PartialEq)]
pub struct Covering(Vec<Arc<Redaction>>);

impl Covering {
    /// What is covered in a document; under another of its names in the same store it is the same document.
    ///
    /// # Errors
    /// Something is covered in another version of it.
    pub fn of(state: &State, share: ShareId, name: &DocumentName, version: FileVersion) -> Result<Self, Changed> {
        let concerns = |redaction: &Redaction| redaction.document.get().is_none_or(|known| known == name) || redaction.version == version;
        let all: Vec<_> = state.redactions_of(share).filter(|redaction| concerns(redaction)).cloned().collect();
        if all.iter().all(|redaction| redaction.version == version) { Ok(Self(all)) } else { Err(Changed) }
    }

    /// What is covered in this version, whatever is covered in others: for staff who mark a changed document anew.
    pub fn of_version(state: &State, share: ShareId, version: FileVersion) -> Self {
        Self(state.redactions_of(share).filter(|redaction| redaction.version == version).cloned().collect())
    }

    /// Whether a part is laid out as it was when areas of it were covered.
    ///
    /// # Errors
    /// It is not.
    pub fn fits(&self, part: &PartPath, layout: &str) -> Result<(), Changed> {
        if self.in_part(part).all(|redaction| redaction.layout == layout) { Ok(()) } else { Err(Changed) }
    }

    /// What is covered on a page.
    pub fn on(&self, part: &PartPath, page: u32) -> Vec<Area> {
        self.in_part(part)
            .filter(|redaction| redaction.page == page)
            .map(|redaction| redaction.area)
            .collect()
    }

    /// The same without what was covered on another layout: for staff.
    #[must_use]
    pub fn laid_out_as(self, layout: &str) -> Self {
        Self(self.0.into_iter().filter(|redaction| redaction.layout == layout).collect())
    }

    /// Whether anything is covered in a part.
    pub fn touches(&self, part: &PartPath) -> bool {
        self.in_part(part).next().is_some()
    }

    fn in_part<'a>(&'a self, part: &'a PartPath) -> impl Iterator<Item = &'a Redaction> {
        self.0.iter().map(AsRef::as_ref).filter(move |redaction| redaction.part == *part)
    }
}
