//! How often codes may be tried and mailed, as pure functions of what the state has counted.

use crate::crypto::random::TokenHash;
use crate::domain::bounds::{FAILURE_WINDOW, FAILURES_PER_RECIPIENT, LIVE_CHALLENGES, RESEND_GAP, SLOW_MODE};
use crate::domain::time::Timestamp;
use crate::ledger::state::{Challenge, Recipient, Share, State};
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

/// How many code mails may go out; browsers that once gave a right code have the recipient's numbers for themselves alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeMails {
    /// To one recipient in an hour.
    pub hour: usize,
    /// To one recipient in a day.
    pub day: usize,
    /// To all recipients of one share in an hour.
    pub share: usize,
    /// Of the whole installation in an hour.
    pub all: usize,
}

/// What bounds a code mail now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mailing {
    /// The budgets.
    pub budget: CodeMails,
    /// When the installation's is no longer used up, if it is.
    pub all_again: Option<Timestamp>,
}

impl Mailing {
    /// For mails that staff have sent: no stranger can have them sent, so that only the mailbox is spared.
    #[must_use]
    pub const fn by_staff(self) -> Self {
        Self { budget: CodeMails { share: usize::MAX, ..self.budget }, all_again: None }
    }
}

/// For whom a code would be mailed.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The share.
    pub share: &'a Share,
    /// The recipient.
    pub recipient: &'a Recipient,
    /// The challenge of the asking browser, when it is to be mailed again.
    pub challenge: Option<&'a Challenge>,
    /// The asking browser, where it once gave a right code.
    pub device: Option<TokenHash>,
}

/// Whether a code mail may go out now.
pub fn may_mail(state: &State, asking: Asking<'_>, mailing: Mailing, now: Timestamp) -> MayMail {
    let Asking { share, recipient, challenge, device } = asking;
    let known = recipient.devices.iter().find(|known| Some(known.token) == device);
    let sent = known.map_or(&recipient.code_mails, |known| &known.code_mails);
    let nth_last = |n: usize| sent.len().checked_sub(n).map(|at| sent[at]);
    if let Some(first) = nth_last(mailing.budget.day).filter(|at| now.since(*at) < DAY) {
        return MayMail::NotToday(first.plus(DAY));
    }
    let gap = challenge.and_then(|own| own.sent).map(|at| at.plus(RESEND_GAP));
    let hour = nth_last(mailing.budget.hour).map(|at| at.plus(HOUR));
    let others = if known.is_none() { mailing.all_again.max(share_again(share, mailing.budget.share, now)) } else { None };
    if let Some(after) = gap.max(hour).max(others).filter(|after| *after > now) {
        return MayMail::After(after);
    }
    let held = holding(state, recipient, known.map(|known| known.token), now);
    let ends: Vec<Timestamp> = held
        .filter(|other| challenge.is_none_or(|own| own.id != other.id))
        .map(|other| other.expires)
        .collect();
    match ends.iter().min() {
        Some(first) if ends.len() >= LIVE_CHALLENGES => MayMail::OtherBrowsers(*first),
        _ => MayMail::Now,
    }
}

/// When a share's code mails of the last hour are fewer than `most` again, if they are not.
fn share_again(share: &Share, most: usize, now: Timestamp) -> Option<Timestamp> {
    let all = share.recipients.values().flat_map(|recipient| &recipient.code_mails);
    let mut sent: Vec<Timestamp> = all.filter(|at| now.since(**at) < HOUR).copied().collect();
    let nth_last = sent.len().checked_sub(most)?;
    sent.sort_unstable();
    sent.get(nth_last).map(|at| at.plus(HOUR))
}

/// Challenges whose code was mailed and can still be given: of strangers' browsers together, or of one that is known.
fn holding<'a>(
    state: &'a State,
    recipient: &'a Recipient,
    device: Option<TokenHash>,
    now: Timestamp,
) -> impl Iterator<Item = &'a Arc<Challenge>> {
    let known = recipient.challenges.iter().filter_map(|id| state.challenges.get(id));
    let counts = move |challenge: &Challenge| {
        challenge.browser.is_some() && challenge.device == device && recipient.lifted.is_none_or(|at| challenge.moment > at)
    };
    known.filter(move |challenge| counts(challenge) && challenge.sent.is_some() && challenge.is_live(now))
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
