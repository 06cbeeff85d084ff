//! Covering areas of pages: staff mark them on a document of a share, and recipients never see what is beneath.

use crate::crypto::form::seen_tag;
use crate::crypto::primitives::sha256;
use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::{Kind, StoreError};
use crate::domain::bounds::{AREAS_PER_PAGE, REDACTIONS_PER_SHARE};
use crate::domain::document::DocumentName;
use crate::domain::ids::{RedactionId, ShareId};
use crate::domain::language::Language;
use crate::domain::part::PartPath;
use crate::domain::policy::Strength;
use crate::domain::redaction::Area;
use crate::domain::scope::{Covered, find};
use crate::domain::seen::SeenTag;
use crate::domain::version::FileVersion;
use crate::gate::Gate;
use crate::gate::covering::Covering;
use crate::gate::listing::{place_of, shown};
use crate::gate::shares::ERASED;
use crate::gate::views::RedactionView;
use crate::ledger::event::{Actor, Event};
use crate::ledger::state::{Redaction, State};
use crate::ledger::tx::{Class, Tx, Unavailable};
use crate::preview::job::{Done, Job, Mark, Opened, PageJob, Picture, Trouble};
use crate::preview::limits::{DPI_LEAST, DPI_MOST};
use crate::preview::pool::ViewKey;
use crate::preview::room::Reader;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is written over pages that staff look at.
const STAFF_MARK: &str = "staff copy";
/// How often a page is drawn when it was laid out otherwise meanwhile.
const TRIES: usize = 2;
/// Staff are one reader together: they look at a page at a time.
const STAFF: Reader = [0; 16];

/// A page of a document of a share, as staff name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOf {
    /// The share.
    pub share: ShareId,
    /// The document.
    pub document: DocumentName,
    /// Which document inside it.
    pub part: PartPath,
    /// The page, from 1.
    pub page: u32,
}

