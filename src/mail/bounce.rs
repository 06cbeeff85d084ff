//! Reports of mails that could not be delivered (RFC 3464), as mail servers send them back: which mail, and why. Strangers write them too.
//!
//! Only heads are parsed, that of the mail and that of each part: nothing in here goes deeper with what is nested.

use crate::domain::email::EmailAddress;
use crate::mail::clean::one_line;
use crate::mail::smtp::answer::Mask;
use mail_parser::{MessageParser, MimeHeaders};

/// Parts that are looked at; a report has three.
const PARTS: usize = 8;
/// Words of a head that are looked at in search of an address.
const WORDS: usize = 200;
/// Recipients in one report that are looked at; a mail of ours has one.
const RECIPIENTS: usize = 16;
/// Longest line of a report that is kept, in bytes.
const SAID_BYTES: usize = 1000;
/// Where a mail server says to whom a report went.
const TO: [&str; 5] = ["Delivered-To", "X-Original-To", "To", "Envelope-To", "X-Envelope-To"];

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What stands between the `+` and the `@` of the address it came to; whoever wrote the report chose it.
    pub tag: String,
    /// Whether the mail is given up; otherwise it is only late, or has arrived.
    pub failed: bool,
    /// What the report says of the reason.
    said: String,
}

impl Report {
    /// Reads a report that came to `address` with a tag. Anything else is none.
    pub fn read(mail: &[u8], address: &EmailAddress) -> Option<Self> {
        let head = MessageParser::default().parse_headers(mail)?;
        let kind = head.content_type()?;
        let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
            && kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
        let boundary = kind
            .attribute("boundary")
            .filter(|boundary| is_report && !boundary.is_empty() && boundary.len() <= 70)?;
        let words = TO.iter().filter_map(|name| head.header_raw(*name)).flat_map(|line| line.split(ends_a_word));
        let tag = words.take(WORDS).find_map(|word| tag(word, address))?;
        let status = parts(mail, boundary).take(PARTS).find_map(status)?;
        let (failed, said) = of_recipient(status);
        Some(Self { tag, failed, said })
    }

    /// The reason as it is shown: one line without addresses, and without links that somebody might follow.
    pub fn told(&self, to: Option<&EmailAddress>) -> String {
        // Made one line first: what is not seen could stand in the middle of a link.
        let said = one_line(&self.said, SAID_BYTES);
        let plain: Vec<&str> = said.split_whitespace().map(|word| if leads_away(word) { "…" } else { word }).collect();
        let mask = to.map(Mask::of).unwrap_or_default();
        mask.hide(&format!("it came back: {}", if plain.is_empty() { "no reason given".to_owned() } else { plain.join(" ") }))
    }
}

fn leads_away(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.contains("://") || word.contains("www.") || word.starts_with("mailto:")
}

fn ends_a_word(c: char) -> bool {
    !c.is_ascii_graphic() || "<>,;:()\"[]".contains(c)
}

fn field<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (own, value) = line.split_once(':')?;
    own.trim_end().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// The tag of a word that is the address with one.
fn tag(word: &str, address: &EmailAddress) -> Option<String> {
    let (local, domain) = word.rsplit_once('@')?;
    let (own_local, own_domain) = address.key().split_once('@')?;
    let (name, tag) = local.split_once('+')?;
    let is_one = tag.len() <= 64 && !tag.contains('@');
    (is_one && name.eq_ignore_ascii_case(own_local) && domain.eq_ignore_ascii_case(own_domain)).then(|| tag.to_owned())
}

/// What stands between the lines of a boundary.
fn parts<'m>(mail: &'m [u8], boundary: &str) -> impl Iterator<Item = &'m [u8]> {
    let line = format!("--{boundary}");
    let mut starts = Vec::new();
    let mut at = 0;
    for text in mail.split_inclusive(|c| *c == b'\n') {
        let bare = text.trim_ascii_end();
        if bare.strip_prefix(line.as_bytes()).is_some_and(|rest| rest.is_empty() || rest == b"--") {
            starts.push((at, at + text.len()));
        }
        at += text.len();
        if starts.len() > PARTS {
            break;
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, _)| *start).chain([mail.len()]).collect();
    starts.into_iter().zip(ends).map(|((_, from), to)| &mail[from..to])
}

/// The body of a part that is a delivery status.
fn status(part: &[u8]) -> Option<&str> {
    let head = MessageParser::default().parse_headers(part)?;
    let kind = head.content_type()?;
    let subtype = kind.subtype().unwrap_or_default();
    let is_status = kind.ctype().eq_ignore_ascii_case("message")
        && (subtype.eq_ignore_ascii_case("delivery-status") || subtype.eq_ignore_ascii_case("global-delivery-status"));
    let text = std::str::from_utf8(part).ok().filter(|_| is_status)?;
    let end = text.find("\r\n\r\n").map(|at| at + 4).or_else(|| text.find("\n\n").map(|at| at + 2))?;
    text.get(end..)
}

/// Of the groups of lines, one for each recipient, the first that says "failed": its status and the words of the other side.
fn of_recipient(status: &str) -> (bool, String) {
    let unified = status.replace("\r\n", "\n");
    let mut failed = unified.split("\n\n").take(RECIPIENTS).filter(|group| {
        let action = value(group, "Action").unwrap_or_default();
        action.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("failed"))
    });
    let Some(group) = failed.next() else { return (false, String::new()) };
    let diagnostic = value(group, "Diagnostic-Code").unwrap_or_default();
    let words = diagnostic.split_once(';').map_or(diagnostic.as_str(), |(_, words)| words).trim().to_owned();
    let number = value(group, "Status").and_then(|it| it.split_whitespace().next().filter(|word| is_status(word)).map(str::to_owned));
    let said = match number {
        Some(number) if !words.contains(&number) => format!("{number} {words}"),
        _ => words,
    };
    (true, said.chars().take(SAID_BYTES).collect())
}

/// A field of a group, with its folds.
fn value(group: &str, name: &str) -> Option<String> {
    let mut lines = group.lines();
    let first = lines.by_ref().find_map(|line| field(line, name))?;
    let mut whole = first.chars().take(SAID_BYTES).collect::<String>();
    for fold in lines.take_while(|line| line.starts_with([' ', '\t'])).take(RECIPIENTS) {
        whole.push(' ');
        whole.extend(fold.trim().chars().take(SAID_BYTES));
    }
    Some(whole)
}

/// Three numbers with dots (RFC 3463).
fn is_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| matches!(part.len(), 1..=3) && part.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
