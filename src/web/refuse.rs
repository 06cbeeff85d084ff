//! The only place where a refusal becomes a status and a page.

pub(in crate::web) mod at_hand;

use crate::domain::ids::ShareId;
use crate::gate::refusal::Refusal;
use crate::preview::job::Trouble;
use crate::web::Web;
use crate::web::pages::{Frame, MoreTimeView, RefusalKind, RefusalPage};
use axum::response::{Html, IntoResponse, Response};
use http::header::{CONNECTION, HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use std::time::Duration;

/// How long to wait when too much is under way.
const BUSY_SECONDS: u64 = 5;
/// How long the page waits that shows itself again when a worker may be free.
const DRAWING_SECONDS: u64 = 3;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// The page of a refusal by the gate.
pub fn refusal(web: &Web, refusal: &Refusal) -> Response {
    let kind = match refusal {
        Refusal::AgreeAnew(_) => RefusalKind::AgreeAnew,
        Refusal::ArchiveChanged(_) => RefusalKind::ArchiveChanged,
        Refusal::ArchiveTooLarge(_) => RefusalKind::ArchiveTooLarge,
        Refusal::Busy => RefusalKind::Busy,
        Refusal::ChangedSinceRedacted(_) => RefusalKind::ChangedSinceRedacted,
        Refusal::DocumentChanged(_) => RefusalKind::DocumentChanged,
        Refusal::DocumentMissing(_) => RefusalKind::DocumentMissing,
        Refusal::Expired(_) => RefusalKind::Expired,
        Refusal::MarkedOnly(_) => RefusalKind::MarkedOnly,
        Refusal::NoSession => RefusalKind::NoSession,
        Refusal::NoUploads(_) => RefusalKind::NoUploads,
        Refusal::NotInShare(_) => RefusalKind::NotInShare,
        Refusal::NotPlayed(_) => RefusalKind::NotPlayed,
        Refusal::Preview(_, trouble) => of_trouble(*trouble),
        Refusal::PreviewOnly(_) => RefusalKind::PreviewOnly,
        Refusal::RateLimited(_) => RefusalKind::TooManyRequests,
        Refusal::RecipientStopped(_) => RefusalKind::RecipientStopped,
        Refusal::SessionEnded(_) => RefusalKind::SessionEnded,
        Refusal::Stopped(_) => RefusalKind::Stopped,
        Refusal::StoreUnavailable(..) => RefusalKind::StoreUnavailable,
        Refusal::TextChanged(_) => RefusalKind::TextChanged,
        Refusal::UnknownLink => RefusalKind::UnknownLink,
    };
    let share = refusal.share();
    // Only somebody with a session meets these, and for them the list is the way on.
    let in_session = matches!(
        refusal,
        Refusal::ArchiveChanged(_)
            | Refusal::ArchiveTooLarge(_)
            | Refusal::ChangedSinceRedacted(_)
            | Refusal::DocumentChanged(_)
            | Refusal::DocumentMissing(_)
            | Refusal::MarkedOnly(_)
            | Refusal::NoUploads(_)
            | Refusal::NotInShare(_)
            | Refusal::NotPlayed(_)
            | Refusal::Preview(..)
            | Refusal::PreviewOnly(_)
            | Refusal::StoreUnavailable(..)
    );
    let details = Details {
        owner_name: share.and_then(|share| web.gate().owner_name(share)),
        back: match refusal {
            Refusal::AgreeAnew(share) => Some(format!("/d/{share}/terms")),
            _ => share.filter(|_| in_session).map(|share| format!("/d/{share}/")),
        },
        wait: match refusal {
            Refusal::RateLimited(wait) => Some(*wait),
            Refusal::Preview(_, Trouble::Busy) => Some(Duration::from_secs(DRAWING_SECONDS)),
            Refusal::Preview(_, Trouble::Unreadable) => Some(Duration::from_secs(BUSY_SECONDS)),
            Refusal::Busy | Refusal::StoreUnavailable(..) => Some(Duration::from_secs(BUSY_SECONDS)),
            _ => None,
        },
        again: kind == RefusalKind::PreviewBusy,
        more_time: None,
    };
    tracing::debug!(reason = refusal.word(), share = share.map(tracing::field::display), "refused");
    page(web, kind, details)
}

const fn of_trouble(trouble: Trouble) -> RefusalKind {
    match trouble {
        Trouble::Busy => RefusalKind::PreviewBusy,
        Trouble::Damaged => RefusalKind::PreviewDamaged,
        Trouble::Empty => RefusalKind::PreviewEmpty,
        Trouble::Media => RefusalKind::PreviewMedia,
        Trouble::NoSuchPage => RefusalKind::PreviewPage,
        Trouble::Protected => RefusalKind::PreviewProtected,
        Trouble::TooHard => RefusalKind::PreviewTooHard,
        Trouble::TooLarge => RefusalKind::PreviewTooLarge,
        Trouble::Unavailable => RefusalKind::PreviewUnavailable,
        Trouble::Unreadable => RefusalKind::PreviewUnreadable,
        Trouble::Unsupported => RefusalKind::PreviewUnsupported,
    }
}

/// The page of a refusal that is about the request's form alone.
pub fn plain(web: &Web, kind: RefusalKind) -> Response {
    page(web, kind, Details::default())
}

/// The page for a link whose disclaimer is not the one that was shown; it leads back to the link's page.
pub fn text_changed(web: &Web, link_page: String) -> Response {
    page(web, RefusalKind::TextChanged, Details { back: Some(link_page), ..Details::default() })
}

/// The page of a share that has ended, for somebody with a true link: they may ask for more time.
pub fn ended(web: &Web, share: ShareId, more_time: Option<MoreTimeView>) -> Response {
    page(web, RefusalKind::Expired, Details { owner_name: web.gate().owner_name(share), more_time, ..Details::default() })
}

/// What else a refusal's page tells.
#[derive(Debug, Default)]
struct Details {
    more_time: Option<MoreTimeView>,
    owner_name: Option<String>,
    back: Option<String>,
    wait: Option<Duration>,
    again: bool,
}

fn page(web: &Web, kind: RefusalKind, details: Details) -> Response {
    let status = status(kind);
    let named = matches!(kind, RefusalKind::TooManyRequests);
    let at = details.wait.filter(|_| named).map(|wait| web.when(web.gate().now().plus(wait)));
    let page = RefusalPage {
        kind,
        status: status.as_u16(),
        owner_name: details.owner_name,
        at,
        back: details.back,
        again: details.again,
        more_time: details.more_time,
    };
    let make = || page.render(&frame(web));
    // What names a person or leads on is that person's, and the query stands in the links to other languages.
    let is_anybodys = page.owner_name.is_none() && page.back.is_none() && page.more_time.is_none() && !page.again;
    let html = if is_anybodys && web.spoken().query.is_empty() {
        web.shared.refusals.page((web.spoken().language, kind, page.at.clone()), make)
    } else {
        make().into()
    };
    let mut response = (status, Html(html)).into_response();
    if let Some(wait) = details.wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    if let Some(wait) = details.wait.filter(|_| details.again) {
        response.headers_mut().insert(REFRESH, HeaderValue::from(wait.as_secs().max(1)));
    }
    if matches!(kind, RefusalKind::FormTooLarge) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What all pages have in common.
pub fn frame(web: &Web) -> Frame<'_> {
    let settings = web.gate().settings();
    Frame {
        words: web.words(),
        organisation: &settings.organisation,
        contact: &settings.contact,
        query: &web.spoken().query,
        brand: web.brand(),
    }
}

const fn status(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::BadForm => StatusCode::BAD_REQUEST,
        RefusalKind::Busy | RefusalKind::PreviewBusy | RefusalKind::PreviewUnreadable | RefusalKind::StoreUnavailable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        RefusalKind::AgreeAnew
        | RefusalKind::CrossSite
        | RefusalKind::MarkedOnly
        | RefusalKind::NoSession
        | RefusalKind::NoUploads
        | RefusalKind::PreviewOnly
        | RefusalKind::SessionEnded => StatusCode::FORBIDDEN,
        RefusalKind::ArchiveChanged | RefusalKind::ChangedSinceRedacted | RefusalKind::DocumentChanged | RefusalKind::TextChanged => {
            StatusCode::CONFLICT
        }
        RefusalKind::DocumentMissing
        | RefusalKind::NotFound
        | RefusalKind::NotInShare
        | RefusalKind::PreviewPage
        | RefusalKind::UnknownLink => StatusCode::NOT_FOUND,
        RefusalKind::Expired | RefusalKind::RecipientStopped | RefusalKind::Stopped => StatusCode::GONE,
        RefusalKind::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        RefusalKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        RefusalKind::Misdirected => StatusCode::MISDIRECTED_REQUEST,
        RefusalKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        RefusalKind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        RefusalKind::ArchiveTooLarge
        | RefusalKind::NotPlayed
        | RefusalKind::PreviewDamaged
        | RefusalKind::PreviewEmpty
        | RefusalKind::PreviewMedia
        | RefusalKind::PreviewProtected
        | RefusalKind::PreviewTooHard
        | RefusalKind::PreviewTooLarge
        | RefusalKind::PreviewUnsupported => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::PreviewUnavailable => StatusCode::NOT_IMPLEMENTED,
        RefusalKind::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
    }
}

/// An address that is not in the route table.
pub async fn not_found(web: Web) -> Response {
    web.gate().counts().unknown();
    plain(&web, RefusalKind::NotFound)
}

/// A method that an address does not take; the router adds `Allow`.
pub async fn method_not_allowed(web: Web) -> Response {
    plain(&web, RefusalKind::MethodNotAllowed)
}
