//! Which pages of a document were shown, and when: the detail of a receipt for pictures.

use crate::domain::bounds::SHOWN_PAGES;
use crate::domain::part::PartPath;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A page that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownPage {
    /// Its number, from 1.
    pub page: u32,
    /// When it was first handed over.
    pub first: Timestamp,
    /// When it was last handed over.
    pub last: Timestamp,
    /// How often.
    pub times: u32,
}

/// What was shown of one document, or of one inside it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownPart {
    /// Which one; none for the document itself.
    #[serde(default, skip_serializing_if = "PartPath::is_whole")]
    pub part: PartPath,
    /// How many pages it has.
    pub of: u32,
    /// How many documents are inside it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inside: u16,
    /// Its pages, in their order.
    pub pages: Vec<ShownPage>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// What a document has, as far as [`Shown`] needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Pages.
    pub pages: u32,
    /// Documents inside it.
    pub inside: u16,
}

/// All that was shown of a document and those inside it: at most [`SHOWN_PAGES`] pages, so that it may say too little and never too much.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shown(Vec<ShownPart>);

impl Shown {
    /// A page was handed over; `again` says whether that counts as one time more where it was shown before.
    pub fn note(&mut self, part: &PartPath, extent: Extent, page: u32, at: Timestamp, again: bool) {
        let full = self.len() >= SHOWN_PAGES;
        let Some(known) = self.part_mut(part, extent, full) else { return };
        match known.pages.binary_search_by_key(&page, |shown| shown.page) {
            Ok(found) => {
                let shown = &mut known.pages[found];
                shown.last = shown.last.max(at);
                shown.times = shown.times.saturating_add(u32::from(again));
            }
            Err(_) if full => {}
            Err(place) => known.pages.insert(place, ShownPage { page, first: at, last: at, times: 1 }),
        }
    }

    /// Takes what is said of pages anew in place of what was known of them.
    pub fn merge(&mut self, newer: &Self) {
        for part in &newer.0 {
            let full = self.len() >= SHOWN_PAGES;
            let extent = Extent { pages: part.of, inside: part.inside };
            let mut room = SHOWN_PAGES.saturating_sub(self.len());
            let Some(known) = self.part_mut(&part.part, extent, full) else { continue };
            for page in &part.pages {
                match known.pages.binary_search_by_key(&page.page, |shown| shown.page) {
                    Ok(found) => known.pages[found] = *page,
                    Err(_) if room == 0 => {}
                    Err(place) => {
                        known.pages.insert(place, *page);
                        room -= 1;
                    }
                }
            }
        }
    }

    /// What this says and `older` does not.
    pub fn since(&self, older: &Self) -> Self {
        let before: BTreeMap<_, _> = older.0.iter().map(|part| (&part.part, part)).collect();
        let changed = self.0.iter().filter_map(|part| {
            let known = before.get(&part.part);
            let pages: Vec<_> = part
                .pages
                .iter()
                .filter(|page| known.is_none_or(|known| !known.pages.contains(page)))
                .copied()
                .collect();
            (!pages.is_empty()).then(|| ShownPart { pages, ..part.clone() })
        });
        Self(changed.collect())
    }

    /// Whether every page of the document was shown, and every page of each document inside it.
    pub fn is_whole(&self) -> bool {
        self.covers(&PartPath::default())
    }

    /// Whether every page of the document itself was shown, whatever is inside it.
    pub fn has_all_pages(&self) -> bool {
        self.0
            .first()
            .is_some_and(|known| known.part.is_whole() && known.pages.len() >= usize::try_from(known.of).unwrap_or(usize::MAX))
    }

    /// Number of different pages.
    pub fn len(&self) -> usize {
        self.0.iter().map(|part| part.pages.len()).sum()
    }

    /// Whether nothing was shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was shown, the document itself first.
    pub fn parts(&self) -> &[ShownPart] {
        &self.0
    }

    fn covers(&self, part: &PartPath) -> bool {
        let Ok(found) = self.0.binary_search_by(|known| known.part.cmp(part)) else { return false };
        let known = &self.0[found];
        known.pages.len() >= usize::try_from(known.of).unwrap_or(usize::MAX)
            && (1..=known.inside).all(|number| part.inside(number).is_some_and(|inner| self.covers(&inner)))
    }

    fn part_mut(&mut self, part: &PartPath, extent: Extent, full: bool) -> Option<&mut ShownPart> {
        let found = match self.0.binary_search_by(|known| known.part.cmp(part)) {
            Ok(found) => found,
            Err(_) if full => return None,
            Err(place) => {
                self.0.insert(place, ShownPart { part: part.clone(), ..ShownPart::default() });
                place
            }
        };
        let known = &mut self.0[found];
        (known.of, known.inside) = (extent.pages, extent.inside);
        Some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + seconds * 1000)
    }

    fn part(text: &str) -> PartPath {
        text.parse().expect("a part")
    }

    #[test]
    fn all_pages_are_those_of_the_document_itself() {
        let (mut shown, own) = (Shown::default(), PartPath::default());
        assert!(!shown.has_all_pages());
        let two = Extent { pages: 2, inside: 1 };
        shown.note(&own, two, 1, at(1), true);
        shown.note(&part("1"), two, 1, at(1), true);
        shown.note(&part("1"), two, 2, at(1), true);
        assert!(!shown.has_all_pages());
        shown.note(&own, two, 2, at(2), true);
        assert!(shown.has_all_pages() && !shown.is_whole(), "what is inside the first one inside was not");
    }

    const MAIL: Extent = Extent { pages: 1, inside: 1 };
    const PAPER: Extent = Extent { pages: 2, inside: 0 };

    #[test]
    fn a_mail_is_shown_whole_when_what_is_attached_to_it_is() {
        let mut shown = Shown::default();
        assert!(!shown.is_whole());
        shown.note(&part(""), MAIL, 1, at(0), true);
        shown.note(&part("1"), PAPER, 2, at(5), true);
        assert!(!shown.is_whole(), "a page of the attachment is missing");
        shown.note(&part("1"), PAPER, 1, at(9), true);
        shown.note(&part("1"), PAPER, 1, at(11), true);
        shown.note(&part("1"), PAPER, 1, at(12), false);
        assert!(shown.is_whole());
        let paper = &shown.parts()[1];
        assert_eq!(paper.pages[0], ShownPage { page: 1, first: at(9), last: at(12), times: 2 });
    }

    #[test]
    fn more_pages_than_the_bound_are_left_out_and_it_is_never_whole_then() {
        let mut shown = Shown::default();
        let extent = Extent { pages: 600, inside: 0 };
        (1..=600).for_each(|page| shown.note(&part(""), extent, page, at(0), true));
        assert_eq!((shown.len(), shown.is_whole()), (SHOWN_PAGES, false));
    }

    proptest! {
        #[test]
        fn what_is_put_down_piece_by_piece_is_the_whole(
            notes in proptest::collection::vec((0..3usize, 1..20u32, 0..1000i64), 1..80), cut in 0..80usize,
        ) {
            let parts = [part(""), part("1"), part("1.2")];
            let (mut live, mut kept) = (Shown::default(), Shown::default());
            for (n, (which, page, when)) in notes.into_iter().enumerate() {
                live.note(&parts[which], Extent { pages: 20, inside: 2 }, page, at(when), true);
                if n % (cut + 1) == 0 {
                    kept.merge(&live.since(&kept));
                    prop_assert_eq!(&kept, &live);
                    prop_assert!(live.since(&kept).is_empty());
                }
            }
            kept.merge(&live.since(&kept));
            prop_assert_eq!(kept, live);
        }
    }
}
