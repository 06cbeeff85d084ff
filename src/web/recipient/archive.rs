//! `/d/{share}/z`: a folder, or all documents of a share, as one ZIP. The page says what is in it, a `POST` gives the ticket, its address the archive.

use crate::crypto::form::form_token;
use crate::crypto::random::TokenHash;
use crate::domain::archive::names::plain;
use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::range::ByteRange;
use crate::gate::archive::Plan;
use crate::gate::listing::Trouble;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::limit::connection::ConnectionHandle;
use crate::limit::rate::Action;
use crate::web::conditional::{Answer, EntityTag, evaluate, http_date};
use crate::web::cookies::{self, Purpose};
use crate::web::disposition::attachment;
use crate::web::form::{check_token, receive};
use crate::web::pages::{ArchivePage, RefusalKind, Withheld};
use crate::web::recipient::see_other;
use crate::web::request::Head;
use crate::web::{Web, refuse, request};
use crate::words::figures;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Response};
use http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// Lines of what is withheld on the page; all of them stand in the archive's list.
const WITHHELD_LINES: usize = 50;

/// Shows what an archive would hold.
pub async fn show(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let request = request.map(drop);
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let shown = async {
        let cookie = cookies::read(request.headers(), Purpose::Session, share);
        let admitted = web.gate().session(share, cookie.as_ref())?;
        web.gate().limit(Action::Download, request::client(&request))?;
        let folder = match request.uri().query() {
            None => None,
            Some(query) => folder_of(share, query.strip_prefix("folder=").ok_or(Refusal::NotInShare(share))?)?,
        };
        let offer = web.gate().archive_offer(&admitted, folder.as_ref()).await?;
        Ok(page(&web, &admitted, folder.as_ref(), &offer))
    };
    shown.await.unwrap_or_else(|refusal: Refusal| refuse::refusal(&web, &refusal))
}

/// Makes the ticket and leads to the archive. Nothing is consumed and nothing written yet.
pub async fn ticket(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let client = request::client(&request);
    let form = match receive(request).await {
        Ok(form) => form,
        Err(kind) => return refuse::plain(&web, kind),
    };
    let Some(cookie) = cookie else { return refuse::refusal(&web, &Refusal::NoSession) };
    if let Err(kind) = check_token(&web, &form, &binding(&share, &cookie.hash())) {
        return refuse::plain(&web, kind);
    }
    let made = async {
        let gate = web.gate();
        let admitted = gate.session(share, Some(&cookie))?;
        gate.limit(Action::Download, client)?;
        let folder = folder_of(share, form.field("folder").unwrap_or_default())?;
        let offer = gate.archive_offer(&admitted, folder.as_ref()).await?;
        let ticket = gate.archive_ticket(&admitted, folder.as_ref(), &offer);
        let below = folder.map(|folder| format!("{}/", folder.to_url())).unwrap_or_default();
        let name = DocumentPath::root()
            .join(file_name(&web, &offer).as_bytes())
            .map_err(|_| Refusal::NotInShare(share))?;
        Ok(see_other(&format!("/d/{share}/z/{ticket}/{below}{}", name.to_url()), Vec::new()))
    };
    made.await.unwrap_or_else(|refusal: Refusal| refuse::refusal(&web, &refusal))
}

/// Gives the archive of a ticket.
pub async fn give(web: Web, request: Request) -> Response {
    let request = request.map(drop);
    if let Err(refusal) = web.gate().limit(Action::Download, request::client(&request)) {
        return refuse::refusal(&web, &refusal);
    }
    answer(&web, &request).await.unwrap_or_else(|refusal| refuse::refusal(&web, &refusal))
}

