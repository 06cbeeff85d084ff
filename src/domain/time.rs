//! Points in time, and the clock through which the program learns them, so that tests can move it.

use jiff::{Span, Zoned, civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, future::Future, pin::Pin, str::FromStr, sync::Arc, time::Duration};
use tokio::sync::watch;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest moment that can be written as RFC 3339.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The moment this many milliseconds after 1970; held between 1970 and [`Self::MAX`].
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self(0)
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> u64 {
        self.0.unsigned_abs() / 1000
    }

    /// The moment `by` later.
    pub fn plus(self, by: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment `by` earlier.
    pub fn minus(self, by: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; nothing when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }

    /// The same moment in a time zone, for pages and mails.
    pub fn in_zone(self, zone: &TimeZone) -> Zoned {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(zone.clone())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the millisecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", jiff::Timestamp::from_millisecond(self.0).unwrap_or_default())
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self::from_millis(text.parse::<jiff::Timestamp>()?.as_millisecond()))
    }
}

/// In the ledger a moment stands as its number of milliseconds.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::from_millis(i64::deserialize(from)?))
    }
}

/// A time span or end that staff wrote: `30d`, `12h`, `2026-12-31` (the end of that day) or an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no time: write a span like 30d, 12h or 2w, a date like 2026-12-31, or a time like 2026-12-31T18:00:00Z")]
pub struct InvalidExpiry(pub String);

/// When something ends that staff described as `text`, said at `now` in the organisation's `zone`.
pub fn parse_expiry(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, InvalidExpiry> {
    let wrong = || InvalidExpiry(text.to_owned());
    let text = text.trim();
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(exact);
    }
    if let Ok(date) = text.parse::<civil::Date>() {
        if text.len() != 10 {
            return Err(wrong());
        }
        let next = date.checked_add(Span::new().days(1)).map_err(|_| wrong())?;
        let midnight = next.to_zoned(zone.clone()).map_err(|_| wrong())?;
        return Ok(Timestamp::from_millis(midnight.timestamp().as_millisecond() - 1));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return Err(wrong()),
    };
    if number == 0 {
        return Err(wrong());
    }
    Ok(now.plus(Duration::from_secs(u64::from(number) * seconds)))
}

/// The only source of the present. Everything that waits for a moment waits here, so that a moved clock wakes it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present.
    fn now(&self) -> Timestamp;

    /// Ends once `now()` has reached the moment.
    fn wait_until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// How far the machine's wall clock has been moved away from this one; positive when it is ahead.
    fn drift_millis(&self) -> i64 {
        0
    }
}

/// The machine's wall clock as it stood at the start, moved on by CLOCK_BOOTTIME: setting the wall clock afterwards changes nothing.
#[derive(Debug)]
pub struct SystemClock {
    start: Timestamp,
    boot: Duration,
}

impl SystemClock {
    /// The clock of this machine.
    pub fn start() -> Self {
        Self { start: wall(), boot: boot_time() }
    }
}

fn wall() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn boot_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.start.plus(boot_time().saturating_sub(self.boot))
    }

    fn wait_until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while self.now() < moment {
                // Sleeping stops while the machine is suspended; looking again each minute catches up.
                tokio::time::sleep(moment.since(self.now()).min(Duration::from_secs(60))).await;
            }
        })
    }

    fn drift_millis(&self) -> i64 {
        wall().millis() - self.now().millis()
    }
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<watch::Sender<Timestamp>>);

impl ManualClock {
    /// A clock standing at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(watch::Sender::new(now)))
    }

    /// Moves the clock on and wakes all that wait for a moment it has now reached.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.plus(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn wait_until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut seen = self.0.subscribe();
            // The sender lives in `self`, so waiting can only end with the condition.
            let _ = seen.wait_for(|now| *now >= moment).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_dates_and_times_are_understood_and_anything_else_is_not() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let utc = TimeZone::UTC;
        assert_eq!(parse_expiry("30d", now, &utc), Ok(now.plus(Duration::from_secs(30 * 86400))));
        assert_eq!(parse_expiry("2w", now, &utc), Ok(now.plus(Duration::from_secs(14 * 86400))));
        assert_eq!(parse_expiry("2027-03-01", now, &utc).map(|t| t.to_string()), Ok("2027-03-01T23:59:59.999Z".to_owned()));
        assert_eq!(parse_expiry("2027-03-01T18:00:00+01:00", now, &utc).map(|t| t.to_string()), Ok("2027-03-01T17:00:00.000Z".to_owned()));
        for wrong in ["", "0d", "d", "30", "-1d", "30 d", "30y", "2027-13-01", "tomorrow", "99999999999d"] {
            assert!(parse_expiry(wrong, now, &utc).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_ends_with_the_day_of_the_organisation() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let end = parse_expiry("2027-07-01", Timestamp::default(), &berlin);
        assert_eq!(end.map(|t| t.to_string()), Ok("2027-07-01T21:59:59.999Z".to_owned()));
    }

    #[tokio::test]
    async fn a_moved_clock_wakes_those_who_wait() {
        let clock = ManualClock::at(Timestamp::from_millis(1000));
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.wait_until(Timestamp::from_millis(61_000)).await }
        });
        clock.advance(Duration::from_secs(60));
        assert!(waiting.await.is_ok());
    }
}
