//! Tables in text: values separated by commas, semicolons, tabs or bars.

use super::Source;
use super::encoding::decode;
use super::text::{is_binary, notes};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;
use crate::preview::limits::{TABLE_COLUMNS, TABLE_ROWS};
use csv::{ByteRecord, ReaderBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// The reader and its version.
const READER: &str = "table/1";
/// What may separate values, likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows and bytes that are looked at to find the separator.
const SNIFFED_ROWS: usize = 50;
const SNIFFED_BYTES: usize = 64 * 1024;
/// The longest name of a column, in characters; what is longer is no head.
const NAME: usize = 60;

/// Opens a table.
///
/// # Errors
/// It is no text, or there is nothing in it.
pub fn open(name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let decoded = decode(&bytes);
    drop(bytes);
    if is_binary(&decoded.text) {
        return Err(Trouble::Unsupported);
    }
    let mut notes = notes(&decoded);
    let (text, declared) = declared(&decoded.text);
    let separator = declared.unwrap_or_else(|| separator(name, text));
    let (rows, cut) = read(text, separator);
    if cut && !notes.contains(&Note::Shortened) {
        notes.push(Note::Shortened);
    }
    let head = has_head(&rows);
    let cells = |row: Vec<String>| row.into_iter().map(|cell| vec![Run::plain(cell)]).collect();
    let rows = rows.into_iter().map(cells).collect();
    Ok(Box::new(lay_out(vec![Block::Table { head, rows }], Kind::Table, READER, notes)?))
}

/// The table, and the separator that a first line `sep=;` of some spreadsheet programs names.
fn declared(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) if separator.is_ascii() => (rest, Some(*separator)),
        _ => (text, None),
    }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// The separator that makes the most rows of one and the same length, of more than one cell.
fn separator(name: &str, text: &str) -> u8 {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if matches!(ending.as_deref(), Some("tsv" | "tab")) {
        return b'\t';
    }
    let end = (0..=SNIFFED_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let score = |separator: u8| {
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        let mut records = reader(&text[..end], separator);
        let mut record = ByteRecord::new();
        for _ in 0..SNIFFED_ROWS {
            match records.read_byte_record(&mut record) {
                Ok(true) => *lengths.entry(record.len()).or_default() += 1,
                _ => break,
            }
        }
        lengths.into_iter().filter(|(length, _)| *length > 1).map(|(_, rows)| rows).max().unwrap_or(0)
    };
    // Of equals the first one, hence the reversal: the last of the largest is taken.
    SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(b',')
}

/// The cells within the bounds, and whether some are beyond.
fn read(text: &str, separator: u8) -> (Vec<Vec<String>>, bool) {
    let mut records = reader(text, separator);
    let (mut rows, mut cut, mut record) = (Vec::new(), false, ByteRecord::new());
    // Reading from memory fails for no table: lengths may differ, and quotes that never end, end with the text.
    while let Ok(true) = records.read_byte_record(&mut record) {
        if rows.len() == TABLE_ROWS {
            return (rows, true);
        }
        cut |= record.len() > TABLE_COLUMNS;
        rows.push(
            record
                .iter()
                .take(TABLE_COLUMNS)
                .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
                .collect(),
        );
    }
    (rows, cut)
}

/// Whether the first row names the columns: short names, none twice, none a number, and rows below them.
fn has_head(rows: &[Vec<String>]) -> bool {
    let Some((first, others)) = rows.split_first() else { return false };
    let names: BTreeSet<&str> = first.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let named = first.iter().filter(|name| !name.is_empty()).count();
    let short = names.iter().all(|name| name.chars().count() <= NAME && !is_number(name));
    !others.is_empty() && named == names.len() && named * 4 >= first.len() * 3 && short && first.len() > 1
}

fn is_number(cell: &str) -> bool {
    cell.contains(|c: char| c.is_ascii_digit()) && cell.chars().all(|c| c.is_ascii_digit() || "+-.,:/ %€$£'eE".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &str, text: &str) -> Vec<Vec<String>> {
        let (text, declared) = declared(text);
        read(text, declared.unwrap_or_else(|| separator(name, text))).0
    }

    #[test]
    fn the_separator_is_found_by_what_makes_even_rows() {
        let expected = [["a", "b"], ["1", "2"]];
        for text in ["a,b\n1,2\n", "a;b\r\n1;2", "a\tb\n1\t2\n", "a|b\n1|2", "sep=;\na;b\n1;2"] {
            assert_eq!(rows("x.csv", text), expected, "{text}");
        }
        assert_eq!(rows("x.csv", "preis;name\n1,5;Ei\n2,5;Mehl"), [["preis", "name"], ["1,5", "Ei"], ["2,5", "Mehl"]]);
        assert_eq!(rows("x.tsv", "a,b\tc\n"), [["a,b", "c"]]);
    }

    #[test]
    fn quotes_keep_separators_and_line_ends_and_rows_may_differ_in_length() {
        assert_eq!(rows("x.csv", "\"a,\"\"1\"\"\",\"b\nc\"\nd\n"), [vec!["a,\"1\"", "b\nc"], vec!["d"]]);
        assert_eq!(rows("x.csv", "a,b\n\"never ended,1\n2,3"), [vec!["a", "b"], vec!["never ended,1\n2,3"]]);
    }

    #[test]
    fn a_first_row_of_names_is_a_head_and_one_of_numbers_is_none() {
        let head = |text: &str| has_head(&rows("x.csv", text));
        assert!(head("name,amount\nrent,400"));
        for text in ["1,2\n3,4", "name,amount", "a,a\n1,2", "rent,400\nfood,120", ",,x\n1,2,3", ""] {
            assert!(!head(text), "{text}");
        }
    }

    #[test]
    fn rows_and_columns_beyond_the_bounds_are_left_out_and_noted() {
        let shortened = |text: String| open("x.csv", text.into_bytes()).unwrap().opened().notes.contains(&Note::Shortened);
        assert!(shortened("a,b\n".repeat(TABLE_ROWS + 1)));
        assert!(shortened("a,".repeat(TABLE_COLUMNS) + "b\n1,2"));
        assert!(!shortened("a,b\n".repeat(100)));
    }
}
