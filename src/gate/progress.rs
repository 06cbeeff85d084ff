//! How far running downloads and views are: kept in memory, put down every five seconds, when a document is complete and at the stop.

use crate::domain::bounds::RECEIPT_FLUSH;
use crate::domain::ids::ReceiptId;
use crate::domain::part::PartPath;
use crate::domain::range::{ByteRange, RangeSet};
use crate::domain::receipt::{Action, Outcome};
use crate::domain::shown::{Extent, Shown};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::ledger::event::Event;
use crate::ledger::state::Receipt;
use crate::ledger::tx::{Class, Unavailable};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Receipts put down in one transaction; with 64 ranges each they stay well below the longest line.
pub(super) const RECEIPTS_AT_ONCE: usize = 200;
/// Pages put down in one transaction, of all its receipts together, for the same reason.
pub(super) const PAGES_AT_ONCE: usize = 4_000;

/// Which receipts are put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// All that have moved or are moving.
    All,
    /// Those that are complete for the first time.
    Complete,
}

/// The receipts that have moved since they were last put down, or are moving.
#[derive(Debug, Default)]
pub struct Progress {
    receipts: Mutex<Receipts>,
    /// Rung when one is complete for the first time.
    completed: Notify,
}

#[derive(Debug, Default)]
struct Receipts {
    live: HashMap<ReceiptId, Live>,
    /// Of them, those that are complete and not put down as such.
    complete: HashSet<ReceiptId>,
}

#[derive(Debug, Clone)]
struct Live {
    action: Action,
    opens: u64,
    size: u64,
    /// Bytes of the document.
    ranges: RangeSet,
    /// Bytes of pictures, and of marked copies.
    sent: u64,
    /// Pages.
    shown: Shown,
    /// Whether a marked copy went out to its end.
    copied: bool,
    running: Vec<Arc<Transfer>>,
    /// Grows with each change, so that a flush knows whether it wrote the newest.
    changes: u64,
    written: u64,
    /// Whether it is on the disk that the document is complete.
    complete: bool,
}

/// One transfer under way.
#[derive(Debug)]
pub struct Transfer {
    receipt: ReceiptId,
    start: u64,
    handed: AtomicU64,
    whole: AtomicBool,
}

impl Transfer {
    /// So many more bytes were handed to the network.
    pub fn handed(&self, bytes: u64) {
        self.handed.fetch_add(bytes, Ordering::Relaxed);
    }

    /// All there was to hand over was handed over.
    pub fn whole(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }

    fn range(&self) -> ByteRange {
        ByteRange { start: self.start, end: self.start + self.handed.load(Ordering::Relaxed) }
    }
}

/// A page that is being handed over.
#[derive(Debug)]
pub struct PageShown<'a> {
    /// Which document inside the receipt's.
    pub part: &'a PartPath,
    /// What that one has.
    pub extent: Extent,
    /// The page, from 1.
    pub page: u32,
    /// When.
    pub at: Timestamp,
    /// Whether it counts as one time more where it was shown before.
    pub again: bool,
}

/// How far a receipt is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// How often the document was asked for.
    pub opens: u64,
    /// Bytes of the document handed over.
    pub ranges: RangeSet,
    /// Bytes of pictures handed over.
    pub sent: u64,
    /// Pages shown.
    pub shown: Shown,
    /// In words.
    pub outcome: Outcome,
}

impl Reached {
    /// Bytes handed over in all.
    pub fn bytes(&self) -> u64 {
        self.ranges.bytes().saturating_add(self.sent)
    }

    /// What puts this down, when the ledger does not know it yet.
    fn news(&self, known: &Receipt) -> Option<Event> {
        let Self { opens, ranges, sent, shown, outcome } = self.clone();
        let same = known.opens == opens && known.outcome == outcome;
        if matches!(known.action, Action::Archive | Action::Download) {
            let changed = !same || known.ranges != ranges;
            return changed.then_some(Event::ReceiptProgress { receipt: known.id, opens, ranges, outcome });
        }
        let shown = shown.since(&known.shown);
        let changed = !same || known.sent != sent || !shown.is_empty();
        changed.then_some(Event::ReceiptPages { receipt: known.id, opens, bytes: sent, outcome, shown })
    }
}

