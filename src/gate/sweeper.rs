//! What becomes due by time: receipts whose window closes, shares whose end is told, and the hourly counts.

use crate::crypto::random;
use crate::domain::bounds::{CLOCK_DRIFT, KEPT_CLEARED_EVERY};
use crate::domain::ids::MailId;
use crate::domain::receipt::Outcome;
use crate::domain::time::Timestamp;
use crate::domain::upload::Unfinished;
use crate::gate::Gate;
use crate::gate::counts::COUNT_EVERY;
use crate::gate::progress::portions;
use crate::gate::reminders::remind;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Receipt, Timer};
use crate::ledger::tx::{Class, Tx, Unavailable};
use std::time::Duration;

/// What is told in one transaction.
const DUE_AT_ONCE: usize = 200;
/// How often it is looked whether something is due; the earliest comes first in the index, so that looking costs nothing.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The event that closes a receipt as it stands in the state.
pub(super) fn receipt_ended(receipt: &Receipt, outcome: Outcome) -> Event {
    Event::ReceiptEnded {
        receipt: receipt.id,
        share: receipt.share,
        guest: receipt.guest,
        ended: receipt.last,
        bytes: receipt.ranges.bytes().saturating_add(receipt.sent),
        opens: receipt.opens,
        outcome,
        ranges: receipt.ranges.clone(),
        shown: receipt.shown.clone(),
    }
}

impl Gate {
    /// Tells what becomes due, as it becomes due; never returns.
    pub async fn sweep(&self) {
        let (mut counted, mut moved) = (self.clock.now(), false);
        let mut cleared = None;
        loop {
            let now = self.clock.now();
            let clear = cleared.is_none_or(|last| now.since(last) >= KEPT_CLEARED_EVERY);
            if clear && self.clear_up_kept().await {
                cleared = Some(now);
            }
            moved = self.watch_the_wall_clock(moved);
            self.views.pass(&self.preview, now);
            self.tell_noticed().await;
            let told = self.tell_alarm().await;
            if let Err(error) = told.and(self.tell(self.due(now)).await) {
                tracing::warn!(%error, "what is due could not be put down; it is tried again");
            }
            if now.since(counted) >= COUNT_EVERY && self.put_counts_down().await.is_ok() {
                counted = now;
                self.last_use.forget_ended(&self.ledger.state());
            }
            self.clock.wait_until(now.plus(LOOK_EVERY)).await;
        }
    }

    /// Puts the hourly counts down.
    pub(super) async fn put_counts_down(&self) -> Result<(), Unavailable> {
        let (parts, hour) = (self.counts.take(), self.clock.now());
        for (at, part) in parts.iter().enumerate() {
            let events = part.events(hour);
            let command = move |t: &mut Tx<'_>| {
                events.iter().for_each(|event| t.emit(event.clone()));
                Ok::<_, Unavailable>(())
            };
            if let Err(error) = self.ledger.tx(Class::First, command).await {
                self.counts.give_back(&parts[at..]);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Says it loudly when the wall clock was moved away from ours, which goes on; and when it is back.
    fn watch_the_wall_clock(&self, was_moved: bool) -> bool {
        let drift = self.clock.drift_millis();
        let is_moved = u128::from(drift.unsigned_abs()) > CLOCK_DRIFT.as_millis();
        match (was_moved, is_moved) {
            (false, true) => tracing::error!(
                drift_seconds = drift / 1000,
                "the machine's wall clock was moved; Doorward goes on by its own and is not ready until they agree or it is started again"
            ),
            (true, false) => tracing::info!("the machine's wall clock agrees again"),
            _ => {}
        }
        is_moved
    }

    fn due(&self, now: Timestamp) -> Vec<Timer> {
        let state = self.ledger.state();
        let due = state.timers.iter().take_while(|(moment, _)| *moment <= now).map(|(_, timer)| *timer);
        let ours = |timer: &Timer| match timer {
            Timer::Receipt(receipt) => !self.progress.is_running(*receipt),
            Timer::Reminder(_) | Timer::Share(_) => true,
            Timer::Visit(share, recipient) => self.is_over(*share, *recipient, now),
            // What is being received just now is let go on; it is cut with its session.
            Timer::Upload(_, upload) => !self.spool.is_busy(*upload),
            Timer::Mail(_) => false,
        };
        due.filter(ours).take(DUE_AT_ONCE).collect()
    }

    async fn tell(&self, due: Vec<Timer>) -> Result<(), Unavailable> {
        if due.is_empty() {
            return Ok(());
        }
        // A receipt is closed with all that was handed over.
        self.flush_progress().await?;
        let state = self.ledger.state();
        let mails = |timer: &Timer| match timer {
            Timer::Reminder(share) => state.shares.get(share).map_or(0, |share| share.recipients.len()),
            _ => 1,
        };
        let drawn = |timer: &Timer| (0..mails(timer)).map(|_| MailId::from_bytes(random::bytes())).collect::<Vec<_>>();
        let due: Vec<_> = due.into_iter().map(|timer| (timer, drawn(&timer))).collect();
        let pages = |(timer, _): &(Timer, Vec<MailId>)| match timer {
            Timer::Receipt(receipt) => state.receipts.get(receipt).map_or(0, |receipt| receipt.shown.len()),
            // Each of its recipients may be a mail.
            Timer::Reminder(share) => state.shares.get(share).map_or(0, |share| share.recipients.len()),
            Timer::Mail(_) | Timer::Share(_) | Timer::Upload(..) | Timer::Visit(..) => 0,
        };
        for some in portions(&due, pages) {
            let some = some.to_vec();
            self.ledger
                .tx(Class::First, move |t| some.iter().try_for_each(|(timer, mails)| tell_one(t, *timer, mails)))
                .await?;
        }
        Ok(())
    }
}

fn tell_one(t: &mut Tx<'_>, timer: Timer, mails: &[MailId]) -> Result<(), Unavailable> {
    match timer {
        Timer::Receipt(id) => {
            if let Some(receipt) = t.state().receipts.get(&id).filter(|receipt| receipt.ends <= t.now()).cloned() {
                let outcome = if receipt.outcome == Outcome::Open { Outcome::Part } else { receipt.outcome };
                t.emit(receipt_ended(&receipt, outcome));
            }
        }
        Timer::Reminder(id) => remind(t, id, mails),
        Timer::Share(id) => {
            let over = t
                .state()
                .shares
                .get(&id)
                .is_some_and(|s| s.expires <= t.now() && s.stopped.is_none() && !s.end_told);
            if let (true, Some(mail)) = (over, mails.first().copied()) {
                t.emit(Event::ShareEnded { share: id });
                t.emit(Event::MailQueued { mail, share: id, kind: MailKind::Ended, due: t.now(), deliver_by: Timestamp::MAX });
            }
        }
        Timer::Upload(share, upload) => {
            if t.state().uploads.contains_key(&(share, upload)) {
                t.emit(Event::UploadGone { upload, share, why: Unfinished::Expired });
            }
        }
        Timer::Visit(share, recipient) => {
            let waits = t
                .state()
                .recipient(share, recipient)
                .and_then(|(_, whose)| whose.said.visit.as_ref().map(|visit| visit.queued));
            if let (Some(false), Some(mail)) = (waits, mails.first().copied()) {
                let kind = MailKind::Copy(recipient);
                t.emit(Event::MailQueued { mail, share, kind, due: t.now(), deliver_by: Timestamp::MAX });
            }
        }
        Timer::Mail(_) => {}
    }
    Ok(())
}
