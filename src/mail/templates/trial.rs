//! The test mail of `doorward check`.

use crate::mail::Content;
use crate::mail::layout::{Sheet, said};
use crate::words::Words;

/// A letter that shows the operator that letters arrive.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
}

impl Trial<'_> {
    /// The letter.
    pub fn compose(&self, words: &Words) -> Content {
        let organisation = [("organisation", self.organisation)];
        let mut sheet = Sheet::new(words, &said(words, "mail-trial-subject", &organisation));
        sheet.say("mail-trial-body", &organisation);
        sheet.whisper("mail-automatic", &organisation);
        sheet.finish()
    }
}
