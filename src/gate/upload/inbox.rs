//! Where what recipients send in is put, and what staff see of it.

use crate::domain::document::{DocumentName, DocumentPath, StoreName};
use crate::domain::ids::ShareId;
use crate::domain::scope::Item;
use crate::domain::upload::Unwanted;
use crate::gate::Gate;
use crate::gate::issue::IssueError;
use crate::gate::views::UploadView;
use crate::ledger::state::{Share, Stage, State};

/// Digits of a share's id that name its inbox.
const SHORT: usize = 12;

/// The store of a share's inbox: the first writable one that the share itself names something of, else the first writable one at all.
fn store_for<'a>(writable: &'a [StoreName], items: &[Item]) -> Option<&'a StoreName> {
    writable
        .iter()
        .find(|store| items.iter().any(|item| item.name.store == **store))
        .or_else(|| writable.first())
}

/// Makes sure that a share can be given an inbox, and that none of its recipients could read there what another one has sent.
pub(in crate::gate) fn check_inbox(writable: &[StoreName], folder: &DocumentPath, items: &[Item]) -> Result<(), IssueError> {
    let store = store_for(writable, items).ok_or(IssueError::NoInbox)?;
    let shown = items.iter().any(|item| {
        item.is_folder()
            && item.name.store == *store
            && (folder.beneath(&item.name.path).is_some() || item.name.path.beneath(folder).is_some())
    });
    if shown { Err(IssueError::InboxShared(DocumentName { store: store.clone(), path: folder.clone() })) } else { Ok(()) }
}

/// The words for how far an upload is.
const fn status(stage: &Stage) -> &'static str {
    match stage {
        Stage::Open => "open",
        Stage::Complete { .. } => "checking",
        Stage::Received { .. } => "received",
        Stage::Refused { why: Unwanted::Infected(_), .. } => "infected",
        Stage::Refused { why: Unwanted::Kind, .. } => "kind",
    }
}

impl Gate {
    /// The inbox of a share, as long as there is a store for it.
    pub(super) fn inbox(&self, share: &Share) -> Option<DocumentName> {
        let items = share.items.get()?;
        let store = store_for(self.documents.writable(), items)?.clone();
        let path = self.settings.uploads.folder.join(short(share.id).as_bytes()).ok()?;
        Some(DocumentName { store, path })
    }

    /// The inbox of a share that has one, for staff.
    pub(in crate::gate) fn inbox_shown(&self, share: &Share) -> Option<String> {
        self.inbox(share).filter(|_| share.policy.upload).map(|inbox| inbox.to_string())
    }

    /// What was sent in to a share, oldest first.
    pub(in crate::gate) fn upload_views(&self, state: &State, share: &Share) -> Vec<UploadView> {
        let mut all: Vec<_> = state.uploads_of(share.id).collect();
        all.sort_by_key(|upload| (upload.started, upload.id));
        let view = |upload: &&std::sync::Arc<crate::ledger::state::Upload>| {
            let (at, document) = match &upload.stage {
                Stage::Open => (upload.started, None),
                Stage::Complete { at, .. } | Stage::Refused { at, .. } => (*at, None),
                Stage::Received { at, document } => (*at, document.get().map(ToString::to_string)),
            };
            let problem = self.spool.why_it_waits(upload.id).filter(|_| upload.is_held());
            UploadView {
                id: upload.id.to_string(),
                email: state.address(upload.guest).map_or("erased", |address| address.expose()).to_owned(),
                document: document.or_else(|| upload.name.get().cloned()).unwrap_or_else(|| "erased".to_owned()),
                size: upload.size,
                status: if problem.is_some() { "waiting" } else { status(&upload.stage) }.to_owned(),
                problem,
                at: at.to_string(),
            }
        };
        all.iter().map(view).collect()
    }
}

fn short(share: ShareId) -> String {
    share.to_string().chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scope::ItemKind;

    fn item(name: &str, kind: ItemKind) -> Item {
        Item { label: "x".to_owned(), name: name.parse().expect("tests name documents well"), kind }
    }

    #[test]
    fn the_inbox_lies_in_a_store_of_the_share_where_one_is_writable() {
        let stores: Vec<StoreName> = ["first", "second"].iter().filter_map(|name| StoreName::parse(name).ok()).collect();
        let chosen = |items: &[Item]| store_for(&stores, items).map(StoreName::to_string);
        assert_eq!(chosen(&[item("second:a", ItemKind::Document)]), Some("second".to_owned()));
        assert_eq!(chosen(&[item("other:a", ItemKind::Document)]), Some("first".to_owned()));
        assert_eq!(store_for(&[], &[]), None);
    }

    #[test]
    fn no_recipient_can_be_shown_what_another_one_sends() {
        let stores: Vec<StoreName> = StoreName::parse("case").into_iter().collect();
        let folder = DocumentPath::from_bytes(b"in/box").unwrap_or(DocumentPath::root());
        let check = |name: &str, kind| check_inbox(&stores, &folder, &[item(name, kind)]).is_ok();
        for wrong in ["case:", "case:in", "case:in/box", "case:in/box/0102"] {
            assert!(!check(wrong, ItemKind::Folder), "{wrong}");
        }
        for right in ["case:i", "case:in/other", "other:in"] {
            assert!(check(right, ItemKind::Folder), "{right}");
        }
        assert!(check("case:in", ItemKind::Document));
        assert_eq!(check_inbox(&[], &folder, &[]), Err(IssueError::NoInbox));
    }
}
