//! Receipts as staff read them: what the history finds in the journal, with what memory knows better about those still open.

use crate::domain::email::EmailAddress;
use crate::domain::ids::{GuestId, ReceiptId, ShareId};
use crate::domain::receipt::Outcome;
use crate::domain::shown::{Shown, ShownPage, ShownPart};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::shares::ERASED;
use crate::gate::views::{PageView, ReceiptView};
use crate::ledger::event::Event;
use crate::ledger::read::{About, ReadError};
use std::collections::BTreeMap;

/// Receipts listed at most; further ones are in `audit export`.
pub const LISTED_RECEIPTS: usize = 10_000;

/// Which receipts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this share.
    pub share: Option<ShareId>,
    /// Of this person.
    pub guest: Option<EmailAddress>,
}

impl Gate {
    /// Receipts, newest first. Blocks on the disk: called from the blocking pool.
    pub fn receipts(&self, filter: &Filter) -> Result<Vec<ReceiptView>, ReadError> {
        let guest = match &filter.guest {
            Some(address) => match self.ledger.state().guest_ids.get(address.key()) {
                Some(guest) => Some(*guest),
                None => return Ok(Vec::new()),
            },
            None => None,
        };
        let about = match (filter.share, guest) {
            (Some(share), _) => About::Share(share),
            (None, Some(guest)) => About::Guest(guest),
            (None, None) => About::Everything,
        };
        let mut ends: BTreeMap<ReceiptId, Event> = BTreeMap::new();
        let mut listed = Vec::new();
        // Newest first, so that the end of a receipt is met before its beginning.
        self.ledger.history(about, &mut |t, event| {
            match event {
                Event::ReceiptEnded { receipt, .. } => {
                    ends.insert(receipt, event);
                }
                Event::ReceiptStarted { receipt, guest: who, .. } => {
                    let end = ends.remove(&receipt);
                    if guest.is_none_or(|guest| guest == who) {
                        listed.extend(self.receipt_view(t, &event, end, who));
                    }
                }
                _ => {}
            }
            listed.len() < LISTED_RECEIPTS
        })?;
        Ok(listed)
    }

    fn receipt_view(&self, started: Timestamp, event: &Event, end: Option<Event>, who: GuestId) -> Option<ReceiptView> {
        let Event::ReceiptStarted { receipt, share, document, version, action, .. } = event else { return None };
        let state = self.ledger.state();
        let live = self.progress.of(*receipt);
        let (ended, bytes, opens, outcome, shown) = match (end, state.receipts.get(receipt), live) {
            (Some(Event::ReceiptEnded { ended, bytes, opens, outcome, shown, .. }), ..) => (Some(ended), bytes, opens, outcome, shown),
            (_, open, Some(live)) => {
                let last = open.map_or_else(|| self.clock.now(), |open| open.last);
                (Some(last).filter(|_| live.outcome != Outcome::Open), live.bytes(), live.opens, live.outcome, live.shown)
            }
            (_, Some(open), None) => {
                let (last, bytes) =
                    (Some(open.last).filter(|_| open.outcome != Outcome::Open), open.ranges.bytes().saturating_add(open.sent));
                (last, bytes, open.opens, open.outcome, open.shown.clone())
            }
            (_, None, None) => (None, 0, 1, Outcome::Open, Shown::default()),
        };
        Some(ReceiptView {
            id: receipt.to_string(),
            share: share.to_string(),
            email: state.address(who).map_or(ERASED, EmailAddress::expose).to_owned(),
            document: document.get().map_or_else(|| ERASED.to_owned(), ToString::to_string),
            version: version.to_string(),
            action: *action,
            started: started.to_string(),
            ended: ended.map(|at| at.to_string()),
            bytes,
            size: version.size,
            outcome,
            opens,
            pages: page_views(&shown),
            of_pages: shown.parts().first().filter(|own| own.part.is_whole()).map(|own| own.of),
        })
    }
}

fn page_views(shown: &Shown) -> Vec<PageView> {
    let of_part = |part: &ShownPart| {
        let name = (!part.part.is_whole()).then(|| part.part.to_string());
        let view = |page: &ShownPage| PageView {
            part: name.clone(),
            page: page.page,
            first: page.first.to_string(),
            last: page.last.to_string(),
            times: page.times,
        };
        part.pages.iter().map(view).collect::<Vec<_>>()
    };
    shown.parts().iter().flat_map(of_part).collect()
}
