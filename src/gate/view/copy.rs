//! Marked copies: a PDF made of the marked pictures of all pages, drawn one after the other while it goes out.

use crate::domain::bounds::CHUNK_BYTES;
use crate::domain::part::PartPath;
use crate::domain::receipt::Action;
use crate::gate::Gate;
use crate::gate::progress::PageShown;
use crate::gate::refusal::Refusal;
use crate::gate::stream::{Delivery, DeliveryBody, Source};
use crate::gate::view::look::Look;
use crate::gate::view::{TRIES, ViewRequest, extent};
use crate::ledger::event::Origin;
use crate::ledger::state::Receipt;
use crate::limit::connection::ConnectionHandle;
use crate::preview::album::Album;
use crate::preview::job::{Done, Job, Mark, Opened, PageJob, Picture, Trouble};
use crate::preview::limits::DPI_PDF;
use bytes::Bytes;
use futures_util::stream;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How often a page is asked for again while every worker is busy.
const BUSY_TRIES: u32 = 10;
/// How long to wait before that.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// A marked copy on its way.
#[derive(Debug)]
pub struct MarkedPdf {
    /// What it is saved as: the document's name, and `.pdf` where that is another.
    pub name: String,
    /// The copy; its length is not known before its end.
    pub body: DeliveryBody,
}

/// Where a copy is.
struct Copying {
    gate: Arc<Gate>,
    request: ViewRequest,
    receipt: Arc<Receipt>,
    opened: Arc<Opened>,
    mark: Mark,
    album: Option<Album>,
    /// The page that is drawn next, from 1.
    next: u32,
    /// The first page, which was drawn before the receipt was made.
    first: Option<Picture>,
    /// A page that was handed over and is not put down yet.
    handed: Option<u32>,
    pieces: VecDeque<Bytes>,
}

impl Gate {
    /// Whether somebody may take a marked copy, and what it is saved as. Makes no receipt.
    pub async fn marked_name(&self, request: &ViewRequest) -> Result<String, Refusal> {
        Ok(file_name(&self.first_look(request, Action::Watermarked).await?))
    }

    /// A marked copy of a document. When this returns, its receipt is on the disk; the end of access, or more being covered, cuts it off.
    pub async fn marked_pdf(
        self: &Arc<Self>,
        request: &ViewRequest,
        connection: &ConnectionHandle,
        origin: Origin,
    ) -> Result<MarkedPdf, Refusal> {
        self.count_picture(request, &origin)?;
        let request = ViewRequest { part: PartPath::default(), ..request.clone() };
        let admitted = self.session(request.share, request.proof)?;
        let place = connection.acquire_stream().await;
        // Watched before it is looked at, so that no revocation can fall between.
        let watch = self.cuts.watch(admitted.whose(), admitted.ends());
        for _ in 0..TRIES {
            let look = self.first_look(&request, Action::Watermarked).await?;
            let (opened, first) = self.copied_page(&look, &look.mark, 1).await?;
            let receipt = self
                .receipt(&look.permit, request.proof, look.version.clone(), Some(look.receipt), || origin.clone())
                .await;
            let (receipt, again) = receipt.inspect_err(|_| self.preview.end(&look.key))?;
            if receipt.id != look.receipt || !self.is_still_covered_so(&look) {
                continue;
            }
            let transfer = self.progress.begin(&receipt, 0, again);
            let (name, mark, admitted) = (file_name(&look), look.mark.clone(), look.permit.admitted().clone());
            let pages = u16::try_from(opened.pages.len()).unwrap_or(u16::MAX);
            let (album, head) = Album::begin(pages);
            let (gate, first) = (Arc::clone(self), Some(first));
            let copying = Copying {
                gate,
                request,
                receipt,
                opened,
                mark,
                album: Some(album),
                next: 1,
                first,
                handed: None,
                pieces: VecDeque::from([head.into()]),
            };
            let source = Source::Made(Box::pin(stream::try_unfold(copying, Copying::piece)));
            let delivery = Delivery { source, left: None, admitted, transfer, watch, place };
            return Ok(MarkedPdf { name, body: DeliveryBody::start(Arc::clone(self), delivery, connection) });
        }
        Err(Refusal::Busy)
    }

