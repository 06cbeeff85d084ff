//! The page about what is recorded.

use super::{Frame, finish};
use askama::Template;

/// What is recorded of recipients, why, and for how long.
#[derive(Debug, Clone, Default)]
pub struct PrivacyPage {
    /// What the organisation adds, in paragraphs.
    pub own: Vec<String>,
    /// How long it is kept, in its words.
    pub kept: Option<String>,
    /// Whether recipients get a copy of what was recorded.
    pub receipt_copy: bool,
}

impl PrivacyPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "privacy.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a PrivacyPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text("privacy-title")
    }

    fn kept(&self) -> String {
        match &self.page.kept {
            Some(kept) => self.frame.with("privacy-kept", &[("kept", kept)]),
            None => self.frame.with("privacy-kept-as-needed", &[("organisation", self.frame.organisation)]),
        }
    }
}
