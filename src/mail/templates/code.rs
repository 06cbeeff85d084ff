//! The code: digits alone on their line, no link of any kind, and no word about what is shared.

use crate::mail::Content;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// The mail that proves that a mailbox is the recipient's.
#[derive(Clone)]
pub struct Code<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The digits.
    pub digits: &'a str,
    /// How long they are valid, in minutes, when asked for just now; nothing for a code that came with the invitation.
    pub minutes: Option<u64>,
    /// Until when they are valid, as text in the organisation's time zone.
    pub expires: &'a str,
    /// Whom to ask: the organisation's contact as configured.
    pub contact: &'a str,
}

impl Code<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let organisation = ("organisation", self.organisation);
        let mut sheet = Sheet::new(words, &said(words, "mail-code-subject", &[organisation]));
        sheet.say("mail-code-intro", &[organisation]);
        sheet.put(Block::Code(self.digits.chars().filter(char::is_ascii_digit).collect()));
        match self.minutes {
            Some(minutes) => {
                let until = [("minutes", minutes.into()), ("until", self.expires.into())];
                sheet.put(Block::Text(words.with("mail-code-valid-minutes", &until)));
                sheet.say("mail-code-where", &[]);
            }
            None => {
                sheet.say("mail-code-valid-until", &[("until", self.expires)]);
                sheet.say("mail-code-where-along", &[]);
            }
        }
        sheet.say("mail-code-secret", &[organisation]);
        sheet.whisper(
            if self.minutes.is_some() { "mail-code-unexpected" } else { "mail-code-unexpected-along" },
            &[("contact", self.contact)],
        );
        sheet.whisper("mail-automatic", &[organisation]);
        sheet.finish()
    }
}
