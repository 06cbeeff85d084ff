//! The page after "I am finished".

use super::{Frame, finish};
use askama::Template;

/// The page after "I am finished".
#[derive(Debug, Clone, Default)]
pub struct LeftPage {
    /// When the share ends, as people write it, where it can be opened again until then.
    pub expires: Option<String>,
}

impl LeftPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "left.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a LeftPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text("left-title")
    }
}
