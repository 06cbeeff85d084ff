//! Names on an SFTP server. The protocol carries bytes, the library text: what is not UTF-8 cannot be named exactly through it.

use crate::documents::{Refusal, StoreError};
use crate::domain::document::DocumentPath;

/// What the library puts for bytes that are not UTF-8, so that whatever has it may be something else.
pub(super) const LOST: char = char::REPLACEMENT_CHARACTER;
/// The refusal of such a name.
pub(super) const NOT_TEXT: StoreError = StoreError::Refused(Refusal::Name("over SFTP only names in UTF-8 are named exactly"));

/// A path as text, when it can be named exactly.
pub(super) fn text(path: &DocumentPath) -> Result<&str, StoreError> {
    std::str::from_utf8(path.as_bytes()).ok().filter(|text| !text.contains(LOST)).ok_or(NOT_TEXT)
}

/// What lies at `below` beneath a folder of the server.
pub(super) fn beneath(folder: &str, below: &str) -> String {
    match (folder, below) {
        (folder, "") => folder.to_owned(),
        ("/", below) => format!("/{below}"),
        (folder, below) => format!("{folder}/{below}"),
    }
}

/// Whether a whole path without links is that folder or lies beneath it.
pub(super) fn is_beneath(folder: &str, path: &str) -> bool {
    folder == "/" && path.starts_with('/') || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The whole paths of `path` and of the folders above it up to `root`, which is not among them, from the top down.
pub(super) fn steps(root: &str, path: &str) -> Vec<String> {
    let start = if root == "/" { 0 } else { root.len() };
    let ends = path.bytes().enumerate().skip(start + 1).filter(|(_, byte)| *byte == b'/').map(|(at, _)| at);
    let mut steps: Vec<String> = ends.map(|end| path[..end].to_owned()).collect();
    if path.len() > start + 1 {
        steps.push(path.to_owned());
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(bytes: &[u8]) -> DocumentPath {
        DocumentPath::from_bytes(bytes).expect("tests name valid paths")
    }

    #[test]
    fn a_name_that_is_not_text_is_refused_and_so_is_one_that_looks_like_it() {
        assert_eq!(text(&path("r\u{e9}sum\u{e9} 1.pdf ".as_bytes())), Ok("r\u{e9}sum\u{e9} 1.pdf "));
        assert_eq!(text(&path(b"r\xe9sum\xe9.pdf")), Err(NOT_TEXT));
        assert_eq!(text(&path("r\u{fffd}sum\u{fffd}.pdf".as_bytes())), Err(NOT_TEXT));
    }

    #[test]
    fn a_folder_that_only_begins_alike_is_another_one() {
        assert!(is_beneath("/srv/a", "/srv/a"));
        assert!(is_beneath("/srv/a", "/srv/a/b"));
        assert!(is_beneath("/", "/srv"));
        assert!(!is_beneath("/srv/a", "/srv/ab"));
        assert!(!is_beneath("/srv/a", "/srv"));
    }

    #[test]
    fn a_path_is_walked_from_below_the_root() {
        assert_eq!(steps("/srv/a", "/srv/a/b/c"), ["/srv/a/b", "/srv/a/b/c"]);
        assert_eq!(steps("/", "/b/c"), ["/b", "/b/c"]);
        assert!(steps("/srv/a", "/srv/a").is_empty());
        assert!(steps("/", "/").is_empty());
        assert_eq!(beneath("/", "b"), "/b");
        assert_eq!(beneath("/srv", ""), "/srv");
    }
}