async fn answer(web: &Web, request: &Head) -> Result<Response, Refusal> {
    let gate = web.gate();
    let path = request.uri().path();
    let share = request::share_of(path).ok_or(Refusal::NoSession)?;
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let proof = cookie.as_ref().map(Proof::from);
    let admitted = gate.session(share, proof)?;
    let mut parts = path.splitn(6, '/').skip(4);
    let (ticket, below) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let folder = folder_of(share, below.rsplit_once('/').map_or("", |(folder, _)| folder))?;
    let plan = gate.archive(share, proof, folder.as_ref(), ticket, request.headers().contains_key(RANGE)).await?;
    if request::is_prefetch(request.headers()) {
        gate.note_prefetch(&admitted);
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    let (total, headers) = (plan.total(), archive_headers(web, &plan));
    let whole = ByteRange { start: 0, end: total };
    let tag = EntityTag::of_digest(&plan.digest());
    let (status, range) = match evaluate(request.headers(), request.method(), &tag, plan.made(), total) {
        // Of what is not the same bytes each time there are no parts, and no version that a client could have.
        _ if !plan.is_fixed() => (StatusCode::OK, whole),
        Answer::Full => (StatusCode::OK, whole),
        Answer::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Answer::NotModified => return Ok((StatusCode::NOT_MODIFIED, headers).into_response()),
        Answer::PreconditionFailed => return Ok(refuse::plain(web, RefusalKind::PreconditionFailed)),
        Answer::Unsatisfiable => {
            let mut response = refuse::plain(web, RefusalKind::RangeNotSatisfiable);
            response.headers_mut().insert(CONTENT_RANGE, ascii(format!("bytes */{total}")));
            return Ok(response);
        }
    };
    let body = if request.method() == Method::GET {
        let connection = request.extensions().get::<ConnectionHandle>().cloned().ok_or(Refusal::Busy)?;
        let from = (request::origin(request), request::client(request));
        Body::new(gate.deliver_archive(plan, proof, range, &connection, from).await?)
    } else {
        // HEAD: the same headers, no bytes, no receipt.
        Body::empty()
    };
    let mut response = (status, headers, body).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, range.len().into());
    if status == StatusCode::PARTIAL_CONTENT {
        let said = format!("bytes {}-{}/{total}", range.start, range.end - 1);
        response.headers_mut().insert(CONTENT_RANGE, ascii(said));
    }
    Ok(response)
}

fn archive_headers(web: &Web, plan: &Plan) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (CONTENT_DISPOSITION, attachment(&file_name(web, plan))),
        (ACCEPT_RANGES, HeaderValue::from_static(if plan.is_fixed() { "bytes" } else { "none" })),
        (VARY, HeaderValue::from_static("Cookie")),
    ]);
    if plan.is_fixed() {
        headers.insert(ETAG, EntityTag::of_digest(&plan.digest()).header_value());
        headers.insert(LAST_MODIFIED, http_date(plan.made()));
    }
    headers
}

/// The folder of an address or form; none for all that the share names.
fn folder_of(share: ShareId, text: &str) -> Result<Option<DocumentPath>, Refusal> {
    let folder = DocumentPath::from_url(text).map_err(|_| Refusal::NotInShare(share))?;
    Ok(Some(folder).filter(|folder| !folder.is_root()))
}

/// What the archive is saved as.
fn file_name(web: &Web, plan: &Plan) -> String {
    let folder = plan.folder_name();
    let name = if folder.is_empty() { web.words().text("archive-name") } else { folder };
    // Short enough that the ending is part of the name.
    let short: String = plain(&name).chars().take(60).collect();
    format!("{}.zip", short.trim_end_matches(['.', ' ']))
}

fn page(web: &Web, admitted: &Admitted, folder: Option<&DocumentPath>, offer: &Plan) -> Response {
    let (gate, share) = (web.gate(), admitted.share().id);
    let size = |bytes: u64| figures::size(web.words(), bytes);
    let withheld = |withheld: &crate::gate::archive::Withheld| Withheld {
        label: withheld.label.to_string(),
        note: match withheld.why {
            Trouble::Changed => "note-changed",
            Trouble::Missing => "note-missing",
            Trouble::Unavailable => "note-unavailable",
        },
    };
    let page = ArchivePage {
        folder_name: offer.folder_name(),
        back: folder.map_or_else(|| format!("/d/{share}/"), |folder| format!("/d/{share}/f/{}/", folder.to_url())),
        documents: offer.count(),
        size: size(offer.bytes()),
        total: size(offer.total()),
        resumable: offer.is_fixed(),
        withheld: offer.withheld().iter().take(WITHHELD_LINES).map(withheld).collect(),
        withheld_more: offer.withheld().len().saturating_sub(WITHHELD_LINES),
        hidden: offer.hidden(),
        renamed: offer.renamed(),
        owner_name: gate.owner_name(share).unwrap_or_default(),
        action: format!("/d/{share}/z"),
        folder: folder.map(DocumentPath::to_url).unwrap_or_default(),
        form_token: form_token(gate.keys(), &binding(&share, &admitted.session().token), gate.now()),
    };
    Html(page.render(&refuse::frame(web))).into_response()
}

fn binding<'a>(share: &'a ShareId, session: &'a TokenHash) -> [&'a [u8]; 3] {
    [b"archive", share.as_bytes(), session.as_bytes()]
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ranges are visible ASCII")
}
