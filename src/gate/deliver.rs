//! The only place that opens a document: a permit becomes a receipt on the disk, and then a stream of bytes that can be cut.

mod archive;
mod beside;
pub(super) mod feed;
pub(super) mod hash;
pub mod recording;

use crate::crypto::form::entity_tag;
use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::read::OpenDocument;
use crate::documents::{Place, StoreError, Turn};
use crate::domain::bounds::RECEIPT_WINDOW;
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::ids::{MailId, ReceiptId, ShareId};
use crate::domain::range::ByteRange;
use crate::domain::receipt::Action;
use crate::domain::scope::Covered;
use crate::domain::version::{FileVersion, Pinned};
use crate::gate::Gate;
use crate::gate::admit::{admit_document, admit_session};
use crate::gate::deliver::beside::Summing;
use crate::gate::deliver::hash::{expected, is_known_as_another};
use crate::gate::listing::place_of;
use crate::gate::notices::queue_notice;
use crate::gate::permit::{Admitted, Permit};
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::settings::Verify;
use crate::gate::stream::{Delivery, DeliveryBody, Source};
use crate::gate::visit;
use crate::ledger::event::{Event, Origin};
use crate::ledger::state::{Receipt, ReceiptKey, Share};
use crate::ledger::tx::{Class, Tx};
use crate::limit::connection::{ConnectionHandle, StreamPermit};
use futures_util::FutureExt;
use std::sync::Arc;

/// A document that its permit has opened; nothing has left yet, and no receipt is made.
#[derive(Debug)]
pub struct Opened {
    permit: Permit,
    proof: Option<Proof>,
    document: OpenDocument,
    place: StreamPermit,
    /// What its entity tag is made from.
    pub entity_tag: [u8; 16],
}

/// What lies at a path of a share.
#[derive(Debug)]
pub enum Found {
    /// A document that may be taken.
    Document(Box<Opened>),
    /// A folder.
    Folder,
}

impl Opened {
    /// The document.
    pub const fn document(&self) -> &OpenDocument {
        &self.document
    }

    /// The name a download is saved under.
    pub fn file_name(&self) -> String {
        self.permit.covered().label.file_name()
    }
}

impl Gate {
    /// Opens a document for the holder of a session, or says why not. It must still be what was pinned. `turn` is the turn at its store.
    pub async fn open(
        &self,
        admitted: Admitted,
        proof: Option<Proof>,
        path: &DocumentPath,
        connection: &ConnectionHandle,
        turn: Turn,
    ) -> Result<Found, Refusal> {
        let share = admitted.share().id;
        let permit = match admit_document(admitted.clone(), path, Action::Download) {
            Ok(permit) => permit,
            Err(refusal) => return self.folder_or(&admitted, path, refusal).await,
        };
        // Before the document is opened, so that what waits holds no descriptor; nor does it hold a turn, for it may wait as long as its client likes.
        let (place, turn) = match connection.acquire_stream().now_or_never() {
            Some(place) => (place, Some(turn)),
            None => {
                drop(turn);
                (connection.acquire_stream().await, None)
            }
        };
        let _turn = turn.map_or_else(|| self.turn_at(permit.covered()), Ok)?;
        let document = self.open_pinned(permit.covered(), permit.admitted().share()).await;
        let document = match document {
            Ok(document) => document,
            // The store is asked first for the document, which it mostly is, and only then whether it is a folder.
            Err(error) if error.may_be_a_folder() && self.is_folder(&admitted, path).await == Ok(true) => return Ok(Found::Folder),
            // Names that were never in a shared folder are no trouble that staff should hear of.
            Err(error) if error == StoreError::Missing && permit.covered().pinned.is_none() && permit.covered().folder.is_some() => {
                return Err(Refusal::of_store(share, error));
            }
            Err(error) => return Err(self.not_had(share, permit.covered(), error)),
        };
        let entity_tag = entity_tag(&self.keys, share, &document.version);
        Ok(Found::Document(Box::new(Opened { permit, proof, document, place, entity_tag })))
    }

    /// What is no document to be taken may be a folder to be shown.
    async fn folder_or(&self, admitted: &Admitted, path: &DocumentPath, refusal: Refusal) -> Result<Found, Refusal> {
        if self.is_folder(admitted, path).await? { Ok(Found::Folder) } else { Err(refusal) }
    }

    /// Opens what a share covers: the pinned version where one is pinned, read whole before where the configuration says so.
    pub(super) async fn open_pinned(&self, covered: &Covered, share: &Share) -> Result<OpenDocument, StoreError> {
        let place = place_of(covered);
        let Some(pinned) = &covered.pinned else { return self.documents.open_document(&place, None).await };
        if let Some(kept) = self.open_kept(covered, pinned).await {
            return Ok(kept);
        }
        if is_known_as_another(share, &covered.name) {
            return Err(StoreError::Changed);
        }
        if let (Verify::Always, Some(expected)) = (self.settings.verify, expected(share.id, covered)) {
            self.is_what_was_pinned(&place, &pinned.version, &expected).await?;
        }
        self.documents.open_document(&place, Some(&pinned.version)).await
    }