/// Why an area is not covered, or a page not shown to staff. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedactionError {
    /// The share is pinned to another version, which is what recipients would have to get.
    #[error("{0} changed since it was shared, so that recipients get nothing of it; there is nothing to cover")]
    Changed(DocumentName),
    /// It is not what somebody looked at who marked the area on it.
    #[error("the document changed since you looked at the page: look again")]
    ChangedSinceSeen,
    /// The page cannot be drawn, so nobody can see what would be covered.
    #[error("{0}: {1}")]
    NoPreview(DocumentName, Trouble),
    /// The document has fewer pages.
    #[error("{0} has {1} pages that can be shown")]
    NoSuchPage(DocumentName, usize),
    /// Something else was shared.
    #[error("{0} is no document of this share")]
    NotInShare(DocumentName),
    /// Enough.
    #[error("at most {1} areas can be covered {0}")]
    TooMany(&'static str, usize),
    /// The ledger takes nothing now.
    #[error("{0}; try again")]
    Unavailable(#[from] Unavailable),
    /// The store does not give it.
    #[error("{0}: {1}")]
    Unreadable(DocumentName, StoreError),
    /// No such share or area.
    #[error("there is no {0} {1}")]
    Unknown(&'static str, String),
}

/// A page as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPage {
    /// The picture.
    pub picture: Picture,
    /// What it is a picture of: an area that is marked on it is meant for this and nothing else.
    pub seen: SeenTag,
}

/// A page that staff look at.
struct StaffLook {
    covered: Covered,
    version: FileVersion,
    key: ViewKey,
}

impl Gate {
    /// Covers an area from the next picture on, for everybody. The share gives no originals from now on; downloads under way are cut.
    ///
    /// The area belongs to the document as it is now. With `seen`, from the page that it was marked on, it must still be what was looked at.
    pub async fn redact(&self, page: PageOf, area: Area, seen: Option<SeenTag>, by: Actor) -> Result<RedactionView, RedactionError> {
        let look = self.staff_look(&page, by).await?;
        let (opened, _) = self.staff_work(&look, &page, Job::Open).await?;
        if seen.is_some_and(|seen| seen != self.seen(&look, &page, &opened)) {
            return Err(RedactionError::ChangedSinceSeen);
        }
        let pages = opened.pages.len();
        if page.page == 0 || usize::try_from(page.page).is_ok_and(|number| number > pages) {
            return Err(RedactionError::NoSuchPage(page.document, pages));
        }
        let (id, layout, version) = (RedactionId::from_bytes(random::bytes()), opened.layout.clone(), look.version.clone());
        let transaction = move |t: &mut Tx<'_>| {
            there_is_room(t.state(), &page)?;
            t.emit(Event::RedactionAdded {
                redaction: id,
                share: page.share,
                document: Private::new(Subject::Share(page.share), page.document.clone()),
                part: page.part.clone(),
                page: page.page,
                area,
                version: version.clone(),
                layout: layout.clone(),
                by,
            });
            let made = t.state().redactions.get(&(page.share, id)).cloned();
            made.ok_or_else(|| RedactionError::Unknown("share", page.share.to_string()))
        };
        let made = self.ledger.tx(Class::First, transaction).await?;
        Ok(redaction_view(&made, false))
    }

    /// Covers an area no longer; says which share it was. With the last one of a share gone, its policy alone says what it gives.
    pub async fn unredact(&self, id: RedactionId, by: Actor) -> Result<ShareId, RedactionError> {
        let transaction = move |t: &mut Tx<'_>| {
            let found = t.state().redactions.keys().find(|(_, known)| *known == id).copied();
            let (share, redaction) = found.ok_or_else(|| RedactionError::Unknown("covered area", id.to_string()))?;
            t.emit(Event::RedactionRemoved { redaction, share, by });
            Ok(share)
        };
        self.ledger.tx(Class::First, transaction).await
    }

    /// What is covered in a share's documents, in the order of documents and pages, each with whether its document is another by now.
    pub async fn redactions(&self, share: ShareId) -> Option<Vec<RedactionView>> {
        let state = self.ledger.state();
        let items = state.shares.get(&share)?.items.get().cloned().unwrap_or_default();
        let mut versions: BTreeMap<DocumentName, Option<FileVersion>> = BTreeMap::new();
        for name in state.redactions_of(share).filter_map(|redaction| redaction.document.get()) {
            if !versions.contains_key(name) {
                let stat = match find(&items, name) {
                    Some(covered) => self
                        .documents
                        .stat(&place_of(&covered), covered.pinned.as_ref().map(|pinned| &pinned.version))
                        .await
                        .ok(),
                    None => None,
                };
                versions.insert(name.clone(), stat.map(|stat| stat.version));
            }
        }
        let now = |redaction: &Redaction| redaction.document.get().and_then(|name| versions.get(name)).and_then(Option::as_ref);
        let mut all: Vec<&Arc<Redaction>> = state.redactions_of(share).collect();
        all.sort_by_key(|redaction| (redaction.document.get().cloned(), redaction.part.clone(), redaction.page, redaction.area));
        Some(
            all.into_iter()
                .map(|redaction| redaction_view(redaction, !now(redaction).is_some_and(|now| redaction.version.is_still(now))))
                .collect(),
        )
    }

    /// The covered area that an id or the unique beginning of one means.
    pub fn find_redaction(&self, text: &str) -> Option<RedactionId> {
        let state = self.ledger.state();
        let mut found = state.redactions.keys().filter(|(_, id)| text.len() >= 4 && id.to_string().starts_with(text));
        match (found.next(), found.next()) {
            (Some((_, only)), None) => Some(*only),
            _ => None,
        }
    }

    /// A page as staff see it: with what is covered on this version of it, and marked as theirs; on request with a grid
    /// of per cents, to read areas from. Makes no receipt.
    pub async fn staff_page(&self, page: &PageOf, dpi: u16, grid: bool, by: Actor) -> Result<StaffPage, RedactionError> {
        let look = self.staff_look(page, by).await?;
        for _ in 0..TRIES {
            let (opened, _) = self.staff_work(&look, page, Job::Open).await?;
            let covering = Covering::of_version(&self.ledger.state(), page.share, &look.version).laid_out_as(&opened.layout);
            let job = PageJob {
                page: page.page,
                dpi: dpi.clamp(DPI_LEAST, DPI_MOST),
                covered: covering.on(&page.part, page.page),
                grid,
                mark: Some(Mark { text: STAFF_MARK.to_owned(), strength: Strength::Light }),
            };
            let (drawn, done) = self.staff_work(&look, page, Job::Page(job)).await?;
            let Done::Page(picture) = done else {
                return Err(RedactionError::NoPreview(page.document.clone(), Trouble::Unavailable));
            };
            // Opened anew in between, it may have come to lie otherwise; other areas are covered then.
            if drawn.layout == opened.layout {
                return Ok(StaffPage { picture, seen: self.seen(&look, page, &drawn) });
            }
        }
        Err(RedactionError::NoPreview(page.document.clone(), Trouble::Busy))
    }

    fn seen(&self, look: &StaffLook, page: &PageOf, opened: &Opened) -> SeenTag {
        seen_tag(&self.keys, page.share, &page.document, &page.part, &look.version, &opened.layout)
    }

    async fn staff_look(&self, page: &PageOf, by: Actor) -> Result<StaffLook, RedactionError> {
        let state = self.ledger.state();
        let share = state
            .shares
            .get(&page.share)
            .ok_or_else(|| RedactionError::Unknown("share", page.share.to_string()))?;
        let not_here = || RedactionError::NotInShare(page.document.clone());
        let covered = share.items.get().and_then(|items| find(items, &page.document)).ok_or_else(not_here)?;
        let unreadable = |error| match error {
            StoreError::Changed => RedactionError::Changed(page.document.clone()),
            error => RedactionError::Unreadable(page.document.clone(), error),
        };
        let pinned = covered.pinned.as_ref().map(|pinned| &pinned.version);
        let stat = self.documents.stat(&place_of(&covered), pinned).await.map_err(unreadable)?;
        match stat.kind {
            Kind::Folder => Err(not_here()),
            Kind::Document => {
                let name = format!("staff {by:?} {} {} {}", page.share, stat.version, page.document);
                Ok(StaffLook { covered, version: stat.version, key: ViewKey { view: sha256(&[name.as_bytes()]), reader: STAFF } })
            }
        }
    }

    async fn staff_work(&self, look: &StaffLook, page: &PageOf, job: Job) -> Result<(Arc<Opened>, Done), RedactionError> {
        let language = self.ledger.state().shares.get(&page.share).map_or_else(Language::default, |share| share.language);
        let feed = self.feed_of(place_of(&look.covered), &look.covered.label, look.version.clone(), language);
        let done = self.preview.run(&look.key, page.part.numbers(), &feed, job).await;
        done.map_err(|trouble| RedactionError::NoPreview(page.document.clone(), trouble))
    }
}

