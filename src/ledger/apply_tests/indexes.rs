//! That each index of the state names what is there, and all of it.

use super::said::visit_of;
use crate::domain::email::EmailAddress;
use crate::domain::policy::Delivery;
use crate::ledger::state::{Passing, Stage, State, Timer};

pub(super) fn assert_indexes_agree(state: &State) {
    for (token, id) in &state.tokens {
        assert_eq!(state.sessions.get(id).map(|s| s.token), Some(*token), "tokens");
    }
    assert_eq!(state.tokens.len(), state.sessions.len(), "each session has its token");
    for (browser, id) in &state.browsers {
        assert_eq!(state.challenges.get(id).and_then(|c| c.browser), Some(*browser), "browsers");
    }
    assert_eq!(state.browsers.len(), state.challenges.values().filter(|c| c.browser.is_some()).count(), "each asking browser is found");
    for (key, id) in &state.receipt_ids {
        let receipt = state.receipts.get(id).expect("an indexed receipt is open");
        assert_eq!(receipt.key(), Some(*key));
    }
    assert_eq!(state.receipt_ids.len(), state.receipts.len(), "each open receipt is found");
    for (key, guest) in &state.guest_ids {
        assert_eq!(state.address(*guest).map(EmailAddress::key), Some(key.as_str()));
    }
    assert_eq!(state.shares.values().map(|s| s.redacted).sum::<usize>(), state.redactions.len(), "each covered area counts in its share");
    for share in state.shares.values() {
        let covered = state.redactions_of(share.id).count();
        assert_eq!(share.redacted, covered);
        assert!(covered == 0 || share.delivery() != Delivery::Download, "no originals where anything is covered");
    }
    timers_agree(state);
    passing_agrees(state);
}

fn timers_agree(state: &State) {
    for (moment, timer) in &state.timers {
        let due = match timer {
            Timer::Mail(id) => state.mails.get(id).map(|m| m.due),
            Timer::Receipt(id) => state.receipts.get(id).map(|r| r.ends),
            Timer::Reminder(id) => state.shares.get(id).filter(|s| s.stopped.is_none() && !s.end_told).and_then(|s| s.remind_at),
            Timer::Share(id) => state.shares.get(id).filter(|s| s.stopped.is_none() && !s.end_told).map(|s| s.expires),
            Timer::Visit(share, id) => visit_of(state.recipient(*share, *id).map(|(_, recipient)| &**recipient)),
            Timer::Upload(share, id) => state.uploads.get(&(*share, *id)).filter(|u| u.stage == Stage::Open).map(|u| u.ends),
        };
        assert_eq!(due, Some(*moment), "{timer:?}");
    }
    let waiting = state.shares.values().filter(|s| s.stopped.is_none() && !s.end_told).count();
    let open = state.uploads.values().filter(|u| u.stage == Stage::Open).count();
    let reminders = state.shares.values().filter(|s| s.remind_at.is_some()).count();
    let visits = state.shares.values().flat_map(|s| s.recipients.values()).filter_map(|r| visit_of(Some(r))).count();
    assert_eq!(
        state.timers.len(),
        state.mails.len() + state.receipts.len() + waiting + open + reminders + visits,
        "all that becomes due has a timer"
    );
}

fn passing_agrees(state: &State) {
    for (moment, passing) in &state.passing {
        let due = match passing {
            Passing::Challenge(id) => state.challenges.get(id).map(|c| c.forgotten()),
            Passing::Mail(id) => state.sent_mails.get(id).map(|m| m.until),
            Passing::Session(id) => state.sessions.get(id).map(|s| s.expires),
        };
        assert_eq!(due, Some(*moment), "{passing:?}");
    }
    assert_eq!(
        state.passing.len(),
        state.challenges.len() + state.sessions.len() + state.sent_mails.len(),
        "all that passes has its moment"
    );
    let recipients = || state.shares.values().flat_map(|s| s.recipients.values());
    assert_eq!(recipients().flat_map(|r| &r.challenges).filter(|id| state.challenges.contains_key(*id)).count(), state.challenges.len());
    assert_eq!(recipients().flat_map(|r| &r.sessions).filter(|id| state.sessions.contains_key(*id)).count(), state.sessions.len());
    assert_eq!(
        recipients().map(|r| r.challenges.len() + r.sessions.len()).sum::<usize>(),
        state.passing.len() - state.sent_mails.len(),
        "none is named that is gone"
    );
}
