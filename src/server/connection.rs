//! HTTP on one connection: hyper's settings, what each request passes through, and the ways a connection ends.

use crate::{
    domain::bounds,
    limit::connection::ConnectionHandle,
    server::{
        Timeouts,
        body::{RequestBody, ResponseBody},
        gather::Gathered,
        pulse::{Late, Pulse, Watchdog},
        rest::Http1,
        shutdown::{Stage, Task},
        socket::ResetSwitch,
        wire::plain_answer,
    },
};
use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use futures_util::{FutureExt, future::BoxFuture};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;

/// Streams that one HTTP/2 connection may have open.
const HTTP2_STREAMS: u32 = 100;
/// Bytes a client may send on one stream before they are asked for.
const HTTP2_STREAM_WINDOW: u32 = 64 * 1024;
/// Bytes a client may send on one connection before they are asked for.
const HTTP2_CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Streams opened and reset by the client before they were looked at; more end the connection (CVE-2023-44487).
const HTTP2_EARLY_RESETS: usize = 20;
/// Streams reset because of the client's own mistakes; more end the connection (RUSTSEC-2024-0003).
const HTTP2_ERROR_RESETS: usize = 1024;
/// Bytes of a response body that wait in one stream.
const HTTP2_SEND_BYTES: usize = 64 * 1024;

/// What the requests of one connection pass through. `prepare` sees each before the router, and may answer instead of it.
pub(crate) struct Way<P> {
    pub(crate) router: Router,
    pub(crate) prepare: P,
    pub(crate) timeouts: Timeouts,
    /// Longest time until a response begins; nothing where handlers bound themselves.
    pub(crate) answer_within: Option<Duration>,
}

/// What ends a connection from outside.
pub(crate) struct Ends {
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) handle: ConnectionHandle,
    pub(crate) reset: ResetSwitch,
    pub(crate) task: Task,
}

/// Speaks HTTP until either side ends it. It is boxed with what it drives, because whoever waits for it would hold room for both protocols, several
/// times over, for as long as the connection lasts.
pub(crate) fn run<IO, P>(io: IO, way: Way<P>, ends: Ends) -> BoxFuture<'static, ()>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    P: Fn(&mut Request<Body>) -> Option<Response<Body>> + Send + Sync + 'static,
{
    let (way, pulse, http2) = (Arc::new(way), ends.pulse.clone(), ends.handle.is_http2());
    pulse.begin(http2);
    let service = service_fn(move |request| answer(request, way.clone(), pulse.clone()));
    if http2 {
        let settings = http2_settings(ends.task.another());
        let connection = Gathered::new(io, |io| settings.serve_connection(TokioIo::new(io), service));
        Box::pin(drive(connection, |connection| connection.connection().graceful_shutdown(), |_| (), ends))
    } else {
        Box::pin(drive(Http1::new(io, http1_settings(), service), Http1::stop, Http1::rest, ends))
    }
}

fn http1_settings() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // hyper's own header timer also runs between requests; ours does not.
    builder
        .header_read_timeout(None)
        .max_buf_size(bounds::HEAD_BYTES)
        .max_header_size(bounds::HEAD_BYTES)
        .max_headers(bounds::HEAD_FIELDS);
    builder.half_close(false).keep_alive(true);
    builder
}

fn http2_settings(task: Task) -> http2::Builder<StreamTasks> {
    let mut builder = http2::Builder::new(StreamTasks(Arc::new(task)));
    builder
        .max_concurrent_streams(HTTP2_STREAMS)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(bounds::HEAD_BYTES).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(HTTP2_EARLY_RESETS)
        .max_local_error_reset_streams(HTTP2_ERROR_RESETS)
        .max_send_buf_size(HTTP2_SEND_BYTES);
    builder
}

/// Runs HTTP/2 streams as tasks that a stop waits for.
#[derive(Clone)]
struct StreamTasks(Arc<Task>);

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for StreamTasks {
    fn execute(&self, stream: F) {
        let task = self.0.another();
        tokio::spawn(async move {
            stream.await;
            drop(task);
        });
    }
}

async fn answer<P>(request: Request<Incoming>, way: Arc<Way<P>>, pulse: Arc<Pulse>) -> Result<Response<ResponseBody<Body>>, Infallible>
where
    P: Fn(&mut Request<Body>) -> Option<Response<Body>>,
{
    let open = pulse.request();
    let mut request = request.map(|body| RequestBody::wrap(body, &way.timeouts, &pulse));
    let response = match (way.prepare)(&mut request) {
        None => bounded(way.router.clone().oneshot(request), way.answer_within).await,
        Some(refusal) => refusal,
    };
    Ok(response.map(|body| ResponseBody::new(body, open)))
}

/// A handler that panics or takes too long costs its own request and nothing else.
async fn bounded(handler: impl Future<Output = Result<Response<Body>, Infallible>>, within: Option<Duration>) -> Response<Body> {
    let caught = AssertUnwindSafe(handler).catch_unwind();
    let outcome = match within {
        Some(limit) => match tokio::time::timeout(limit, caught).await {
            Ok(outcome) => outcome,
            Err(_) => return plain_answer(StatusCode::GATEWAY_TIMEOUT, "The answer took too long."),
        },
        None => caught.await,
    };
    match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => {
            tracing::error!("a request handler panicked");
            plain_answer(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Please try again in a moment.")
        }
    }
}

/// Polls the connection until it ends or must end. Dropping it drops the socket, whatever hyper is waiting for just then.
async fn drive<C>(mut connection: C, stop: impl Fn(&mut C), rest: impl Fn(&mut C), ends: Ends)
where
    C: Future<Output = hyper::Result<()>> + Unpin,
{
    let mut watchdog = Watchdog::new(ends.pulse.clone());
    let mut stage = Stage::Running;
    loop {
        // The order matters: the watchdog looks at what the connection has just done.
        tokio::select! {
            biased;
            outcome = &mut connection => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "connection ended with an error");
                }
                return;
            }
            late = &mut watchdog => {
                tracing::debug!(?late, "connection is silent");
                match late {
                    Late::Rest => {
                        ends.pulse.rest();
                        rest(&mut connection);
                    }
                    Late::Dead => return,
                    Late::Idle => {
                        ends.pulse.closing();
                        stop(&mut connection);
                    }
                    Late::Stalled => return ends.reset.set(),
                }
            }
            () = ends.handle.aborted() => return ends.reset.set(),
            next = ends.task.after(stage) => {
                if next == Stage::Cut {
                    ends.task.count_cut();
                    return ends.reset.set();
                }
                stage = next;
                ends.pulse.closing();
                stop(&mut connection);
            }
        }
    }
}
