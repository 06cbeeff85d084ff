//! What a recipient, or whoever holds the link, has said, told to the owner of the share with what can be done about it.

use super::ended::titled;
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::mail::Content;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying<'a> {
    /// That they do not agree to the text.
    Declined,
    /// That they need more time.
    MoreTime {
        /// When the share ends or ended, as people write it.
        expires: &'a str,
        /// The last day that is asked for, as the command takes it: `2026-12-31`.
        day: &'a str,
        /// The same day as people write it.
        until: &'a str,
        /// Whether it has ended.
        over: bool,
        /// Whether it was the recipient, in a session; else anybody who holds the link.
        proven: bool,
    },
    /// That it is not meant for them.
    Unwanted {
        /// Whether they ended their own access with it, in a session.
        ended: bool,
    },
}

/// The mail to the owner of a share.
#[derive(Clone)]
pub struct RecipientSaid<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// To whom the letter speaks.
    pub owner_name: &'a str,
    /// Whose link it is.
    pub recipient: &'a EmailAddress,
    /// The share's subject; may be empty.
    pub subject: &'a str,
    /// The share.
    pub share: ShareId,
    /// What was said.
    pub saying: Saying<'a>,
}

impl RecipientSaid<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let (subject, share) = (titled(words, self.subject), self.share.to_string());
        let about = [("recipient", self.recipient.expose()), ("subject", subject.as_str())];
        let head = match self.saying {
            Saying::Declined => "mail-declined-subject",
            Saying::MoreTime { .. } => "mail-time-subject",
            Saying::Unwanted { .. } => "mail-unwanted-subject",
        };
        let mut sheet = Sheet::new(words, &said(words, head, &about));
        sheet.say("mail-greeting-name", &[("name", self.owner_name)]);
        let command = |command: String| Block::Lines(vec![command]);
        match self.saying {
            Saying::Declined => {
                sheet.say("mail-declined-intro", &about);
                sheet.say("mail-declined-effect", &[]);
                sheet.whisper("mail-said-anybody", &[]);
            }
            Saying::MoreTime { expires, day, until, over, proven } => {
                sheet.say("mail-time-intro", &about);
                sheet.say(if over { "mail-time-ended" } else { "mail-time-ends" }, &[("expires", expires), ("day", until)]);
                sheet.say("mail-time-yes", &[]);
                sheet.put(command(format!("doorward share update {share} --expires {day}")));
                sheet.say("mail-time-no", &[]);
                sheet.whisper(if proven { "mail-said-proven" } else { "mail-said-anybody" }, &[]);
            }
            Saying::Unwanted { ended: true } => {
                sheet.say("mail-unwanted-intro-ended", &about);
                sheet.say("mail-unwanted-effect-ended", &[]);
                sheet.whisper("mail-said-proven", &[]);
            }
            Saying::Unwanted { ended: false } => {
                sheet.say("mail-unwanted-intro", &about);
                sheet.say("mail-unwanted-effect", &[]);
                sheet.say("mail-unwanted-stop", &[]);
                sheet.put(command(format!("doorward share revoke {share} --to {}", self.recipient.expose())));
                sheet.whisper("mail-said-anybody", &[]);
            }
        }
        sheet.whisper("mail-share-number", &[("id", &share)]);
        sheet.whisper("mail-automatic", &[("organisation", self.organisation)]);
        sheet.finish()
    }
}
