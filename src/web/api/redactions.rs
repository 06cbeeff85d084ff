//! Covered areas over the API, and the pages to mark them on.

use crate::domain::part::PartPath;
use crate::domain::redaction::Area;
use crate::domain::seen::SeenTag;
use crate::gate::redactions::{PageOf, RedactionError, StaffPage};
use crate::gate::views::{RedactionView, ShareView};
use crate::gate::{Actor, Gate};
use crate::preview::limits::DPI_NORMAL;
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::shares;
use crate::web::api::wire;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An area to be covered.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddRedaction {
    /// A document of the share, `store:path`; the store may be left out when there is one.
    pub document: String,
    /// Which document inside it, such as `2` for the second attachment of a mail; left out for the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The page, from 1.
    pub page: u32,
    /// `LEFT,TOP,WIDTH,HEIGHT` in per cent of the page.
    pub area: String,
    /// The tag that the page came with (`Doorward-Seen`) on which the area was marked. A document that is another by now, or laid out otherwise, is
    /// answered with 409, and nothing is covered; without a tag the area is taken for the document as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// The header of a page's picture that says what it is a picture of.
pub const SEEN: &str = "doorward-seen";

/// Which document's page, and how large.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// A document of the share, `store:path`; the store may be left out when there is one.
    pub document: String,
    /// Which document inside it.
    pub part: Option<String>,
    /// Dots an inch; 100 when left out.
    pub dpi: Option<u16>,
    /// Whether a grid of per cents is drawn over it; not when left out.
    pub grid: Option<bool>,
}

/// Covers an area of a page, from the next picture on; the share gives no originals while anything is covered.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{id}/redactions",
    params(("id" = String, Path)),
    request_body = AddRedaction,
    responses(
        (status = 201, body = RedactionView),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The document changed since it was shared, or since the page of `seen` was looked at"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 422, body = Problem),
        (status = 503, body = Problem)
    )
)]
pub async fn add(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Result<Json<AddRedaction>, JsonRejection>,
) -> Result<(StatusCode, Json<RedactionView>), Problem> {
    let Json(wanted) = body?;
    let page = page_of(web.gate(), &id, &wanted.document, wanted.part.as_deref(), wanted.page)?;
    let area: Area = wanted.area.parse().map_err(|why| Problem::unprocessable(format!("'{}': {why}", wanted.area)))?;
    let seen = wanted.seen.as_deref().map(str::parse::<SeenTag>).transpose();
    let seen = seen.map_err(|why| Problem::unprocessable(format!("seen: {why}")))?;
    Ok((StatusCode::CREATED, Json(web.gate().redact(page, area, seen, actor).await?)))
}

/// Lists what is covered in a share's documents.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{id}/redactions",
    params(("id" = String, Path)),
    responses((status = 200, body = [RedactionView]), (status = 404, body = Problem))
)]
pub async fn list(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<Vec<RedactionView>>, Problem> {
    let share = wire::share(web.gate(), &id)?;
    let all = web.gate().redactions(share).await;
    all.map(Json).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no share {id}")))
}

/// Covers an area no longer; shows the share as it is then.
#[utoipa::path(
    delete,
    path = "/api/v1/redactions/{id}",
    params(("id" = String, Path)),
    responses((status = 200, body = ShareView), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn remove(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<ShareView>, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, format!("there is no covered area {id}, or more than one begins so"));
    let found = web.gate().find_redaction(&id).ok_or_else(unknown)?;
    let share = web.gate().unredact(found, actor).await?;
    Ok(Json(shares::view(&web, share).await?))
}

/// A page of a share's document for staff, with what is covered on it; makes no receipt.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{id}/pages/{page}",
    params(("id" = String, Path), ("page" = u32, Path), PageQuery),
    responses(
        (
            status = 200, content_type = "image/jpeg", body = Vec<u8>,
            headers(("doorward-seen" = String, description = "What it is a picture of, for `seen` when an area of it is covered: it changes with the document and with the way it is laid out"))
        ),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The document changed since it was shared"),
        (status = 422, body = Problem),
        (status = 503, body = Problem)
    )
)]
pub async fn page(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    path: Result<Path<(String, u32)>, PathRejection>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let (Path((id, number)), Query(query)) = (path?, query?);
    let page = page_of(web.gate(), &id, &query.document, query.part.as_deref(), number)?;
    let StaffPage { picture, seen } = web
        .gate()
        .staff_page(&page, query.dpi.unwrap_or(DPI_NORMAL), query.grid.unwrap_or(false), actor)
        .await?;
    let fields =
        [(CONTENT_TYPE.as_str(), "image/jpeg".to_owned()), (CACHE_CONTROL.as_str(), "no-store".to_owned()), (SEEN, seen.to_string())];
    Ok((fields, picture.jpeg).into_response())
}

fn page_of(gate: &Gate, share: &str, document: &str, part: Option<&str>, page: u32) -> Result<PageOf, Problem> {
    let share = wire::share(gate, share)?;
    let document = wire::document(gate, document)?;
    let part: PartPath = part.unwrap_or_default().parse().map_err(|why| Problem::unprocessable(format!("part: {why}")))?;
    Ok(PageOf { share, document, part, page })
}

impl From<RedactionError> for Problem {
    fn from(error: RedactionError) -> Self {
        use crate::preview::job::Trouble;
        let status = match &error {
            RedactionError::Unavailable(_) | RedactionError::NoPreview(_, Trouble::Busy | Trouble::Unavailable) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            RedactionError::Unknown(..) => StatusCode::NOT_FOUND,
            RedactionError::Changed(_) | RedactionError::ChangedSinceSeen => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}
