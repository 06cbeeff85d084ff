//! A document server that takes its time: every answer comes after a set delay, however many wait.

use crate::Fallible;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Listens on a port of loopback and gives it. Every path is the one document.
pub async fn listen(content: &'static [u8], delay: Duration) -> Fallible<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(move |request: Request<Incoming>| answer(request.method() == Method::HEAD, content, delay));
            // Whoever breaks off is not waited for.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(port)
}

async fn answer(only_head: bool, content: &'static [u8], delay: Duration) -> Result<Response<Full<Bytes>>, Infallible> {
    tokio::time::sleep_until(Instant::now() + delay).await;
    let body = if only_head { Bytes::new() } else { Bytes::from_static(content) };
    let mut response = Response::new(Full::from(body));
    let fields = response.headers_mut();
    fields.insert(CONTENT_LENGTH, content.len().into());
    fields.insert(CONTENT_TYPE, http::HeaderValue::from_static("application/octet-stream"));
    fields.insert(ETAG, http::HeaderValue::from_static("\"one\""));
    fields.insert(LAST_MODIFIED, http::HeaderValue::from_static("Sun, 01 Nov 2026 08:00:00 GMT"));
    Ok(response)
}
