//! The stores over the API.

use crate::gate::stores::{FolderError, FolderView, StoreCheckView, StoreView};
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::wire;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Which folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FolderQuery {
    /// A folder, `store:path`; the store may be left out when there is one, and the path for all of the store.
    #[serde(default)]
    pub folder: String,
}

/// Lists the stores and how they do, by name. None of them is asked.
#[utoipa::path(get, path = "/api/v1/stores", responses((status = 200, body = [StoreView])))]
pub async fn list(State(web): State<Web>) -> Json<Vec<StoreView>> {
    Json(web.gate().stores())
}

/// Tries every store now, even one that is left alone, and says what to mend.
#[utoipa::path(post, path = "/api/v1/stores/check", responses((status = 200, body = [StoreCheckView])))]
pub async fn check(State(web): State<Web>) -> Json<Vec<StoreCheckView>> {
    Json(web.gate().check_stores().await)
}

/// Lists a folder of a store.
#[utoipa::path(
    get,
    path = "/api/v1/stores/entries",
    params(FolderQuery),
    responses((status = 200, body = FolderView), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem))
)]
pub async fn entries(State(web): State<Web>, query: Result<Query<FolderQuery>, QueryRejection>) -> Result<Json<FolderView>, Problem> {
    let Query(query) = query?;
    let folder = wire::document(web.gate(), &query.folder)?;
    Ok(Json(web.gate().store_folder(&folder).await?))
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        let status = match () {
            () if error.is_passing() => StatusCode::SERVICE_UNAVAILABLE,
            () if error.is_missing() => StatusCode::NOT_FOUND,
            () => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}
