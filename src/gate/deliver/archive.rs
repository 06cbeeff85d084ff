//! An archive on its way: each document is opened when its turn comes, and only as the version that was announced.

use crate::crypto::primitives::Sha256;
use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::read::DocumentStream;
use crate::domain::archive::layout::{Kind, Piece};
use crate::domain::bounds::{CHUNK_BYTES, RECEIPT_WINDOW};
use crate::domain::ids::{MailId, ReceiptId};
use crate::domain::range::ByteRange;
use crate::domain::receipt::Action;
use crate::domain::version::ContentHash;
use crate::gate::Gate;
use crate::gate::admit::{admit_archive, admit_document, admit_session};
use crate::gate::archive::Plan;
use crate::gate::archive::contents::Found;
use crate::gate::archive::running::Place;
use crate::gate::deliver::beside::{Beside, Summing};
use crate::gate::listing::place_of;
use crate::gate::notices::queue_notice;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::stream::{Delivery, DeliveryBody, Source};
use crate::gate::visit;
use crate::ledger::event::{Event, Origin};
use crate::ledger::state::{Receipt, ReceiptKey};
use crate::ledger::tx::{Class, Tx};
use crate::limit::connection::ConnectionHandle;
use bytes::Bytes;
use flate2::Crc;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

impl Gate {
    /// Streams a range of an archive. When this returns, the receipt is on the disk with all that the archive holds.
    pub async fn deliver_archive(
        self: &Arc<Self>,
        plan: Arc<Plan>,
        proof: Option<Proof>,
        range: ByteRange,
        connection: &ConnectionHandle,
        (origin, client): (Origin, IpAddr),
    ) -> Result<DeliveryBody, Refusal> {
        let admitted = admit_archive(self.session(plan.share(), proof)?)?;
        let archive_place = self.archive_place(admitted.session().id, client).await?;
        let place = connection.acquire_stream().await;
        // Watched before it is looked at, so that no revocation can fall between.
        let watch = self.cuts.watch(admitted.whose(), admitted.ends());
        let (receipt, again) = self.archive_receipt(&plan, &admitted, proof, origin).await?;
        let transfer = self.progress.begin(&receipt, range.start, again);
        let way = Way {
            gate: Arc::clone(self),
            plan,
            proof,
            receipt,
            next: range.start,
            end: range.end,
            checksums: HashMap::new(),
            open: None,
            ready: None,
            summing: Summing::over(connection),
            _place: archive_place,
        };
        let source = Source::Made(stream::try_unfold(way, Way::step).boxed());
        let delivery = Delivery { source, left: Some(range.len()), admitted, transfer, watch, place };
        Ok(DeliveryBody::start(Arc::clone(self), delivery, connection))
    }

    /// The receipt of this session and archive, made now unless its window is open; and whether it was there before.
    async fn archive_receipt(
        &self,
        plan: &Plan,
        admitted: &Admitted,
        proof: Option<Proof>,
        origin: Origin,
    ) -> Result<(Arc<Receipt>, bool), Refusal> {
        let (share, action, version) = (plan.share(), Action::Archive, plan.version());
        let key = ReceiptKey::new(admitted.session().id, action, plan.place(), &version);
        let state = self.ledger.state();
        let facts = self.session_facts(&state, share, proof);
        // In full, because the permission may have changed while this request waited for its place.
        admit_archive(admit_session(&state, facts, self.clock.now())?)?;
        if let Some(receipt) = state.open_receipt(key, self.clock.now()) {
            return Ok((Arc::clone(receipt), true));
        }
        let origin = self.with_signs(admitted, origin, false);
        let (id, mail) = (ReceiptId::from_bytes(random::bytes()), MailId::from_bytes(random::bytes()));
        let (document, parts, times) = (plan.place().clone(), plan.parts(), self.notice_times());
        let copies = self.settings.privacy.receipt_copy;
        let transaction = move |t: &mut Tx<'_>| {
            let admitted = admit_archive(admit_session(t.state(), facts, t.now())?)?;
            if let Some(receipt) = t.state().open_receipt(key, t.now()) {
                return Ok((Arc::clone(receipt), true));
            }
            let (recipient, session) = (admitted.recipient(), admitted.session());
            let guest = recipient.guest;
            visit::begin(t, copies, share, recipient.id);
            t.emit(Event::ReceiptStarted {
                receipt: id,
                share,
                recipient: recipient.id,
                guest,
                session: session.id,
                document: Private::new(Subject::Share(share), document.clone()),
                version: version.clone(),
                action,
                ends: t.now().plus(RECEIPT_WINDOW),
                proved: session.proved,
                origin: Private::new(Subject::Guest(guest), origin.clone()),
            });
            t.emit(Event::ReceiptParts { receipt: id, share, guest, parts: parts.clone() });
            queue_notice(t, share, mail, times);
            let receipt = t.state().receipts.get(&id).cloned().ok_or(Refusal::NoSession)?;
            Ok((receipt, false))
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }
}

/// An archive on its way.
struct Way {
    gate: Arc<Gate>,
    plan: Arc<Plan>,
    proof: Option<Proof>,
    receipt: Arc<Receipt>,
    /// The next byte of the archive, and the one past the last that is wanted.
    next: u64,
    end: u64,
    /// Checksums that were not known before, by member.
    checksums: HashMap<usize, u32>,
    open: Option<Open>,
    /// What is complete and goes out next.
    ready: Option<Bytes>,
    summing: Summing,
    _place: Place,
}

