//! Pinned documents that are others by now: the owner is told once, and may have the share hold on to what is there now.

use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::Place;
use crate::documents::kept::Keeping;
use crate::domain::bounds::{CHANGED_DOCUMENTS, HASHED_AT_ONCE, KEPT_AFTER_END, NOTICED_DOCUMENTS};
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::ids::{MailId, ShareId};
use crate::domain::scope::{Item, ItemKind, Pin, holds_newer};
use crate::domain::time::Timestamp;
use crate::domain::version::{ContentHash, Pinned};
use crate::gate::Gate;
use crate::gate::issue::IssueError;
use crate::ledger::event::{Actor, Event, MailKind};
use crate::ledger::state::{Share, State};
use crate::ledger::tx::{Class, Tx, Unavailable};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Documents that somebody met changed and whose owners are not told yet: a request that only looks writes nothing itself.
#[derive(Debug, Default)]
pub(super) struct Noticed(Mutex<BTreeSet<(ShareId, DocumentName)>>);

impl Noticed {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<(ShareId, DocumentName)>> {
        // A set is whole whatever happened to whoever held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one more, unless there are very many.
    pub(super) fn add(&self, share: ShareId, document: &DocumentName) {
        let mut all = self.lock();
        if all.len() < NOTICED_DOCUMENTS {
            all.insert((share, document.clone()));
        }
    }

    fn take(&self) -> BTreeSet<(ShareId, DocumentName)> {
        std::mem::take(&mut self.lock())
    }
}

impl Gate {
    /// Has the owners told of all that was noticed.
    pub(super) async fn tell_noticed(&self) {
        for (share, document) in self.noticed.take() {
            self.tell_changed(share, &document, false).await;
        }
    }

    /// Puts down that a pinned document is another by now, and has its owner told; once for each document until the share is pinned anew.
    pub(super) async fn tell_changed(&self, share: ShareId, document: &DocumentName, content: bool) {
        let worth = |state: &State| {
            let known = |share: &Arc<Share>| share.changed.iter().any(|c| c.document.get() == Some(document) && c.content >= content);
            state
                .shares
                .get(&share)
                .is_some_and(|share| share.changed.len() < CHANGED_DOCUMENTS && !known(share))
        };
        if !worth(&self.ledger.state()) {
            return;
        }
        tracing::warn!(%share, store = %document.store, content, "a pinned document is another than the one that was shared");
        let (mail, document) = (MailId::from_bytes(random::bytes()), Private::new(Subject::Share(share), document.clone()));
        let command = move |t: &mut Tx<'_>| {
            let Some(before) = t.state().shares.get(&share) else { return Ok(()) };
            if before.changed.iter().any(|known| known.document == document && known.content >= content) {
                return Ok(());
            }
            let waits = t.state().mails.values().any(|mail| mail.share == share && mail.kind == MailKind::Changed);
            t.emit(Event::DocumentChanged { share, document: document.clone(), content });
            if !waits {
                t.emit(Event::MailQueued { mail, share, kind: MailKind::Changed, due: t.now(), deliver_by: Timestamp::MAX });
            }
            Ok::<_, Unavailable>(())
        };
        if let Err(error) = self.ledger.tx(Class::Ordinary, command).await {
            tracing::warn!(%share, %error, "that a pinned document changed could not be put down; it is when somebody meets it again");
        }
    }

