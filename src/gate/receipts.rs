//! Receipts as staff read them: what the history finds in the journal, with what memory knows better about those still open.

use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GuestId, ReceiptId, RecipientId, ShareId};
use crate::domain::range::{ByteRange, RangeSet};
use crate::domain::receipt::Outcome;
use crate::domain::scope::pinned;
use crate::domain::shown::{Shown, ShownPage, ShownPart};
use crate::domain::time::Timestamp;
use crate::domain::version::{ContentHash, FileVersion};
use crate::gate::Gate;
use crate::gate::shares::ERASED;
use crate::gate::views::{BrokenView, Given, PageView, PartView, ReceiptView};
use crate::ledger::event::{ArchivePart, Event};
use crate::ledger::read::{About, ReadError};
use crate::ledger::state::Share;
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// What is met on the way back through the history.
#[derive(Debug)]
pub(super) enum Met<'a> {
    /// Something else that happened to the share that is asked for, and when.
    Other(Timestamp, &'a Event),
    /// A receipt.
    Receipt(Box<Told>),
}

/// A receipt, with what lists leave out.
#[derive(Debug)]
pub(super) struct Told {
    /// Whose it is.
    pub(super) whose: RecipientId,
    /// The document, or the folder of an archive, unless forgotten.
    pub(super) document: Option<DocumentName>,
    /// Its version.
    pub(super) version: FileVersion,
    /// The documents of an archive, in the order of the list's parts.
    pub(super) parts: Option<Arc<Vec<ArchivePart>>>,
    /// What lists show.
    pub(super) view: ReceiptView,
}

impl Gate {
    /// Receipts, newest first. Blocks on the disk: called from the blocking pool.
    pub fn receipts(&self, filter: &Filter) -> Result<Vec<ReceiptView>, ReadError> {
        let mut listed = Vec::new();
        self.walk_back(filter, &mut |met| {
            if let Met::Receipt(told) = met {
                listed.push(told.view);
            }
            listed.len() < LISTED_RECEIPTS
        })?;
        Ok(listed)
    }

    /// Tells `each` of receipts, newest first, and of what else happened to the share that is asked for, until it has enough. Blocks on the disk.
    pub(super) fn walk_back(&self, filter: &Filter, each: &mut dyn FnMut(Met<'_>) -> bool) -> Result<(), ReadError> {
        let guest = match &filter.guest {
            Some(address) => match self.ledger.state().guest_ids.get(address.key()) {
                Some(guest) => Some(*guest),
                None => return Ok(()),
            },
            None => None,
        };
        let about = match (filter.share, guest) {
            (Some(share), _) => About::Share(share),
            (None, Some(guest)) => About::Guest(guest),
            (None, None) => About::Everything,
        };
        let mut ends: BTreeMap<ReceiptId, After> = BTreeMap::new();
        // Newest first, so that the end of a receipt is met before its beginning.
        self.ledger.history(about, &mut |t, event| {
            match event {
                Event::ReceiptEnded { receipt, .. } => ends.entry(receipt).or_default().end = Some(event),
                Event::ReceiptParts { receipt, parts, .. } => ends.entry(receipt).or_default().parts = parts.get().cloned(),
                Event::ReceiptBroken { receipt, document, why, .. } => {
                    let document = document.get().map_or_else(|| ERASED.to_owned(), ToString::to_string);
                    ends.entry(receipt).or_default().broken.get_or_insert(BrokenView { document, why });
                }
                Event::ReceiptStarted { receipt, recipient, guest: who, ref document, ref version, .. } => {
                    let after = ends.remove(&receipt).unwrap_or_default();
                    if guest.is_none_or(|guest| guest == who) {
                        let (document, version, parts) = (document.get().cloned(), version.clone(), after.parts.clone());
                        let view = self.receipt_view(t, &event, after, who);
                        let told = view.map(|view| Told { whose: recipient, document, version, parts, view });
                        return told.is_none_or(|told| each(Met::Receipt(Box::new(told))));
                    }
                }
                event => return each(Met::Other(t, &event)),
            }
            true
        })
    }

    fn receipt_view(&self, started: Timestamp, event: &Event, after: After, who: GuestId) -> Option<ReceiptView> {
        let Event::ReceiptStarted { receipt, share, document, version, action, proved, origin, .. } = event else { return None };
        let state = self.ledger.state();
        let live = self.progress.of(*receipt);
        let After { end, parts, broken } = after;
        let ranges = match (&end, &live, state.receipts.get(receipt)) {
            (Some(Event::ReceiptEnded { ranges, .. }), ..) => ranges.clone(),
            (_, Some(live), _) => live.ranges.clone(),
            (_, None, open) => open.map(|open| open.ranges.clone()).unwrap_or_default(),
        };
        let parts = parts.iter().flat_map(|parts| parts.iter()).map(|part| part_view(part, &ranges)).collect();
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
            sha256: document
                .get()
                .and_then(|name| hash_of(state.shares.get(share)?, name, version))
                .map(|hash| hash.to_string()),
            action: *action,
            proved: *proved,
            started: started.to_string(),
            ended: ended.map(|at| at.to_string()),
            bytes,
            size: version.size,
            outcome,
            opens,
            pages: page_views(&shown),
            of_pages: shown.parts().first().filter(|own| own.part.is_whole()).map(|own| own.of),
            parts,
            broken,
            signs: origin.get().map(|origin| origin.signs.clone()).unwrap_or_default(),
        })
    }
}

/// The hash that was taken of this version of a document when it was pinned, unless it turned out to be of other bytes since.
fn hash_of(share: &Share, name: &DocumentName, version: &FileVersion) -> Option<ContentHash> {
    let pin = pinned(share.items.get()?, name)?;
    pin.sha256.filter(|_| pin.version == *version)
}

/// What the journal says of a receipt after its beginning.
#[derive(Default)]
struct After {
    end: Option<Event>,
    parts: Option<Arc<Vec<ArchivePart>>>,
    broken: Option<BrokenView>,
}

fn part_view(part: &ArchivePart, given: &RangeSet) -> PartView {
    let extent = ByteRange { start: part.start, end: part.end };
    let given = match given.of(extent) {
        0 => Given::Nothing,
        bytes if bytes == extent.len() => Given::All,
        _ => Given::Part,
    };
    PartView {
        document: part.document.to_string(),
        version: part.version.to_string(),
        sha256: part.sha256.map(|hash| hash.to_string()),
        given,
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
