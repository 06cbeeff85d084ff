//! Text from people made fit for one line of a mail.

/// The text as one line of at most `bytes` bytes: controls and line ends become blanks, runs of blanks become one, characters that
/// hide or reorder others are dropped. A blank that holds a date together stays one. What had to be cut ends with `…`.
pub(super) fn one_line(text: &str, bytes: usize) -> String {
    let mut line = String::with_capacity(text.len().min(bytes));
    for c in text.chars().filter(|c| !deceives(*c)) {
        let is_blank = ends_or_controls(c) || c.is_whitespace();
        if is_blank && (line.is_empty() || line.ends_with(char::is_whitespace)) {
            continue;
        }
        let c = if is_blank && c != '\u{a0}' { ' ' } else { c };
        line.push(c);
    }
    line.truncate(line.trim_end().len());
    cut(line, bytes)
}

/// The text without characters that hide or reorder others, line ends as `\n`, other controls as blanks.
pub(super) fn lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    let visible = unified.chars().filter(|c| !deceives(*c));
    visible
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// At most `bytes` bytes of the text.
pub(super) fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        let end = (0..=bytes.saturating_sub('…'.len_utf8())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Characters that change the order in which others are shown, or that are there and not seen. Joiners stay: scripts and emoji need them.
const fn deceives(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' | '\u{00ad}')
}

fn ends_or_controls(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(one_line(" Files\r\nBcc: x@example.org\t\u{0}and\u{2028}more ", 100), "Files Bcc: x@example.org and more");
        assert_eq!(one_line("invoice\u{202e}fdp.exe", 100), "invoicefdp.exe");
        assert_eq!(one_line("Zoë Müller", 100), "Zoë Müller");
        assert_eq!(one_line("\u{a0}1.\u{a0}Oktober \u{a0}2027\u{a0}", 100), "1.\u{a0}Oktober 2027");
        assert_eq!(one_line("äääää", 8), "ää…");
        assert_eq!(one_line("\r\n", 8), "");
    }

    #[test]
    fn lines_are_kept_and_controls_are_not() {
        assert_eq!(lines("a\r\nb\rc\u{2029}d\u{7}e\tf\u{202e}"), "a\nb\nc\nd e\tf");
    }
}