/// The document that is being sent.
struct Open {
    member: usize,
    bytes: DocumentStream,
    left: u64,
    /// Taken where the document is sent from its first byte to its last.
    sums: Option<Beside<(Crc, Sha256)>>,
}

impl Way {
    /// The next chunk: small pieces together, so that ten thousand small documents are not ten thousand writes.
    async fn step(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if let Some(ready) = self.ready.take() {
            return Ok(Some((ready, self)));
        }
        let mut gathered = Vec::new();
        while let Some(piece) = self.piece().await? {
            if gathered.len() + piece.len() < CHUNK_BYTES {
                gathered.extend_from_slice(&piece);
                continue;
            }
            if gathered.is_empty() {
                return Ok(Some((piece, self)));
            }
            self.ready = Some(piece);
            break;
        }
        Ok((!gathered.is_empty()).then(|| (gathered.into(), self)))
    }

    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(mut open) = self.open.take() {
                match self.read(&mut open).await {
                    Ok(bytes) => {
                        self.next += bytes.len() as u64;
                        self.open = Some(open).filter(|open| open.left > 0);
                        return Ok(Some(bytes));
                    }
                    Err(error) => return Err(self.broken(open.member, &error.to_string())),
                }
            }
            let Some(piece) = self.plan.layout().piece(self.next, self.end) else { return Ok(None) };
            match (piece.kind, self.plan.document(piece.member)) {
                (Kind::Data, Some(found)) => {
                    let found = found.clone();
                    match self.opened(piece, &found).await {
                        Ok(open) => self.open = Some(open),
                        Err(why) => return Err(self.broken(piece.member, &why)),
                    }
                }
                (kind, _) => {
                    self.next += piece.range.len();
                    let cut = |at: u64| usize::try_from(at).expect("a manifest is in memory, so that its length fits");
                    return Ok(Some(match kind {
                        Kind::Data => self.plan.manifest().slice(cut(piece.range.start)..cut(piece.range.end)),
                        _ => self
                            .plan
                            .layout()
                            .write(piece, |member| self.checksums.get(&member).copied().unwrap_or_default())
                            .into(),
                    }));
                }
            }
        }
    }

    /// Opens a document in its turn, if it may still be had and is what was announced.
    async fn opened(&mut self, piece: Piece, found: &Found) -> Result<Open, String> {
        let gate = &self.gate;
        let (state, share) = (gate.ledger.state(), self.plan.share());
        let facts = gate.session_facts(&state, share, self.proof);
        let permit = admit_session(&state, facts, gate.clock.now())
            .and_then(|admitted| admit_document(admitted, &found.label, Action::Archive))
            .map_err(|refusal| refusal.to_string())?;
        let covered = permit.covered();
        let document = match covered.pinned {
            Some(_) => gate.open_pinned(covered, permit.admitted().share()).await,
            None => gate.documents.open_document(&place_of(covered), Some(&found.version)).await,
        };
        let document = document.map_err(|error| error.to_string())?;
        let whole = ByteRange { start: 0, end: found.version.size };
        if document.size != whole.end {
            return Err("it has another size than was announced".to_owned());
        }
        let sums = (piece.range == whole).then(|| Beside::new((Crc::new(), Sha256::new()), self.summing));
        Ok(Open { member: piece.member, bytes: document.read(piece.range), left: piece.range.len(), sums })
    }

    /// Reads on. The last bytes of a document stay back until all of it is known to be what was announced.
    async fn read(&mut self, open: &mut Open) -> io::Result<Bytes> {
        let ended = || io::Error::new(io::ErrorKind::UnexpectedEof, "the store gave fewer bytes than it had promised");
        let bytes = open.bytes.try_next().await?.ok_or_else(ended)?;
        open.left = open.left.saturating_sub(bytes.len() as u64);
        let Some(sums) = &mut open.sums else { return Ok(bytes) };
        sums.add(&bytes).await?;
        if open.left == 0 {
            let (crc, hash) = sums.come_up().await?;
            let pinned = self.plan.document(open.member).and_then(|found| found.pinned.as_ref());
            let expected = self.plan.layout().members().get(open.member).and_then(|member| member.crc32);
            let hashed = || ContentHash(hash.clone().finish());
            if expected.is_some_and(|expected| expected != crc.sum())
                || pinned.and_then(|pinned| pinned.sha256).is_some_and(|sha256| sha256 != hashed())
            {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its bytes are not those that were shared"));
            }
            self.checksums.insert(open.member, crc.sum());
        }
        Ok(bytes)
    }

    /// Ends the archive at a document, without an end that would make it look whole; the owner learns which one it was.
    fn broken(&self, member: usize, why: &str) -> io::Error {
        let share = self.plan.share();
        if let Some(found) = self.plan.document(member) {
            tracing::warn!(%share, store = %found.name.store, why, "an archive ended early because a document could not be given");
            let document = Private::new(Subject::Share(share), found.name.clone());
            let (receipt, guest, why) = (self.receipt.id, self.receipt.guest, why.to_owned());
            let (mail, times) = (MailId::from_bytes(random::bytes()), self.gate.notice_times());
            self.gate.ledger.tx_unwaited(Class::Ordinary, move |t| {
                let known = t.state().receipts.get(&receipt).and_then(|receipt| receipt.broken.as_ref());
                // Whoever tries again meets it again; said once, it is not said each time.
                if known != Some(&document) {
                    t.emit(Event::ReceiptBroken { receipt, share, guest, document: document.clone(), why: why.clone() });
                    queue_notice(t, share, mail, times);
                }
            });
        }
        io::Error::other("a document of the archive could not be given")
    }
}
