//! Whether bytes are text, and what kind of text, by their beginning.

use std::borrow::Cow;

/// How much of a document is looked at, in bytes.
const LOOK: usize = 16 * 1024;
/// Names of headers that mails begin with.
const HEADERS: [&str; 16] = [
    "from",
    "to",
    "cc",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "delivered-to",
    "reply-to",
    "sender",
    "content-type",
    "x-mozilla-status",
    "dkim-signature",
    "arc-seal",
];
/// How many of them it takes.
const HEADERS_LEAST: usize = 3;

/// The beginning of a text, roughly read: its ASCII is right, whatever the encoding. Nothing when it is no text.
pub(super) fn beginning(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let head = &bytes[..bytes.len().min(LOOK)];
    let (encoding, _) = encoding_rs::Encoding::for_bom(head).unzip();
    if let Some(encoding) = encoding.or_else(|| wide(head)) {
        let text = encoding.decode(head).0;
        return is_clean(&text).then_some(text);
    }
    if head.contains(&0) {
        return None;
    }
    let whole = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        // The last character may be cut.
        Err(error) if head.len() - error.valid_up_to() < 4 && head.len() > 3 => std::str::from_utf8(&head[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    // Every byte is a character of this encoding: whatever the true one is, control characters and ASCII are the same.
    let text = whole.map_or_else(|| encoding_rs::WINDOWS_1252.decode_without_bom_handling(head).0, Cow::Borrowed);
    is_clean(&text).then_some(text)
}

/// UTF-16 without a mark: every other byte of western text is nought.
fn wide(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let pairs = head.as_chunks::<2>().0;
    let (even, odd) = pairs
        .iter()
        .fold((0, 0), |(even, odd), [a, b]| (even + usize::from(*a == 0), odd + usize::from(*b == 0)));
    match () {
        () if pairs.len() < 2 => None,
        () if odd * 10 > pairs.len() * 6 && even == 0 => Some(encoding_rs::UTF_16LE),
        () if even * 10 > pairs.len() * 6 && odd == 0 => Some(encoding_rs::UTF_16BE),
        () => None,
    }
}

/// Whether at most one character of fifty is none that text has.
fn is_clean(text: &str) -> bool {
    let odd = |c: &char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{8}' | '\u{c}' | '\u{1a}' | '\u{1b}' | '\u{85}')) || *c == '\u{fffd}'
    };
    let (all, odd) = text.chars().fold((0_usize, 0_usize), |(all, odds), c| (all + 1, odds + usize::from(odd(&c))));
    odd * 50 <= all
}

/// Whether XML begins with a drawing, behind its declaration, comments and document type.
pub(super) fn is_drawing(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match () {
            () if rest.starts_with("<?") => "?>",
            () if rest.starts_with("<!--") => "-->",
            () if rest.starts_with("<!DOCTYPE") => match rest.find(['[', '>']) {
                Some(at) if rest[at..].starts_with('[') => "]>",
                _ => ">",
            },
            () => break,
        };
        let Some((_, behind)) = rest.split_once(end) else { return false };
        rest = behind.trim_start();
    }
    let Some(tag) = rest.strip_prefix('<') else { return false };
    let tag = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    tag == "svg" || tag.ends_with(":svg")
}

/// Whether it begins as a mail does: with headers, some of them known.
pub(super) fn is_mail(text: &str) -> bool {
    let mut known = 0;
    for line in text.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| name.bytes().all(|b| b.is_ascii_graphic())) else { return false };
        known += usize::from(HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header)));
    }
    known >= HEADERS_LEAST
}
