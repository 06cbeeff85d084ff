//! A letter that could not be delivered: what happened in plain words, and what the owner of the share can do.

use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::mail::Content;
use crate::mail::layout::{Sheet, said};
use crate::words::Words;

/// Why a mail server does not take a letter, as far as its answer tells (RFC 3463 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The mailbox is full.
    Full,
    /// Many attempts failed.
    GaveUp,
    /// There is no such mailbox or no such domain.
    NoMailbox,
    /// Not told, or not known.
    Other,
    /// The other side does not want mail like this.
    Policy,
}

/// The mail to the owner of a share about a recipient who got nothing.
#[derive(Clone)]
pub struct DeliveryFailed<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// To whom the letter speaks.
    pub owner_name: &'a str,
    /// Who got nothing.
    pub recipient: &'a EmailAddress,
    /// What the share is called.
    pub subject: &'a str,
    /// The share.
    pub share: ShareId,
    /// Why.
    pub cause: Cause,
    /// What the mail server said, as in [`crate::mail::Undelivered::reason`]; may be empty.
    pub answer: &'a str,
}

impl Cause {
    /// Reads the reason of an undelivered letter: without a refusal for good in it, it was given up after many tries.
    pub fn of(reason: &str) -> Self {
        let words = || reason.split(|c: char| !c.is_ascii_digit() && c != '.');
        let status = words().find(|word| word.starts_with("5.") && word.matches('.').count() == 2);
        let code = words().find(|word| word.len() == 3 && word.starts_with('5') && !word.contains('.'));
        if status.is_none() && code.is_none() {
            return Self::GaveUp;
        }
        match status.map(|status| &status[2..]) {
            Some("1.1" | "1.2" | "1.3" | "1.6" | "1.10" | "2.1" | "4.4") => Self::NoMailbox,
            Some("2.2") => Self::Full,
            Some(policy) if policy.starts_with("7.") => Self::Policy,
            _ => Self::Other,
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Full => "mail-failed-full",
            Self::GaveUp => "mail-failed-gave-up",
            Self::NoMailbox => "mail-failed-no-mailbox",
            Self::Other => "mail-failed-other",
            Self::Policy => "mail-failed-policy",
        }
    }
}

impl DeliveryFailed<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let subject = super::ended::titled(self.subject);
        let about = [("recipient", self.recipient.expose()), ("subject", subject.as_str())];
        let mut sheet = Sheet::new(words, &said(words, "mail-failed-subject", &about));
        sheet.say("mail-greeting-name", &[("name", self.owner_name)]);
        sheet.say("mail-failed-intro", &about);
        sheet.say(self.cause.id(), &[]);
        if !self.answer.trim().is_empty() {
            sheet.whisper("mail-failed-answer", &[("answer", self.answer)]);
        }
        sheet.say("mail-failed-advice", &[]);
        sheet.whisper("mail-share-number", &[("id", &self.share.to_string())]);
        sheet.whisper("mail-automatic", &[("organisation", self.organisation)]);
        sheet.finish()
    }
}
