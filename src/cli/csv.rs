//! Comma-separated values that a spreadsheet shows as they are: never two cells for one, and never a formula.

/// A line of cells, its end included.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet takes for a formula (ASVS 5.0 1.2.10): an apostrophe stands before what could begin one, also behind blanks, which
/// some programs cut off. Line ends and quotes stay within it (RFC 4180).
fn cell(text: &str) -> String {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let guard = if begins(text) || begins(text.trim_start()) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', ';', '"', '\n', '\r', '\t']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
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
            ("\t=1", "\"'\t=1\""),
            (" =1", "' =1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=1", "a=1"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("+a,b", "\"'+a,b\""),
        ] {
            assert_eq!(cell(text), written);
        }
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
            prop_assert_eq!(back.len(), lines.len());
            for (cells, back) in lines.iter().zip(&back) {
                prop_assert_eq!(cells.len(), back.len());
                for (cell, back) in cells.iter().zip(back) {
                    prop_assert!(!back.trim_start().starts_with(['=', '+', '-', '@']) && !back.starts_with(['\t', '\r']), "{:?}", back);
                    prop_assert!(back == cell || back.strip_prefix('\'') == Some(cell), "{:?} became {:?}", cell, back);
                }
            }
        }
    }
}
