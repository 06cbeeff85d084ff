//! The read notice: what recipients did since the last one, for the share's owner and the team.

use crate::domain::bounds::NOTICE_LINES;
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::receipt::{Action, Outcome};
use crate::mail::Content;
use crate::mail::layout::{Block, Sheet, said};
use crate::words::Words;

/// One receipt.
#[derive(Clone)]
pub struct NoticeLine<'a> {
    /// When it began, as text in the organisation's time zone.
    pub time: &'a str,
    /// Who.
    pub recipient: &'a EmailAddress,
    /// The document's name.
    pub document: &'a str,
    /// What the recipient did.
    pub action: Action,
    /// How far it got.
    pub outcome: Outcome,
    /// The document at which an archive ended early.
    pub broken: Option<&'a str>,
}

/// The mail to staff about new receipts.
#[derive(Clone)]
pub struct Notice<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// To whom the letter speaks.
    pub staff_name: &'a str,
    /// What the share is called.
    pub share_subject: &'a str,
    /// The share.
    pub share: ShareId,
    /// The receipts, oldest first; those past [`NOTICE_LINES`] are only counted.
    pub lines: &'a [NoticeLine<'a>],
    /// Receipts beyond these lines.
    pub more: usize,
}

impl Notice<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let shown = &self.lines[..self.lines.len().min(NOTICE_LINES)];
        let more = self.more.saturating_add(self.lines.len() - shown.len());
        let count = shown.len().saturating_add(more);
        let subject = super::ended::titled(self.share_subject);
        let counted = [("count", count.into()), ("subject", subject.as_str().into())];
        let mut sheet = Sheet::new(words, &words.with("mail-notice-subject", &counted));
        sheet.say("mail-greeting-name", &[("name", self.staff_name)]);
        sheet.put(Block::Text(words.with("mail-notice-intro", &counted)));
        sheet.put(Block::Lines(shown.iter().map(|line| line.compose(words)).collect()));
        if more > 0 {
            sheet.put(Block::Text(words.with("mail-notice-more", &[("count", more.into())])));
        }
        sheet.whisper("mail-notice-meaning", &[]);
        sheet.whisper("mail-share-number", &[("id", &self.share.to_string())]);
        sheet.whisper("mail-automatic", &[("organisation", self.organisation)]);
        sheet.finish()
    }
}

impl NoticeLine<'_> {
    fn compose(&self, words: &Words) -> String {
        let action = match self.action {
            Action::Archive => "archive",
            Action::Download => "download",
            Action::Preview => "preview",
            Action::Upload => "upload",
            Action::Watermarked => "watermarked",
        };
        let outcome = match self.outcome {
            // Gone on with, it may be whole by now.
            Outcome::Complete => "complete",
            _ if self.broken.is_some() => "broken",
            Outcome::Interrupted => "interrupted",
            Outcome::Open => "open",
            Outcome::Part => "part",
        };
        let parameters = [
            ("time", self.time),
            ("recipient", self.recipient.expose()),
            ("document", self.document),
            ("action", action),
            ("outcome", outcome),
            ("broken", self.broken.unwrap_or_default()),
        ];
        said(words, "mail-notice-line", &parameters)
    }
}
