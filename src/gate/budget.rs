//! How often codes may be tried and mailed, as pure functions of what the state has counted.

use crate::domain::bounds::{
    CODE_MAILS_PER_DAY, CODE_MAILS_PER_HOUR, FAILURE_WINDOW, FAILURES_PER_RECIPIENT, LIVE_CHALLENGES, RESEND_GAP, SLOW_MODE,
};
use crate::domain::time::Timestamp;
use crate::ledger::state::{Challenge, Recipient, State};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Whether a code mail may go out now, and if not, when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayMail {
    /// Not before then: the last one was just sent, or the hour is used up.
    After(Timestamp),
    /// Not before then: the day is used up.
    NotToday(Timestamp),
    /// Now.
    Now,
    /// Not before then: other browsers hold all challenges.
    OtherBrowsers(Timestamp),
}

/// Until when wrong codes make the next try wait. Never a lock: the wait grows to an hour and stays there.
pub fn slow_until(failures: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let counted: Vec<_> = failures.iter().filter(|at| now.since(**at) < FAILURE_WINDOW).collect();
    let over = counted.len().checked_sub(FAILURES_PER_RECIPIENT)?;
    let until = counted.last()?.plus(SLOW_MODE[over.min(SLOW_MODE.len() - 1)]);
    (until > now).then_some(until)
}

/// Whether a code mail may go to a recipient now, asked for in the browser of `challenge`.
pub fn may_mail(state: &State, recipient: &Recipient, challenge: Option<&Challenge>, now: Timestamp) -> MayMail {
    let sent = &recipient.code_mails;
    let nth_last = |n: usize| sent.len().checked_sub(n).map(|at| sent[at]);
    if let Some(first) = nth_last(CODE_MAILS_PER_DAY).filter(|at| now.since(*at) < DAY) {
        return MayMail::NotToday(first.plus(DAY));
    }
    let gap = challenge.and_then(|own| own.sent).map(|at| at.plus(RESEND_GAP));
    let hour = nth_last(CODE_MAILS_PER_HOUR).map(|at| at.plus(HOUR));
    if let Some(after) = gap.max(hour).filter(|after| *after > now) {
        return MayMail::After(after);
    }
    let others = holding(state, recipient, now).filter(|other| challenge.is_none_or(|own| own.id != other.id));
    let ends: Vec<Timestamp> = others.map(|other| other.expires).collect();
    match ends.iter().min() {
        Some(first) if ends.len() >= LIVE_CHALLENGES => MayMail::OtherBrowsers(*first),
        _ => MayMail::Now,
    }
}

/// Challenges of browsers whose code was mailed and can still be given.
fn holding<'a>(state: &'a State, recipient: &'a Recipient, now: Timestamp) -> impl Iterator<Item = &'a Arc<Challenge>> {
    let known = recipient.challenges.iter().filter_map(|id| state.challenges.get(id));
    known.filter(move |challenge| challenge.browser.is_some() && challenge.sent.is_some() && challenge.is_live(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_mode_begins_after_ten_wrong_codes_and_grows_to_an_hour() {
        let start = Timestamp::from_millis(1_800_000_000_000);
        let mut failures = vec![start; 9];
        assert_eq!(slow_until(&failures, start), None);
        for minutes in [1, 5, 15, 60, 60] {
            failures.push(start);
            assert_eq!(slow_until(&failures, start), Some(start.plus(Duration::from_secs(60 * minutes))));
        }
        assert_eq!(slow_until(&failures, start.plus(HOUR)), None, "the wait is over");
        assert_eq!(slow_until(&failures, start.plus(DAY)), None, "a day later nothing counts");
    }
}
