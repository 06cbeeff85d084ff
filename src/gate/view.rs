//! Looking at documents: pictures of their pages, drawn by a worker that is given the document and gives nothing of it back.
//!
//! A picture is drawn before its receipt is put down, so that what cannot be drawn makes none; and it leaves only after, when the receipt's own
//! transaction has let the recipient in anew and nothing more was covered meanwhile.

pub mod copy;
mod look;
pub mod open;
mod picture_body;

use crate::documents::Turn;
use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::part::PartPath;
use crate::domain::policy::Delivery;
use crate::domain::receipt::Action;
use crate::domain::redaction::Area;
use crate::domain::shown::Extent;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::ending::Ending;
use crate::gate::progress::PageShown;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::ledger::event::Origin;
use crate::ledger::state::Receipt;
use crate::limit::connection::ConnectionHandle;
use crate::limit::cut::CutWatch;
use crate::preview::job::{Done, Job, Kind, Note, Opened, PageJob, PageSize, Part, Trouble};
use crate::preview::limits::{DPI_LEAST, DPI_MOST};
use look::Look;
pub use picture_body::PictureBody;
use std::sync::Arc;

/// A picture whose longer side is no longer than this, in dots, shows that there is a page and not what it says; it is no page that was shown, nor is one
/// at the smallest resolution there is.
pub const THUMBNAIL_SIDE: u32 = 320;
/// How often a page is drawn again because its receipt or what is covered on it changed meanwhile.
const TRIES: usize = 4;

/// What somebody wants to look at.
#[derive(Debug, Clone)]
pub struct ViewRequest {
    /// The share that the address names.
    pub share: ShareId,
    /// What shows the session.
    pub proof: Option<Proof>,
    /// The document.
    pub path: DocumentPath,
    /// Which document inside it.
    pub part: PartPath,
}

/// A document that can be looked at, as its viewer needs to know it.
#[derive(Debug, Clone)]
pub struct View {
    /// Its own name, without folders.
    pub name: String,
    /// Its path towards recipients.
    pub path: DocumentPath,
    /// The size of each page.
    pub pages: Vec<PageSize>,
    /// What it was read as.
    pub kind: Kind,
    /// What the reader should know of how it is shown.
    pub notes: Vec<Note>,
    /// Documents inside it. Where anything of this one is covered they have no names: a name may be among what is covered.
    pub parts: Vec<Part>,
    /// In which form the share gives its documents.
    pub delivery: Delivery,
    /// Whether its pages may be printed.
    pub print: bool,
    /// Whether the text of its pages stands beside them.
    pub text: bool,
    /// When access ends if nothing more is asked.
    pub ends: Timestamp,
}

/// What may be given out of a page, and to whom.
struct Shown {
    receipt: Arc<Receipt>,
    opened: Arc<Opened>,
    done: Done,
    watch: CutWatch,
}

impl Gate {
    /// Opens a document for its viewer. No page is shown by that, so it makes no receipt.
    pub async fn view(&self, request: &ViewRequest) -> Result<View, Refusal> {
        let look = self.first_look(request, Action::Preview).await?;
        let (opened, _) = self.work_on(&look, &request.part, Job::Open).await?;
        // Access may have ended while it was opened.
        let look = self.look(request, Action::Preview).await?;
        let share = look.permit.admitted().share();
        let nameless = look.covering.touches(&request.part);
        let part = |part: &Part| Part { name: if nameless { String::new() } else { part.name.clone() }, size: part.size };
        Ok(View {
            name: look.permit.covered().label.file_name(),
            path: look.permit.covered().label.clone(),
            pages: opened.pages.clone(),
            kind: opened.kind,
            notes: opened.notes.clone(),
            parts: opened.parts.iter().map(part).collect(),
            delivery: share.delivery(),
            print: share.policy.print,
            text: share.policy.text,
            ends: self.session_ends(look.permit.admitted()),
        })
    }

