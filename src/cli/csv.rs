//! Comma-separated values that a spreadsheet shows as they are: never two cells for one, and never a formula.
//!
//! A German Excel parts cells at semicolons, whatever stands in quotes that begin behind a comma. So no text may begin a formula behind any character
//! that some program parts cells or lines at.

/// What parts cells or lines, for one program or another.
const PARTS: [char; 5] = [',', ';', '\t', '\r', '\n'];

/// What begins a formula, or is known to lead to one (OWASP, "CSV Injection"); the wide ones are taken for the others in some places.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// A line of cells, its end included.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet takes for a formula (ASVS 5.0 1.2.10), at whichever character it parts cells: an apostrophe stands before what could
/// begin one. Line ends and quotes stay within it (RFC 4180).
fn cell(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 2);
    let mut begins = true;
    for (at, c) in text.char_indices() {
        if begins && is_risky(&text[at..], at == 0) {
            guarded.push('\'');
        }
        guarded.push(c);
        begins = PARTS.contains(&c);
    }
    if guarded.contains(PARTS) || guarded.contains('"') { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// Whether a text would begin a cell with a formula, also behind blanks and quotes, which some programs take off; or with a tab or line end, where
/// it is not just the second half of one.
fn is_risky(text: &str, is_first: bool) -> bool {
    let shown = text.trim_start_matches(|c: char| c == '"' || c.is_whitespace());
    shown.starts_with(FORMULA) || text.starts_with(['\t', '\r']) || (is_first && text.starts_with('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two_cells() {
        for (text, written) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("\t=1", "\"'\t'=1\""),
            (" =1", "' =1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=1", "a=1"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("+a,b", "\"'+a,b\""),
            ("x;=1+1;y", "\"x;'=1+1;y\""),
            ("a, -b", "\"a,' -b\""),
            ("a\t@b", "\"a\t'@b\""),
            ("a\r\n=b", "\"a\r'\n'=b\""),
            ("x;\"=1\"", "\"x;'\"\"=1\"\"\""),
            ("\"=1\"", "\"'\"\"=1\"\"\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    /// Text without the apostrophes that were put in, or were there.
    fn bare(text: &str) -> String {
        text.replace('\'', "")
    }

    /// Every place at which some program may begin a cell: it goes by one separator, and heeds quotes only where they begin a cell, or nowhere.
    fn beginnings(text: &str, separator: char, heeds_quotes: bool) -> Vec<&str> {
        let (mut found, mut begins, mut quoted) = (Vec::new(), true, false);
        for (at, c) in text.char_indices() {
            if begins {
                found.push(&text[at..]);
                quoted = heeds_quotes && c == '"';
            } else if c == '"' {
                quoted = false;
            }
            begins = !quoted && [separator, '\r', '\n'].contains(&c);
        }
        found
    }

    fn begins_no_formula(text: &str) -> Result<(), TestCaseError> {
        for (separator, heeds_quotes) in [(',', true), (',', false), (';', true), (';', false), ('\t', true), ('\t', false)] {
            for cell in beginnings(text, separator, heeds_quotes) {
                // The quotes that a program takes off before it looks.
                let shown = cell.trim_start_matches('"');
                let is_formula = shown.trim_start_matches(' ').starts_with(FORMULA);
                prop_assert!(!is_formula, "{:?} of {:?}, parted at {:?}", shown, text, separator);
            }
        }
        Ok(())
    }

    /// The cells of lines as RFC 4180 reads them.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut lines, mut cells, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                '\r' if !quoted && rest.peek() == Some(&'\n') => {
                    rest.next();
                    cells.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut cells));
                }
                c => cell.push(c),
            }
        }
        assert!(!quoted && cell.is_empty() && cells.is_empty(), "{text:?} does not end with a line");
        lines
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn whatever_stands_in_cells_is_read_back_and_begins_no_formula(
            lines in proptest::collection::vec(proptest::collection::vec("[=+@\\-\t\r\n ,;\"'|a1ü]{0,6}|.{0,12}", 1..5), 0..4),
        ) {
            let text: String = lines.iter().map(|cells| line(cells.iter().map(String::as_str))).collect();
            let back = read(&text);
            begins_no_formula(&text)?;
            prop_assert_eq!(back.len(), lines.len());
            for (cells, back) in lines.iter().zip(&back) {
                prop_assert_eq!(cells.len(), back.len());
                for (cell, back) in cells.iter().zip(back) {
                    prop_assert!(!back.trim_start().starts_with(['=', '+', '-', '@']) && !back.starts_with(['\t', '\r']), "{:?}", back);
                    prop_assert_eq!(bare(back), bare(cell));
                }
            }
        }
    }
}
