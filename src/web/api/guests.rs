//! People outside over the API: what they have, giving back what was used up, and ending their access.

use crate::gate::Actor;
use crate::gate::guests::{GuestDone, GuestView};
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::wire;
use axum::Json;
use axum::extract::{Extension, Path, State};
use http::StatusCode;

/// Lists all people outside who were ever invited, by address.
#[utoipa::path(get, path = "/api/v1/guests", responses((status = 200, body = [GuestView])))]
pub async fn list(State(web): State<Web>) -> Json<Vec<GuestView>> {
    Json(web.gate().guests())
}

/// Shows one of them, share by share.
#[utoipa::path(
    get,
    path = "/api/v1/guests/{email}",
    responses((status = 200, body = GuestView), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn show(State(web): State<Web>, Path(email): Path<String>) -> Result<Json<GuestView>, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, format!("there is no guest {email}"));
    web.gate().guest(&wire::address(&email)?).map(Json).ok_or_else(unknown)
}

/// Ends an address's waits and used-up mails, at every share that is open to it.
#[utoipa::path(
    post,
    path = "/api/v1/guests/{email}/lift",
    responses((status = 200, body = GuestDone), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn lift(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(email): Path<String>,
) -> Result<Json<GuestDone>, Problem> {
    Ok(Json(web.gate().lift(&wire::address(&email)?, actor).await?))
}

/// Stops an address's access to every share that is open to it; downloads under way are cut.
#[utoipa::path(
    post,
    path = "/api/v1/guests/{email}/revoke",
    responses((status = 200, body = GuestDone), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn revoke(
    State(web): State<Web>,
    Extension(actor): Extension<Actor>,
    Path(email): Path<String>,
) -> Result<Json<GuestDone>, Problem> {
    Ok(Json(web.gate().revoke_guest(&wire::address(&email)?, actor).await?))
}
