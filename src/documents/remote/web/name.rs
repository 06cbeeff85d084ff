//! Names in addresses: each byte of a path as it is, there and back.

use crate::domain::document::DocumentPath;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use reqwest::Url;

/// What stands for itself (RFC 3986 section 2.3); the slash between names does as well.
const CODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The address of the folder that is the store.
#[derive(Debug, Clone)]
pub struct Base {
    /// `None` of an address that the parser of the client does not take.
    url: Option<Url>,
    names: Vec<Vec<u8>>,
}

/// Where an address of an answer leads, as seen from the folder or document that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// To what was asked for.
    Itself,
    /// To an entry of it, by its name.
    Below(DocumentPath),
    /// Somewhere else, or to a name that cannot be one.
    Elsewhere,
}

impl Base {
    /// Takes the address of a store.
    pub fn new(address: &str) -> Self {
        let url = Url::parse(&format!("{}/", address.trim_end_matches('/'))).ok();
        let both = url.filter(Url::has_host).and_then(|url| Some((names(url.path())?, url)));
        both.map_or_else(|| Self { url: None, names: Vec::new() }, |(names, url)| Self { url: Some(url), names })
    }

    /// The address, if it is one that can be asked.
    pub const fn url(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    /// The address of a document, or with a slash at its end that of a folder. The store itself is always a folder.
    pub fn address(&self, path: &DocumentPath, folder: bool) -> Option<Url> {
        let slash = if folder && !path.is_root() { "/" } else { "" };
        let url = Url::parse(&format!("{}{}{slash}", self.url.as_ref()?, percent_encode(path.as_bytes(), CODED))).ok()?;
        // A parser that takes something away from an address would name something else.
        self.locate(url.as_str(), path).eq(&Spot::Itself).then_some(url)
    }

    /// Where an address leads that an answer about `path` holds: a path, or a whole address of the same server. It is only compared, never asked.
    pub fn locate(&self, address: &str, path: &DocumentPath) -> Spot {
        let Some(found) = self.path_of(address).and_then(names) else { return Spot::Elsewhere };
        let mut found = found.into_iter();
        let asked = self.names.iter().map(Vec::as_slice).chain(path.names());
        for name in asked {
            if found.next().as_deref() != Some(name) {
                return Spot::Elsewhere;
            }
        }
        match (found.next(), found.next()) {
            (None, _) => Spot::Itself,
            (Some(name), None) => DocumentPath::root().join(&name).map_or(Spot::Elsewhere, Spot::Below),
            _ => Spot::Elsewhere,
        }
    }

    fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let address = address.trim_matches([' ', '\t', '\r', '\n']);
        if address.starts_with('/') {
            return Some(address);
        }
        let (scheme, rest) = address.split_once("://")?;
        let slash = rest.find('/')?;
        let origin = Url::parse(&format!("{scheme}://{}/", &rest[..slash])).ok()?;
        (origin.origin() == self.url.as_ref()?.origin() && origin.username().is_empty()).then_some(&rest[slash..])
    }
}

/// The names of an address's path, decoded once, a slash at its end left away. None where one is empty, broken or has a slash in it.
fn names(path: &str) -> Option<Vec<Vec<u8>>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.contains(['?', '#']) {
        return None;
    }
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/').map(decoded).collect()
}

fn decoded(name: &str) -> Option<Vec<u8>> {
    let whole = |(at, _): (usize, &str)| name.as_bytes().get(at + 1..at + 3).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit));
    let bytes: Vec<u8> = percent_decode_str(name).collect();
    (!bytes.is_empty() && !bytes.contains(&b'/') && name.match_indices('%').all(whole)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn base() -> Base {
        Base::new("https://files.example.org/dav/my%20files")
    }

    fn path(bytes: &[u8]) -> DocumentPath {
        DocumentPath::from_bytes(bytes).expect("tests name valid paths")
    }

    #[test]
    fn a_name_is_written_byte_by_byte() {
        for (name, written) in [
            (&b" a "[..], "%20a%20"),
            (b"back\\slash:?#", "back%5Cslash%3A%3F%23"),
            (b"100%/%2e%2e", "100%25/%252e%252e"),
            (b"caf\xe9", "caf%E9"),
            ("\u{e4}a\u{308}".as_bytes(), "%C3%A4a%CC%88"),
        ] {
            let url = base().address(&path(name), false).map(String::from);
            assert_eq!(url, Some(format!("https://files.example.org/dav/my%20files/{written}")));
        }
        let root = base().address(&DocumentPath::root(), true).map(String::from);
        assert_eq!(root.as_deref(), Some("https://files.example.org/dav/my%20files/"));
    }

    #[test]
    fn an_answer_names_what_was_asked_for_an_entry_of_it_or_nothing() {
        let at = |address: &str| base().locate(address, &path(b"x"));
        for itself in ["/dav/my%20files/x", "/dav/my%20files/x/", "https://FILES.example.org:443/dav/my%20files/%78", "/dav/my files/x"] {
            assert_eq!(at(itself), Spot::Itself, "{itself}");
        }
        assert_eq!(at("/dav/my%20files/x/caf%e9/"), Spot::Below(path(b"caf\xe9")));
        for elsewhere in [
            "",
            "x",
            "../x",
            "/dav/my%20files",
            "/dav/my%20files/X",
            "/dav/my%20files/x/../y",
            "/dav/my%20files/x/%2e%2e",
            "/dav/my%20files/x/a%2fb",
            "/dav/my%20files/x/a/b",
            "/dav/my%20files/x//a",
            "/dav/my%20files/x/%",
            "/dav/my%20files/x/%0",
            "/dav/my%20files/x/a%00",
            "/dav/my%20files/x/a?b",
            "http://files.example.org/dav/my%20files/x/a",
            "https://other.example.org/dav/my%20files/x/a",
            "https://files.example.org@other.example.org/dav/my%20files/x/a",
            "//other.example.org/dav/my%20files/x/a",
        ] {
            assert_eq!(at(elsewhere), Spot::Elsewhere, "{elsewhere}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back_as_it_was(bytes in proptest::collection::vec(any::<u8>(), 1..40)) {
            if let Ok(path) = DocumentPath::from_bytes(&bytes) {
                let url = base().address(&path, false).map(String::from).unwrap_or_default();
                prop_assert_eq!(base().locate(&url, &path), Spot::Itself);
                if let Some(parent) = path.parent() {
                    prop_assert_eq!(base().locate(&url, &parent), Spot::Below(path.beneath(&parent).unwrap_or(DocumentPath::root())));
                }
            }
        }
    }
}
