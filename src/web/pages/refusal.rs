//! The page of each refusal: what happened, calmly, and what to do next.

use super::{Frame, MoreTimeView, finish};
use askama::Template;

/// Why a request got no other page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The text to agree to changed while somebody was signed in.
    AgreeAnew,
    /// An archive that would be another than the one asked for.
    ArchiveChanged,
    /// An archive larger than one may be.
    ArchiveTooLarge,
    /// A form without its parts, or with a token that does not fit.
    BadForm,
    /// The server has as much to do as it can carry.
    Busy,
    /// A document with covered parts that is not the one they were marked on.
    ChangedSinceRedacted,
    /// A form sent from another site.
    CrossSite,
    /// A pinned document is not the same any more.
    DocumentChanged,
    /// A document that was shared is not in its store.
    DocumentMissing,
    /// The share has run out.
    Expired,
    /// A form larger than any page sends.
    FormTooLarge,
    /// A fault of the server.
    Internal,
    /// The original of a document that may be taken away with a mark only.
    MarkedOnly,
    /// An address that does not take this method.
    MethodNotAllowed,
    /// A `Host` that is not this server's.
    Misdirected,
    /// A page of a share in a browser that has no session for it.
    NoSession,
    /// The share takes no documents.
    NoUploads,
    /// An address without a page.
    NotFound,
    /// A document or folder the share does not name.
    NotInShare,
    /// Sound or film that browsers do not play.
    NotPlayed,
    /// Every worker that draws pages is busy.
    PreviewBusy,
    /// A document that cannot be read as what it is.
    PreviewDamaged,
    /// A document without anything to show.
    PreviewEmpty,
    /// Sound or film, which could only be played from its own bytes.
    PreviewMedia,
    /// The original of a document that may only be viewed.
    PreviewOnly,
    /// A page or an attachment that the document does not have.
    PreviewPage,
    /// A document that needs a password.
    PreviewProtected,
    /// A document whose drawing takes too much time or memory.
    PreviewTooHard,
    /// A document larger than what is drawn.
    PreviewTooLarge,
    /// A server that draws no pages.
    PreviewUnavailable,
    /// A document that could not be read from its store to the end.
    PreviewUnreadable,
    /// A document of a kind that is not drawn.
    PreviewUnsupported,
    /// A conditional request whose condition does not hold.
    PreconditionFailed,
    /// A part of a document beyond its end.
    RangeNotSatisfiable,
    /// This recipient's access was ended.
    RecipientStopped,
    /// The session ran out or was ended.
    SessionEnded,
    /// The share was stopped.
    Stopped,
    /// The store does not answer.
    StoreUnavailable,
    /// The disclaimer is not the one that was shown.
    TextChanged,
    /// A limit on requests was reached.
    TooManyRequests,
    /// A link that is not one, whatever the reason.
    UnknownLink,
    /// A form in a media type that forms do not have.
    UnsupportedMedia,
}

impl RefusalKind {
    /// Every kind.
    pub const ALL: [Self; 42] = [
        Self::AgreeAnew,
        Self::ArchiveChanged,
        Self::ArchiveTooLarge,
        Self::BadForm,
        Self::Busy,
        Self::ChangedSinceRedacted,
        Self::CrossSite,
        Self::DocumentChanged,
        Self::DocumentMissing,
        Self::Expired,
        Self::FormTooLarge,
        Self::Internal,
        Self::MarkedOnly,
        Self::MethodNotAllowed,
        Self::Misdirected,
        Self::NoSession,
        Self::NoUploads,
        Self::NotFound,
        Self::NotInShare,
        Self::NotPlayed,
        Self::PreviewBusy,
        Self::PreviewDamaged,
        Self::PreviewEmpty,
        Self::PreviewMedia,
        Self::PreviewOnly,
        Self::PreviewPage,
        Self::PreviewProtected,
        Self::PreviewTooHard,
        Self::PreviewTooLarge,
        Self::PreviewUnavailable,
        Self::PreviewUnreadable,
        Self::PreviewUnsupported,
        Self::PreconditionFailed,
        Self::RangeNotSatisfiable,
        Self::RecipientStopped,
        Self::SessionEnded,
        Self::Stopped,
        Self::StoreUnavailable,
        Self::TextChanged,
        Self::TooManyRequests,
        Self::UnknownLink,
        Self::UnsupportedMedia,
    ];

