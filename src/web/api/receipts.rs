//! Receipts over the API.

use crate::gate::receipts::Filter;
use crate::gate::views::ReceiptView;
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::wire::{self, ReceiptQuery};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::StatusCode;
use std::sync::Arc;

/// Lists read receipts, newest first.
#[utoipa::path(get, path = "/api/v1/receipts", params(ReceiptQuery), responses((status = 200, body = [ReceiptView]), (status = 503, body = Problem)))]
pub async fn list(State(web): State<Web>, query: Result<Query<ReceiptQuery>, QueryRejection>) -> Result<Json<Vec<ReceiptView>>, Problem> {
    let Query(query) = query?;
    let filter = Filter {
        share: query.share.map(|text| wire::share(web.gate(), &text)).transpose()?,
        guest: query.guest.map(|text| wire::address(&text)).transpose()?,
    };
    let gate = Arc::clone(web.gate());
    let listed = tokio::task::spawn_blocking(move || gate.receipts(&filter)).await;
    match listed {
        Ok(Ok(receipts)) => Ok(Json(receipts)),
        Ok(Err(why)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("{why}; try again in a moment"))),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "reading the receipts failed; the log says why")),
    }
}