impl Live {
    fn of(receipt: &Receipt) -> Self {
        Self {
            action: receipt.action,
            opens: receipt.opens,
            size: receipt.version.size,
            ranges: receipt.ranges.clone(),
            sent: receipt.sent,
            shown: receipt.shown.clone(),
            copied: receipt.action == Action::Watermarked && receipt.outcome == Outcome::Complete,
            running: Vec::new(),
            changes: 0,
            written: 0,
            complete: receipt.outcome == Outcome::Complete,
        }
    }

    fn reached(&self) -> Reached {
        let (mut ranges, mut sent) = (self.ranges.clone(), self.sent);
        let whole = match self.action {
            Action::Archive | Action::Download => {
                self.running.iter().for_each(|transfer| ranges.add(transfer.range()));
                ranges.covers(self.size) && (self.size > 0 || self.running.is_empty())
            }
            Action::Preview => self.shown.is_whole(),
            // Of what is sent in there is no receipt.
            Action::Upload => false,
            Action::Watermarked => {
                sent += self.running.iter().map(|transfer| transfer.range().len()).sum::<u64>();
                // A document that is shown in its first part only has a page that nobody was given.
                self.copied && self.shown.has_all_pages()
            }
        };
        let outcome = match () {
            () if whole => Outcome::Complete,
            () if self.running.is_empty() => Outcome::Part,
            () => Outcome::Open,
        };
        Reached { opens: self.opens, ranges, sent, shown: self.shown.clone(), outcome }
    }
}

impl Progress {
    /// A transfer of a receipt begins at a byte; `again` says whether the receipt was there before.
    pub fn begin(&self, receipt: &Receipt, start: u64, again: bool) -> Arc<Transfer> {
        let transfer = Arc::new(Transfer { receipt: receipt.id, start, handed: AtomicU64::new(0), whole: AtomicBool::new(false) });
        let mut all = self.lock();
        let live = all.live.entry(receipt.id).or_insert_with(|| Live::of(receipt));
        live.opens += u64::from(again);
        live.running.push(Arc::clone(&transfer));
        transfer
    }

    /// A transfer has ended, whole or not.
    pub fn end(&self, transfer: &Arc<Transfer>) {
        let mut all = self.lock();
        let Some(live) = all.live.get_mut(&transfer.receipt) else { return };
        match live.action {
            Action::Archive | Action::Download => live.ranges.add(transfer.range()),
            Action::Preview | Action::Upload | Action::Watermarked => {
                live.sent = live.sent.saturating_add(transfer.range().len());
                live.copied |= transfer.whole.load(Ordering::Relaxed);
            }
        }
        live.running.retain(|other| !Arc::ptr_eq(other, transfer));
        live.changes += 1;
        let complete = !live.complete && live.reached().outcome == Outcome::Complete;
        self.note_complete(all, transfer.receipt, complete);
    }

    /// Has a receipt put down as complete without waiting for the next time when all are.
    fn note_complete(&self, mut all: MutexGuard<'_, Receipts>, receipt: ReceiptId, complete: bool) {
        if complete && all.complete.insert(receipt) {
            drop(all);
            self.completed.notify_one();
        }
    }

    /// Something of a receipt's pages was handed over: `bytes` of pictures, and `page`, if it was one to be read.
    pub fn show(&self, receipt: &Receipt, bytes: u64, page: Option<&PageShown<'_>>) {
        let mut all = self.lock();
        let live = all.live.entry(receipt.id).or_insert_with(|| Live::of(receipt));
        live.sent = live.sent.saturating_add(bytes);
        if let Some(page) = page {
            live.shown.note(page.part, page.extent, page.page, page.at, page.again);
        }
        live.changes += 1;
        let whole = live.action == Action::Preview && !live.complete && live.shown.is_whole();
        self.note_complete(all, receipt.id, whole);
    }