    /// A page as a picture, marked. When this returns, its receipt is on the disk; a revocation either came before it and refuses, or comes
    /// after it and cuts the picture off. So does more being covered. `dpi` is brought within its bounds.
    ///
    /// It takes none of the places for documents of its connection: a reader's pages must not keep a download waiting that may never get one.
    /// What pictures under way may take in memory is bounded for each reader (`preview/room.rs`), their number by the streams of a connection.
    pub async fn picture(
        self: &Arc<Self>,
        request: &ViewRequest,
        page: u32,
        dpi: u16,
        connection: &ConnectionHandle,
        origin: Origin,
    ) -> Result<PictureBody, Refusal> {
        self.count_picture(request, &origin)?;
        let turn = self.turn(&self.session(request.share, request.proof)?, &request.path)?;
        let dpi = dpi.clamp(DPI_LEAST, DPI_MOST);
        let job =
            |look: &Look<'_>, covered: Vec<Area>| Job::Page(PageJob { page, dpi, covered, grid: false, mark: Some(look.mark.clone()) });
        let Shown { receipt, opened, done, watch } = self.shown(request, page, &origin, &job, Some(turn)).await?;
        let Done::Page(picture) = done else { return Err(Refusal::Preview(request.share, Trouble::Unavailable)) };
        let at = (dpi > DPI_LEAST && picture.width.max(picture.height) > THUMBNAIL_SIDE).then_some(true);
        self.note_page(&receipt, request, &opened, page, picture.jpeg.len() as u64, at);
        let ending = Ending::over(connection, watch);
        Ok(PictureBody::new(picture.jpeg, ending))
    }

    /// The text of a page, for those to whom it is read aloud; nothing where the policy has no text. When this returns, its receipt is on the disk.
    pub async fn page_text(&self, request: &ViewRequest, page: u32, origin: Origin) -> Result<Option<String>, Refusal> {
        self.count_picture(request, &origin)?;
        if !self.session(request.share, request.proof)?.share().policy.text {
            return Ok(None);
        }
        let job = |_: &Look<'_>, covered: Vec<Area>| Job::Text { page, covered };
        let Shown { receipt, opened, done, .. } = self.shown(request, page, &origin, &job, None).await?;
        let Done::Text(text) = done else { return Err(Refusal::Preview(request.share, Trouble::Unavailable)) };
        if !self.session(request.share, request.proof)?.share().policy.text {
            return Ok(None);
        }
        // The picture beside it is what counts as one time more.
        self.note_page(&receipt, request, &opened, page, text.len() as u64, Some(false));
        Ok(Some(text))
    }

    /// Does a job on a page, and gives it out only under a receipt on the disk and with all covered that is covered now. `turn` is for the first look.
    async fn shown(
        &self,
        request: &ViewRequest,
        page: u32,
        origin: &Origin,
        job: &(impl Fn(&Look<'_>, Vec<Area>) -> Job + Sync),
        mut turn: Option<Turn>,
    ) -> Result<Shown, Refusal> {
        for _ in 0..TRIES {
            let admitted = self.session(request.share, request.proof)?;
            // Watched before it is looked at, so that no revocation can fall between; anew each time, for what was drawn anew is not cut by
            // what made it so.
            let watch = self.cuts.watch(admitted.whose(), admitted.ends());
            let look = self.look(request, Action::Preview).await?;
            // Drawing may take long, and the store has no part in it.
            drop(turn.take());
            let job = job(&look, look.covering.on(&request.part, page));
            let (opened, done) = self.work_on(&look, &request.part, job).await?;
            let receipt = self
                .receipt(&look.permit, request.proof, look.version.clone(), Some(look.receipt), || origin.clone())
                .await;
            let (receipt, _) = receipt.inspect_err(|_| self.preview.end(&look.key))?;
            // Of several first pictures at once one makes the receipt, and the others bear its number when they are drawn again.
            if receipt.id == look.receipt && self.is_still_covered_so(&look) {
                return Ok(Shown { receipt, opened, done, watch });
            }
        }
        Err(Refusal::Busy)
    }

    fn note_page(&self, receipt: &Receipt, request: &ViewRequest, opened: &Opened, page: u32, bytes: u64, shown: Option<bool>) {
        let extent = extent(opened);
        let page = shown.map(|again| PageShown { part: &request.part, extent, page, at: self.clock.now(), again });
        self.progress.show(receipt, bytes, page.as_ref());
    }
}

/// How many pages a document has, and how many documents inside it. One that is shown only in its first part has a page more than can be
/// shown, so that nobody has seen all of it.
fn extent(opened: &Opened) -> Extent {
    let more = usize::from(opened.notes.contains(&Note::Shortened));
    Extent {
        pages: u32::try_from(opened.pages.len() + more).unwrap_or(u32::MAX),
        inside: u16::try_from(opened.parts.len()).unwrap_or(u16::MAX),
    }
}
