//! What commands print: JSON for programs, aligned tables for people, colour only on a terminal.

use crate::cli::failure::Failure;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

/// Prints one JSON value and nothing else.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    print(&format!("{}\n", serde_json::to_string_pretty(value).map_err(Failure::refused)?))
}

/// Prints to standard output; a reader that has gone away is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A word of advice for a person, where one sits there.
pub fn hint(text: &str) {
    if io::stdout().is_terminal() {
        eprintln!("{text}");
    }
}

/// Writes a line over the last one on the terminal, if standard error is one; an empty one only takes it away.
pub fn progress(text: &str) {
    let mut to = io::stderr();
    if to.is_terminal() {
        // Nothing depends on its being seen.
        let _ = write!(to, "\r\u{1b}[K{text}").and_then(|()| to.flush());
    }
}

/// A table whose columns are as wide as their widest cell.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| clean(&row[column]).chars().count())
            .chain([heads[column].len()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut text = bold(&line(&heads, &widths));
    text.push('\n');
    for row in rows {
        text.push_str(&line(row, &widths));
        text.push('\n');
    }
    text
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cell = clean(cell);
        let _ = write!(text, "{cell}{}  ", " ".repeat(width - cell.chars().count()));
    }
    text.trim_end().to_owned()
}

/// Names of documents and texts of people must not steer the terminal.
pub fn clean(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether standard output shows colours.
pub fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A text in bold, where that can be shown.
pub fn bold(text: &str) -> String {
    if coloured() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A point in time as a table shows it: to the second.
pub fn moment(rfc3339: &str) -> String {
    match rfc3339.split_once('.') {
        Some((seconds, _)) => format!("{}Z", seconds.replacen('T', " ", 1)),
        None => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_whatever_their_cells_hold() {
        let rows = vec![
            vec!["a".to_owned(), "1".to_owned()],
            vec!["longer ü".to_owned(), "22".to_owned()],
            vec!["\u{1b}[31m".to_owned(), "3".to_owned()],
        ];
        assert_eq!(table(&["NAME", "N"], &rows), "NAME      N\na         1\nlonger ü  22\n\u{fffd}[31m     3\n");
    }
}
