//! What a connection is doing, and the moment until which it may go on doing it.
//!
//! The socket and the requests report here; the [`Watchdog`] turns it into one timer for each connection.

use crate::{
    limit::pace::{Pace, PaceLimit},
    server::Timeouts,
};
use futures_util::task::AtomicWaker;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::time::{Instant, Sleep};

/// What a connection's silence calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// A request head was not complete in time, or a polite close got no answer: dropped.
    Dead,
    /// Nothing was asked for a while: closed politely.
    Idle,
    /// Nothing was asked for a moment, and all that was is answered: its buffers can be given back. HTTP/1.1 only.
    Rest,
    /// The client does not take what it asked for: reset, so that the kernel drops what it holds.
    Stalled,
}

/// Shared by the socket, the requests and the watchdog of one connection.
#[derive(Debug)]
pub(crate) struct Pulse {
    timeouts: Timeouts,
    waker: AtomicWaker,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    http2: bool,
    /// Requests whose head is complete and whose response is not yet handed over.
    open: usize,
    /// The kernel's buffer is full because the client does not read.
    socket: Pace,
    /// HTTP/2 streams that hold a part of a body for which the client gives no window.
    withheld: usize,
    streams: Pace,
    /// Request bodies that are neither read to their end nor given up.
    bodies: usize,
    /// A request body was given up: what comes next may belong to it.
    unread: bool,
    /// Its buffers were given back, and nothing came since.
    resting: bool,
    /// The connection was asked to end at this moment.
    closing: Option<Instant>,
    /// When the watchdog looks next; it needs no waking for anything later.
    armed: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The handshake has one limit of its own, around the whole of it.
    Handshake,
    /// Waiting for the first head since this moment.
    First(Instant),
    /// Between requests since this moment.
    Idle(Instant),
    /// Bytes of a head came after a pause, the first at this moment. HTTP/1.1 only.
    Head(Instant),
    /// At least one request is being answered.
    Serving,
}

impl Pulse {
    pub(crate) fn new(timeouts: Timeouts) -> Arc<Self> {
        let pace = Pace::new(PaceLimit { patience: timeouts.stall, rate: timeouts.rate });
        let state = State {
            phase: Phase::Handshake,
            http2: false,
            open: 0,
            socket: pace,
            withheld: 0,
            streams: pace,
            bodies: 0,
            unread: false,
            resting: false,
            closing: None,
            armed: None,
        };
        Arc::new(Self { timeouts, waker: AtomicWaker::new(), state: Mutex::new(state) })
    }

    /// The handshake is over and HTTP begins.
    pub(crate) fn begin(&self, http2: bool) {
        self.change(|state, now| {
            (state.phase, state.http2) = (Phase::First(now), http2);
        });
    }

    /// The socket gave bytes.
    pub(crate) fn read(&self) {
        self.change(|state, now| {
            state.resting = false;
            if let Phase::Idle(_) = state.phase
                && !state.http2
            {
                state.phase = Phase::Head(now);
            }
        });
    }

    /// The socket took bytes.
    pub(crate) fn written(&self, bytes: usize) {
        self.change(|state, now| {
            // The end of a response may still be on its way to a slow reader after the response is over.
            if let (Phase::Idle(_), Some(_)) = (state.phase, state.socket.deadline()) {
                state.phase = Phase::Idle(now);
            }
            state.socket.moved(bytes, now);
            if state.withheld > 0 {
                // One stream that moves keeps the connection: what its other streams hold is bounded by their number.
                state.streams.moved(bytes, now);
                state.streams.wait(now);
            }
        });
    }

    /// The socket takes no bytes because the client does not read.
    pub(crate) fn blocked(&self) {
        self.change(|state, now| state.socket.wait(now));
    }

    /// A request's head is complete.
    pub(crate) fn request(self: &Arc<Self>) -> OpenRequest {
        self.change(|state, _| {
            state.open += 1;
            state.phase = Phase::Serving;
        });
        OpenRequest { pulse: self.clone(), withheld: false }
    }

    /// A request has a body.
    pub(crate) fn body(self: &Arc<Self>) -> OpenBody {
        self.change(|state, _| state.bodies += 1);
        OpenBody { pulse: self.clone(), is_read: false }
    }

    /// The connection has given its buffers back, and is not told to again before something came.
    pub(crate) fn rest(&self) {
        self.change(|state, _| state.resting = true);
    }

    /// The connection was asked to end: requests that run are finished, anything else has little time left.
    pub(crate) fn closing(&self) {
        self.change(|state, now| {
            state.closing.get_or_insert(now);
        });
    }

    fn change(&self, change: impl FnOnce(&mut State, Instant)) {
        let mut state = self.lock();
        change(&mut state, Instant::now());
        // Over HTTP/1.1 all of this happens inside the connection's own task, which asks the watchdog right after.
        let earlier = || self.due(&state).is_some_and(|(due, _)| state.armed.is_none_or(|armed| due < armed));
        let wake = state.http2 && earlier();
        drop(state);
        if wake {
            self.waker.wake();
        }
    }

