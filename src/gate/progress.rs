//! How far running downloads are: kept in memory, put down every five seconds, when a transfer ends and at the stop.

use crate::domain::bounds::RECEIPT_FLUSH;
use crate::domain::ids::ReceiptId;
use crate::domain::range::{ByteRange, RangeSet};
use crate::domain::receipt::Outcome;
use crate::gate::Gate;
use crate::ledger::event::Event;
use crate::ledger::state::Receipt;
use crate::ledger::tx::{Class, Unavailable};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Receipts put down in one transaction; with 64 ranges each they stay well below the longest line.
pub(super) const RECEIPTS_AT_ONCE: usize = 200;

/// Which receipts are put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those with a transfer that has ended.
    Ended,
    /// Those that are moving as well.
    Moving,
}

/// The receipts that have moved since they were last put down, or are moving.
#[derive(Debug, Default)]
pub struct Progress {
    live: Mutex<HashMap<ReceiptId, Live>>,
    ended: Notify,
}

#[derive(Debug, Clone)]
struct Live {
    opens: u64,
    size: u64,
    ranges: RangeSet,
    running: Vec<Arc<Transfer>>,
    /// Grows with each change, so that a flush knows whether it wrote the newest.
    changes: u64,
    written: u64,
}

/// One transfer under way.
#[derive(Debug)]
pub struct Transfer {
    receipt: ReceiptId,
    start: u64,
    handed: AtomicU64,
}

impl Transfer {
    /// So many more bytes were handed to the network.
    pub fn handed(&self, bytes: u64) {
        self.handed.fetch_add(bytes, Ordering::Relaxed);
    }

    fn range(&self) -> ByteRange {
        ByteRange { start: self.start, end: self.start + self.handed.load(Ordering::Relaxed) }
    }
}

/// How far a receipt is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// How often the document was asked for.
    pub opens: u64,
    /// Bytes handed over.
    pub ranges: RangeSet,
    /// In words.
    pub outcome: Outcome,
}

impl Live {
    fn reached(&self) -> Reached {
        let mut ranges = self.ranges.clone();
        self.running.iter().for_each(|transfer| ranges.add(transfer.range()));
        let outcome = match () {
            () if ranges.covers(self.size) && (self.size > 0 || self.running.is_empty()) => Outcome::Complete,
            () if self.running.is_empty() => Outcome::Part,
            () => Outcome::Open,
        };
        Reached { opens: self.opens, ranges, outcome }
    }
}

impl Progress {
    /// A transfer of a receipt begins at a byte; `again` says whether the receipt was there before.
    pub fn begin(&self, receipt: &Receipt, start: u64, again: bool) -> Arc<Transfer> {
        let transfer = Arc::new(Transfer { receipt: receipt.id, start, handed: AtomicU64::new(0) });
        let mut all = self.lock();
        let live = all.entry(receipt.id).or_insert_with(|| Live {
            opens: receipt.opens,
            size: receipt.version.size,
            ranges: receipt.ranges.clone(),
            running: Vec::new(),
            changes: 0,
            written: 0,
        });
        live.opens += u64::from(again);
        live.running.push(Arc::clone(&transfer));
        transfer
    }

    /// A transfer has ended, whole or not.
    pub fn end(&self, transfer: &Arc<Transfer>) {
        if let Some(live) = self.lock().get_mut(&transfer.receipt) {
            live.ranges.add(transfer.range());
            live.running.retain(|other| !Arc::ptr_eq(other, transfer));
            live.changes += 1;
        }
        self.ended.notify_one();
    }

    /// How far a receipt is, when memory knows better than the ledger.
    pub fn of(&self, receipt: ReceiptId) -> Option<Reached> {
        self.lock().get(&receipt).map(Live::reached)
    }

    /// Whether a transfer of the receipt is running.
    pub fn is_running(&self, receipt: ReceiptId) -> bool {
        self.lock().get(&receipt).is_some_and(|live| !live.running.is_empty())
    }

    fn changed(&self, which: Which) -> Vec<(ReceiptId, u64, Reached)> {
        let moving = |live: &Live| which == Which::Moving && live.running.iter().any(|transfer| !transfer.range().is_empty());
        let all = self.lock();
        all.iter()
            .filter(|(_, live)| live.changes > live.written || moving(live))
            .map(|(id, live)| (*id, live.changes, live.reached()))
            .collect()
    }

    fn written(&self, flushed: &[(ReceiptId, u64)]) {
        let mut all = self.lock();
        for (receipt, changes) in flushed {
            if let Some(live) = all.get_mut(receipt) {
                live.written = *changes;
                if live.running.is_empty() && live.changes == live.written {
                    all.remove(receipt);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ReceiptId, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    /// Puts the progress of downloads down every five seconds, and what has ended as it ends; never returns.
    pub async fn put_progress_down(&self) {
        let mut due = self.clock.now().plus(RECEIPT_FLUSH);
        loop {
            let which = tokio::select! {
                () = self.progress.ended.notified() => Which::Ended,
                () = self.clock.wait_until(due) => Which::Moving,
            };
            if which == Which::Moving {
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
        self.flush(Which::Moving).await
    }

    async fn flush(&self, which: Which) -> Result<(), Unavailable> {
        // Looked at once: what moves meanwhile is for the next time, so that this ends however much is under way.
        for some in self.progress.changed(which).chunks(RECEIPTS_AT_ONCE) {
            let (changed, flushed) = (some.to_vec(), some.iter().map(|(receipt, changes, _)| (*receipt, *changes)).collect::<Vec<_>>());
            self.ledger
                .tx(Class::First, move |t| {
                    for (receipt, _, reached) in &changed {
                        let Some(known) = t.state().receipts.get(receipt) else { continue };
                        if known.opens != reached.opens || known.ranges != reached.ranges || known.outcome != reached.outcome {
                            let Reached { opens, ranges, outcome } = reached.clone();
                            t.emit(Event::ReceiptProgress { receipt: *receipt, opens, ranges, outcome });
                        }
                    }
                    Ok::<_, Unavailable>(())
                })
                .await?;
            self.progress.written(&flushed);
        }
        Ok(())
    }
}
