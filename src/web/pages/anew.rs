//! The page for somebody who is signed in and has to agree to a text that changed meanwhile.

use super::{DisclaimerView, Frame, finish};
use askama::Template;

/// The page.
#[derive(Debug, Clone)]
pub struct AnewPage {
    /// The text.
    pub disclaimer: DisclaimerView,
    /// Where the form goes.
    pub action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
    /// Where "I am finished" goes.
    pub leave_action: String,
    /// Guards its form.
    pub leave_token: String,
}

impl AnewPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "anew.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a AnewPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text("anew-title")
    }
}
