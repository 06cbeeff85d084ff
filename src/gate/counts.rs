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
/// How often the counts are put down.
pub const COUNT_EVERY: Duration = Duration::from_secs(3600);

/// The counts since they were last put down.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    links: BTreeMap<(ShareId, RecipientId, &'static str), u64>,
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

    /// The events that put the counts down; they begin anew.
    pub fn take(&self, hour: Timestamp) -> Vec<Event> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let link = |((share, recipient, what), count): ((ShareId, RecipientId, &'static str), u64)| Event::LinkCounted {
            share,
            recipient,
            what: what.to_owned(),
            hour,
            count,
        };
        let strangers = Event::StrangersCounted { forged: counted.forged, unknown: counted.unknown, hour };
        let any = (counted.forged > 0 || counted.unknown > 0).then_some(strangers);
        counted.links.into_iter().map(link).chain(any).collect()
    }
}
