//! Which lines of a list are shown, and in which order: sorted, filtered by name, page by page.

use crate::documents::Kind;
use crate::domain::bounds::LINES_PER_PAGE;
use crate::domain::time::Timestamp;
use crate::gate::listing::ListedEntry;
use crate::gate::listing::inside::Known;
use std::borrow::Cow;
use std::cmp::Reverse;
use unicode_normalization::UnicodeNormalization;

/// Longest text that names are filtered by, in characters.
const FIND_CHARS: usize = 100;

/// What lines are sorted by. Folders come first, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Names as people order them.
    #[default]
    Name,
    /// The same from the end.
    NameDown,
    /// Oldest change first.
    Changed,
    /// Newest change first.
    ChangedDown,
    /// Smallest first.
    Size,
    /// Largest first.
    SizeDown,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Name, Self::NameDown, Self::ChangedDown, Self::Changed, Self::SizeDown, Self::Size];

    /// As it stands in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameDown => "-name",
            Self::Changed => "changed",
            Self::ChangedDown => "-changed",
            Self::Size => "size",
            Self::SizeDown => "-size",
        }
    }
}

/// What of a list is asked for. What cannot be understood is as if it had not been said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// The order.
    pub sort: Sort,
    /// Only names that hold this, without regard to case and composition; all when it is empty.
    pub find: String,
    /// The page, from 1; 0 is the first as well.
    pub page: usize,
}

/// How a page stands among those of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paged {
    /// The page, from 1.
    pub page: usize,
    /// How many there are, at least 1.
    pub pages: usize,
    /// Documents on all of them.
    pub documents: usize,
    /// Folders on all of them.
    pub folders: usize,
    /// Lines of the list before any were filtered out.
    pub total: usize,
}

impl View {
    /// Reads the query of an address.
    pub fn from_query(query: &str) -> Self {
        let mut view = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sort" => view.sort = Sort::ALL.into_iter().find(|sort| sort.key() == value).unwrap_or_default(),
                "find" => view.find = value.trim().chars().filter(|c| !c.is_control()).take(FIND_CHARS).collect(),
                "page" => view.page = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        view
    }

    /// The query that asks for it; empty where nothing is to be said.
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.sort != Sort::default() {
            query.append_pair("sort", self.sort.key());
        }
        if !self.find.is_empty() {
            query.append_pair("find", &self.find);
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }

    /// Takes those lines of a list that are asked for. They come in the order of their names, folders first.
    pub(super) fn apply<L: Line>(&self, mut lines: Vec<L>) -> (Vec<L>, Paged) {
        let total = lines.len();
        if !self.find.is_empty() {
            let wanted = plain(&self.find);
            lines.retain(|line| plain(&line.label()).contains(&wanted));
        }
        match self.sort {
            Sort::Name => {}
            Sort::NameDown => {
                lines.reverse();
                lines.sort_by_key(|line| !line.is_folder());
            }
            Sort::Changed => lines.sort_by_key(|line| (!line.is_folder(), line.changed())),
            Sort::ChangedDown => lines.sort_by_key(|line| (!line.is_folder(), Reverse(line.changed()))),
            Sort::Size => lines.sort_by_key(|line| (!line.is_folder(), line.size())),
            Sort::SizeDown => lines.sort_by_key(|line| (!line.is_folder(), Reverse(line.size()))),
        }
        let folders = lines.iter().filter(|line| line.is_folder()).count();
        let pages = lines.len().div_ceil(LINES_PER_PAGE).max(1);
        let page = self.page.clamp(1, pages);
        let paged = Paged { page, pages, documents: lines.len() - folders, folders, total };
        (lines.into_iter().skip((page - 1) * LINES_PER_PAGE).take(LINES_PER_PAGE).collect(), paged)
    }
}

/// What a list is sorted and filtered by.
pub(super) trait Line {
    /// What it is called.
    fn label(&self) -> Cow<'_, str>;
    /// Whether it is a folder.
    fn is_folder(&self) -> bool;
    /// Last change, of a document that can be had.
    fn changed(&self) -> Option<Timestamp>;
    /// Bytes, of a document that can be had.
    fn size(&self) -> Option<u64>;
}

impl Line for ListedEntry {
    fn label(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.label)
    }

    fn is_folder(&self) -> bool {
        self.is_folder
    }

    fn changed(&self) -> Option<Timestamp> {
        self.changed
    }

    fn size(&self) -> Option<u64> {
        self.size
    }
}

impl Line for Known<'_> {
    fn label(&self) -> Cow<'_, str> {
        Cow::Owned(self.entry.name.file_name())
    }

    fn is_folder(&self) -> bool {
        self.entry.stat.kind == Kind::Folder
    }

    fn changed(&self) -> Option<Timestamp> {
        (!self.is_folder() && self.trouble.is_none()).then_some(self.entry.stat.changed)
    }

    fn size(&self) -> Option<u64> {
        (!self.is_folder() && self.trouble.is_none()).then_some(self.entry.stat.version.size)
    }
}

/// A name as it is looked for.
fn plain(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::DocumentPath;

    fn listed(names: &[&str]) -> Vec<ListedEntry> {
        let entry = |(n, name): (usize, &&str)| ListedEntry {
            label: (*name).to_owned(),
            path: DocumentPath::root(),
            kind: "kind-other",
            is_folder: name.starts_with('/'),
            size: Some((n as u64 * 7) % 5).filter(|_| !name.starts_with('/')),
            changed: Some(Timestamp::from_millis((n as i64 * 3) % 4)),
            trouble: None,
            is_played: false,
        };
        names.iter().enumerate().map(entry).collect()
    }

    fn shown(query: &str, names: &[&str]) -> (Vec<String>, Paged) {
        let (lines, paged) = View::from_query(query).apply(listed(names));
        (lines.into_iter().map(|entry| entry.label).collect(), paged)
    }

    #[test]
    fn lines_are_sorted_with_folders_first_and_filtered_by_name() {
        let names = ["/a", "/b", "Caf\u{e9}", "d", "e"];
        for (query, lines) in [
            ("", vec!["/a", "/b", "Caf\u{e9}", "d", "e"]),
            ("sort=-name", vec!["/b", "/a", "e", "d", "Caf\u{e9}"]),
            ("sort=size", vec!["/a", "/b", "d", "e", "Caf\u{e9}"]),
            ("sort=-size", vec!["/a", "/b", "Caf\u{e9}", "e", "d"]),
            ("sort=nonsense", vec!["/a", "/b", "Caf\u{e9}", "d", "e"]),
            ("find=cafe%CC%81", vec!["Caf\u{e9}"]),
            ("find=zzz", vec![]),
        ] {
            assert_eq!(shown(query, &names).0, lines, "{query}");
        }
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let names: Vec<String> = (0..401).map(|n| format!("{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (query, page, lines) in
            [("", 1, 200), ("page=2", 2, 200), ("page=3", 3, 1), ("page=99", 3, 1), ("page=-1", 1, 200), ("page=0", 1, 200)]
        {
            let (shown, paged) = shown(query, &names);
            assert_eq!((paged.page, shown.len(), paged.pages, paged.total), (page, lines, 3, 401), "{query}");
        }
    }

    #[test]
    fn what_is_asked_for_is_written_as_it_is_read() {
        let view = View { sort: Sort::SizeDown, find: "a&b \u{e9}".to_owned(), page: 7 };
        assert_eq!(View::from_query(&view.to_query()), view);
        assert_eq!(View::default().to_query(), "");
    }
}
