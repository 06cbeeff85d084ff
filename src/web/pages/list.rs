//! The page of a share: its documents, or those of one of its folders.

use super::{Frame, MoreTimeView, SessionView, WhatIsShared, finish, shown};
use crate::domain::policy::Delivery;
use askama::Template;

/// The documents of a share or of one of its folders.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// What the share is called; may be empty.
    pub title: String,
    /// Who shares.
    pub owner_name: String,
    /// The owner's message as safe HTML without headings of the first level.
    pub message_html: Option<String>,
    /// In which form documents are given.
    pub gives: Gives,
    /// Whether this server can show documents at all.
    pub can_show: bool,
    /// The share's own page.
    pub home: String,
    /// The folders on the way from the share's own page; the last one is this folder. Empty on the share's own page.
    pub crumbs: Vec<Crumb>,
    /// Documents and folders of this page of the list, in the order they are shown.
    pub entries: Vec<EntryView>,
    /// How many there are on all pages of the list.
    pub counted: Counted,
    /// What a long list offers; a short one needs none of it.
    pub tools: Option<Tools>,
    /// Entries that exist but cannot be handed out, such as links.
    pub hidden: usize,
    /// Whether the folder has more entries than are shown.
    pub truncated: bool,
    /// Where all of it is downloaded as one ZIP; none where that is not possible.
    pub archive: Option<String>,
    /// When the share ends, as people write it.
    pub expires: String,
    /// When the session ends, and how to stay.
    pub session: SessionView,
    /// Asking for more time, where the share ends soon.
    pub more_time: Option<MoreTimeView>,
    /// Where "not meant for me" goes.
    pub give_up_action: String,
    /// The page on which documents can be sent in; none where the share takes none.
    pub upload: Option<String>,
    /// Where "I am finished" goes.
    pub leave_action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
}

/// In which form a share gives its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// Themselves.
    Documents,
    /// Pictures of their pages, to look at.
    Pictures,
    /// The same, and to take away as a PDF with the mark in each page.
    Marked,
}

impl From<Delivery> for Gives {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Download => Self::Documents,
            Delivery::Preview => Self::Pictures,
            Delivery::Watermarked => Self::Marked,
        }
    }
}

/// How long a list is.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Documents on all its pages.
    pub documents: usize,
    /// Folders on all its pages.
    pub folders: usize,
    /// Lines before any were filtered out.
    pub total: usize,
}

