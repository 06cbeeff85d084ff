//! What the events of receipts do to the state.

use super::said::note;
use super::share_mut;
use crate::crypto::sealed::Private;
use crate::domain::bounds::NOTICE_LINES;
use crate::domain::document::DocumentName;
use crate::domain::ids::{ReceiptId, RecipientId, ShareId};
use crate::domain::notify::Notify;
use crate::domain::range::RangeSet;
use crate::domain::receipt::Outcome;
use crate::domain::scope::pinned;
use crate::domain::shown::Shown;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::ledger::event::Event;
use crate::ledger::state::{Read, Receipt, Share, State, Timer};
use std::sync::Arc;

pub(super) fn receipt(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::ReceiptStarted {
            receipt,
            share: share_id,
            recipient: recipient_id,
            guest,
            session,
            document,
            version,
            action,
            ends,
            ..
        } => {
            let read = Read { receipt: *receipt, at: t, guest: *guest, document: document.clone(), action: *action, broken: None };
            if !note_read(state, *share_id, *recipient_id, read, version) {
                return;
            }
            state.timers.insert((*ends, Timer::Receipt(*receipt)));
            let started = Receipt {
                id: *receipt,
                share: *share_id,
                recipient: *recipient_id,
                guest: *guest,
                session: *session,
                document: document.clone(),
                version: version.clone(),
                action: *action,
                started: t,
                ends: *ends,
                last: t,
                opens: 1,
                ranges: RangeSet::default(),
                sent: 0,
                shown: Shown::default(),
                outcome: Outcome::Open,
                broken: None,
            };
            state.receipt_ids.extend(started.key().map(|key| (key, *receipt)));
            state.receipts.insert(*receipt, Arc::new(started));
        }
        Event::ReceiptProgress { receipt, opens, ranges, outcome } => {
            if let Some(receipt) = state.receipts.get_mut(receipt).map(Arc::make_mut) {
                receipt.opens = *opens;
                receipt.ranges = ranges.clone();
                receipt.outcome = *outcome;
                receipt.last = t;
            }
        }
        Event::ReceiptPages { receipt, opens, bytes, outcome, shown } => {
            if let Some(receipt) = state.receipts.get_mut(receipt).map(Arc::make_mut) {
                receipt.opens = *opens;
                receipt.sent = *bytes;
                receipt.shown.merge(shown);
                receipt.outcome = *outcome;
                receipt.last = t;
            }
        }
        Event::ReceiptBroken { receipt, document, .. } => note_break(state, t, *receipt, document),
        Event::ReceiptEnded { receipt, .. } => drop_receipt(state, *receipt),
        _ => {}
    }
}

/// Notes a read at its share, for the next notice, and at its recipient; says whether there is such a share.
fn note_read(state: &mut State, share: ShareId, recipient: RecipientId, read: Read, version: &FileVersion) -> bool {
    let Some(share) = share_mut(state, share) else { return false };
    // Opened just before the share was held to a newer version, it is not that one.
    let pin = share.items.get().zip(read.document.get()).and_then(|(items, document)| pinned(items, document));
    let is_seen = pin.is_none_or(|pin| pin.version.is_still(version));
    if let Some(recipient) = share.recipients.get_mut(&recipient).map(Arc::make_mut) {
        recipient.reads += 1;
        recipient.unseen &= !is_seen;
        recipient.last_read = Some(read.at);
        note(recipient, &read);
    }
    unreported(share, read);
    true
}

/// Notes at which document an archive ended early: in the line of the next notice that tells the archive, or in one more where it was told already.
fn note_break(state: &mut State, t: Timestamp, id: ReceiptId, document: &Private<DocumentName>) {
    let Some(receipt) = state.receipts.get_mut(&id).map(Arc::make_mut) else { return };
    receipt.broken = Some(document.clone());
    let read = Read {
        receipt: id,
        at: t,
        guest: receipt.guest,
        document: receipt.document.clone(),
        action: receipt.action,
        broken: Some(document.clone()),
    };
    let share = receipt.share;
    let Some(share) = share_mut(state, share) else { return };
    match share.unreported.iter_mut().find(|waiting| waiting.receipt == id) {
        Some(waiting) => waiting.broken = read.broken,
        None => unreported(share, read),
    }
}

/// Notes something for a share's next notice, if there is to be one.
pub(super) fn unreported(share: &mut Share, read: Read) {
    if share.notify == Notify::Off {
        return;
    }
    if share.unreported.len() < NOTICE_LINES {
        share.unreported.push(read);
    } else {
        share.unreported_more += 1;
    }
}

fn drop_receipt(state: &mut State, id: ReceiptId) {
    let Some(gone) = state.receipts.remove(&id) else { return };
    state.timers.remove(&(gone.ends, Timer::Receipt(id)));
    if let Some(key) = gone.key() {
        state.receipt_ids.remove(&(key, id));
    }
}
