//! The page before an archive: how many documents, how large, what is not in it and why.

use super::{Frame, finish};
use askama::Template;

/// What an archive would hold.
#[derive(Debug, Clone)]
pub struct ArchivePage {
    /// The folder; empty for all documents of a share.
    pub folder_name: String,
    /// The list it belongs to.
    pub back: String,
    /// Documents in it.
    pub documents: usize,
    /// Their size, as people write it.
    pub size: String,
    /// The size of the archive, as people write it.
    pub total: String,
    /// Whether a download that broke off can go on.
    pub resumable: bool,
    /// The first of those that are not in it.
    pub withheld: Vec<Withheld>,
    /// How many more are not.
    pub withheld_more: usize,
    /// Entries that exist but cannot be handed out, such as links.
    pub hidden: usize,
    /// Documents that are called otherwise in the archive.
    pub renamed: usize,
    /// Who shares.
    pub owner_name: String,
    /// Where the form goes.
    pub action: String,
    /// The folder as the form sends it.
    pub folder: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
}

/// A document that is not in the archive.
#[derive(Debug, Clone)]
pub struct Withheld {
    /// Its path in the share.
    pub label: String,
    /// Catalogue id of the reason, one of those beginning with `note-`.
    pub note: &'static str,
}

impl ArchivePage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "archive.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a ArchivePage,
}

impl Html<'_> {
    fn title(&self) -> String {
        if self.page.folder_name.is_empty() {
            return self.frame.text("archive-title");
        }
        self.frame.with("archive-title-folder", &[("name", &self.page.folder_name)])
    }

    fn holds(&self) -> String {
        let documents = self.frame.count("what-documents", "documents", self.page.documents);
        self.frame.with("archive-holds-value", &[("documents", &documents), ("size", &self.page.size)])
    }

    fn nothing(&self) -> bool {
        self.page.documents == 0 && !self.page.withheld.is_empty()
    }
}