    /// How far a receipt is, when memory knows better than the ledger.
    pub fn of(&self, receipt: ReceiptId) -> Option<Reached> {
        self.lock().live.get(&receipt).map(Live::reached)
    }

    /// Whether a transfer of the receipt is running.
    pub fn is_running(&self, receipt: ReceiptId) -> bool {
        self.lock().live.get(&receipt).is_some_and(|live| !live.running.is_empty())
    }

    fn changed(&self, which: Which) -> Vec<(ReceiptId, u64, Reached)> {
        let moving = |live: &Live| live.running.iter().any(|transfer| !transfer.range().is_empty());
        let told = |(id, live): (&ReceiptId, &Live)| (*id, live.changes, live.reached());
        let mut all = self.lock();
        let complete = std::mem::take(&mut all.complete);
        match which {
            Which::All => all.live.iter().filter(|(_, live)| live.changes > live.written || moving(live)).map(told).collect(),
            // Looked up one by one: going through all of them for each that ends would cost the more the more there are.
            Which::Complete => complete.iter().filter_map(|id| all.live.get_key_value(id)).map(told).collect(),
        }
    }

    fn written(&self, flushed: &[(ReceiptId, u64, Reached)]) {
        let mut all = self.lock();
        for (receipt, changes, reached) in flushed {
            if let Some(live) = all.live.get_mut(receipt) {
                live.written = *changes;
                live.complete |= reached.outcome == Outcome::Complete;
                if live.running.is_empty() && live.changes == live.written {
                    all.live.remove(receipt);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Receipts> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    /// Puts the progress of downloads down every five seconds, and that a document is complete as it happens; never returns.
    pub async fn put_progress_down(&self) {
        let mut due = self.clock.now().plus(RECEIPT_FLUSH);
        loop {
            let which = tokio::select! {
                () = self.progress.completed.notified() => Which::Complete,
                () = self.clock.wait_until(due) => Which::All,
            };
            if which == Which::All {
                due = self.clock.now().plus(RECEIPT_FLUSH);
            }
            if let Err(error) = self.flush(which).await {
                tracing::warn!(%error, "the progress of downloads could not be put down; it is tried again");
                self.clock.wait_until(self.clock.now().plus(RECEIPT_FLUSH)).await;
            }
        }
    }

    /// Puts all progress down that has not been.
    pub async fn flush_progress(&self) -> Result<(), Unavailable> {
        self.flush(Which::All).await
    }

    async fn flush(&self, which: Which) -> Result<(), Unavailable> {
        // Looked at once: what moves meanwhile is for the next time, so that this ends however much is under way.
        for some in portions(&self.progress.changed(which), |(.., reached)| reached.shown.len()) {
            let changed = some.to_vec();
            self.ledger
                .tx(Class::First, move |t| {
                    for (receipt, _, reached) in &changed {
                        let Some(known) = t.state().receipts.get(receipt) else { continue };
                        if let Some(event) = reached.news(known) {
                            t.emit(event);
                        }
                    }
                    Ok::<_, Unavailable>(())
                })
                .await?;
            self.progress.written(some);
        }
        Ok(())
    }
}

/// Receipts in portions whose events fit one line: so many receipts, and so many pages of them, `pages` says of each.
pub(super) fn portions<T>(all: &[T], pages: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let mut left = PAGES_AT_ONCE;
        let fits = |one: &&T| {
            let taken = pages(one);
            let fits = taken <= left;
            left = left.saturating_sub(taken);
            fits
        };
        let some = rest.iter().take(RECEIPTS_AT_ONCE).take_while(fits).count().max(1).min(rest.len());
        let (portion, after) = rest.split_at(some);
        rest = after;
        (!portion.is_empty()).then_some(portion)
    })
}

#[cfg(test)]
mod tests;
