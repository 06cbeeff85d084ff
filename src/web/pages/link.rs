//! The page behind a link: who shares what, until when, and the text to agree to.

use super::{Frame, Gives, finish};
use crate::domain::disclaimer::Wording;
use askama::Template;

/// The page behind a link. Showing it has no effect.
#[derive(Debug, Clone)]
pub struct LinkPage {
    /// Who shares.
    pub owner_name: String,
    /// What the share is called; may be empty.
    pub subject: String,
    /// What kind of things.
    pub what: WhatIsShared,
    /// In which form documents are given.
    pub gives: Gives,
    /// The mailbox the code goes to, masked.
    pub masked_address: String,
    /// When the share ends, as people write it.
    pub expires: String,
    /// When somebody said here that it is not meant for them, as people write it.
    pub unwanted: Option<String>,
    /// When somebody said here that they do not agree to this text, as people write it.
    pub declined: Option<String>,
    /// The text to agree to, where one is required.
    pub disclaimer: Option<DisclaimerView>,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
    /// Where the form goes.
    pub action: String,
}

/// How many things a share names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhatIsShared {
    /// Single documents.
    pub documents: usize,
    /// Folders.
    pub folders: usize,
}

/// The text to agree to.
#[derive(Debug, Clone)]
pub struct DisclaimerView {
    /// The language of the text as BCP 47 says it; empty where it was never said.
    pub language: String,
    /// Heading of the text.
    pub title: String,
    /// The text.
    pub paragraphs: Vec<String>,
    /// What the organisation calls this version.
    pub version: String,
    /// SHA-256 of the text, in hexadecimal; comes back with the form.
    pub digest: String,
}

impl From<Wording<'_>> for DisclaimerView {
    fn from(wording: Wording<'_>) -> Self {
        Self {
            language: wording.language.to_owned(),
            title: wording.title.to_owned(),
            paragraphs: wording.paragraphs(),
            version: wording.version.to_owned(),
            digest: wording.digest.to_owned(),
        }
    }
}

impl LinkPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

impl WhatIsShared {
    /// Such as `3 documents and one folder`.
    pub(super) fn text(self, frame: &Frame<'_>) -> String {
        let documents = || frame.count("what-documents", "documents", self.documents);
        let folders = || frame.count("what-folders", "folders", self.folders);
        match (self.documents, self.folders) {
            (0, 0) => frame.text("what-nothing"),
            (_, 0) => documents(),
            (0, _) => folders(),
            _ => frame.with("what-both", &[("documents", &documents()), ("folders", &folders())]),
        }
    }
}

#[derive(Template)]
#[template(path = "link.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a LinkPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame
            .with("link-title", &[("owner", &self.page.owner_name), ("what", &self.page.what.text(self.frame))])
    }

    /// What was said on this page before.
    fn notes(&self) -> Vec<String> {
        let note =
            |id: &str, at: &Option<String>| at.as_ref().map(|at| self.frame.with(id, &[("owner", &self.page.owner_name), ("at", at)]));
        let declined = note("declined-note", &self.page.declined).filter(|_| self.page.disclaimer.is_some());
        note("not-meant-said", &self.page.unwanted).into_iter().chain(declined).collect()
    }

    fn may(&self) -> String {
        self.frame.text(match self.page.gives {
            Gives::Documents => "link-may-download",
            Gives::Pictures => "link-may-view",
            Gives::Marked => "link-may-marked",
        })
    }

    /// As HTML.
    fn form_note(&self) -> String {
        let id = if self.page.disclaimer.is_some() { "link-agree-note" } else { "link-send-note" };
        self.frame.marked(id, "address", &[("address", &self.page.masked_address)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn things_are_counted_in_words_that_fit() {
        let words = Words::english().expect("the catalogue is whole");
        let frame = Frame { words: &words, organisation: "O", contact: "", query: "", brand: &crate::web::brand::Brand::default() };
        let cases = [
            ((1, 0), "one document"),
            ((3, 0), "3 documents"),
            ((0, 1), "one folder"),
            ((0, 2), "2 folders"),
            ((1, 1), "one document and one folder"),
            ((0, 0), "documents"),
        ];
        for ((documents, folders), text) in cases {
            assert_eq!(WhatIsShared { documents, folders }.text(&frame), text);
        }
        assert_eq!(frame.count("code-wrong", "left", 1), "This is not the code we sent. You have one more try.");
        assert!(frame.count("list-hidden", "hidden", 1).starts_with("One more entry is"));
        assert!(frame.count("list-hidden", "hidden", 2).starts_with("2 more entries are"));
    }
}
