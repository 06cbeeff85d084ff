//! Requests that change nothing, counted in memory and put down as one summary an hour: opening a link is never an event of its own.

use crate::crypto::link::Link;
use crate::domain::ids::{RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Links counted apart within one hour; requests for further ones are added to the strangers.
const COUNTED_LINKS: usize = 10_000;
/// Links told of in one transaction.
const LINKS_AT_ONCE: usize = 1_000;
/// How often the counts are put down.
pub const COUNT_EVERY: Duration = Duration::from_secs(3600);

/// The counts since they were last put down.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    links: BTreeMap<Key, u64>,
    forged: u64,
    unknown: u64,
}

impl Counts {
    /// A request with a true link.
    pub fn link(&self, link: Link, what: &'static str) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (link.share, link.recipient, what);
        if what == "unknown-link" || (inner.links.len() >= COUNTED_LINKS && !inner.links.contains_key(&key)) {
            inner.unknown += 1;
        } else {
            *inner.links.entry(key).or_insert(0) += 1;
        }
    }

    /// A request with a link that is none of ours.
    pub fn forged(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).forged += 1;
    }

    /// A request for an address that leads nowhere.
    pub fn unknown(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unknown += 1;
    }

    /// The counts in parts that each fit a transaction; counting begins anew.
    pub fn take(&self) -> Vec<Part> {
        let Inner { links, forged, unknown } = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let links: Vec<_> = links.into_iter().collect();
        let strangers = (forged > 0 || unknown > 0).then(|| Part { links: Vec::new(), forged, unknown });
        let of_links = links.chunks(LINKS_AT_ONCE).map(|some| Part { links: some.to_vec(), forged: 0, unknown: 0 });
        strangers.into_iter().chain(of_links).collect()
    }

    /// Adds parts that could not be put down to what was counted meanwhile.
    pub fn give_back(&self, parts: &[Part]) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            inner.forged += part.forged;
            inner.unknown += part.unknown;
            part.links.iter().for_each(|(key, count)| *inner.links.entry(*key).or_insert(0) += count);
        }
    }
}

/// What is counted apart: requests of one kind for one link.
type Key = (ShareId, RecipientId, &'static str);

/// A part of what was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    links: Vec<(Key, u64)>,
    forged: u64,
    unknown: u64,
}

impl Part {
    /// The events that put it down.
    pub fn events(&self, hour: Timestamp) -> Vec<Event> {
        let link = |((share, recipient, what), count): &(Key, u64)| Event::LinkCounted {
            share: *share,
            recipient: *recipient,
            what: (*what).to_owned(),
            hour,
            count: *count,
        };
        let strangers = Event::StrangersCounted { forged: self.forged, unknown: self.unknown, hour };
        let any = (self.forged > 0 || self.unknown > 0).then_some(strangers);
        self.links.iter().map(link).chain(any).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(number: usize) -> Link {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        Link { key: 1, share: ShareId::from_bytes(id), recipient: RecipientId::from_bytes(id) }
    }

    #[test]
    fn no_count_is_lost_when_it_cannot_be_put_down_and_each_part_fits_a_line() {
        let counts = Counts::default();
        (0..COUNTED_LINKS + 5).for_each(|number| counts.link(link(number), "preview-only"));
        counts.forged();
        let taken = counts.take();
        assert!(counts.take().is_empty());
        counts.link(link(0), "preview-only");
        counts.give_back(&taken);
        let events: Vec<_> = counts.take().iter().map(|part| part.events(Timestamp::MAX)).collect();
        for part in &events {
            let bytes = serde_json::to_vec(part).expect("events have a form in JSON").len();
            assert!(bytes < crate::domain::bounds::LINE_BYTES / 2, "{bytes}");
        }
        let sum = |event: &Event| match event {
            Event::LinkCounted { count, .. } => *count,
            Event::StrangersCounted { forged, unknown, .. } => forged + unknown,
            _ => 0,
        };
        assert_eq!(events.iter().flatten().map(sum).sum::<u64>(), COUNTED_LINKS as u64 + 5 + 1 + 1);
    }
}
