//! Counts which documents ended their workers, by digest and within a bound, so that one which does it again and again is refused at once.

use crate::preview::limits::DEATHS;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Most documents remembered; beyond it the one that was longest ago is forgotten.
const REMEMBERED: usize = 1_024;
/// What an end counts. A worker that only came to nothing, perhaps because the machine was busy, counts [`STALL`].
const END: u8 = 4;
const STALL: u8 = 1;

/// Documents that ended their workers.
#[derive(Debug, Default)]
pub(super) struct Deaths(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    counts: HashMap<[u8; 32], (u8, u64)>,
    turn: u64,
}

impl Deaths {
    /// The document has ended a worker.
    pub(super) fn ended(&self, document: [u8; 32]) {
        self.count(document, END);
    }

    /// A worker did not come to an end with the document, without having worked much.
    pub(super) fn stalled(&self, document: [u8; 32]) {
        self.count(document, STALL);
    }

    /// Whether it has done so too often.
    pub(super) fn is_refused(&self, document: &[u8; 32]) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.counts.get(document).is_some_and(|(count, _)| *count >= DEATHS.saturating_mul(END))
    }

    fn count(&self, document: [u8; 32], weight: u8) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.turn += 1;
        let turn = seen.turn;
        let entry = seen.counts.entry(document).or_default();
        *entry = (entry.0.saturating_add(weight), turn);
        if seen.counts.len() > REMEMBERED {
            let oldest = seen.counts.iter().min_by_key(|(_, (_, turn))| *turn).map(|(document, _)| *document);
            oldest.map(|document| seen.counts.remove(&document));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_refused_after_it_ended_two_workers_and_others_are_not() {
        let deaths = Deaths::default();
        deaths.ended([1; 32]);
        assert!(!deaths.is_refused(&[1; 32]));
        deaths.ended([1; 32]);
        assert!(deaths.is_refused(&[1; 32]) && !deaths.is_refused(&[2; 32]));
    }

    #[test]
    fn coming_to_nothing_counts_less() {
        let deaths = Deaths::default();
        (0..7).for_each(|_| deaths.stalled([1; 32]));
        assert!(!deaths.is_refused(&[1; 32]));
        deaths.stalled([1; 32]);
        assert!(deaths.is_refused(&[1; 32]));
    }

    #[test]
    fn what_was_longest_ago_is_forgotten_first() {
        let deaths = Deaths::default();
        let key = |n: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&n.to_le_bytes());
            key
        };
        (0..2 * REMEMBERED).for_each(|n| {
            deaths.ended(key(n));
            deaths.ended(key(n));
        });
        assert!(!deaths.is_refused(&key(0)) && deaths.is_refused(&key(2 * REMEMBERED - 1)));
        assert_eq!(deaths.0.lock().map(|seen| seen.counts.len()).ok(), Some(REMEMBERED));
    }
}
