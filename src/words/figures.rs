//! Sizes and dates as people write them.

use crate::words::Words;
use fluent_bundle::FluentValue;
use jiff::Zoned;

/// A size of so many bytes, such as `1.4 MB`, in German `1,4 MB`; units are powers of 1000, as file managers and storage vendors count.
pub fn size(words: &Words, bytes: u64) -> String {
    if bytes < 1000 {
        return words.with("size-bytes", &[("bytes", FluentValue::from(bytes))]);
    }
    let (unit, divisor) = match bytes {
        0..999_500 => ("size-kilobytes", 1_000),
        999_500..999_500_000 => ("size-megabytes", 1_000_000),
        999_500_000..999_500_000_000 => ("size-gigabytes", 1_000_000_000),
        999_500_000_000.. => ("size-terabytes", 1_000_000_000_000),
    };
    let tenths = (u128::from(bytes) * 10 + divisor / 2) / divisor;
    let wholes = (u128::from(bytes) + divisor / 2) / divisor;
    let number = if tenths < 100 { format!("{}{}{}", tenths / 10, words.text("decimal-mark"), tenths % 10) } else { wholes.to_string() };
    words.with(unit, &[("number", FluentValue::from(number))])
}

/// A day, such as `22 November 2026`, in German `22. November 2026`.
pub fn day(words: &Words, at: &Zoned) -> String {
    let month = words.text(&format!("month-{}", at.month()));
    words.with("day", &[("day", at.day().to_string().into()), ("month", month.into()), ("year", at.year().to_string().into())])
}

/// A time of the day, such as `18:40`, in German `18:40 Uhr`.
pub fn clock(words: &Words, at: &Zoned) -> String {
    words.with("clock", &[("hour", format!("{:02}", at.hour()).into()), ("minute", format!("{:02}", at.minute()).into())])
}

/// A moment, such as `22 November 2026, 18:40 CET`.
pub fn moment(words: &Words, at: &Zoned) -> String {
    let zone = zone(words, at);
    words.with("moment", &[("day", day(words, at).into()), ("clock", clock(words, at).into()), ("zone", zone.into())])
}

/// A moment soon after `now`, as it stands after "at": `18:40 CET`, or `08:05 CET on 23 November 2026` when that is another day.
/// The zone is named because recipients may be in another one.
pub fn when(words: &Words, at: &Zoned, now: &Zoned) -> String {
    let zone = zone(words, at);
    let time = words.with("clock-zone", &[("clock", clock(words, at).into()), ("zone", zone.into())]);
    if at.date() == now.date() {
        return time;
    }
    words.with("on-day", &[("day", day(words, at).into()), ("clock", time.into())])
}

/// The zone as people call it; an abbreviation that a language has no own one for stays as it is.
fn zone(words: &Words, at: &Zoned) -> String {
    let abbreviation = at.strftime("%Z").to_string();
    match abbreviation.as_str() {
        "CET" => words.text("zone-cet"),
        "CEST" => words.text("zone-cest"),
        _ => abbreviation,
    }
}

/// So many minutes, in hours where that reads better.
pub fn minutes(words: &Words, minutes: u64) -> String {
    if minutes >= 120 && minutes.is_multiple_of(60) {
        return words.with("hours", &[("hours", FluentValue::from(minutes / 60))]);
    }
    words.with("minutes", &[("minutes", FluentValue::from(minutes))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    fn words() -> Words {
        Words::english().expect("the catalogue is whole")
    }

    #[test]
    fn sizes_read_as_file_managers_write_them() {
        let words = words();
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1_449, "1.4 kB"),
            (9_950, "10 kB"),
            (123_456, "123 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (5_500_000_000, "5.5 GB"),
            (2_000_000_000_000, "2.0 TB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(&words, bytes), text, "{bytes}");
        }
        assert!(size(&words, u64::MAX).ends_with(" TB"));
    }

    #[test]
    fn moments_name_their_zone() -> Result<(), jiff::Error> {
        let at: Zoned = "2026-11-02T08:05:59+01:00[Europe/Berlin]".parse()?;
        assert_eq!(moment(&words(), &at), "2 November 2026, 08:05 CET");
        assert_eq!(clock(&words(), &at), "08:05");
        assert_eq!(when(&words(), &at, &at), "08:05 CET");
        assert_eq!(when(&words(), &at, &at.yesterday()?), "08:05 CET on 2 November 2026");
        Ok(())
    }

    #[test]
    fn german_has_its_own_marks_names_and_zones() -> Result<(), Box<dyn std::error::Error>> {
        let words = Words::of(Language::German)?;
        for (bytes, text) in [(1, "1\u{a0}Byte"), (1_449, "1,4\u{a0}kB"), (123_456, "123\u{a0}kB"), (5_500_000_000, "5,5\u{a0}GB")] {
            assert_eq!(size(&words, bytes), text);
        }
        let winter: Zoned = "2026-11-23T14:05:59+01:00[Europe/Berlin]".parse()?;
        assert_eq!(moment(&words, &winter), "23.\u{a0}November 2026, 14:05\u{a0}Uhr MEZ");
        assert_eq!(when(&words, &winter, &winter), "14:05\u{a0}Uhr MEZ");
        assert_eq!(when(&words, &winter, &winter.yesterday()?), "14:05\u{a0}Uhr MEZ am 23.\u{a0}November 2026");
        let summer: Zoned = "2026-03-31T08:05:00+02:00[Europe/Berlin]".parse()?;
        assert_eq!(moment(&words, &summer), "31.\u{a0}März 2026, 08:05\u{a0}Uhr MESZ");
        let elsewhere: Zoned = "2026-03-31T08:05:00+00:00[UTC]".parse()?;
        assert_eq!(moment(&words, &elsewhere), "31.\u{a0}März 2026, 08:05\u{a0}Uhr UTC");
        assert_eq!(
            (minutes(&words, 1), minutes(&words, 90), minutes(&words, 1440)),
            ("eine Minute".into(), "90 Minuten".into(), "24 Stunden".into())
        );
        Ok(())
    }

    #[test]
    fn whole_hours_are_said_in_hours() {
        let words = words();
        assert_eq!(minutes(&words, 1), "one minute");
        assert_eq!(minutes(&words, 10), "10 minutes");
        assert_eq!(minutes(&words, 90), "90 minutes");
        assert_eq!(minutes(&words, 1440), "24 hours");
    }
}
