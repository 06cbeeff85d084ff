//! `/d/{share}/u`: the page on which documents are sent in, and its form, which needs nothing but a browser.

use crate::crypto::form::{form_token, form_token_is_right};
use crate::crypto::random::CookieSecret;
use crate::domain::bounds::FORM_BYTES;
use crate::domain::ids::ShareId;
use crate::gate::Origin;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::gate::upload::receive::Sender;
use crate::gate::upload::{Fate, UploadError};
use crate::limit::rate::Action;
use crate::web::cookies::{self, Purpose};
use crate::web::form::is_from_here;
use crate::web::pages::{RefusalKind, SentView, UploadPage, UploadProblem};
use crate::web::recipient::stay::session_view;
use crate::web::recipient::{see_other, tus};
use crate::web::{Web, refuse, request};
use crate::words::figures;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use futures_util::StreamExt;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::uri::Authority;
use multer::{Constraints, Multipart, SizeLimit};
use std::pin::pin;

/// Bytes of a form that are still read after an answer is clear: a browser that cannot send on shows no answer at all.
const READ_ON_BYTES: usize = 64 * 1024 * 1024;

/// Shows the page.
pub async fn show(web: Web, request: Request) -> Response {
    let Some(share) = request::share_of(request.uri().path()) else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    page(&web, sender(share, cookie.as_ref()), None).unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

/// Takes the form, or begins an upload that can be resumed.
pub async fn send(web: Web, request: Request) -> Response {
    let Some(share) = request::share_of(request.uri().path()) else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(refusal) = web.gate().limit(Action::Upload, request::client(&request)) {
        return refuse::refusal(&web, &refusal);
    }
    if !is_from_here(request.headers(), request.uri().authority().map(Authority::as_str)) {
        return refuse::plain(&web, RefusalKind::CrossSite);
    }
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let sender = sender(share, cookie.as_ref());
    if tus::is_tus(request.headers()) {
        return tus::begin(&web, sender, request).await;
    }
    let admitted = match web.gate().may_upload(sender) {
        Ok(permit) => permit.admitted().clone(),
        Err(refusal) => return refuse::refusal(&web, &refusal),
    };
    let origin = request::origin(&request);
    let (head, body) = request.into_parts();
    let media_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(media_type) else { return refuse::plain(&web, RefusalKind::BadForm) };
    let limits = SizeLimit::new().per_field(u64::MAX).for_field("token", FORM_BYTES as u64);
    let constraints = Constraints::new().allowed_fields(vec!["token", "file"]).size_limit(limits);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    match take(&web, sender, &admitted, &mut form, origin).await {
        Taken::All => see_other(&format!("/d/{share}/u"), Vec::new()),
        Taken::BadForm => {
            read_on(form).await;
            refuse::plain(&web, RefusalKind::BadForm)
        }
        Taken::Problem(name, error) => {
            read_on(form).await;
            problem(&web, sender, name, &error)
        }
    }
}

/// How far a form was taken.
enum Taken {
    All,
    /// It is not one of ours, or ended before its end.
    BadForm,
    /// This document of it was not taken, nor any behind it.
    Problem(String, UploadError),
}

async fn take(web: &Web, sender: Sender, admitted: &Admitted, form: &mut Multipart<'_>, origin: Origin) -> Taken {
    // The token stands first, so that not a byte is kept of a form that is not ours.
    let token = match form.next_field().await {
        Ok(Some(field)) if field.name() == Some("token") => field.text().await.unwrap_or_default(),
        _ => return Taken::BadForm,
    };
    if !form_token_is_right(web.gate().keys(), &binding(admitted), &token, web.gate().now()) {
        return Taken::BadForm;
    }
    let mut documents = 0_usize;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) if documents == 0 => return Taken::Problem(String::new(), UploadError::Missing),
            Ok(None) => return Taken::All,
            Err(_) => return Taken::Problem(String::new(), UploadError::Cut),
        };
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            // What a browser sends when nothing was chosen.
            drop(field);
            continue;
        }
        documents += 1;
        let body = pin!(field.map(|piece| piece.map_err(|_| UploadError::Cut)));
        if let Err(error) = web.gate().take_upload(sender, &name, body, origin.clone()).await {
            return Taken::Problem(name, error);
        }
    }
}

