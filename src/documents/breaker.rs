//! Whether a store that failed again and again is left alone for a while. Pure: it is told the time, and what became of each look.

use crate::documents::StoreError;
use crate::domain::bounds::{STORE_FAILURE_GAP, STORE_FAILURES, STORE_REST, STORE_REST_MOST};
use crate::domain::time::Timestamp;
use std::time::Duration;

/// How a store does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The last look was answered, or there was none.
    Fine,
    /// It has failed since then, and is asked still.
    Failing {
        /// The first failure of this row.
        since: Timestamp,
        /// The last one.
        error: StoreError,
    },
    /// It is not asked before then, but for one look now and then.
    LeftAlone {
        /// The first failure of this row.
        since: Timestamp,
        /// When it is tried again.
        until: Timestamp,
        /// The last failure.
        error: StoreError,
    },
}

/// What is known of a store's failures.
#[derive(Debug, Default)]
pub(super) struct Breaker(Option<Row>);

/// Failures in a row.
#[derive(Debug)]
struct Row {
    count: u32,
    since: Timestamp,
    last: Timestamp,
    error: StoreError,
    rest: Option<Rest>,
}

/// The store is left alone.
#[derive(Debug)]
struct Rest {
    until: Timestamp,
    length: Duration,
    is_tried: bool,
}

/// Whether a look may go to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It may.
    Open,
    /// It may, as the only one: what becomes of it decides.
    Trial,
    /// It may not.
    Closed,
}

impl Breaker {
    /// Asks for a way. A trial must be reported, or given up.
    pub(super) fn enter(&mut self, now: Timestamp) -> Way {
        match self.0.as_mut().and_then(|row| row.rest.as_mut()) {
            None => Way::Open,
            Some(rest) if now < rest.until || rest.is_tried => Way::Closed,
            Some(rest) => {
                rest.is_tried = true;
                Way::Trial
            }
        }
    }

    /// The store answered, whatever it said.
    pub(super) fn answered(&mut self) {
        self.0 = None;
    }

    /// The store failed.
    pub(super) fn failed(&mut self, now: Timestamp, way: Way, error: StoreError) {
        let row = match &mut self.0 {
            Some(row) if row.rest.is_some() || now.since(row.last) <= STORE_FAILURE_GAP => row,
            other => other.insert(Row { count: 0, since: now, last: now, error, rest: None }),
        };
        row.count = row.count.saturating_add(1);
        (row.last, row.error) = (now, error);
        let length = match &row.rest {
            None if row.count >= STORE_FAILURES => STORE_REST,
            Some(rest) if way == Way::Trial => rest.length.saturating_mul(2).min(STORE_REST_MOST),
            // Looks that were under way when it was left alone say nothing new.
            _ => return,
        };
        row.rest = Some(Rest { until: now.plus(length), length, is_tried: false });
    }

    /// A trial ended without showing anything: the next look is one.
    pub(super) fn given_up(&mut self) {
        if let Some(rest) = self.0.as_mut().and_then(|row| row.rest.as_mut()) {
            rest.is_tried = false;
        }
    }

    /// How the store does.
    pub(super) fn condition(&self) -> Condition {
        match &self.0 {
            None => Condition::Fine,
            Some(Row { since, error, rest: None, .. }) => Condition::Failing { since: *since, error: *error },
            Some(Row { since, error, rest: Some(rest), .. }) => Condition::LeftAlone { since: *since, until: rest.until, error: *error },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAY: StoreError = StoreError::Unreachable;

    fn second(number: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + number * 1_000)
    }

    fn left_alone() -> (Breaker, Timestamp) {
        let mut breaker = Breaker::default();
        for number in 0..i64::from(STORE_FAILURES) {
            assert_eq!(breaker.enter(second(number)), Way::Open, "{number}");
            breaker.failed(second(number), Way::Open, AWAY);
        }
        let until = second(i64::from(STORE_FAILURES) - 1).plus(STORE_REST);
        assert_eq!(breaker.condition(), Condition::LeftAlone { since: second(0), until, error: AWAY });
        (breaker, until)
    }

    #[test]
    fn failures_in_a_row_have_a_store_left_alone_until_one_look_is_answered() {
        let (mut breaker, until) = left_alone();
        assert_eq!(breaker.enter(until.minus(Duration::from_millis(1))), Way::Closed);
        assert_eq!((breaker.enter(until), breaker.enter(until)), (Way::Trial, Way::Closed), "one look at a time");
        breaker.answered();
        assert_eq!((breaker.condition(), breaker.enter(until)), (Condition::Fine, Way::Open));
    }

    #[test]
    fn each_trial_that_fails_doubles_the_rest_up_to_its_bound() {
        let (mut breaker, mut until) = left_alone();
        let mut length = STORE_REST;
        for _ in 0..10 {
            assert_eq!(breaker.enter(until), Way::Trial);
            breaker.failed(until, Way::Open, AWAY);
            assert_eq!(breaker.enter(until), Way::Closed, "what was under way before does not stand for the trial");
            breaker.failed(until, Way::Trial, AWAY);
            length = (length * 2).min(STORE_REST_MOST);
            assert_eq!(breaker.enter(until.plus(length).minus(Duration::from_millis(1))), Way::Closed);
            until = until.plus(length);
        }
        assert_eq!(length, STORE_REST_MOST);
    }

    #[test]
    fn a_trial_that_showed_nothing_leaves_room_for_the_next_one() {
        let (mut breaker, until) = left_alone();
        assert_eq!(breaker.enter(until), Way::Trial);
        breaker.given_up();
        assert_eq!(breaker.enter(until), Way::Trial);
    }

    #[test]
    fn failures_far_apart_and_failures_with_answers_between_are_no_row() {
        let mut breaker = Breaker::default();
        let mut now = second(0);
        for _ in 0..3 * STORE_FAILURES {
            breaker.failed(now, Way::Open, AWAY);
            assert_eq!(breaker.condition(), Condition::Failing { since: now, error: AWAY });
            now = now.plus(STORE_FAILURE_GAP).plus(Duration::from_millis(1));
        }
        for _ in 0..3 * STORE_FAILURES {
            breaker.failed(now, Way::Open, StoreError::SignIn);
            breaker.answered();
            assert_eq!(breaker.enter(now), Way::Open);
        }
    }
}
