//! What the events of notices and reminders do to the state.

use super::share_mut;
use crate::domain::bounds::{NOTICES_PER_DAY_MOST, NOTICES_REMEMBERED};
use crate::domain::ids::ShareId;
use crate::domain::notify::Notify;
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::state::{State, Timer};
use std::time::Duration;

pub(super) fn notices(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::NoticesSet { share: id, notify, remind, .. } => {
            let Some(share) = share_mut(state, *id) else { return };
            share.notify = *notify;
            share.remind = *remind;
            if *notify == Notify::Off {
                share.unreported.clear();
                share.unreported_more = 0;
            }
            set_reminder(state, t, *id);
        }
        Event::NoticeTold { share } => {
            let Some(share) = share_mut(state, *share) else { return };
            share.told.retain(|at| t.since(*at) < NOTICES_REMEMBERED);
            if share.told.len() >= NOTICES_PER_DAY_MOST {
                share.told.remove(0);
            }
            share.told.push(t);
        }
        Event::ShareReminded { share } => forget_reminder(state, *share),
        _ => {}
    }
}

/// Sets anew when those who have not read are reminded: not where that would have been before `t`.
pub(super) fn set_reminder(state: &mut State, t: Timestamp, id: ShareId) {
    forget_reminder(state, id);
    let Some(share) = share_mut(state, id).filter(|share| share.stopped.is_none() && !share.end_told) else { return };
    let moment = share.remind.map(|seconds| share.expires.minus(Duration::from_secs(seconds)));
    share.remind_at = moment.filter(|moment| *moment > t);
    if let Some(moment) = share.remind_at {
        state.timers.insert((moment, Timer::Reminder(id)));
    }
}

pub(super) fn forget_reminder(state: &mut State, id: ShareId) {
    if let Some(moment) = share_mut(state, id).and_then(|share| share.remind_at.take()) {
        state.timers.remove(&(moment, Timer::Reminder(id)));
    }
}