/// Reads on, within bounds, so that the answer can be seen.
async fn read_on(mut form: Multipart<'_>) {
    let mut left = READ_ON_BYTES;
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(piece)) = field.chunk().await {
            let Some(less) = left.checked_sub(piece.len()) else { return };
            left = less;
        }
    }
}

/// The session of a request for a share.
pub(super) fn sender(share: ShareId, cookie: Option<&CookieSecret>) -> Sender {
    Sender { share, proof: cookie.map(Proof::from) }
}

fn binding(admitted: &Admitted) -> [&[u8]; 3] {
    [b"upload", admitted.share().id.as_bytes(), admitted.session().token.as_bytes()]
}

/// The page, with what was wrong with a document.
fn problem(web: &Web, sender: Sender, name: String, error: &UploadError) -> Response {
    if let UploadError::Refused(refusal) = error {
        return refuse::refusal(web, refusal);
    }
    match page(web, sender, Some(words_of(web, name, error))) {
        Ok(page) => (status(error), page).into_response(),
        Err(refusal) => refuse::refusal(web, &refusal),
    }
}

/// What was wrong, as the page tells it.
pub(super) fn words_of(web: &Web, name: String, error: &UploadError) -> UploadProblem {
    let size = |bytes: &u64| figures::size(web.words(), *bytes);
    let (kind, limit) = match error {
        UploadError::Conflict(_) | UploadError::Cut | UploadError::Refused(_) => ("cut", String::new()),
        UploadError::Infected => ("infected", String::new()),
        UploadError::Kind => ("kind", String::new()),
        UploadError::LinkFull(left) => ("link-full", size(left)),
        UploadError::Locked => ("locked", String::new()),
        UploadError::Missing if name.is_empty() => ("none", String::new()),
        UploadError::Missing => ("missing", String::new()),
        UploadError::NoRoom => ("no-room", String::new()),
        UploadError::TooLarge(most) => ("too-large", size(most)),
        UploadError::TooMany(most) => ("too-many", most.to_string()),
    };
    UploadProblem { kind, name, limit }
}

/// The status of an answer that says why nothing more is taken.
pub(super) const fn status(error: &UploadError) -> StatusCode {
    match error {
        UploadError::Conflict(_) => StatusCode::CONFLICT,
        UploadError::Cut | UploadError::Refused(_) => StatusCode::BAD_REQUEST,
        UploadError::Infected => StatusCode::UNPROCESSABLE_ENTITY,
        UploadError::Kind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        UploadError::LinkFull(_) | UploadError::TooLarge(_) | UploadError::TooMany(_) => StatusCode::PAYLOAD_TOO_LARGE,
        UploadError::Locked => StatusCode::LOCKED,
        UploadError::Missing => StatusCode::NOT_FOUND,
        UploadError::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// The catalogue's word for what came of an upload.
const fn state(fate: Fate) -> &'static str {
    match fate {
        Fate::Open => "open",
        Fate::Checking => "checking",
        Fate::Waiting => "waiting",
        Fate::Received => "received",
        Fate::Infected => "infected",
        Fate::Kind => "kind",
    }
}

fn page(web: &Web, sender: Sender, problem: Option<UploadProblem>) -> Result<Response, Refusal> {
    let gate = web.gate();
    let permit = gate.may_upload(sender)?;
    let (admitted, share) = (permit.admitted(), sender.share);
    let (title, ..) = gate.share_texts(admitted);
    let (outlook, ends) = (gate.sent_in(&permit), gate.session_ends(admitted));
    let sent = outlook.sent.into_iter().map(|one| SentView {
        open: (one.fate == Fate::Open).then(|| one.id.to_string()),
        size: figures::size(web.words(), one.size),
        bytes: one.size,
        at: web.moment(one.at),
        state: state(one.fate),
        name: one.name,
    });
    let page = UploadPage {
        title,
        home: format!("/d/{share}/"),
        action: format!("/d/{share}/u"),
        form_token: form_token(gate.keys(), &binding(admitted), gate.now()),
        owner_name: gate.owner_name(share).unwrap_or_default(),
        files_left: outlook.files_left,
        bytes_left: outlook.bytes_left,
        file_bytes: outlook.file_bytes,
        problem,
        sent: sent.collect(),
        session: session_view(web, admitted, ends),
    };
    Ok(Html(page.render(&refuse::frame(web))).into_response())
}
