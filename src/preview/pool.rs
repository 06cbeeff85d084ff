//! The gateway's side of previews: one worker for each view, within bounds of number, waiting and time.

use crate::preview::feed::Feed;
use crate::preview::job::{Done, Job, Opened, Trouble};
use std::sync::Arc;

/// What one worker belongs to: one document in one recipient's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ViewKey(pub [u8; 32]);

/// The previews of this server.
#[derive(Debug)]
pub struct Preview {
    why_off: String,
}

impl Preview {
    /// No previews at all, and why.
    pub fn off(why: impl Into<String>) -> Self {
        Self { why_off: why.into() }
    }

    /// Why there are no previews, if there are none.
    pub fn unavailable(&self) -> Option<&str> {
        Some(&self.why_off)
    }

    /// Does a job on the document of a view, feeding a worker with it where none holds it.
    ///
    /// # Errors
    /// Why there is no preview, now or ever.
    pub async fn run(&self, _view: &ViewKey, _part: &[u16], _feed: &dyn Feed, _job: Job) -> Result<(Arc<Opened>, Done), Trouble> {
        Err(Trouble::Unavailable)
    }

    /// Access to a view has ended: its worker ends with it.
    pub fn end(&self, _view: &ViewKey) {}
}
