//! By what an open receipt is found: one value of fixed size for all that it covers.

use crate::crypto::primitives::sha256;
use crate::domain::document::DocumentName;
use crate::domain::ids::SessionId;
use crate::domain::receipt::Action;
use crate::domain::version::FileVersion;
use std::sync::Arc;

/// The SHA-256 of the session, action, document and version of a receipt. Nodes of the state are copied with all their keys when one of them changes,
/// so that names in them, or pointers to names, would cost each receipt more than everything else that is put down of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReceiptKey([u8; 32]);

impl ReceiptKey {
    /// The key of a receipt of that version of a document, for what somebody does with it in a session.
    pub fn new(session: SessionId, action: Action, document: &DocumentName, version: &FileVersion) -> Self {
        let FileVersion { size, mtime_ns, device, inode, entity, id } = version;
        let texts = [Some(document.store.as_str().as_bytes()), Some(document.path.as_bytes()), bytes_of(entity), bytes_of(id)];
        // Each with its length before it, so that no two make the same bytes; what is not there has one that no text has.
        let lengths = texts.map(|text| text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
        let [store, path, entity, id] = texts.map(Option::unwrap_or_default);
        Self(sha256(&[
            session.as_bytes(),
            &[action as u8],
            &size.to_be_bytes(),
            &mtime_ns.to_be_bytes(),
            &device.to_be_bytes(),
            &inode.to_be_bytes(),
            lengths.as_flattened(),
            store,
            path,
            entity,
            id,
        ]))
    }
}

fn bytes_of(text: &Option<Arc<str>>) -> Option<&[u8]> {
    text.as_deref().map(str::as_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_is_another_with_each_thing_that_a_receipt_covers() {
        let plain = FileVersion::plain(9, 7);
        let tagged = |entity: Option<&str>, id: Option<&str>| FileVersion {
            entity: entity.map(Into::into),
            id: id.map(Into::into),
            ..plain.clone()
        };
        let versions = [
            plain.clone(),
            FileVersion::plain(7, 9),
            FileVersion { device: 1, ..plain.clone() },
            FileVersion { inode: 1, ..plain.clone() },
            tagged(Some(""), None),
            tagged(None, Some("")),
            tagged(Some("a"), Some("bc")),
            tagged(Some("ab"), Some("c")),
            tagged(Some("abc"), None),
            tagged(None, Some("abc")),
        ];
        let mut keys = BTreeSet::new();
        let mut made = 0;
        for session in [1, 2] {
            for action in [Action::Archive, Action::Download, Action::Preview, Action::Watermarked] {
                for document in ["a:b", "a:b/c", "a:bc"] {
                    for version in &versions {
                        keys.insert(ReceiptKey::new(SessionId::from_bytes([session; 16]), action, &document.parse().unwrap(), version));
                        made += 1;
                    }
                }
            }
        }
        assert_eq!(keys.len(), made);
    }
}
