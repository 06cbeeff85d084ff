//! Refusals of the API: `application/problem+json` (RFC 9457), in words that say what is allowed.

use crate::gate::issue::IssueError;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what is allowed.
    pub detail: String,
}

impl Problem {
    /// A refusal with this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { title: status.canonical_reason().unwrap_or("Refused").to_owned(), status: status.as_u16(), detail: detail.into() }
    }

    /// Bad input.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, http::HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let status = match error {
            IssueError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            IssueError::TooManyCodes(_) => StatusCode::TOO_MANY_REQUESTS,
            IssueError::Unknown("guest" | "share", _) => StatusCode::NOT_FOUND,
            IssueError::NothingPinned | IssueError::Unwanted(_) | IssueError::WasStopped => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

/// An address that the API does not have.
pub async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "the API has no such address; /api/openapi.json describes it")
}

/// A method that an address does not take.
pub async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method; /api/openapi.json describes it")
}
