//! The ledger over the API: as JSON lines, and its chain checked.

use crate::gate::audit::VerifiedView;
use crate::web::Web;
use crate::web::api::problem::Problem;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use std::io;
use std::sync::Arc;

/// Pieces of an export that wait for the client.
const PIECES: usize = 16;

/// The whole ledger as JSON lines, personal values opened where their key is there.
#[utoipa::path(get, path = "/api/v1/audit/export", responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub async fn export(State(web): State<Web>) -> Response {
    let (to, from) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(PIECES);
    let gate = Arc::clone(web.gate());
    tokio::task::spawn_blocking(move || {
        let sent = gate.export(&mut |line| {
            let piece = Bytes::from(format!("{line}\n"));
            to.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
        });
        if let Err(why) = sent {
            // An export that cannot go on ends visibly, never as if whole.
            let _ = to.blocking_send(Err(io::Error::other(why.to_string())));
        }
    });
    let lines = stream::unfold(from, |mut from| async move { from.recv().await.map(|piece| (piece, from)) });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

/// Follows the whole chain and says how far it holds.
#[utoipa::path(get, path = "/api/v1/audit/verify", responses((status = 200, body = VerifiedView), (status = 409, body = Problem)))]
pub async fn verify(State(web): State<Web>) -> Result<Json<VerifiedView>, Problem> {
    let gate = Arc::clone(web.gate());
    match tokio::task::spawn_blocking(move || gate.verify()).await {
        Ok(Ok(verified)) => Ok(Json(verified)),
        Ok(Err(broken)) => Err(Problem::new(StatusCode::CONFLICT, broken.to_string())),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "reading the ledger failed; the log says why")),
    }
}
