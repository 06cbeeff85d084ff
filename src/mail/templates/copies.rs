//! What recipients are sent of their own: more time, the text they agreed to, what they opened.

use super::ended::titled;
use crate::domain::bounds::MAIL_LINE_BYTES;
use crate::domain::email::EmailAddress;
use crate::domain::receipt::Action;
use crate::mail::Content;
use crate::mail::clean::one_line;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;
use fluent_bundle::FluentValue;

/// The mail to a recipient who asked for more time and is given it.
#[derive(Clone)]
pub struct MoreTimeGiven<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shares.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask.
    pub contact: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// When the share ends now, as people write it.
    pub expires: &'a str,
    /// The recipient's link.
    pub link: &'a str,
}

impl MoreTimeGiven<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = titled(self.subject);
        let about =
            [("subject", subject.as_str()), ("owner", self.owner_name), ("organisation", self.organisation), ("expires", self.expires)];
        let mut sheet = Sheet::new(words, &said(words, "mail-extended-subject", &about));
        sheet.say("mail-greeting", &[]);
        sheet.say("mail-extended-intro", &about);
        sheet.say("mail-extended-link", &[]);
        sheet.put(Block::Link(self.link.to_owned()));
        end(&mut sheet, self.organisation, self.owner_name, self.owner_address, self.contact);
        sheet.finish()
    }
}

/// The mail to a recipient with the text that they agreed to.
#[derive(Clone)]
pub struct AgreedText<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shares.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask.
    pub contact: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// When they agreed, as people write it.
    pub when: &'a str,
    /// Heading of the text.
    pub title: &'a str,
    /// The text.
    pub paragraphs: &'a [String],
    /// What the organisation calls this version.
    pub version: &'a str,
    /// SHA-256 of the text, in hexadecimal.
    pub digest: &'a str,
}

impl AgreedText<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = titled(self.subject);
        let about = [("subject", subject.as_str()), ("owner", self.owner_name), ("organisation", self.organisation), ("when", self.when)];
        let mut sheet = Sheet::new(words, &said(words, "mail-agreed-subject", &about));
        sheet.say("mail-greeting", &[]);
        sheet.say("mail-agreed-intro", &about);
        sheet.put(Block::Text(one_line(self.title, MAIL_LINE_BYTES)));
        for paragraph in self.paragraphs {
            // A line of the text's own is a line here, too long ones included: this is the copy of what was agreed to.
            sheet.put(Block::Text(paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")));
        }
        sheet.whisper("mail-agreed-digest", &[("version", self.version), ("digest", self.digest)]);
        end(&mut sheet, self.organisation, self.owner_name, self.owner_address, self.contact);
        sheet.finish()
    }
}

/// One thing that was opened.
#[derive(Debug, Clone)]
pub struct VisitLine<'a> {
    /// When, as people write it.
    pub time: &'a str,
    /// What.
    pub document: &'a str,
    /// How.
    pub action: Action,
}

/// The mail to a recipient with what they opened.
#[derive(Clone)]
pub struct VisitCopy<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shares.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask.
    pub contact: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// What was opened, oldest first.
    pub lines: &'a [VisitLine<'a>],
    /// How much more.
    pub more: usize,
}

impl VisitCopy<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = titled(self.subject);
        let about = [("subject", subject.as_str()), ("owner", self.owner_name), ("organisation", self.organisation)];
        let mut sheet = Sheet::new(words, &said(words, "mail-copy-subject", &about));
        sheet.say("mail-greeting", &[]);
        sheet.say("mail-copy-intro", &about);
        sheet.put(Block::Lines(self.lines.iter().map(|one| line(words, one)).collect()));
        if self.more > 0 {
            sheet.put(Block::Text(words.with("mail-notice-more", &[("count", FluentValue::from(self.more))])));
        }
        sheet.whisper("mail-copy-unexpected", &[]);
        end(&mut sheet, self.organisation, self.owner_name, self.owner_address, self.contact);
        sheet.finish()
    }
}

fn line(words: &Words, one: &VisitLine<'_>) -> String {
    let action = match one.action {
        Action::Preview => "preview",
        Action::Archive => "archive",
        Action::Watermarked => "watermarked",
        Action::Upload => "upload",
        Action::Download => "download",
    };
    let clean = |text: &str| FluentValue::from(one_line(text, MAIL_LINE_BYTES));
    words.with("mail-copy-line", &[("time", clean(one.time)), ("document", clean(one.document)), ("action", action.into())])
}

/// Whom to ask, and that nobody wrote this by hand.
fn end(sheet: &mut Sheet<'_>, organisation: &str, owner_name: &str, owner_address: &EmailAddress, contact: &str) {
    let whom = [("owner", owner_name), ("address", owner_address.expose()), ("contact", contact)];
    sheet.say(if contact.trim().is_empty() { "mail-help-owner" } else { "mail-help" }, &whom);
    sheet.whisper("mail-automatic", &[("organisation", organisation)]);
}
