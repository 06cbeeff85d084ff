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
    /// What is covered in a document; under another of its names, and edited in place, it is the same document.
    ///
    /// # Errors
    /// Something is covered in another version of it.
    pub fn of(state: &State, share: ShareId, name: &DocumentName, version: &FileVersion) -> Result<Self, Changed> {
        let concerns =
            |redaction: &Redaction| redaction.document.get().is_none_or(|known| known == name) || redaction.version.same_file(version);
        let all: Vec<_> = state.redactions_of(share).filter(|redaction| concerns(redaction)).cloned().collect();
        if all.iter().all(|redaction| redaction.version == *version) { Ok(Self(all)) } else { Err(Changed) }
    }

    /// What is covered in this version, whatever is covered in others: for staff who mark a changed document anew.
    pub fn of_version(state: &State, share: ShareId, version: &FileVersion) -> Self {
        Self(state.redactions_of(share).filter(|redaction| redaction.version == *version).cloned().collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sealed::{Private, Subject};
    use crate::domain::ids::RedactionId;
    use crate::domain::time::Timestamp;
    use crate::ledger::event::Actor;

    const SHARE: ShareId = ShareId::from_bytes([1; 16]);

    fn version(inode: u64) -> FileVersion {
        FileVersion { device: 1, inode, ..FileVersion::plain(9, 7) }
    }

    fn name(text: &str) -> DocumentName {
        text.parse().expect("a store and a path")
    }

    /// One area on page 2 of `a:paper.pdf` in its version 1.
    fn state() -> State {
        let redaction = Redaction {
            id: RedactionId::from_bytes([5; 16]),
            share: SHARE,
            document: Private::new(Subject::Share(SHARE), name("a:paper.pdf")),
            part: PartPath::default(),
            page: 2,
            area: "10,10,20,20".parse().expect("an area"),
            version: version(1),
            layout: "pdf 1".to_owned(),
            by: Actor::Server,
            added: Timestamp::default(),
        };
        let mut state = State::default();
        state.redactions.insert((SHARE, redaction.id), Arc::new(redaction));
        state
    }

    #[test]
    fn an_area_is_covered_on_its_page_of_its_part_in_its_share() -> Result<(), Changed> {
        let (state, whole) = (state(), PartPath::default());
        let covering = Covering::of(&state, SHARE, &name("a:paper.pdf"), &version(1))?;
        assert_eq!((covering.on(&whole, 2).len(), covering.on(&whole, 1).len()), (1, 0));
        let attached = PartPath::try_from(vec![1]).map_err(|_| Changed)?;
        assert!(covering.on(&attached, 2).is_empty() && !covering.touches(&attached) && covering.touches(&whole));
        let elsewhere = Covering::of(&state, ShareId::from_bytes([2; 16]), &name("a:paper.pdf"), &version(2))?;
        assert!(!elsewhere.touches(&whole));
        Ok(())
    }

    #[test]
    fn a_document_that_is_another_by_now_is_not_shown() {
        let state = state();
        assert_eq!(Covering::of(&state, SHARE, &name("a:paper.pdf"), &version(2)), Err(Changed));
        assert!(Covering::of(&state, SHARE, &name("a:other.pdf"), &version(2)).is_ok());
        let covering = Covering::of(&state, SHARE, &name("a:paper.pdf"), &version(1)).expect("the same version");
        assert_eq!(covering.fits(&PartPath::default(), "office 1"), Err(Changed));
        assert_eq!(covering.fits(&PartPath::default(), "pdf 1"), Ok(()));
    }

    #[test]
    fn the_same_file_under_another_name_is_covered_as_well() {
        let covering = Covering::of(&state(), SHARE, &name("a:link-to-paper.pdf"), &version(1)).expect("the same version");
        assert_eq!(covering.on(&PartPath::default(), 2).len(), 1);
    }

    #[test]
    fn staff_see_what_holds_on_the_version_and_layout_before_them() {
        let state = state();
        let whole = PartPath::default();
        assert!(Covering::of_version(&state, SHARE, &version(1)).laid_out_as("pdf 1").touches(&whole));
        assert!(!Covering::of_version(&state, SHARE, &version(1)).laid_out_as("office 1").touches(&whole));
        assert!(!Covering::of_version(&state, SHARE, &version(2)).touches(&whole));
    }
}
