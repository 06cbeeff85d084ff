//! The reminder: a share ends soon, and its recipient has read nothing of it, or nothing of its newer versions.

use crate::domain::email::EmailAddress;
use crate::mail::Content;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// The mail to a recipient who has not read what ends soon.
#[derive(Clone)]
pub struct Reminder<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shares.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask: the organisation's contact as configured.
    pub contact: &'a str,
    /// To whom it goes.
    pub recipient: &'a EmailAddress,
    /// What the share is called.
    pub subject: &'a str,
    /// The personal link.
    pub link: &'a str,
    /// When it ends, as text in the organisation's time zone.
    pub expires: &'a str,
    /// Whether they have read what the share held on to before.
    pub newer: bool,
}

impl Reminder<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = super::ended::titled(self.subject);
        let about = [("owner", self.owner_name), ("organisation", self.organisation), ("subject", &subject), ("until", self.expires)];
        let mut sheet = Sheet::new(words, &said(words, "mail-reminder-subject", &about));
        sheet.say("mail-greeting", &[]);
        sheet.say(if self.newer { "mail-reminder-newer" } else { "mail-reminder-intro" }, &about);
        sheet.say("mail-reminder-link", &about);
        sheet.put(Block::Link(self.link.to_owned()));
        sheet.say("mail-invitation-mailbox", &[("address", self.recipient.expose())]);
        sheet.say("mail-reminder-help", &[about[0], ("address", self.owner_address.expose()), ("contact", self.contact)]);
        sheet.whisper("mail-reminder-once", &[]);
        sheet.whisper("mail-automatic", &about[1..2]);
        sheet.finish()
    }
}
