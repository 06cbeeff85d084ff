//! Why the gate says no. What the person reads and what the log says are kept apart: the page is chosen from the variant in one place of `web`.

use crate::documents::StoreError;
use crate::domain::ids::ShareId;
use crate::ledger::tx::Unavailable;
use crate::preview::job::Trouble;
use std::time::Duration;

/// A refusal. Those that name a share are only ever made for somebody who holds a true link or session of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text to agree to changed while the session was open.
    #[error("the text changed, and the recipient has not agreed to it")]
    AgreeAnew(ShareId),
    /// What an archive would hold is not what its ticket was made for.
    #[error("the archive would be another by now")]
    ArchiveChanged(ShareId),
    /// An archive would hold more than one may.
    #[error("the archive would be too large")]
    ArchiveTooLarge(ShareId),
    /// Too much is under way.
    #[error("too much is under way")]
    Busy,
    /// Areas of it are covered, and it or its layout is not what they were marked on.
    #[error("the document or its layout changed since areas of it were covered")]
    ChangedSinceRedacted(ShareId),
    /// A pinned document is not what it was.
    #[error("the document changed since it was shared")]
    DocumentChanged(ShareId),
    /// The share names it and the store has it not.
    #[error("the store has no such document any more")]
    DocumentMissing(ShareId),
    /// The share's time is over.
    #[error("the share has expired")]
    Expired(ShareId),
    /// The share gives no documents, only pictures of their pages and marked copies.
    #[error("the share gives marked copies only")]
    MarkedOnly(ShareId),
    /// No session of this share in this browser.
    #[error("no session")]
    NoSession,
    /// The share does not let recipients send documents in.
    #[error("the share takes no documents")]
    NoUploads(ShareId),
    /// The share does not cover it.
    #[error("not in the share")]
    NotInShare(ShareId),
    /// Sound or film that browsers do not play, or not from where it is, in a share that gives its documents.
    #[error("not played by browsers")]
    NotPlayed(ShareId),
    /// There is no picture of it, now or ever.
    #[error("no preview: {1}")]
    Preview(ShareId, Trouble),
    /// The share gives no documents, only pictures of their pages.
    #[error("the share is for viewing only")]
    PreviewOnly(ShareId),
    /// Asked too often.
    #[error("too many requests")]
    RateLimited(Duration),
    /// This recipient's access was stopped.
    #[error("the recipient's access was stopped")]
    RecipientStopped(ShareId),
    /// The session is over.
    #[error("the session has ended")]
    SessionEnded(ShareId),
    /// The share was stopped.
    #[error("the share was stopped")]
    Stopped(ShareId),
    /// The store cannot give it now.
    #[error("the store failed: {1}")]
    StoreUnavailable(ShareId, StoreError),
    /// The disclaimer is not the one that was shown.
    #[error("the disclaimer changed")]
    TextChanged(ShareId),
    /// Not a link of ours, or one to something that is gone without a trace.
    #[error("unknown link")]
    UnknownLink,
}

impl Refusal {
    /// The share, when the person has shown to be one of its recipients.
    pub const fn share(&self) -> Option<ShareId> {
        match self {
            Self::AgreeAnew(share)
            | Self::ArchiveChanged(share)
            | Self::ArchiveTooLarge(share)
            | Self::ChangedSinceRedacted(share)
            | Self::DocumentChanged(share)
            | Self::DocumentMissing(share)
            | Self::Expired(share)
            | Self::MarkedOnly(share)
            | Self::NoUploads(share)
            | Self::NotInShare(share)
            | Self::NotPlayed(share)
            | Self::Preview(share, _)
            | Self::PreviewOnly(share)
            | Self::RecipientStopped(share)
            | Self::SessionEnded(share)
            | Self::Stopped(share)
            | Self::StoreUnavailable(share, _)
            | Self::TextChanged(share) => Some(*share),
            Self::Busy | Self::NoSession | Self::RateLimited(_) | Self::UnknownLink => None,
        }
    }

    /// One word for logs and hourly counts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::AgreeAnew(_) => "agree-anew",
            Self::ArchiveChanged(_) => "archive-changed",
            Self::ArchiveTooLarge(_) => "archive-too-large",
            Self::Busy => "busy",
            Self::ChangedSinceRedacted(_) => "changed-since-redacted",
            Self::DocumentChanged(_) => "document-changed",
            Self::DocumentMissing(_) => "document-missing",
            Self::Expired(_) => "expired",
            Self::MarkedOnly(_) => "marked-only",
            Self::NoSession => "no-session",
            Self::NoUploads(_) => "no-uploads",
            Self::NotInShare(_) => "not-in-share",
            Self::NotPlayed(_) => "not-played",
            Self::Preview(..) => "no-preview",
            Self::PreviewOnly(_) => "preview-only",
            Self::RateLimited(_) => "rate-limited",
            Self::RecipientStopped(_) => "recipient-stopped",
            Self::SessionEnded(_) => "session-ended",
            Self::Stopped(_) => "stopped",
            Self::StoreUnavailable(..) => "store-unavailable",
            Self::TextChanged(_) => "text-changed",
            Self::UnknownLink => "unknown-link",
        }
    }

    /// What a store's error means to the holder of a session.
    pub fn of_store(share: ShareId, error: StoreError) -> Self {
        match error {
            StoreError::Missing | StoreError::NotADocument | StoreError::NotAFolder | StoreError::Refused(_) => {
                Self::DocumentMissing(share)
            }
            StoreError::Changed => Self::DocumentChanged(share),
            _ => Self::StoreUnavailable(share, error),
        }
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self::Busy
    }
}
