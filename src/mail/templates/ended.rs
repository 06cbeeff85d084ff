//! The end of access: a calm word to recipients, and one to the share's owner.

use crate::domain::bounds::MAIL_LINE_BYTES;
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::mail::Content;
use crate::mail::clean::one_line;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// Why access ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its time is over.
    Expired,
    /// Staff stopped it.
    Stopped,
}

/// The mail to a recipient whose link no longer opens anything.
#[derive(Clone)]
pub struct AccessEnded<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who shared.
    pub owner_name: &'a str,
    /// Whom to ask.
    pub owner_address: &'a EmailAddress,
    /// Whom else to ask: the organisation's contact as configured.
    pub contact: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// Why.
    pub why: Ended,
}

/// The mail to the owner of a share that has ended.
#[derive(Clone)]
pub struct ShareEnded<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// To whom the letter speaks.
    pub owner_name: &'a str,
    /// What the share is called.
    pub subject: &'a str,
    /// The share.
    pub share: ShareId,
    /// Why.
    pub why: Ended,
    /// When, as text in the organisation's time zone.
    pub when: &'a str,
    /// How many people had a link.
    pub recipients: usize,
}

impl AccessEnded<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = titled(self.subject);
        let about = [("owner", self.owner_name), ("organisation", self.organisation), ("subject", &subject)];
        let mut sheet = Sheet::new(words, &said(words, "mail-access-ended-subject", &about[2..]));
        sheet.say("mail-greeting", &[]);
        sheet.say(self.why.pick("mail-access-ended-expired", "mail-access-ended-stopped"), &about);
        sheet.say("mail-access-ended-effect", &[]);
        sheet.say("mail-access-ended-help", &[about[0], ("address", self.owner_address.expose()), ("contact", self.contact)]);
        sheet.whisper("mail-automatic", &about[1..2]);
        sheet.finish()
    }
}

impl ShareEnded<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = titled(self.subject);
        let about = [("subject", subject.as_str()), ("when", self.when)];
        let mut sheet = Sheet::new(words, &said(words, "mail-share-ended-subject", &about[..1]));
        sheet.say("mail-greeting-name", &[("name", self.owner_name)]);
        sheet.say(self.why.pick("mail-share-ended-expired", "mail-share-ended-stopped"), &about);
        sheet.put(Block::Text(words.with("mail-share-ended-recipients", &[("count", self.recipients.into())])));
        sheet.say("mail-share-ended-again", &[]);
        sheet.whisper("mail-share-number", &[("id", &self.share.to_string())]);
        sheet.whisper("mail-automatic", &[("organisation", self.organisation)]);
        sheet.finish()
    }
}

impl Ended {
    const fn pick(self, expired: &'static str, stopped: &'static str) -> &'static str {
        match self {
            Self::Expired => expired,
            Self::Stopped => stopped,
        }
    }
}

/// A share's title on one line.
pub(super) fn titled(title: &str) -> String {
    one_line(title, MAIL_LINE_BYTES)
}
