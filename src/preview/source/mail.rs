//! Mails as they travel (EML): head, text, and what is attached.

use super::Source;
use super::gather::{Gather, Reading};
use super::html;
use super::letter::{self, Attached, Head};
use crate::preview::job::{Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::words::Words;
use mail_parser::{Address, DateTime, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// This reader and its version: a new one where blocks come out otherwise.
const READER: &str = "mail/1";

/// Opens a mail.
///
/// # Errors
/// Why it cannot be shown.
pub fn open(_name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let (reading, attached) = blocks(&bytes)?;
    drop(bytes);
    letter::open(reading, attached, READER)
}

/// The text of a mail, and the documents in it.
///
/// # Errors
/// Why it cannot be shown.
pub fn blocks(bytes: &[u8]) -> Result<(Reading, Attached), Trouble> {
    let mut to = Gather::new(&[]);
    let words = super::words()?;
    let message = MessageParser::default().parse(bytes).ok_or(Trouble::Damaged)?;
    letter::head(&mut to, &words, &head(&message));
    body(&message, &mut to, &words);
    let attached = attached(&message, &mut to, &words);
    letter::list(&mut to, &words, &attached);
    Ok((to.done()?, attached))
}

fn head(message: &Message<'_>) -> Head {
    Head {
        from: message.from().map(people).unwrap_or_default(),
        to: message.to().map(people).unwrap_or_default(),
        cc: message.cc().map(people).unwrap_or_default(),
        date: message.date().map(moment).unwrap_or_default(),
        subject: message.subject().unwrap_or_default().to_owned(),
    }
}

fn people(address: &Address<'_>) -> String {
    let shown = address.iter().map(|person| match (person.name(), person.address()) {
        (Some(name), Some(address)) if name != address => format!("{name} <{address}>"),
        (_, Some(address)) => address.to_owned(),
        (name, None) => name.unwrap_or_default().to_owned(),
    });
    shown.filter(|person| !person.is_empty()).take(1_000).collect::<Vec<_>>().join(", ")
}

/// The moment as the mail's writer read it off the clock, with the difference to universal time.
fn moment(date: &DateTime) -> String {
    let sign = if date.tz_before_gmt { '-' } else { '+' };
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02} {sign}{:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute, date.tz_hour, date.tz_minute
    )
}

/// The text, or where there is none, that of the HTML.
fn body(message: &Message<'_>, to: &mut Gather, words: &Words) {
    let mut said = false;
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(text) if !text.trim().is_empty() => {
                letter::text(to, text);
                said = true;
            }
            PartType::Html(source) if !source.trim().is_empty() => {
                html::blocks(source, to);
                said = true;
            }
            _ => {}
        }
        if part.is_encoding_problem {
            to.note(Note::UnreadableCharacters);
        }
    }
    // A mail of two forms whose plain one is empty.
    for part in message.html_bodies() {
        if said {
            break;
        }
        if let PartType::Html(source) = &part.body {
            html::blocks(source, to);
            said |= !source.trim().is_empty();
        }
    }
    if !said {
        to.push(Block::Paragraph(vec![Run { italic: true, ..Run::plain(words.text("paper-no-body")) }]));
    }
}

fn attached(message: &Message<'_>, to: &mut Gather, words: &Words) -> Attached {
    let mut attached = Attached::default();
    for part in message.attachments() {
        let bytes = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.as_bytes().to_vec(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
            PartType::Message(inner) => inner.raw_message().to_vec(),
            PartType::Multipart(_) => continue,
        };
        // What signs the mail says nothing to a reader.
        if part.is_content_type("application", "pgp-signature") || part.is_content_type("application", "pkcs7-signature") {
            continue;
        }
        let subject = match &part.body {
            PartType::Message(inner) => inner.subject(),
            _ => None,
        };
        attached.put(to, words, part.attachment_name().or(subject), ending(part), bytes);
    }
    attached
}

/// What the name must end in so that the document is read as what it was declared; nothing where the name decides.
fn ending(part: &MessagePart<'_>) -> &'static str {
    if matches!(part.body, PartType::Message(_)) {
        return ".eml";
    }
    if part.attachment_name().is_some_and(|name| name.contains('.')) {
        return "";
    }
    let kind = part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
    match kind {
        Some(("text", "html")) => ".html",
        Some(("text", "csv")) => ".csv",
        Some(("text", "calendar")) => ".ics",
        Some(("text", _)) => ".txt",
        Some(("image", "png")) => ".png",
        Some(("image", "gif")) => ".gif",
        Some(("image", "jpeg" | "jpg")) => ".jpg",
        Some(("application", "pdf")) => ".pdf",
        _ => "",
    }
}
