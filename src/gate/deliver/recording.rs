//! Sound and film: played from the document itself, so only where the share gives that; everywhere else it is said, and nothing leaves.

use crate::documents::media;
use crate::documents::recording::Recording as Kind;
use crate::domain::policy::Delivery;
use crate::domain::receipt::Action;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::admit_document;
use crate::gate::refusal::Refusal;
use crate::gate::view::{View, ViewRequest};
use crate::preview::job::Trouble;

/// Sound or film that browsers play and that the share lets its recipients have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its own name, without folders.
    pub name: String,
    /// Whether there is something to see.
    pub film: bool,
    /// Its media type, without parameters.
    pub media_type: &'static str,
    /// Catalogue id of its kind.
    pub kind: &'static str,
    /// Its length in bytes.
    pub size: u64,
    /// When access ends if nothing more is asked.
    pub ends: Timestamp,
}

/// What the page of a document shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// Pictures of its pages.
    Pages(View),
    /// Something to play.
    Recording(Recording),
}

impl Gate {
    /// Opens a document for its page. Nothing is shown or played by that, so it makes no receipt. Sound and film need no worker.
    pub async fn shown_as(&self, request: &ViewRequest) -> Result<Shown, Refusal> {
        // What is inside of a document is only looked at.
        let whole = request.part.is_whole();
        let named = whole && media::is_named_as_recording(request.path.file_name().as_bytes());
        if named && let Some(recording) = self.recording(request).await? {
            return Ok(Shown::Recording(recording));
        }
        let refusal = match self.view(request).await {
            Ok(view) => return Ok(Shown::Pages(view)),
            Err(refusal) => refusal,
        };
        let trouble = match &refusal {
            Refusal::Preview(_, trouble @ (Trouble::Media | Trouble::TooLarge | Trouble::Unavailable | Trouble::Unsupported)) => *trouble,
            _ => return Err(refusal),
        };
        if whole
            && !named
            && let Some(recording) = self.recording(request).await?
        {
            return Ok(Shown::Recording(recording));
        }
        let gives = self.session(request.share, request.proof)?.share().delivery();
        Err(if trouble == Trouble::Media && gives == Delivery::Download { Refusal::NotPlayed(request.share) } else { refusal })
    }

    /// A document as sound or film, if its first bytes say that it is; a refusal where the share gives no originals.
    async fn recording(&self, request: &ViewRequest) -> Result<Option<Recording>, Refusal> {
        let share = request.share;
        let permit = admit_document(self.session(share, request.proof)?, &request.path, Action::Preview)?;
        let covered = permit.covered();
        let _turn = self.turn_at(covered)?;
        let document = self.open_pinned(covered, permit.admitted().share()).await;
        let document = document.map_err(|error| self.not_had(share, covered, error))?;
        let Some(kind) = document.media_type.recording() else { return Ok(None) };
        // Access, or what the share gives, may have changed while it was opened.
        let admitted = self.session(share, request.proof)?;
        if admitted.share().delivery() != Delivery::Download {
            return Err(Refusal::Preview(share, Trouble::Media));
        }
        Ok(Some(Recording {
            name: covered.label.file_name(),
            film: kind == Kind::Film,
            media_type: document.media_type.essence(),
            kind: document.media_type.kind_word(),
            size: document.size,
            ends: self.session_ends(&admitted),
        }))
    }
}
