//! Notices to the owner of a share: the first read is told at once, what follows within the quiet time comes as one mail; or all of a day
//! together; or nothing is told. A share that is read all day long has only so many notices until the hour of the next digest.

use crate::domain::ids::{MailId, ShareId};
use crate::domain::notify::Notify;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::State;
use crate::ledger::tx::Tx;
use jiff::Zoned;
use jiff::tz::TimeZone;
use std::time::Duration;

/// What a transaction that queues a notice must know of the configuration and the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// The last hour of digests.
    last: Timestamp,
    /// The next one.
    next: Timestamp,
    /// Notices of one share between the two.
    most: usize,
}

impl Gate {
    /// When digests go out, as of now.
    pub(super) fn notice_times(&self) -> Times {
        let (last, next) = digests(self.clock.now(), self.settings.notices.hour, &self.settings.zone);
        Times { last, next, most: self.settings.notices.per_day }
    }
}

/// The last moment at or before `now`, and the next one after it, at which it is this hour in a zone.
fn digests(now: Timestamp, hour: i8, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let here = now.in_zone(zone);
    let on = |day: Result<Zoned, jiff::Error>| {
        let at = day.ok().and_then(|day| day.date().at(hour, 0, 0, 0).to_zoned(zone.clone()).ok());
        at.map(|at| Timestamp::from_millis(at.timestamp().as_millisecond()))
    };
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let today = on(Ok(here.clone())).unwrap_or(now);
    if today <= now {
        (today, on(here.tomorrow()).unwrap_or_else(|| now.plus(DAY)))
    } else {
        (on(here.yesterday()).unwrap_or_else(|| now.minus(DAY)), today)
    }
}

/// Queues a notice unless one is waiting already, or none is wanted.
pub(super) fn queue_notice(t: &mut Tx<'_>, share: ShareId, mail: MailId, times: Times) {
    let Some(about) = t.state().shares.get(&share).filter(|about| about.notice.is_none()) else { return };
    let too_many = about.told.iter().filter(|at| **at >= times.last).count() >= times.most;
    let due = match about.notify {
        Notify::Off => return,
        Notify::Now if !too_many => about.quiet_until.max(t.now()),
        Notify::Daily | Notify::Now => times.next,
    };
    t.emit(Event::MailQueued { mail, share, kind: MailKind::Notice, due, deliver_by: Timestamp::MAX });
}

/// Queues a waiting notice anew, because when it is due is another by now.
pub(super) fn queue_anew(t: &mut Tx<'_>, share: ShareId, mail: MailId, times: Times) {
    if let Some(waiting) = t.state().shares.get(&share).and_then(|about| about.notice) {
        t.emit(Event::MailDropped { mail: waiting, why: "when notices are sent was set anew".to_owned() });
    }
    if has_unreported(t.state(), share) {
        queue_notice(t, share, mail, times);
    }
}

/// Whether there are reads that no notice has told.
pub(super) fn has_unreported(state: &State, share: ShareId) -> bool {
    state.shares.get(&share).is_some_and(|share| !share.unreported.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_go_out_at_their_hour_on_every_day_also_when_the_clocks_are_changed() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        for (now, last, next) in [
            ("2026-11-02T06:59:59Z", "2026-11-01T07:00:00.000Z", "2026-11-02T07:00:00.000Z"),
            ("2026-11-02T07:00:00Z", "2026-11-02T07:00:00.000Z", "2026-11-03T07:00:00.000Z"),
            ("2026-10-25T00:30:00Z", "2026-10-24T06:00:00.000Z", "2026-10-25T07:00:00.000Z"),
            ("2026-03-29T00:30:00Z", "2026-03-28T07:00:00.000Z", "2026-03-29T06:00:00.000Z"),
        ] {
            let now = now.parse().unwrap_or_default();
            let (was, will) = digests(now, 8, &berlin);
            assert_eq!((was.to_string().as_str(), will.to_string().as_str()), (last, next));
        }
        // At two in the morning there is no such hour on that day; the digest goes out all the same.
        let (_, next) = digests("2026-03-29T00:30:00Z".parse().unwrap_or_default(), 2, &berlin);
        assert_eq!(next.to_string(), "2026-03-29T01:00:00.000Z");
    }
}
