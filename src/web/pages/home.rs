//! The page for somebody who opens the bare address of the server.

use super::{Frame, finish};
use askama::Template;

/// The page for somebody who opens the bare address of the server: what the site is, and nothing about anybody's shares.
#[derive(Debug, Clone, Copy)]
pub struct HomePage;

impl HomePage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame })
    }
}

#[derive(Template)]
#[template(path = "home.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text("home-title")
    }

    fn lead(&self) -> String {
        self.frame.with("home-lead", &[("organisation", self.frame.organisation)])
    }
}
