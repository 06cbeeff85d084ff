//! What every request to an object store goes through: nothing leads elsewhere, answers are bounded, and refusals keep their code.

use crate::documents::remote::s3::page::error_code;
use crate::documents::{Refusal, StoreError};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService};
use reqwest::redirect::Policy;
use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

/// Longest answer that is no document, in bytes: a page of a thousand of the longest keys, each byte of them written as three.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// An upload may be this slow before it counts as standing still, in bytes a second.
const UPLOAD_RATE: usize = 128 * 1024;
/// Further time for a store to put the parts of an upload together.
const JOIN_WAIT: Duration = Duration::from_secs(120);

/// The way to one object store.
#[derive(Debug)]
pub(super) struct Wire {
    client: reqwest::Client,
    wait: Duration,
}

/// An answer that is a refusal.
#[derive(Debug, thiserror::Error)]
#[error("refused with status {status} and code '{code}'")]
pub(super) struct Refused {
    /// Its status; 200 where an error stood in an answer that had begun as a good one.
    pub status: StatusCode,
    /// The code of the error, empty where it gives none.
    pub code: String,
}

/// Nothing came in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer in time")]
struct Late;

/// An answer over [`ANSWER_BYTES`], or cut off.
#[derive(Debug, thiserror::Error)]
#[error("the answer is too long or breaks off")]
struct Broken;

impl Wire {
    /// A way that trusts the system's authorities and those of `authorities`, and never goes over a network in the open unless `open` says so.
    pub(super) fn new(wait: Duration, open: bool, authorities: Vec<reqwest::Certificate>) -> Result<Self, reqwest::Error> {
        use rustls::crypto::{CryptoProvider, aws_lc_rs};
        // The server installs its own at the start; a command that only looks at stores may not have.
        if CryptoProvider::get_default().is_none() {
            drop(aws_lc_rs::default_provider().install_default());
        }
        let client = reqwest::Client::builder()
            .https_only(!open)
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(wait)
            .user_agent("doorward")
            .tls_certs_merge(authorities)
            .build()?;
        Ok(Self { client, wait })
    }

    async fn ask(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let has = |name: &str| {
            request
                .uri()
                .query()
                .is_some_and(|query| query.split('&').any(|pair| pair.split('=').next() == Some(name)))
        };
        let reads = request.method() == Method::GET && !has("list-type") && !has("comp");
        let joins = request.method() == Method::POST && has("uploadId");
        if joins {
            // The library would put the parts over what has come there meanwhile. It is no header that the signature covers.
            request.headers_mut().insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        let sending = Duration::from_secs((request.body().content_length() / UPLOAD_RATE) as u64);
        let wait = self.wait + sending + if joins { JOIN_WAIT } else { Duration::ZERO };
        let asked = async {
            let answer = self.client.call(request).await?;
            let status = answer.status();
            if reads && status.is_success() {
                return Ok(answer);
            }
            let (head, body) = answer.into_parts();
            let body = whole(body).await?;
            match error_code(&body) {
                None if status.is_success() => Ok(HttpResponse::from_parts(head, body.into())),
                code => Err(HttpError::new(HttpErrorKind::Unknown, Refused { status, code: code.unwrap_or_default() })),
            }
        };
        tokio::time::timeout(wait, asked)
            .await
            .unwrap_or_else(|_| Err(HttpError::new(HttpErrorKind::Timeout, Late)))
    }
}

async fn whole(body: HttpResponseBody) -> Result<Bytes, HttpError> {
    let read = Limited::new(body, ANSWER_BYTES).collect().await;
    read.map(|read| read.to_bytes()).map_err(|_| HttpError::new(HttpErrorKind::Interrupted, Broken))
}

impl HttpService for Wire {
    fn call<'a, 'b>(&'a self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(self.ask(request))
    }
}

/// Hands the library the way that was made already.
#[derive(Debug)]
pub(super) struct Given(pub(super) HttpClient);

impl HttpConnector for Given {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

/// What an error of the library means.
pub(super) fn store_error(error: &(dyn Error + 'static)) -> StoreError {
    let mut cause = Some(error);
    let mut seen = StoreError::Failed("headers or XML that cannot be understood");
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return refused.means();
        }
        if error.is::<Broken>() {
            return StoreError::Failed("an answer that is too long or breaks off");
        }
        if error.is::<HttpError>() {
            seen = StoreError::Unreachable;
        }
        cause = error.source();
    }
    seen
}

/// The refusal behind an error, if that is what it is.
pub(super) fn refused<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Refused> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

impl Refused {
    /// The code decides where there is one, since a status stands for many.
    fn means(&self) -> StoreError {
        match self.code.as_str() {
            "AccountProblem"
            | "ExpiredToken"
            | "InvalidAccessKeyId"
            | "InvalidSecurity"
            | "InvalidToken"
            | "NotSignedUp"
            | "RequestExpired"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch" => StoreError::SignIn,
            "AllAccessDisabled" | "AccessDenied" => StoreError::Denied,
            "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => StoreError::Failed("that the region is another one"),
            "EntityTooLarge" | "InsufficientCapacity" | "InsufficientStorage" | "QuotaExceeded" | "XMinioStorageFull" => StoreError::Full,
            "InvalidObjectState" => StoreError::Failed("that the object is archived and must be restored first"),
            "InvalidRange" | "NoSuchVersion" => StoreError::Changed,
            "KeyTooLongError" => StoreError::Refused(Refusal::Name(super::KEY_TOO_LONG)),
            "NoSuchBucket" => StoreError::Failed("that it has no bucket of that name"),
            "InternalError" | "OperationAborted" | "RequestTimeout" | "ServiceUnavailable" | "SlowDown" => StoreError::Unreachable,
            _ => self.status_means(),
        }
    }