    /// Has a share hold on to the versions that its pinned documents have now; what follows its content stays as it is. Its links stay.
    pub async fn pin_anew(&self, id: ShareId, by: Actor) -> Result<(), IssueError> {
        let share = self.ledger.state().shares.get(&id).cloned();
        let share = share.ok_or_else(|| IssueError::Unknown("share", id.to_string()))?;
        if share.stopped.is_some() {
            return Err(IssueError::WasStopped);
        }
        let items = share.items.get().cloned().unwrap_or_default();
        if items.iter().all(|item| matches!(item.kind, ItemKind::Document | ItemKind::Folder)) {
            return Err(IssueError::NothingPinned);
        }
        let keeping = self.kept.begin().await;
        let keep = |wanted: bool| wanted.then_some(&keeping);
        let mut anew = Vec::with_capacity(items.len());
        for item in items.iter() {
            let kind = match &item.kind {
                ItemKind::PinnedDocument(pinned) => ItemKind::PinnedDocument(self.pin_document(&item.name, keep(pinned.kept)).await?),
                ItemKind::PinnedFolder(pins) => {
                    let keep = keep(pins.iter().any(|pin| pin.version.kept));
                    ItemKind::PinnedFolder(Arc::new(self.pins(&item.name, keep).await?))
                }
                follows => follows.clone(),
            };
            anew.push(Item { kind, ..item.clone() });
        }
        let anew = Arc::new(anew);
        let transaction = move |t: &mut Tx<'_>| {
            let now = t.state().shares.get(&id).ok_or_else(|| IssueError::Unknown("share", id.to_string()))?;
            if now.stopped.is_some() {
                return Err(IssueError::WasStopped);
            }
            let newer = now.items.get().is_none_or(|before| holds_newer(before, &anew));
            t.emit(Event::SharePinned { share: id, by, items: Private::new(Subject::Share(id), Arc::clone(&anew)), newer });
            Ok(())
        };
        let done = self.ledger.tx(Class::First, transaction).await;
        drop(keeping);
        done
    }

    /// Removes the kept copies that no share holds on to any more; says whether that was done, for it is not while copies are made.
    pub(super) async fn clear_up_kept(&self) -> bool {
        match self.kept.clear_up(|| self.copies_in_use()).await {
            Ok(None) => return false,
            Ok(Some(0)) => {}
            Ok(Some(removed)) => tracing::info!(removed, "copies of documents that no share holds on to were removed"),
            Err(error) => tracing::warn!(%error, "the kept copies could not be cleared up; it is tried again"),
        }
        true
    }

    /// The hashes of the documents of which a share holds on to a copy.
    fn copies_in_use(&self) -> BTreeSet<ContentHash> {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let in_use = |share: &&Arc<Share>| share.stopped.is_none() && share.expires.plus(KEPT_AFTER_END) > now;
        let mut wanted = BTreeSet::new();
        for item in state
            .shares
            .values()
            .filter(in_use)
            .filter_map(|share| share.items.get())
            .flat_map(|items| items.iter())
        {
            match &item.kind {
                ItemKind::PinnedDocument(pinned) => wanted.extend(pinned.sha256.filter(|_| pinned.kept)),
                ItemKind::PinnedFolder(pins) => {
                    wanted.extend(pins.iter().filter(|pin| pin.version.kept).filter_map(|pin| pin.version.sha256))
                }
                ItemKind::Document | ItemKind::Folder => {}
            }
        }
        wanted
    }

    /// The version of a document that the server can read now, with its hash.
    pub(super) async fn pin_document(&self, name: &DocumentName, keep: Option<&Keeping>) -> Result<Pinned, IssueError> {
        self.pinned_now(&Place::named(name), keep)
            .await
            .map_err(|e| IssueError::Unreadable(name.clone(), e))
    }

    /// The hashes of documents beneath a folder, each read whole.
    pub(super) async fn hashed(
        &self,
        folder: &DocumentName,
        paths: Vec<DocumentPath>,
        keep: Option<&Keeping>,
    ) -> Result<Vec<Pin>, IssueError> {
        let one = |path: DocumentPath| async move {
            let whole = folder.path.append(&path).unwrap_or_else(|_| path.clone());
            let name = DocumentName { store: folder.store.clone(), path: whole };
            let version = self
                .pinned_now(&Place::in_folder(folder, &path), keep)
                .await
                .map_err(|e| IssueError::Unreadable(name, e))?;
            Ok::<_, IssueError>(Pin { path, version })
        };
        stream::iter(paths).map(one).buffered(HASHED_AT_ONCE).try_collect().await
    }
}
