//! How long one side may keep the other waiting: one rule for "30 s idle" and "at least 1 KiB/s".

use std::time::Duration;
use tokio::time::Instant;

/// Something was sent or taken more slowly than [`PaceLimit`] allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client was too slow")]
pub struct TooSlow;

/// How slow is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceLimit {
    /// Longest wait without a byte, and most waiting that can be saved up. Default 30 s.
    pub patience: Duration,
    /// Bytes per second that must move on average, once the patience is used up. Default 1024.
    pub rate: u32,
}

impl Default for PaceLimit {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), rate: 1024 }
    }
}

/// The patience left with one direction of one client: waiting spends it, bytes that move give it back, never more than the whole.
///
/// Only time spent waiting for the client counts; what the server itself takes does not.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    limit: PaceLimit,
    left: Duration,
    since: Option<Instant>,
}

impl Pace {
    /// Full patience.
    pub fn new(limit: PaceLimit) -> Self {
        Self { limit, left: limit.patience, since: None }
    }

    /// The client is waited for from `now` on; nothing changes when it already is.
    pub fn wait(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// `bytes` have moved, and the client is not waited for until [`Self::wait`] says so again.
    pub fn moved(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(now.saturating_duration_since(since));
        }
        let micros = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000_000) / u64::from(self.limit.rate.max(1));
        self.left = self.left.saturating_add(Duration::from_micros(micros)).min(self.limit.patience);
    }

    /// When the patience ends if nothing moves until then; nothing while the client is not waited for.
    pub fn deadline(&self) -> Option<Instant> {
        self.since.map(|since| since + self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_client_that_sends_nothing_has_its_patience_and_no_more() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceLimit::default());
        assert_eq!(pace.deadline(), None);
        pace.wait(start);
        pace.wait(start + SECOND);
        assert_eq!(pace.deadline(), Some(start + 30 * SECOND));
        pace.moved(1024, start + 10 * SECOND);
        pace.wait(start + 50 * SECOND);
        assert_eq!(pace.deadline(), Some(start + 71 * SECOND), "20 s left, 1 s earned; the time between was the server's own");
    }

    proptest! {
        #[test]
        fn who_keeps_the_rate_is_never_late_and_who_dribbles_always_is(step in 1u64..25, rate in 1u32..100_000) {
            let limit = PaceLimit { rate, ..PaceLimit::default() };
            let start = Instant::now();
            let late_after = |bytes: usize| {
                let mut pace = Pace::new(limit);
                (0..10_000u64).find(|&n| {
                    let at = |n: u64| start + Duration::from_secs(n * step);
                    let (from, to) = (at(n), at(n + 1));
                    pace.wait(from);
                    let late = pace.deadline().is_none_or(|due| due < to);
                    pace.moved(bytes, to);
                    late
                })
            };
            let enough = usize::try_from(u64::from(rate) * step).expect("100,000 times 25 fits");
            prop_assert_eq!(late_after(enough), None);
            let late = late_after(enough / 2);
            prop_assert!(late.is_some_and(|n| n * step <= 2 * 30 + 2 * step), "{:?}", late);
        }
    }
}
