//! `[notices]` and `[reminders]`: when the owner of a share is told of reads, and when recipients who have read nothing of what is shared now are reminded.

use crate::config::{
    duration,
    reader::Reader,
    rule::{Plain, matching, number, one_of},
};
use crate::domain::bounds::{NOTICES_PER_DAY, NOTICES_PER_DAY_MOST, REMINDER_LEAST, REMINDER_MOST};
use crate::domain::notify::Notify;
use std::time::Duration;

/// `[notices]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notices {
    /// `mode`: when the owner is told of reads where the share says nothing: `now`, `daily` or `off`. Default `now`.
    pub mode: Notify,
    /// `hour`: the hour of the day, in the organisation's time zone, at which what is told once a day is told. Default `8`.
    pub hour: i8,
    /// `per_day`: most notices of one share from one such hour to the next; what is more comes as one mail at that hour. Default
    /// [`NOTICES_PER_DAY`], at most [`NOTICES_PER_DAY_MOST`].
    pub per_day: usize,
}

/// `[reminders]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminders {
    /// `before`: how long before a share's end recipients who have read nothing of what is shared now are reminded where the share says nothing, or `off`.
    /// Default `off`; from [`REMINDER_LEAST`] to [`REMINDER_MOST`].
    pub before: Option<Duration>,
}

impl Notices {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let mode = r.key("mode", Plain::Text("now"), one_of(MODES));
        let hour = r.key("hour", Plain::Number(8), number(0..=23));
        let per_day = r.key("per_day", Plain::Number(NOTICES_PER_DAY), number(1..=NOTICES_PER_DAY_MOST));
        Some(Self { mode: mode?, hour: hour?, per_day: per_day? })
    }
}

impl Reminders {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let allowed = format!(
            "must be \"off\" or a duration like \"2d\", from {} to {}",
            duration::show(REMINDER_LEAST),
            duration::show(REMINDER_MOST)
        );
        let before = r.key("before", Plain::Text("off"), matching(&allowed, reminder));
        Some(Self { before: before? })
    }
}

/// Reads when somebody is to be reminded: `off`, or a length of time within its bounds. The outer one is nothing when it is neither.
pub fn reminder(text: &str) -> Option<Option<Duration>> {
    match text {
        "off" => Some(None),
        span => duration::parse(span).filter(|span| (REMINDER_LEAST..=REMINDER_MOST).contains(span)).map(Some),
    }
}

const MODES: &[(Plain<'static>, Notify)] =
    &[(Plain::Text("now"), Notify::Now), (Plain::Text("daily"), Notify::Daily), (Plain::Text("off"), Notify::Off)];
