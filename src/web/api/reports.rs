//! Who has read what of a share, over the API, and the report of it.

use crate::domain::ids::ShareId;
use crate::gate::Gate;
use crate::gate::readers::ReaderView;
use crate::gate::report::ReportView;
use crate::web::Web;
use crate::web::api::problem::Problem;
use crate::web::api::wire;
use crate::web::pages;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use std::fmt::Display;
use std::sync::Arc;

/// The policy that the page names as well, for it is opened as a file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Lists a share's recipients, and what each has read of its documents.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{id}/readers",
    responses((status = 200, body = [ReaderView]), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn readers(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<Vec<ReaderView>>, Problem> {
    read(&web, &id, Gate::readers).await.map(Json)
}

/// The report of a share: recipients, documents, receipts, signs of machines, changes, and how far the ledger had come.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{id}/report",
    responses((status = 200, body = ReportView), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn report(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<ReportView>, Problem> {
    read(&web, &id, Gate::report).await.map(Json)
}

/// The same as a page to keep, print or hand on.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{id}/report.html",
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn page(State(web): State<Web>, Path(id): Path<String>) -> Result<Response, Problem> {
    let report = read(&web, &id, Gate::report).await?;
    let page = pages::report(&report, web.words(), &web.gate().settings().zone);
    let fields = [(CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, "no-store, private")];
    Ok((fields, Html(page)).into_response())
}

/// Reads something of a share from the ledger, which takes the disk.
async fn read<T: Send + 'static, E: Display + Send + 'static>(
    web: &Web,
    id: &str,
    what: impl Fn(&Gate, ShareId) -> Result<Option<T>, E> + Send + 'static,
) -> Result<T, Problem> {
    let id = wire::share(web.gate(), id)?;
    let gate = Arc::clone(web.gate());
    match tokio::task::spawn_blocking(move || what(&gate, id)).await {
        Ok(Ok(Some(read))) => Ok(read),
        Ok(Ok(None)) => Err(Problem::new(StatusCode::NOT_FOUND, format!("there is no share {id}"))),
        Ok(Err(why)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("{why}; try again in a moment"))),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "reading the receipts failed; the log says why")),
    }
}