    /// Its public name: in the catalogue after `refusal-`, and on the page for those who ask for help.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AgreeAnew => "agree-anew",
            Self::ArchiveChanged => "archive-changed",
            Self::ArchiveTooLarge => "archive-too-large",
            Self::BadForm => "bad-form",
            Self::Busy => "busy",
            Self::ChangedSinceRedacted => "changed-since-redacted",
            Self::CrossSite => "cross-site",
            Self::DocumentChanged => "document-changed",
            Self::DocumentMissing => "document-missing",
            Self::Expired => "expired",
            Self::FormTooLarge => "form-too-large",
            Self::Internal => "internal",
            Self::MarkedOnly => "marked-only",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Misdirected => "misdirected",
            Self::NoSession => "no-session",
            Self::NoUploads => "no-uploads",
            Self::NotFound => "not-found",
            Self::NotInShare => "not-in-share",
            Self::NotPlayed => "not-played",
            Self::PreviewBusy => "preview-busy",
            Self::PreviewDamaged => "preview-damaged",
            Self::PreviewEmpty => "preview-empty",
            Self::PreviewMedia => "preview-media",
            Self::PreviewOnly => "preview-only",
            Self::PreviewPage => "preview-page",
            Self::PreviewProtected => "preview-protected",
            Self::PreviewTooHard => "preview-too-hard",
            Self::PreviewTooLarge => "preview-too-large",
            Self::PreviewUnavailable => "preview-unavailable",
            Self::PreviewUnreadable => "preview-unreadable",
            Self::PreviewUnsupported => "preview-unsupported",
            Self::PreconditionFailed => "precondition-failed",
            Self::RangeNotSatisfiable => "range-not-satisfiable",
            Self::RecipientStopped => "recipient-stopped",
            Self::SessionEnded => "session-ended",
            Self::Stopped => "stopped",
            Self::StoreUnavailable => "store-unavailable",
            Self::TextChanged => "text-changed",
            Self::TooManyRequests => "too-many-requests",
            Self::UnknownLink => "unknown-link",
            Self::UnsupportedMedia => "unsupported-media",
        }
    }
}

/// A refusal as a page.
#[derive(Debug, Clone)]
pub struct RefusalPage {
    /// Why.
    pub kind: RefusalKind,
    /// The HTTP status it goes out with.
    pub status: u16,
    /// Who shares, where the link was a true one.
    pub owner_name: Option<String>,
    /// When to try again, as [`crate::words::figures::when`] writes it, where that is known.
    pub at: Option<String>,
    /// Where to go on: the list of the share, or for [`RefusalKind::TextChanged`] the link's page.
    pub back: Option<String>,
    /// Whether the same address may soon be asked for again: the page offers it.
    pub again: bool,
    /// Asking for more time, where the share has ended and nothing else keeps its recipient out.
    pub more_time: Option<MoreTimeView>,
}

impl RefusalPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "refusal.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a RefusalPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.part("title")
    }

    fn reason(&self) -> String {
        self.part("text")
    }

    fn next(&self) -> String {
        self.part("next")
    }

    fn back_label(&self) -> String {
        self.frame.text(if matches!(self.page.kind, RefusalKind::AgreeAnew | RefusalKind::TextChanged) {
            "refusal-read-again"
        } else {
            "refusal-back"
        })
    }

    fn reference(&self) -> String {
        self.frame
            .with("refusal-reference", &[("status", &self.page.status.to_string()), ("name", self.page.kind.name())])
    }

    fn part(&self, part: &str) -> String {
        let whom = self.page.owner_name.clone().unwrap_or_else(|| self.frame.text("whom-sender"));
        let when = match &self.page.at {
            Some(at) => self.frame.with("when-at", &[("at", at)]),
            None => self.frame.text("when-soon"),
        };
        self.frame
            .with(&format!("refusal-{}-{part}", self.page.kind.name()), &[("whom", &whom), ("when", &when)])
    }
}
