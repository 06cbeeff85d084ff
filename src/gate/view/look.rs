//! One look at a document: who looks, at which version of it, what is covered, and what is written over it.

use crate::config::Marked;
use crate::crypto::primitives::sha256;
use crate::crypto::random;
use crate::documents::{Kind, Place, StoreError};
use crate::domain::document::DocumentName;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ReceiptId, ShareId};
use crate::domain::part::PartPath;
use crate::domain::receipt::Action;
use crate::domain::version::FileVersion;
use crate::gate::Gate;
use crate::gate::admit::admit_document;
use crate::gate::covering::Covering;
use crate::gate::deliver::feed::DocumentFeed;
use crate::gate::deliver::hash::is_known_as_another;
use crate::gate::listing::place_of;
use crate::gate::permit::{Admitted, Permit};
use crate::gate::refusal::Refusal;
use crate::gate::shares::ERASED;
use crate::gate::view::ViewRequest;
use crate::ledger::event::Origin;
use crate::ledger::state::{ReceiptKey, State};
use crate::limit::rate;
use crate::preview::job::{Done, Job, Mark, Opened};
use crate::preview::limits::MARK_BYTES;
use crate::preview::pool::ViewKey;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Digits of a share's number in the mark; as many as lists show.
const SHARE_DIGITS: usize = 8;
/// Digits of a receipt's number in the mark: enough to find the one receipt by.
const RECEIPT_DIGITS: usize = 12;

/// One look at a document.
pub(super) struct Look<'a> {
    /// Leave to look.
    pub(super) permit: Permit,
    /// The version that is looked at.
    pub(super) version: FileVersion,
    /// What is covered in it.
    pub(super) covering: Covering,
    /// The receipt that is open for it, or the number that its first one will have.
    pub(super) receipt: ReceiptId,
    /// What is written over its pages.
    pub(super) mark: Mark,
    /// Whose worker it is.
    pub(super) key: ViewKey,
    /// The document, for the worker.
    pub(super) feed: DocumentFeed<'a>,
}

