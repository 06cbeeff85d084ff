//! Lengths of time as a configuration writes them: a whole number and one unit, such as `30s`, `10m`, `8h`, `365d` or `2w`.

use std::time::Duration;

/// Units and their seconds, the longest first.
const UNITS: [(&str, u64); 5] = [("w", 7 * 86_400), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// Reads a length of time; nothing when it is not one or too long to count in seconds.
pub fn parse(text: &str) -> Option<Duration> {
    let (unit, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(*seconds).map(Duration::from_secs)
}

/// Writes a length of time in the longest unit that holds it exactly, weeks excepted; parts of a second are dropped.
pub fn show(span: Duration) -> String {
    let all = span.as_secs();
    let (unit, seconds) = UNITS[1..].iter().find(|(_, seconds)| all > 0 && all.is_multiple_of(*seconds)).unwrap_or(&("s", 1));
    format!("{}{unit}", all / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_with_one_unit_is_a_length_of_time_and_nothing_else_is() {
        for (text, seconds) in [("0s", 0), ("30s", 30), ("10m", 600), ("8h", 28_800), ("365d", 31_536_000), ("2w", 1_209_600)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "s", "30", "-1s", "+1s", "1.5h", "30 s", " 30s", "1h30m", "30S", "10min", "١s", "99999999999999999999w"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(seconds in any::<u32>()) {
            let span = Duration::from_secs(u64::from(seconds));
            prop_assert_eq!(parse(&show(span)), Some(span));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
        }
    }
}
