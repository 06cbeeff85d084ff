//! The versions of the disclaimer over the API.

use crate::gate::views::DisclaimerVersionView;
use crate::web::Web;
use axum::Json;
use axum::extract::State;

/// Lists every version of the disclaimer that was published, with its text in all languages; the one that holds now comes first.
#[utoipa::path(get, path = "/api/v1/disclaimers", responses((status = 200, body = [DisclaimerVersionView])))]
pub async fn list(State(web): State<Web>) -> Json<Vec<DisclaimerVersionView>> {
    Json(web.gate().disclaimers())
}
