//! Bodies on their way in and out, as the connection's pulse sees them.

use crate::{
    limit::pace::{Pace, PaceLimit, TooSlow},
    server::{
        Timeouts,
        pulse::{OpenBody, OpenRequest, Pulse},
    },
};
use axum::{BoxError, body::Bytes};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::time::{Instant, Sleep};

/// A request body that ends in [`TooSlow`] when the client sends it too slowly. The time in which nobody asks for more does not count.
pub(crate) struct RequestBody {
    inner: Incoming,
    pace: Pace,
    timer: Option<Pin<Box<Sleep>>>,
    open: OpenBody,
}

impl RequestBody {
    /// Watches the body; nothing needs watching where there is none.
    pub(crate) fn wrap(inner: Incoming, timeouts: &Timeouts, pulse: &Arc<Pulse>) -> axum::body::Body {
        if inner.is_end_stream() {
            return axum::body::Body::empty();
        }
        let pace = Pace::new(PaceLimit { patience: timeouts.stall, rate: timeouts.rate });
        axum::body::Body::new(Self { inner, pace, timer: None, open: pulse.body() })
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            let bytes = frame.as_ref().and_then(|f| f.as_ref().ok()).and_then(Frame::data_ref).map_or(0, Bytes::len);
            this.pace.moved(bytes, Instant::now());
            if frame.is_none() || this.inner.is_end_stream() {
                this.open.read();
            }
            return Poll::Ready(frame.map(|f| f.map_err(Into::into)));
        }
        this.pace.wait(Instant::now());
        let Some(due) = this.pace.deadline() else { return Poll::Pending };
        let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if timer.deadline() != due {
            timer.as_mut().reset(due);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A response body that keeps its request open until it is handed over or given up.
pub(crate) struct ResponseBody<B> {
    inner: B,
    request: OpenRequest,
}

impl<B> ResponseBody<B> {
    pub(crate) fn new(inner: B, request: OpenRequest) -> Self {
        Self { inner, request }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        this.request.asked();
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        if frame.as_ref().is_some_and(Result::is_ok) {
            this.request.handed();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