/// Other orders of a long list, a search in it, and its other pages.
#[derive(Debug, Clone)]
pub struct Tools {
    /// Where the form goes: the list itself.
    pub action: String,
    /// What names are filtered by; empty when all are shown.
    pub find: String,
    /// All orders.
    pub orders: Vec<Order>,
    /// This page, from 1.
    pub page: usize,
    /// How many there are.
    pub pages: usize,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// One order of a list.
#[derive(Debug, Clone)]
pub struct Order {
    /// As the form sends it, such as `-size` for the largest first.
    pub key: &'static str,
    /// The list in that order.
    pub href: String,
    /// Whether it is the one that is shown.
    pub now: bool,
}

impl Tools {
    /// Of a column with this key: how it is sorted, and the list sorted by it, or the other way where it is already.
    fn column(&self, key: &str) -> (&'static str, &str) {
        let down = format!("-{key}");
        let find = |key: &str| self.orders.iter().find(|order| order.key == key);
        let href = |key: &str| find(key).map_or("", |order| order.href.as_str());
        match (find(key).is_some_and(|order| order.now), find(&down).is_some_and(|order| order.now)) {
            (true, _) => ("ascending", href(&down)),
            (_, true) => ("descending", href(key)),
            _ => ("none", href(key)),
        }
    }
}

/// One folder on the way.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// What it is called.
    pub label: String,
    /// Its page; none for the one that is open.
    pub href: Option<String>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// What it is called.
    pub label: String,
    /// The folder's page.
    pub folder: Option<String>,
    /// Where it is played; none when it cannot be.
    pub play: Option<String>,
    /// Where it is shown; none when it cannot be.
    pub view: Option<String>,
    /// Where it is downloaded; none when it cannot be.
    pub download: Option<String>,
    /// Where it is downloaded with the mark in each page; none when it cannot be.
    pub marked: Option<String>,
    /// Catalogue id of its kind, `kind-…` in `pages.ftl`.
    pub kind: String,
    /// How large it is, as people write it; may be empty.
    pub size: String,
    /// When it was last changed, as people write it; may be empty.
    pub changed: String,
    /// Catalogue id of a remark, one of those beginning with `note-`.
    pub note: Option<String>,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl EntryView {
    /// What can be done with it, the first thing first: catalogue id of the verb, and where it leads.
    fn ways(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let ways = [
            ("open-folder", &self.folder),
            ("play", &self.play),
            ("view", &self.view),
            ("download", &self.download),
            ("download-marked", &self.marked),
        ];
        ways.into_iter().filter_map(|(verb, href)| Some((verb, href.as_ref()?)))
    }
}

impl ListPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "list.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a ListPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.page.crumbs.last().map_or_else(|| self.share_title(), |folder| shown(&folder.label))
    }

    fn share_title(&self) -> String {
        if self.page.title.trim().is_empty() {
            return self.frame.with("list-title", &[("owner", &self.page.owner_name)]);
        }
        shown(&self.page.title)
    }

    /// Who shares, unless the title says so, and until when; as HTML.
    fn lead(&self) -> String {
        let says_who = self.page.crumbs.is_empty() && self.page.title.trim().is_empty();
        let id = if says_who { "list-lead-until" } else { "list-lead" };
        self.frame
            .marked(id, "expires", &[("owner", &self.page.owner_name), ("expires", &self.page.expires)])
    }

    fn contents(&self) -> String {
        WhatIsShared { documents: self.page.counted.documents, folders: self.page.counted.folders }.text(self.frame)
    }

    /// Where all of it is downloaded; not beside what a search has found, which it would be taken for.
    fn archive(&self) -> Option<&str> {
        let searched = self.page.tools.as_ref().is_some_and(|tools| !tools.find.is_empty());
        self.page.archive.as_deref().filter(|_| !searched)
    }

    /// What turns the pages of a list that has more than one.
    fn turned(&self) -> Option<&Tools> {
        self.page.tools.as_ref().filter(|tools| tools.pages > 1)
    }

    /// The columns: catalogue id, key of the order, class.
    const fn columns(&self) -> [(&'static str, &'static str, &'static str); 4] {
        [("column-name", "name", ""), ("column-kind", "", ""), ("column-size", "size", "num"), ("column-changed", "changed", "")]
    }

    /// How a column is sorted and where it is sorted anew, in a long list.
    fn sorted(&self, key: &str) -> Option<(&'static str, &str)> {
        let tools = self.page.tools.as_ref().filter(|_| !key.is_empty())?;
        Some(tools.column(key))
    }

    fn order(&self, key: &str) -> String {
        self.frame.text(match key {
            "-name" => "order-name-down",
            "changed" => "order-changed",
            "-changed" => "order-changed-down",
            "size" => "order-size",
            "-size" => "order-size-down",
            _ => "order-name",
        })
    }

    /// Whether any row can be opened; else the last column would be empty.
    fn has_action(&self) -> bool {
        self.page.entries.iter().any(|entry| entry.ways().next().is_some())
    }

    /// What a person may do with documents that are not downloaded as they are: a strong word and a sentence.
    fn terms(&self) -> Option<(String, String)> {
        let (title, text) = match (self.page.gives, self.page.can_show) {
            (Gives::Documents, _) => return None,
            (Gives::Pictures | Gives::Marked, false) => ("view-only-title", "view-none-text"),
            (Gives::Pictures, true) => ("view-only-title", "view-only-text"),
            (Gives::Marked, true) => ("view-marked-title", "view-marked-text"),
        };
        Some((self.frame.text(title), self.frame.with(text, &[("owner", &self.page.owner_name)])))
    }

    fn icon(&self, entry: &EntryView) -> &'static str {
        if entry.is_folder { "folder" } else { "page" }
    }
}
