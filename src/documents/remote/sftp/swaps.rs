//! Folders and files that turned into links while something was opened by their path: nothing is opened through them for a while. Who looks and opens by
//! path can be deceived by swaps that are quick enough; so nobody gets many tries, because most of them are seen.

use super::names::{is_beneath, steps};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long nothing is opened through a place that turned into a link.
pub(super) const REST: Duration = Duration::from_secs(60);
/// Such places that are remembered. While there are more, nothing is opened at all.
const PLACES: usize = 64;

/// The places of one store, with the end of their rest.
#[derive(Debug, Default)]
pub(super) struct Swaps(Mutex<Vec<(String, Instant)>>);

impl Swaps {
    /// A place turned into a link. Says whether that is news.
    pub(super) fn seen(&self, place: &str, now: Instant) -> bool {
        let (end, mut places) = (now + REST, self.lock());
        places.retain(|(_, end)| *end > now);
        if let Some((_, known)) = places.iter_mut().find(|(known, _)| known == place) {
            *known = end;
            return false;
        }
        if places.len() < PLACES {
            places.push((place.to_owned(), end));
        }
        true
    }

    /// Whether a path leads through such a place.
    pub(super) fn holds_up(&self, path: &str, now: Instant) -> bool {
        let mut resting = 0;
        for (place, _) in self.lock().iter().filter(|(_, end)| *end > now) {
            resting += 1;
            if is_beneath(place, path) {
                return true;
            }
        }
        resting >= PLACES
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, Instant)>> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first step of `place` below `root` that is not on the way to `canonical`, which is what the place leads to.
pub(super) fn first_astray(root: &str, place: &str, canonical: &str) -> Option<String> {
    steps(root, place).into_iter().find(|step| !is_beneath(step, canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turned_into_a_link_rests_with_all_beneath_it_and_nothing_else() {
        let (swaps, now) = (Swaps::default(), Instant::now());
        assert!(swaps.seen("/store/a", now));
        assert!(!swaps.seen("/store/a", now), "it is known");
        for (path, held_up) in
            [("/store/a", true), ("/store/a/b/c.txt", true), ("/store/ab", false), ("/store", false), ("/store/b/a", false)]
        {
            assert_eq!(swaps.holds_up(path, now), held_up, "{path}");
        }
        assert!(swaps.holds_up("/store/a", now + REST / 2));
        assert!(!swaps.holds_up("/store/a", now + REST));
        assert!(swaps.seen("/store/a", now + REST), "it is news again");
    }

    #[test]
    fn nothing_is_opened_while_more_places_turn_into_links_than_can_be_remembered() {
        let (swaps, now) = (Swaps::default(), Instant::now());
        for n in 0..PLACES {
            assert!(!swaps.holds_up("/store/b", now), "{n}");
            swaps.seen(&format!("/store/a{n}"), now);
        }
        assert!(swaps.holds_up("/store/b", now));
        swaps.seen("/store/one more", now);
        assert_eq!(swaps.lock().len(), PLACES);
        assert!(!swaps.holds_up("/store/b", now + REST));
    }

    #[test]
    fn the_step_that_turned_is_the_first_that_leads_elsewhere() {
        let astray = |place, canonical| first_astray("/srv/store", place, canonical);
        assert_eq!(astray("/srv/store/a/b/c", "/srv/store/a/b/c"), None);
        assert_eq!(astray("/srv/store/a/b/c", "/srv/store/a/x/c").as_deref(), Some("/srv/store/a/b"));
        assert_eq!(astray("/srv/store/a/b/c", "/other/c").as_deref(), Some("/srv/store/a"));
        assert_eq!(astray("/srv/store/a", "/srv/store/ab").as_deref(), Some("/srv/store/a"));
    }
}
