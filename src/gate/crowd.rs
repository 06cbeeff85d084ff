//! What everybody together did within the last hour: wrong codes, which raise the alarm, and code mails, which have a budget.
//!
//! Kept in memory and made anew from the state at the start; what protects one recipient is counted in the ledger.

use crate::domain::bounds::ALARM_DELAY;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::ledger::event::Event;
use crate::ledger::state::State;
use crate::ledger::tx::{Class, Tx, Unavailable};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE_MILLIS: i64 = 60_000;

/// What is counted, and its bounds.
#[derive(Debug)]
pub struct Crowd {
    inner: Mutex<Inner>,
    failures: usize,
    mails: usize,
}

#[derive(Debug, Default)]
struct Inner {
    failures: LastHour,
    mails: LastHour,
    /// When the alarm was told last.
    told: Option<Timestamp>,
}

/// Something counted by the minute.
#[derive(Debug, Default)]
struct LastHour(BTreeMap<i64, usize>);

impl LastHour {
    fn add(&mut self, at: Timestamp, now: Timestamp) {
        let oldest = minute(now) - 59;
        self.0.retain(|minute, _| *minute >= oldest);
        if minute(at) >= oldest {
            *self.0.entry(minute(at)).or_insert(0) += 1;
        }
    }

    fn count(&self, now: Timestamp) -> usize {
        self.0.range(minute(now) - 59..).map(|(_, count)| count).sum()
    }

    /// When fewer than `most` will be left, if that is not now.
    fn room_at(&self, most: usize, now: Timestamp) -> Option<Timestamp> {
        let mut left = self.count(now);
        let mut counted = self.0.range(minute(now) - 59..);
        let mut free = None;
        while left >= most.max(1) {
            let (minute, count) = counted.next()?;
            left -= count;
            free = Some(Timestamp::from_millis((minute + 60) * MINUTE_MILLIS));
        }
        free
    }
}

fn minute(at: Timestamp) -> i64 {
    at.millis().div_euclid(MINUTE_MILLIS)
}

impl Crowd {
    /// The counts that a state tells of, with `failures` wrong codes an hour that raise the alarm and `mails` code mails an hour that may go out.
    pub fn new(state: &State, now: Timestamp, failures: usize, mails: usize) -> Self {
        let mut inner = Inner::default();
        for recipient in state.shares.values().flat_map(|share| share.recipients.values()) {
            recipient.failures.iter().for_each(|at| inner.failures.add(*at, now));
            let known = recipient.devices.iter().flat_map(|known| &known.code_mails);
            recipient.code_mails.iter().chain(known).for_each(|at| inner.mails.add(*at, now));
        }
        Self { inner: Mutex::new(inner), failures, mails }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was put down.
    pub fn note(&self, event: &Event, now: Timestamp) {
        match event {
            Event::CodeFailed { device: None, .. } => self.lock().failures.add(now, now),
            Event::CodeSent { .. } => self.lock().mails.add(now, now),
            _ => {}
        }
    }

    /// When the installation's code mails are no longer used up, if they are now.
    pub fn mails_again(&self, now: Timestamp) -> Option<Timestamp> {
        self.lock().mails.room_at(self.mails, now)
    }

    /// Whether so many codes were wrong within the last hour that this is more than mistyping.
    pub fn is_alarmed(&self, now: Timestamp) -> bool {
        self.lock().failures.count(now) >= self.failures
    }

    /// How many codes were wrong, when the alarm is to be told: once an hour while it holds.
    fn to_tell(&self, now: Timestamp) -> Option<usize> {
        let mut inner = self.lock();
        let count = inner.failures.count(now);
        let due = count >= self.failures && inner.told.is_none_or(|told| now.since(told) >= HOUR);
        due.then(|| {
            inner.told = Some(now);
            count
        })
    }

    fn was_not_told(&self) {
        self.lock().told = None;
    }
}

impl Gate {
    /// Has whoever tries a code wait a moment while the alarm holds. It is waited for here, so that nothing else is held up.
    pub(super) async fn wait_in_alarm(&self) {
        let now = self.clock.now();
        if self.crowd.is_alarmed(now) {
            self.clock.wait_until(now.plus(ALARM_DELAY)).await;
        }
    }

    /// Puts the alarm down and says it in the log, when it is raised.
    pub(super) async fn tell_alarm(&self) -> Result<(), Unavailable> {
        let Some(count) = self.crowd.to_tell(self.clock.now()) else { return Ok(()) };
        let failures = u64::try_from(count).unwrap_or(u64::MAX);
        tracing::error!(
            failures,
            "more codes were wrong within an hour than people mistype; unknown browsers wait with each try until that ends"
        );
        let raised = move |t: &mut Tx<'_>| {
            t.emit(Event::AlarmRaised { failures });
            Ok::<_, Unavailable>(())
        };
        self.ledger.tx(Class::First, raised).await.inspect_err(|_| self.crowd.was_not_told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn after(minutes: u64) -> Timestamp {
        START.plus(Duration::from_secs(60 * minutes))
    }

    #[test]
    fn what_is_older_than_an_hour_does_not_count_and_room_comes_with_time() {
        let mut hour = LastHour::default();
        (0..10).for_each(|n| hour.add(after(n), after(n)));
        assert_eq!((hour.count(after(9)), hour.room_at(11, after(9))), (10, None));
        assert_eq!(hour.room_at(10, after(9)), Some(after(60)));
        assert_eq!(hour.room_at(8, after(9)), Some(after(62)));
        assert_eq!((hour.count(after(60)), hour.count(after(69))), (9, 0));
        (0..100_000).for_each(|n| hour.add(after(n), after(n)));
        assert_eq!((hour.0.len(), hour.count(after(99_999))), (60, 60));
    }

    #[test]
    fn the_alarm_is_told_once_an_hour_while_it_holds() {
        let crowd = Crowd::new(&State::default(), START, 3, 100);
        let failed = Event::CodeFailed { challenge: crate::domain::ids::ChallengeId::from_bytes([1; 16]), device: None, own: None };
        (0..2).for_each(|_| crowd.note(&failed, START));
        assert_eq!((crowd.is_alarmed(START), crowd.to_tell(START)), (false, None));
        crowd.note(&failed, START);
        assert_eq!((crowd.is_alarmed(START), crowd.to_tell(START), crowd.to_tell(after(1))), (true, Some(3), None));
        assert!(!crowd.is_alarmed(after(60)));
        (0..3).for_each(|_| crowd.note(&failed, after(61)));
        assert_eq!(crowd.to_tell(after(61)), Some(3));
        crowd.was_not_told();
        assert_eq!(crowd.to_tell(after(61)), Some(3));
    }
}
