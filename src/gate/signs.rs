//! Where signs of machines are seen: at links that are opened, at pages that are acted on, and at what a request says of itself.

use crate::crypto::link::Link;
use crate::domain::ids::RecipientId;
use crate::domain::machine::{DELIVERY, QUICK, SWEEP_LINKS, SWEEP_WITHIN, Sign, Signs};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::consent::Entry;
use crate::gate::gateways::gateway;
use crate::gate::permit::Admitted;
use crate::ledger::event::Origin;
use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Openings remembered to find sweeps; with more than these in a few seconds the oldest are forgotten.
const OPENINGS: usize = 4_096;

/// What a request says of itself.
pub fn of_request(user_agent: &str, is_prefetch: bool) -> Signs {
    let mut signs = Signs::default();
    signs.note(Sign::Gateway, gateway(user_agent).is_some());
    signs.note(Sign::Prefetch, is_prefetch);
    signs
}

/// The same act, so long after the page that it was done on was loaded.
pub fn after(mut origin: Origin, page: Duration) -> Origin {
    origin.signs.note(Sign::Quick, page < QUICK);
    origin
}

/// Links opened within the last seconds.
#[derive(Debug, Default)]
pub(super) struct Openings(Mutex<VecDeque<(Timestamp, IpAddr, RecipientId)>>);

impl Openings {
    /// Notes one; says whether one address has opened the links of several people by now.
    fn is_sweep(&self, now: Timestamp, client: IpAddr, recipient: RecipientId) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while all.front().is_some_and(|(at, ..)| now.since(*at) >= SWEEP_WITHIN) || all.len() >= OPENINGS {
            all.pop_front();
        }
        all.push_back((now, client, recipient));
        let whose: BTreeSet<_> = all.iter().filter(|(_, other, _)| *other == client).map(|(.., recipient)| recipient).collect();
        whose.len() >= SWEEP_LINKS
    }
}

impl Gate {
    /// Notes in the link's history what speaks for a machine when its page was asked for.
    pub fn note_opening(&self, entry: &Entry, origin: &Origin, client: IpAddr) {
        let mut signs = origin.signs.clone();
        let now = self.clock.now();
        signs.note(Sign::Delivery, entry.recipient.invited.is_some_and(|handed_over| now.since(handed_over) < DELIVERY));
        signs.note(Sign::Sweep, self.openings.is_sweep(now, client, entry.recipient.id));
        self.count_signs(entry.link, &signs);
    }

    /// Adds signs to the hourly counts of a link.
    pub(super) fn count_signs(&self, link: Link, signs: &Signs) {
        signs.iter().for_each(|sign| self.counts.link(link, sign.counted()));
    }

    /// Notes that a list was shown, which is where recipients choose what to do next.
    pub fn note_list(&self, admitted: &Admitted) {
        self.counts.link(link_of(admitted), "listed");
        self.last_use.list_shown(admitted.session().id, self.clock.now());
    }

    /// Notes that a session asks to look at a document, when the document's pages come by requests of their own.
    pub fn note_look(&self, admitted: &Admitted) {
        self.last_use.acted(admitted.session().id, self.clock.now());
    }

    /// What speaks against a person's having asked for this, the session's own signs included. It is counted at the link as well, because
    /// a receipt has the signs of its first request only.
    pub(super) fn with_signs(&self, admitted: &Admitted, mut origin: Origin, is_picture: bool) -> Origin {
        let session = admitted.session();
        if !is_picture {
            self.last_use.acted(session.id, self.clock.now());
        }
        origin.signs.note(Sign::Quick, self.last_use.was_quick(session.id));
        origin.signs.extend(&session.signs);
        self.count_signs(link_of(admitted), &origin.signs);
        origin
    }

    /// Notes at its link that a document was loaded ahead, which makes no receipt.
    pub fn note_prefetch(&self, admitted: &Admitted) {
        self.counts.link(link_of(admitted), Sign::Prefetch.counted());
    }
}

/// The link by which somebody came.
fn link_of(admitted: &Admitted) -> Link {
    Link { key: admitted.recipient().key, share: admitted.share().id, recipient: admitted.recipient().id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_that_opens_the_links_of_several_people_at_once_sweeps_and_an_office_does_not() {
        let openings = Openings::default();
        let (gateway, office) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let start = Timestamp::from_millis(1_800_000_000_000);
        let at = |seconds: u64| start.plus(Duration::from_secs(seconds));
        let person = |number: u8| RecipientId::from_bytes([number; 16]);
        assert!(!openings.is_sweep(at(0), gateway, person(1)) && !openings.is_sweep(at(0), gateway, person(1)));
        assert!(!openings.is_sweep(at(1), gateway, person(2)) && !openings.is_sweep(at(1), office, person(3)));
        assert!(openings.is_sweep(at(2), gateway, person(3)));
        assert!(!openings.is_sweep(at(5), office, person(4)) && !openings.is_sweep(at(10), office, person(5)));
        assert!((0..2 * OPENINGS).all(|_| !openings.is_sweep(at(20), office, person(9))));
        assert_eq!(openings.0.lock().map(|all| all.len()).ok(), Some(OPENINGS), "no more than these are remembered");
    }
}
