//! `/api/v1`: what staff do, for programs and the command line. Served on the admin socket, where the peer's user id stands for the operator.

pub mod audit;
pub mod disclaimers;
pub mod guests;
pub mod problem;
pub mod receipts;
pub mod redactions;
pub mod reports;
pub mod shares;
pub mod stores;
pub mod wire;

use crate::web::Web;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(info(
    title = "Doorward",
    description = "Shares, receipts and the ledger of a Doorward server. Times are RFC 3339 in UTC; a date without time is the end of that day in the organisation's time zone."
))]
struct Description;

/// The routes of the admin socket, each with its description.
pub fn router(web: &Web) -> Router {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(shares::list, shares::create))
        .routes(routes!(shares::show, shares::update))
        .routes(routes!(shares::pin))
        .routes(routes!(shares::resend))
        .routes(routes!(shares::revoke))
        .routes(routes!(shares::code))
        .routes(routes!(guests::list))
        .routes(routes!(guests::show))
        .routes(routes!(guests::lift))
        .routes(routes!(guests::revoke))
        .routes(routes!(redactions::list, redactions::add))
        .routes(routes!(redactions::remove))
        .routes(routes!(redactions::page))
        .routes(routes!(receipts::list))
        .routes(routes!(disclaimers::list))
        .routes(routes!(reports::readers))
        .routes(routes!(reports::report))
        .routes(routes!(reports::page))
        .routes(routes!(stores::list))
        .routes(routes!(stores::check))
        .routes(routes!(stores::entries))
        .routes(routes!(audit::export))
        .routes(routes!(audit::verify))
        .with_state(web.clone())
        .split_for_parts();
    let text = description.to_pretty_json().unwrap_or_default();
    router
        .route("/api/openapi.json", get(move || async move { ([(http::header::CONTENT_TYPE, "application/json")], text) }))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .fallback(problem::not_found)
        .layer(DefaultBodyLimit::max(crate::domain::bounds::JSON_BYTES))
}
