//! Pages of refusals that say nothing of anybody, kept once they were made: whoever sends forged links by the thousand is answered from here.

use crate::domain::bounds::REFUSALS_AT_HAND;
use crate::domain::language::Language;
use crate::web::pages::RefusalKind;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// All that such a page depends on: its language, its reason, and the moment that it names, if any.
pub(super) type Key = (Language, RefusalKind, Option<String>);

/// The pages that were made.
#[derive(Debug, Default)]
pub struct AtHand(RwLock<HashMap<Key, Bytes>>);

impl AtHand {
    /// The page, made if it is not there.
    pub(super) fn page(&self, key: Key, make: impl FnOnce() -> String) -> Bytes {
        if let Some(page) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return page.clone();
        }
        let page = Bytes::from(make());
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // The moments that pages name go by.
        if pages.len() >= REFUSALS_AT_HAND {
            pages.clear();
        }
        pages.insert(key, page.clone());
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_made_once_for_each_language_reason_and_moment_and_not_too_many_are_kept() {
        let (at_hand, mut made) = (AtHand::default(), 0);
        let mut ask = |language, kind, moment: Option<usize>| {
            let text = format!("{language} {kind:?} {moment:?}");
            let page = at_hand.page((language, kind, moment.map(|moment| moment.to_string())), || {
                made += 1;
                text.clone()
            });
            assert_eq!(page, text);
            made
        };
        for _ in 0..2 {
            ask(Language::English, RefusalKind::UnknownLink, None);
            ask(Language::German, RefusalKind::UnknownLink, None);
            ask(Language::English, RefusalKind::Busy, None);
            assert_eq!(ask(Language::English, RefusalKind::TooManyRequests, Some(7)), 4);
        }
        for moment in 0..3 * REFUSALS_AT_HAND {
            ask(Language::English, RefusalKind::TooManyRequests, Some(moment));
        }
        assert!(at_hand.0.read().is_ok_and(|pages| pages.len() <= REFUSALS_AT_HAND));
    }
}
