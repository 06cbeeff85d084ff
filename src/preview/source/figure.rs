//! Figures, dates and times of cells, as people read them.

use calamine::{Data, ExcelDateTime};

/// Most digits of a figure that a spreadsheet itself tells apart.
const DIGITS: usize = 15;
/// Most decimals that a format may ask for.
const DECIMALS: usize = 15;

/// The text of a cell's value under a number format; an empty one for none that is known.
pub fn text(value: &Data, format: &str) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::Int(number) => formatted(*number as f64, format),
        Data::Float(number) => formatted(*number, format),
        Data::DateTime(moment) => date(moment, format),
        Data::DateTimeIso(text) => text.replacen('T', " ", 1),
        Data::DurationIso(text) => text.clone(),
        Data::Error(error) => error.to_string(),
    }
}

/// A figure with the decimals, the thousands and the per cent of its format; the words in a format are kept.
fn formatted(number: f64, format: &str) -> String {
    let sections: Vec<&str> = format.split(';').collect();
    let (section, number) = match sections.as_slice() {
        [_, negative, ..] if number < 0.0 => (*negative, -number),
        [_, _, zero, ..] if number == 0.0 => (*zero, number),
        [first, ..] => (*first, number),
        [] => ("", number),
    };
    let (before, pattern, after) = parts(section);
    let scale = i32::try_from(pattern.split('.').next().map_or(0, |whole| whole.len() - whole.trim_end_matches(',').len())).unwrap_or(0);
    let fixed = pattern.contains(['0', '#']) && !pattern.contains(['E', 'e', '/', '?']);
    if !fixed || !number.is_finite() {
        return general(number);
    }
    let number = if section.contains('%') { number * 100.0 } else { number } / 1000f64.powi(scale);
    let whole = pattern.split('.').next().unwrap_or_default().trim_end_matches(',').to_owned();
    let decimals = pattern.split_once('.').map_or("", |(_, decimals)| decimals);
    let most = decimals.chars().filter(|c| matches!(c, '0' | '#')).count().min(DECIMALS);
    let least = decimals.chars().filter(|c| *c == '0').count().min(most);
    let mut digits = format!("{:.most$}", number.abs());
    if most > least {
        let cut = digits.trim_end_matches('0').len().max(digits.len() - (most - least));
        digits.truncate(cut);
        digits.truncate(digits.trim_end_matches('.').len());
    }
    let width = whole.chars().filter(|c| *c == '0').count().min(DECIMALS);
    let written = digits.find('.').unwrap_or(digits.len());
    digits.insert_str(0, &"0".repeat(width.saturating_sub(written)));
    if whole.contains(',') {
        digits = thousands(&digits);
    }
    let sign = if number < 0.0 && digits.contains(|c: char| c.is_ascii_digit() && c != '0') { "-" } else { "" };
    format!("{sign}{before}{digits}{after}")
}

/// What stands before the digits of a format, the digits, and what stands behind them.
fn parts(section: &str) -> (String, String, String) {
    let (mut before, mut pattern, mut after) = (String::new(), String::new(), String::new());
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        let mut word = String::new();
        match c {
            '"' => word.extend(chars.by_ref().take_while(|c| *c != '"')),
            '\\' => word.extend(chars.next()),
            // A blank as wide as the next character, or one that fills the cell.
            '_' => drop(chars.next().map(|_| word.push(' '))),
            '*' => drop(chars.next()),
            '[' => {
                // `[$€-407]` is a sign of money, everything else a colour or a condition.
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                word.extend(inner.strip_prefix('$').map(|money| money.split('-').next().unwrap_or_default().to_owned()));
            }
            // Words between digits, as of telephone numbers, are beyond this: the figure is shown as it is.
            '0' | '#' if !after.is_empty() => return Default::default(),
            '0' | '#' | '.' | ',' | 'E' | 'e' | '/' | '?' => pattern.push(c),
            other => word.push(other),
        }
        if pattern.is_empty() { before.push_str(&word) } else { after.push_str(&word) }
    }
    (before.trim_start().to_owned(), pattern, after.trim_end().to_owned())
}

/// A figure without a format: as few digits as tell it from others that the spreadsheet tells apart.
fn general(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let rounded: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    let size = rounded.abs();
    if (1e-9..1e15).contains(&size) { rounded.to_string() } else { format!("{rounded:E}") }
}

fn thousands(digits: &str) -> String {
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    decimals.map_or_else(|| text.clone(), |decimals| format!("{text}.{decimals}"))
}

/// A date and time: the day alone when there is no time of day in it, the time alone when there is no day in it.
fn date(moment: &ExcelDateTime, format: &str) -> String {
    let value = moment.as_f64();
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round();
        let (sign, seconds) = if seconds < 0.0 { ("-", -seconds) } else { ("", seconds) };
        let seconds = seconds.min(1e12) as u64;
        return format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    // Half a second of rounding is no time of day.
    let timeless = (hour, minute, second, milli) == (0, 0, 0, 0);
    let format = format.to_ascii_lowercase();
    let asks_day = format.is_empty() || format.contains(['d', 'y']);
    let asks_time = format.is_empty() && !timeless || format.contains(['h', 's']);
    let clock = if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") };
    let day = format!("{year:04}-{month:02}-{day:02}");
    match (asks_day && (value.abs() >= 1.0 || !asks_time), asks_time) {
        (true, true) => format!("{day} {clock}"),
        (false, true) => clock,
        _ => day,
    }
}
