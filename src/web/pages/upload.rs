//! The page on which documents are sent in.

use super::{Frame, SessionView, finish, shown};
use crate::words::figures;
use askama::Template;

/// The page on which documents are sent in.
#[derive(Debug, Clone)]
pub struct UploadPage {
    /// What the share is called; may be empty.
    pub title: String,
    /// The share's own page.
    pub home: String,
    /// Where the form goes, and where uploads that can be resumed are begun.
    pub action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
    /// Who is given what is sent.
    pub owner_name: String,
    /// How many documents may still be sent.
    pub files_left: usize,
    /// How many bytes may still be sent.
    pub bytes_left: u64,
    /// The largest document, in bytes.
    pub file_bytes: u64,
    /// What was wrong with what was just sent.
    pub problem: Option<UploadProblem>,
    /// What was sent, newest first.
    pub sent: Vec<SentView>,
    /// When the session ends, and how to stay.
    pub session: SessionView,
}

/// What was wrong with a document that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadProblem {
    /// Which kind: in the catalogue after `upload-problem-`.
    pub kind: &'static str,
    /// What the document is called; empty where no document is meant.
    pub name: String,
    /// A limit it hit, in words; empty where there is none.
    pub limit: String,
}

impl UploadProblem {
    /// The problem as people read it.
    pub fn text(&self, frame: &Frame<'_>) -> String {
        let name = if self.name.is_empty() { frame.text("upload-unnamed") } else { self.name.clone() };
        frame.with(&format!("upload-problem-{}", self.kind), &[("name", &name), ("limit", &self.limit)])
    }
}

/// A document that was sent.
#[derive(Debug, Clone)]
pub struct SentView {
    /// Its id, while more of it can be sent.
    pub open: Option<String>,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// The same in words.
    pub size: String,
    /// When it was sent.
    pub at: String,
    /// What came of it: in the catalogue after `upload-state-`.
    pub state: &'static str,
}

impl UploadPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "upload.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a UploadPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text("upload-title")
    }

    fn share_title(&self) -> String {
        if self.page.title.is_empty() {
            self.frame.with("list-title", &[("owner", &self.page.owner_name)])
        } else {
            shown(&self.page.title)
        }
    }

    fn lead(&self) -> String {
        self.frame.with("upload-lead", &[("owner", &self.page.owner_name)])
    }

    /// Whether anything may still be sent.
    fn is_open(&self) -> bool {
        self.page.files_left > 0 && self.page.bytes_left > 0
    }

    /// The largest document that can be sent now, in bytes.
    fn most(&self) -> u64 {
        self.page.file_bytes.min(self.page.bytes_left)
    }

    fn limits(&self) -> String {
        let size = |bytes| figures::size(self.frame.words, bytes);
        let (each, all) = (size(self.most()), size(self.page.bytes_left));
        let left = self.page.files_left;
        self.frame
            .words
            .with("upload-limits", &[("left", left.into()), ("each", each.as_str().into()), ("all", all.as_str().into())])
    }

    fn problem(&self) -> Option<String> {
        self.page.problem.as_ref().map(|problem| problem.text(self.frame))
    }

    fn state(&self, sent: &SentView) -> String {
        self.frame.text(&format!("upload-state-{}", sent.state))
    }

    fn script(&self) -> &'static str {
        crate::web::assets::upload_script()
    }
}
