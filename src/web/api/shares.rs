//! Shares over the API.

use crate::domain::ids::ShareId;
use crate::gate::Actor;
use crate::gate::manage::Change;
use crate::gate::read_out::CodeView;
use crate::gate::views::ShareView;
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::wire::{self, CreateShare, OneRecipient, Queued, ReadCode, UpdateShare};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Path, State};
use http::StatusCode;

/// Lists all shares, newest first, without links.
#[utoipa::path(get, path = "/api/v1/shares", responses((status = 200, body = [ShareView])))]
pub async fn list(State(web): State<Web>) -> Json<Vec<ShareView>> {
    Json(web.gate().shares())
}

/// Makes a share and mails its invitations.
#[utoipa::path(
    post,
    path = "/api/v1/shares",
    request_body = CreateShare,
    responses((status = 201, body = ShareView), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn create(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    body: Result<Json<CreateShare>, JsonRejection>,
) -> Result<(StatusCode, Json<ShareView>), Problem> {
    let Json(wanted) = body?;
    let id = web.gate().issue(wanted.parse(web.gate())?, actor).await?;
    Ok((StatusCode::CREATED, Json(view(&web, id).await?)))
}

/// Shows a share with its links, and what keeps its documents from being read.
#[utoipa::path(get, path = "/api/v1/shares/{id}", responses((status = 200, body = ShareView), (status = 404, body = Problem)))]
pub async fn show(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<ShareView>, Problem> {
    let id = wire::share(web.gate(), &id)?;
    Ok(Json(view(&web, id).await?))
}

/// Changes a share's end or form of delivery; its links stay.
#[utoipa::path(
    patch,
    path = "/api/v1/shares/{id}",
    request_body = UpdateShare,
    responses((status = 200, body = ShareView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn update(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Result<Json<UpdateShare>, JsonRejection>,
) -> Result<Json<ShareView>, Problem> {
    let (id, Json(wanted)) = (wire::share(web.gate(), &id)?, body?);
    let expires = wanted.expires.map(|text| wire::expiry(web.gate(), &text)).transpose()?;
    let remind = wanted.remind.as_deref().map(wire::remind).transpose()?;
    let UpdateShare { delivery, mark, print, text, upload, notify, .. } = wanted;
    let change = Change { expires, delivery, mark, print, text, upload, notify, remind };
    web.gate().update(id, change, actor).await?;
    Ok(Json(view(&web, id).await?))
}

/// Mails the invitation again.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{id}/resend",
    request_body = OneRecipient,
    responses((status = 200, body = Queued), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn resend(
    State(web): State<Web>,
    Path(id): Path<String>,
    body: Result<Json<OneRecipient>, JsonRejection>,
) -> Result<Json<Queued>, Problem> {
    let (id, Json(who)) = (wire::share(web.gate(), &id)?, body?);
    let to = who.to.map(|text| wire::address(&text)).transpose()?;
    Ok(Json(Queued { queued: web.gate().resend(id, to).await? }))
}

/// Reads a fresh code for a recipient, for staff to tell a caller whom they know. It is told once, and that it was read is put down.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{id}/code",
    request_body = ReadCode,
    responses((status = 200, body = CodeView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem))
)]
pub async fn code(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Result<Json<ReadCode>, JsonRejection>,
) -> Result<Json<CodeView>, Problem> {
    let (id, Json(who)) = (wire::share(web.gate(), &id)?, body?);
    Ok(Json(web.gate().read_code(id, wire::address(&who.to)?, actor).await?))
}

/// Has a share hold on to the versions that its pinned documents have now. Every document is read whole for it.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{id}/pin",
    responses((status = 200, body = ShareView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn pin(State(web): State<Web>, Extension(actor): Extension<Actor>, Path(id): Path<String>) -> Result<Json<ShareView>, Problem> {
    let id = wire::share(web.gate(), &id)?;
    web.gate().pin_anew(id, actor).await?;
    Ok(Json(view(&web, id).await?))
}

/// Stops a share, or one recipient's access to it; downloads under way are cut.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{id}/revoke",
    request_body = OneRecipient,
    responses((status = 200, body = ShareView), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn revoke(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    body: Result<Json<OneRecipient>, JsonRejection>,
) -> Result<Json<ShareView>, Problem> {
    let (id, Json(who)) = (wire::share(web.gate(), &id)?, body?);
    let to = who.to.map(|text| wire::address(&text)).transpose()?;
    web.gate().revoke(id, to, actor).await?;
    Ok(Json(view(&web, id).await?))
}

pub(super) async fn view(web: &Web, id: ShareId) -> Result<ShareView, Problem> {
    web.gate()
        .share(id)
        .await
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no share {id}")))
}
