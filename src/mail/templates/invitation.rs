//! The invitation: who shares what, the personal link, and how to get in. Never the code.

use crate::domain::email::EmailAddress;
use crate::domain::policy::Delivery;
use crate::mail::Content;
use crate::mail::layout::{Block, Sheet, said};
use crate::mail::markdown;
use crate::words::Words;

/// What is shared, in general terms: names of documents stay behind the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct What {
    /// Single documents.
    pub documents: usize,
    /// Folders, with whatever is in them.
    pub folders: usize,
}

impl What {
    fn said(self, words: &Words) -> String {
        let counted = |id, count: usize| words.with(id, &[("count", count.into())]);
        let (documents, folders) = (counted("mail-what-documents", self.documents), counted("mail-what-folders", self.folders));
        match (self.documents, self.folders) {
            (_, 0) => documents,
            (0, _) => folders,
            _ => words.with("mail-what-both", &[("documents", documents.into()), ("folders", folders.into())]),
        }
    }
}

/// The mail that brings a recipient the personal link.
#[derive(Clone)]
pub struct Invitation<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shares.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask: the organisation's contact as configured.
    pub contact: &'a str,
    /// Whose link it is.
    pub recipient: &'a EmailAddress,
    /// The share's own subject; empty takes the one of the catalogue.
    pub subject: &'a str,
    /// The owner's words in light formatting; may be empty.
    pub message: &'a str,
    /// The personal link.
    pub link: &'a str,
    /// Until when, as text in the organisation's time zone.
    pub expires: &'a str,
    /// What is shared.
    pub what: What,
    /// In which form the documents are given.
    pub delivery: Delivery,
    /// Whether the code mail goes out together with this one, instead of after the agreement.
    pub code_comes_along: bool,
}

impl Invitation<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let who = [("owner", self.owner_name), ("organisation", self.organisation)];
        let subject = if self.subject.trim().is_empty() { said(words, "mail-invitation-subject", &who) } else { self.subject.to_owned() };
        let mut sheet = Sheet::new(words, &subject);
        sheet.say("mail-greeting", &[]);
        let what = self.what.said(words);
        sheet.say("mail-invitation-intro", &[who[0], who[1], ("what", &what)]);
        if !self.message.trim().is_empty() {
            sheet.say("mail-invitation-message", &[who[0]]);
            sheet.put(Block::Message(markdown::render(self.message)));
        }
        sheet.say("mail-invitation-link", &[]);
        sheet.put(Block::Link(self.link.to_owned()));
        sheet.say(if self.code_comes_along { "mail-invitation-code-along" } else { "mail-invitation-code-later" }, &[]);
        match self.delivery {
            Delivery::Download => {}
            Delivery::Preview => sheet.say("mail-invitation-preview-only", &[]),
            Delivery::Watermarked => sheet.say("mail-invitation-watermarked", &[]),
        }
        sheet.say("mail-invitation-expires", &[("until", self.expires)]);
        sheet.say("mail-invitation-mailbox", &[("address", self.recipient.expose())]);
        // Nobody is named twice.
        let help = if self.contact.trim() == self.owner_address.expose() { "mail-help-owner" } else { "mail-help" };
        sheet.say(help, &[who[0], ("address", self.owner_address.expose()), ("contact", self.contact)]);
        sheet.whisper("mail-invitation-unexpected", &[("contact", self.contact)]);
        sheet.whisper("mail-automatic", &[who[1]]);
        sheet.finish()
    }
}