    fn due(&self, state: &State) -> Option<(Instant, Late)> {
        let stalled = [state.socket.deadline(), state.streams.deadline()]
            .into_iter()
            .flatten()
            .min()
            .map(|due| (due, Late::Stalled));
        let phase = match (state.phase, state.closing) {
            (Phase::Handshake | Phase::Serving, _) => None,
            (Phase::Idle(_), _) if state.socket.deadline().is_some() => None,
            (Phase::First(since) | Phase::Idle(since) | Phase::Head(since), Some(asked)) => {
                Some((since.max(asked) + self.timeouts.close, Late::Dead))
            }
            // Browsers open HTTP/2 connections before they need them; the peer of a first HTTP/1.1 head has no such reason.
            (Phase::First(since), None) if !state.http2 => Some((since + self.timeouts.head, Late::Dead)),
            (Phase::Idle(since), None) if state.may_rest() && self.timeouts.rest < self.timeouts.idle => {
                Some((since + self.timeouts.rest, Late::Rest))
            }
            (Phase::First(since) | Phase::Idle(since), None) => Some((since + self.timeouts.idle, Late::Idle)),
            (Phase::Head(since), None) => Some((since + self.timeouts.head, Late::Dead)),
        };
        [stalled, phase].into_iter().flatten().min_by_key(|(due, _)| *due)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered; over when it is dropped together with its response.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    pulse: Arc<Pulse>,
    /// A part of the body was handed over and the next not asked for.
    withheld: bool,
}

impl OpenRequest {
    /// A part of the response body was handed over. Over HTTP/2 the next one is only asked for once the client gave window for this one,
    /// while its socket may be quite free: that wait is counted here. Over HTTP/1.1 the socket itself shows it.
    pub(crate) fn handed(&mut self) {
        let before = std::mem::replace(&mut self.withheld, true);
        if !before {
            self.pulse.change(State::withhold);
        }
    }

    /// The next part is asked for, so the last one is on its way.
    pub(crate) fn asked(&mut self) {
        if std::mem::take(&mut self.withheld) {
            self.pulse.change(State::let_go);
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.asked();
        self.pulse.change(|state, now| {
            state.open -= 1;
            if state.open == 0 {
                state.phase = Phase::Idle(now);
            }
        });
    }
}

/// A request body that may still come; over when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenBody {
    pulse: Arc<Pulse>,
    is_read: bool,
}

impl OpenBody {
    /// All of it was read.
    pub(crate) fn read(&mut self) {
        self.is_read = true;
    }
}

impl Drop for OpenBody {
    fn drop(&mut self) {
        let is_read = self.is_read;
        self.pulse.change(|state, _| {
            state.bodies -= 1;
            state.unread |= !is_read;
        });
    }
}

impl State {
    /// Whether there is nothing that only the buffers' owner knows: where in a request body the connection is.
    fn may_rest(&self) -> bool {
        !self.http2 && !self.resting && self.bodies == 0 && !self.unread
    }

    fn withhold(&mut self, now: Instant) {
        if self.http2 {
            self.withheld += 1;
            self.streams.wait(now);
        }
    }

    fn let_go(&mut self, now: Instant) {
        if self.http2 {
            self.withheld -= 1;
            // Only what the socket takes counts as moved.
            self.streams.moved(0, now);
            if self.withheld > 0 {
                self.streams.wait(now);
            }
        }
    }
}

/// Ready when something is to be done about the connection.
#[derive(Debug)]
pub(crate) struct Watchdog {
    pulse: Arc<Pulse>,
    timer: Pin<Box<Sleep>>,
}

impl Watchdog {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Self {
        Self { pulse, timer: Box::pin(tokio::time::sleep_until(Instant::now())) }
    }
}

impl Future for Watchdog {
    type Output = Late;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Late> {
        let this = &mut *self;
        this.pulse.waker.register(cx.waker());
        loop {
            {
                let mut state = this.pulse.lock();
                let Some((due, late)) = this.pulse.due(&state) else {
                    state.armed = None;
                    return Poll::Pending;
                };
                if due <= Instant::now() {
                    return Poll::Ready(late);
                }
                // A timer that is set too early is left: moving it with every request costs more than one look in vain.
                if state.armed.is_none_or(|armed| due < armed || armed <= Instant::now()) {
                    this.timer.as_mut().reset(due);
                    state.armed = Some(due);
                }
            }
            ready!(this.timer.as_mut().poll(cx));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(pulse: &Pulse) -> Option<Late> {
        pulse.due(&pulse.lock()).map(|(_, late)| late)
    }

    #[test]
    fn buffers_are_given_back_once_and_only_while_no_part_of_a_request_can_still_come() {
        let pulse = Pulse::new(Timeouts::default());
        pulse.begin(false);
        assert_eq!(next(&pulse), Some(Late::Dead), "the first head has its time");
        let request = pulse.request();
        assert_eq!(next(&pulse), None);
        drop(request);
        assert_eq!(next(&pulse), Some(Late::Rest));
        pulse.rest();
        assert_eq!(next(&pulse), Some(Late::Idle));
        pulse.read();
        assert_eq!(next(&pulse), Some(Late::Dead), "the next head has its time");

        let (request, mut body) = (pulse.request(), pulse.body());
        drop(request);
        assert_eq!(next(&pulse), Some(Late::Idle), "somebody still reads the body");
        body.read();
        drop(body);
        assert_eq!(next(&pulse), Some(Late::Rest));
        let (request, body) = (pulse.request(), pulse.body());
        drop((body, request));
        assert_eq!(next(&pulse), Some(Late::Idle), "nobody has read the body");
        drop(pulse.request());
        assert_eq!(next(&pulse), Some(Late::Idle), "and it may still come");
    }

    #[test]
    fn http_2_keeps_its_buffers() {
        let pulse = Pulse::new(Timeouts::default());
        pulse.begin(true);
        drop(pulse.request());
        assert_eq!(next(&pulse), Some(Late::Idle));
    }
}