/// Whether one more area fits the share and the page.
fn there_is_room(state: &State, page: &PageOf) -> Result<(), RedactionError> {
    let share = state
        .shares
        .get(&page.share)
        .ok_or_else(|| RedactionError::Unknown("share", page.share.to_string()))?;
    if share.redacted >= REDACTIONS_PER_SHARE {
        return Err(RedactionError::TooMany("in one share", REDACTIONS_PER_SHARE));
    }
    let here = |other: &&Arc<Redaction>| other.page == page.page && other.part == page.part && other.document.get() == Some(&page.document);
    if state.redactions_of(page.share).filter(here).count() >= AREAS_PER_PAGE {
        return Err(RedactionError::TooMany("on one page", AREAS_PER_PAGE));
    }
    Ok(())
}

fn redaction_view(redaction: &Redaction, changed: bool) -> RedactionView {
    RedactionView {
        id: redaction.id.to_string(),
        share: redaction.share.to_string(),
        document: redaction.document.get().map_or_else(|| ERASED.to_owned(), shown),
        part: (!redaction.part.is_whole()).then(|| redaction.part.to_string()),
        page: redaction.page,
        area: redaction.area.to_string(),
        version: redaction.version.to_string(),
        added: redaction.added.to_string(),
        changed,
    }
}