    fn status_means(&self) -> StoreError {
        match self.status.as_u16() {
            401 => StoreError::SignIn,
            403 => StoreError::Denied,
            404 | 410 => StoreError::Missing,
            405 | 412 | 416 => StoreError::Changed,
            408 | 429 => StoreError::Unreachable,
            409 => StoreError::Busy,
            501 => StoreError::Failed("that it does not know what is asked of it"),
            507 => StoreError::Full,
            300..=399 => StoreError::Failed("that the bucket is elsewhere: in another region, or under another address"),
            500..=599 => StoreError::Unreachable,
            _ => StoreError::Failed("that the request is wrong"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(status: u16, code: &str) -> StoreError {
        let refused = Refused { status: StatusCode::from_u16(status).expect("tests name statuses that are some"), code: code.to_owned() };
        let inner = HttpError::new(HttpErrorKind::Unknown, refused);
        store_error(&object_store::Error::Generic { store: "S3", source: Box::new(inner) })
    }

    #[test]
    fn the_code_of_a_refusal_decides_and_else_its_status() {
        assert_eq!(means(403, "SignatureDoesNotMatch"), StoreError::SignIn);
        assert_eq!(means(403, "InvalidAccessKeyId"), StoreError::SignIn);
        assert_eq!(means(403, "AccessDenied"), StoreError::Denied);
        assert_eq!(means(403, ""), StoreError::Denied);
        assert_eq!(means(404, "NoSuchKey"), StoreError::Missing);
        assert_eq!(means(404, "NoSuchVersion"), StoreError::Changed);
        assert!(matches!(means(404, "NoSuchBucket"), StoreError::Failed(_)));
        assert_eq!(means(412, "PreconditionFailed"), StoreError::Changed);
        assert_eq!(means(503, "SlowDown"), StoreError::Unreachable);
        assert_eq!(means(200, "InternalError"), StoreError::Unreachable);
        assert_eq!(means(502, ""), StoreError::Unreachable);
        assert!(matches!(means(301, "PermanentRedirect"), StoreError::Failed(_)));
        assert!(matches!(means(400, "InvalidArgument"), StoreError::Failed(_)));
    }

    #[test]
    fn a_store_that_does_not_answer_cannot_be_reached() {
        let late = HttpError::new(HttpErrorKind::Timeout, Late);
        assert_eq!(store_error(&object_store::Error::Generic { store: "S3", source: Box::new(late) }), StoreError::Unreachable);
        let long = HttpError::new(HttpErrorKind::Interrupted, Broken);
        assert!(matches!(store_error(&object_store::Error::Generic { store: "S3", source: Box::new(long) }), StoreError::Failed(_)));
    }
}