    /// The kept copy of a pinned document: exactly what was shared, whatever the store has now.
    async fn open_kept(&self, covered: &Covered, pinned: &Pinned) -> Option<OpenDocument> {
        if !pinned.kept {
            return None;
        }
        let opened = self.kept.open(pinned, covered.name.path.names().last().unwrap_or_default()).await;
        opened
            .inspect_err(|error| tracing::warn!(%error, "there is no kept copy; the store is asked instead"))
            .ok()
    }

    /// Why a shared document cannot be had; of one that is another by now its owner is told.
    pub(super) fn not_had(&self, share: ShareId, covered: &Covered, error: StoreError) -> Refusal {
        tracing::warn!(%share, store = %covered.name.store, %error, "a shared document could not be opened");
        if error == StoreError::Changed {
            self.noticed.add(share, &covered.name);
        }
        Refusal::of_store(share, error)
    }

    /// Whether the server can read a document.
    pub(super) async fn readable(&self, name: &DocumentName) -> Result<(), StoreError> {
        self.documents.open_document(&Place::named(name), None).await.map(drop)
    }

    /// Streams a part of an opened document. When this returns, the receipt is on the disk; a revocation either came before it and refuses,
    /// or comes after it and cuts the stream.
    pub async fn deliver(
        self: &Arc<Self>,
        opened: Opened,
        range: ByteRange,
        connection: &ConnectionHandle,
        origin: impl FnOnce() -> Origin,
    ) -> Result<DeliveryBody, Refusal> {
        let Opened { permit, proof, document, place, .. } = opened;
        let admitted = permit.admitted();
        // Watched before it is looked at, so that no revocation can fall between.
        let watch = self.cuts.watch(admitted.whose(), admitted.ends());
        let (receipt, again) = self.receipt(&permit, proof, document.version.clone(), None, origin).await?;
        let transfer = self.progress.begin(&receipt, range.start, again);
        let whole = range.start == 0 && range.end >= document.size;
        let source = match expected(admitted.share().id, permit.covered()).filter(|_| whole) {
            Some(expected) => Source::Made(self.compared(document, expected, Summing::over(connection))),
            None => Source::Document(document.read(range)),
        };
        let (left, admitted) = (Some(range.len()), admitted.clone());
        let delivery = Delivery { source, left, admitted, transfer, watch, place };
        Ok(DeliveryBody::start(Arc::clone(self), delivery, connection))
    }

    /// The receipt of this session, document, version and action, made now unless its window is open, under `id` where it has one already; and whether it
    /// was there before.
    pub(super) async fn receipt(
        &self,
        permit: &Permit,
        proof: Option<Proof>,
        version: FileVersion,
        id: Option<ReceiptId>,
        origin: impl FnOnce() -> Origin,
    ) -> Result<(Arc<Receipt>, bool), Refusal> {
        let (admitted, action) = (permit.admitted(), permit.action());
        let key = ReceiptKey::new(admitted.session().id, action, &permit.covered().name, &version);
        let state = self.ledger.state();
        let facts = self.session_facts(&state, admitted.share().id, proof);
        // Anew, because the permission may have changed while this request waited for its place.
        let now = admit_session(&state, facts, self.clock.now())?;
        if !now.is_of_same(admitted) {
            admit_document(now, &permit.covered().label, action)?;
        }
        if let Some(receipt) = state.open_receipt(key, self.clock.now()) {
            return Ok((Arc::clone(receipt), true));
        }
        let origin = self.with_signs(admitted, origin(), action == Action::Preview);
        let id = id.unwrap_or_else(|| ReceiptId::from_bytes(random::bytes()));
        let (mail, times) = (MailId::from_bytes(random::bytes()), self.notice_times());
        let (path, copies) = (permit.covered().label.clone(), self.settings.privacy.receipt_copy);
        let transaction = move |t: &mut Tx<'_>| {
            let permit = admit_document(admit_session(t.state(), facts, t.now())?, &path, action)?;
            if let Some(receipt) = t.state().open_receipt(key, t.now()) {
                return Ok((Arc::clone(receipt), true));
            }
            let (share, recipient) = (permit.admitted().share(), permit.admitted().recipient());
            visit::begin(t, copies, share.id, recipient.id);
            t.emit(Event::ReceiptStarted {
                receipt: id,
                share: share.id,
                recipient: recipient.id,
                guest: recipient.guest,
                session: permit.admitted().session().id,
                document: Private::new(Subject::Share(share.id), permit.covered().name.clone()),
                version: version.clone(),
                action,
                ends: t.now().plus(RECEIPT_WINDOW),
                proved: permit.admitted().session().proved,
                origin: Private::new(Subject::Guest(recipient.guest), origin.clone()),
            });
            queue_notice(t, share.id, mail, times);
            let receipt = t.state().receipts.get(&id).cloned().ok_or(Refusal::NoSession)?;
            Ok((receipt, false))
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }
}