impl Gate {
    /// The first look of a request, for which its store must have room.
    pub(super) async fn first_look(&self, request: &ViewRequest, action: Action) -> Result<Look<'_>, Refusal> {
        let _turn = self.turn(&self.session(request.share, request.proof)?, &request.path)?;
        self.look(request, action).await
    }

    /// Lets somebody look: a session, a document of the share, the pinned version, and nothing covered in another version.
    pub(super) async fn look(&self, request: &ViewRequest, action: Action) -> Result<Look<'_>, Refusal> {
        let permit = admit_document(self.session(request.share, request.proof)?, &request.path, action)?;
        let version = self.version_of(&permit).await?;
        let state = self.ledger.state();
        let (admitted, name) = (permit.admitted(), &permit.covered().name);
        let covering = Covering::of(&state, request.share, name, &version).map_err(|_| Refusal::ChangedSinceRedacted(request.share))?;
        if self.is_covered_elsewhere(&state, request.share, name, &version).await {
            return Err(Refusal::ChangedSinceRedacted(request.share));
        }
        let open = ReceiptKey::new(admitted.session().id, action, name, &version);
        let open = state.open_receipt(open, self.clock.now()).map(|receipt| receipt.id);
        let receipt = open.unwrap_or_else(|| ReceiptId::from_bytes(random::bytes()));
        let mark = self.mark(admitted, receipt);
        let key = view_key(admitted, &name.to_string(), &version, action);
        let feed = self.feed(&permit, version.clone());
        Ok(Look { version, covering, receipt, mark, key, feed, permit })
    }

    /// Whether this is, under a name of its own, what now stands where something was covered in another version: a link beside a document that
    /// was replaced.
    async fn is_covered_elsewhere(&self, state: &State, share: ShareId, name: &DocumentName, version: &FileVersion) -> bool {
        let others = state.redactions_of(share).filter(|redaction| !redaction.version.same_file(version));
        let names: BTreeSet<&DocumentName> =
            others.filter_map(|redaction| redaction.document.get()).filter(|other| *other != name).collect();
        for other in names {
            // What cannot be looked up now is not what is looked at.
            if self
                .documents
                .stat(&Place::named(other), None)
                .await
                .is_ok_and(|stat| stat.version.same_file(version))
            {
                return true;
            }
        }
        false
    }

    /// Has a worker do a job, which holds only if the document is laid out as it was when areas of it were covered.
    pub(super) async fn work_on(&self, look: &Look<'_>, part: &PartPath, job: Job) -> Result<(Arc<Opened>, Done), Refusal> {
        let share = look.permit.admitted().share().id;
        self.views.enter(look.key, look.permit.admitted(), self.clock.now());
        let done = self.preview.run(&look.key, part.numbers(), &look.feed, job).await;
        if look.feed.was_other_content() {
            self.tell_changed(share, &look.permit.covered().name, true).await;
            return Err(Refusal::DocumentChanged(share));
        }
        let (opened, done) = done.map_err(|trouble| Refusal::Preview(share, trouble))?;
        look.covering.fits(part, &opened.layout).map_err(|_| Refusal::ChangedSinceRedacted(share))?;
        Ok((opened, done))
    }

    /// Whether exactly what a look saw covered is covered now.
    pub(super) fn is_still_covered_so(&self, look: &Look<'_>) -> bool {
        let (share, name) = (look.permit.admitted().share().id, &look.permit.covered().name);
        Covering::of(&self.ledger.state(), share, name, &look.version).is_ok_and(|now| now == look.covering)
    }

    /// Counts a picture against the client's network and the recipient: nobody reads hundreds of pages a minute.
    pub(super) fn count_picture(&self, request: &ViewRequest, origin: &Origin) -> Result<(), Refusal> {
        let recipient = self.session(request.share, request.proof)?.recipient().id;
        let client = origin.address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        self.limiter
            .check_for(rate::Action::Picture, client, recipient.as_bytes())
            .map_err(Refusal::RateLimited)
    }

    /// The version that the store has now; a pinned document must still be what it was.
    async fn version_of(&self, permit: &Permit) -> Result<FileVersion, Refusal> {
        let (share, covered) = (permit.admitted().share().id, permit.covered());
        if let Some(pinned) = covered.pinned.as_ref().filter(|pinned| pinned.kept)
            && self.kept.holds(pinned).await
        {
            return Ok(pinned.version.clone());
        }
        let pinned = covered.pinned.as_ref().map(|pinned| &pinned.version);
        let stat = match self.documents.stat(&place_of(covered), pinned).await {
            Ok(_) if pinned.is_some() && is_known_as_another(permit.admitted().share(), &covered.name) => Err(StoreError::Changed),
            stat => stat,
        };
        let stat = stat.map_err(|error| self.not_had(share, covered, error))?;
        if stat.kind != Kind::Document {
            return Err(Refusal::DocumentMissing(share));
        }
        Ok(stat.version)
    }

    /// What is written over the pages that somebody is shown: who looks, when, and under which receipt.
    fn mark(&self, admitted: &Admitted, receipt: ReceiptId) -> Mark {
        let (state, share) = (self.ledger.state(), admitted.share());
        let short = |id: String, digits: usize| id.chars().take(digits).collect::<String>();
        let text = self.settings.watermark.fill(Marked {
            recipient: state.address(admitted.recipient().guest).map_or(ERASED, EmailAddress::expose),
            time: &self.moment(self.words(share.language), self.clock.now()),
            share: &short(share.id.to_string(), SHARE_DIGITS),
            receipt: &short(receipt.to_string(), RECEIPT_DIGITS),
        });
        Mark { text: cut(text), strength: share.policy.mark }
    }
}

/// The view of one session, one document and version, for one use: never a worker for two of them.
fn view_key(admitted: &Admitted, document: &str, version: &FileVersion, action: Action) -> ViewKey {
    let version = version.to_string();
    let parts = [admitted.session().id.as_bytes(), admitted.share().id.as_bytes(), document.as_bytes(), version.as_bytes(), use_of(action)];
    // Each part with its length before it, so that no two views make the same key.
    let lengths = parts.map(|part| (part.len() as u64).to_be_bytes());
    let pieces: Vec<&[u8]> = lengths.iter().zip(parts).flat_map(|(length, part)| [&length[..], part]).collect();
    ViewKey { view: sha256(&pieces), reader: *admitted.recipient().id.as_bytes() }
}

const fn use_of(action: Action) -> &'static [u8] {
    match action {
        Action::Archive => b"archive",
        Action::Download => b"download",
        Action::Preview => b"preview",
        Action::Upload => b"upload",
        Action::Watermarked => b"watermarked",
    }
}

/// A text within the bound of marks.
fn cut(mut text: String) -> String {
    while text.len() > MARK_BYTES {
        text.pop();
    }
    text
}
