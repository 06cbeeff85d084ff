//! Pinned documents that are others by now: which, what recipients meet, and what the owner of the share can do.

use super::ended::titled;
use crate::domain::bounds::MAIL_LINE_BYTES;
use crate::domain::ids::ShareId;
use crate::mail::Content;
use crate::mail::clean::one_line;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// The mail to the owner of a share whose documents changed.
#[derive(Clone)]
pub struct DocumentsChanged<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// To whom the letter speaks.
    pub owner_name: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// The share.
    pub share: ShareId,
    /// The documents.
    pub documents: &'a [String],
}

impl DocumentsChanged<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let (subject, share) = (titled(self.subject), self.share.to_string());
        let about = [("subject", subject.as_str())];
        let mut sheet = Sheet::new(words, &said(words, "mail-changed-subject", &about));
        sheet.say("mail-greeting-name", &[("name", self.owner_name)]);
        sheet.say("mail-changed-intro", &about);
        sheet.put(Block::Lines(self.documents.iter().map(|document| one_line(document, MAIL_LINE_BYTES)).collect()));
        sheet.say("mail-changed-effect", &[]);
        sheet.say("mail-changed-advice", &[("id", &share)]);
        sheet.whisper("mail-share-number", &[("id", &share)]);
        sheet.whisper("mail-automatic", &[("organisation", self.organisation)]);
        sheet.finish()
    }
}