    /// A page of a copy as a picture.
    async fn copied_page(&self, look: &Look<'_>, mark: &Mark, page: u32) -> Result<(Arc<Opened>, Picture), Refusal> {
        let (whole, share) = (PartPath::default(), look.permit.admitted().share().id);
        let covered = look.covering.on(&whole, page);
        let job = Job::Page(PageJob { page, dpi: DPI_PDF, covered, grid: false, mark: Some(mark.clone()) });
        match self.work_on(look, &whole, job).await? {
            (opened, Done::Page(picture)) => Ok((opened, picture)),
            _ => Err(Refusal::Preview(share, Trouble::Unavailable)),
        }
    }
}

impl Copying {
    /// The next piece; nothing after the last one.
    async fn piece(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Ok(Some((piece, self)));
            }
            // Asked for the next piece: the page before it was taken.
            self.note_handed();
            let Some(size) = self.next.checked_sub(1).and_then(|at| self.opened.pages.get(usize::try_from(at).ok()?)).copied() else {
                let Some(album) = self.album.take() else { return Ok(None) };
                let end = album.end().ok_or_else(|| io::Error::other("a page is missing"))?;
                self.pieces.push_back(end.into());
                continue;
            };
            let picture = match self.first.take() {
                Some(first) => first,
                None => self.draw().await.map_err(|refusal| io::Error::other(refusal.to_string()))?,
            };
            let album = self.album.as_mut().ok_or_else(|| io::Error::other("the copy has ended"))?;
            let [before, mut jpeg, after] = album.page(size, &picture)?;
            // The last piece is a copy: while it is on its way and the next page is drawn, it holds none of that page's room in memory.
            let last = jpeg.split_off(jpeg.len().saturating_sub(CHUNK_BYTES));
            self.pieces.push_back(before);
            while !jpeg.is_empty() {
                self.pieces.push_back(jpeg.split_to(jpeg.len().min(CHUNK_BYTES)));
            }
            self.pieces.push_back([last, after].concat().into());
            self.handed = Some(self.next);
            self.next += 1;
        }
    }

    /// Draws the next page, as it is let and covered now.
    async fn draw(&self) -> Result<Picture, Refusal> {
        let mut tries = 0;
        loop {
            let look = self.gate.look(&self.request, Action::Watermarked).await?;
            // Another version, or a layout with other pages, is another document.
            if look.version != self.receipt.version {
                return Err(Refusal::DocumentChanged(self.request.share));
            }
            match self.gate.copied_page(&look, &self.mark, self.next).await {
                Ok((opened, _)) if opened.layout != self.opened.layout || opened.pages.len() != self.opened.pages.len() => {
                    return Err(Refusal::DocumentChanged(self.request.share));
                }
                Ok((_, picture)) if self.gate.is_still_covered_so(&look) => return Ok(picture),
                Ok(_) => {}
                Err(Refusal::Preview(_, Trouble::Busy)) => self.gate.clock.wait_until(self.gate.clock.now().plus(BUSY_WAIT)).await,
                Err(refusal) => return Err(refusal),
            }
            tries += 1;
            if tries >= BUSY_TRIES {
                return Err(Refusal::Busy);
            }
        }
    }

    fn note_handed(&mut self) {
        let Some(page) = self.handed.take() else { return };
        let shown = PageShown { part: &self.request.part, extent: extent(&self.opened), page, at: self.gate.clock.now(), again: true };
        self.gate.progress.show(&self.receipt, 0, Some(&shown));
    }
}

fn file_name(look: &Look<'_>) -> String {
    let name = look.permit.covered().label.file_name();
    let is_pdf = name.len() > 4 && name.to_ascii_lowercase().ends_with(".pdf");
    if is_pdf { name } else { format!("{name}.pdf") }
}
