//! Areas that staff covered on pages of a share's documents, and what follows from them for the share.

use crate::crypto::sealed::Private;
use crate::domain::document::DocumentName;
use crate::domain::ids::{RedactionId, ShareId};
use crate::domain::part::PartPath;
use crate::domain::policy::Delivery;
use crate::domain::redaction::Area;
use crate::domain::time::Timestamp;
use crate::domain::version::FileVersion;
use crate::ledger::event::Actor;
use crate::ledger::state::{Share, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An area covered on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redaction {
    /// Its id.
    pub id: RedactionId,
    /// The share.
    pub share: ShareId,
    /// The document.
    pub document: Private<DocumentName>,
    /// Which document inside it.
    pub part: PartPath,
    /// The page, from 1.
    pub page: u32,
    /// What is covered.
    pub area: Area,
    /// The version it was marked on.
    pub version: FileVersion,
    /// The layout it was marked on.
    pub layout: String,
    /// Who marked it.
    pub by: Actor,
    /// When.
    pub added: Timestamp,
}

impl Share {
    /// In which form its documents really leave: with anything covered on any page, never as they are.
    pub const fn delivery(&self) -> Delivery {
        match self.policy.delivery {
            Delivery::Download if self.redacted > 0 => Delivery::Watermarked,
            as_set => as_set,
        }
    }
}

impl State {
    /// What is covered in a share's documents, in the order of its ids.
    pub fn redactions_of(&self, share: ShareId) -> impl Iterator<Item = &Arc<Redaction>> {
        let (first, last) = (RedactionId::from_bytes([0; 16]), RedactionId::from_bytes([0xff; 16]));
        self.redactions.range((share, first)..=(share, last)).map(|(_, redaction)| redaction)
    }
}
