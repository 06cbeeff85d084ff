//! The listeners: TLS, HTTP/1.1 and HTTP/2, and every limit that holds on the wire before a request is anybody's business.
//!
//! What guards against what (hyper's own timers are off, for they cannot tell a pause from a slow head):
//!
//! | limit | guards against | held by |
//! |---|---|---|
//! | TLS handshake 10 s, 50 at once for each network | connect and silence; handshake floods | `listener` |
//! | HTTP/1.1 head 10 s from the connection's start or, later, from its first byte | slow heads (Slowloris) | `pulse` |
//! | 60 s without a request; over HTTP/2 whatever frames come meanwhile | parked connections, endless PING or CONTINUATION frames | `pulse` |
//! | 1 s without a request over HTTP/1.1: its buffers are given back | the memory of parked connections | `pulse`, `rest` |
//! | request body: 30 s of patience, 1 KiB a second gives a second back | slow uploads | `body` |
//! | response: the same, while the socket is full or HTTP/2 streams lack window | slow or stalled readers | `pulse` |
//! | a polite close is answered within 5 s | clients that ignore it | `pulse` |
//! | 10,000 connections, 100 for each network | floods | `listener` |
//! | 16 KiB and 64 fields of head, 4 KiB of target, one known host | over-long and ambiguous requests | hyper, `wire` |
//! | HTTP/2 windows, streams, resets | rapid reset and its relatives | hyper, set in `connection` |
//!
//! The kernel tells of room in steps of half of what it may hold unsent, so for responses the patience means about 2 KiB a second.

pub mod admin;
mod body;
mod connection;
mod gather;
mod listener;
mod pulse;
mod rest;
pub mod shutdown;
mod socket;
#[cfg(test)]
mod tests;
pub mod tls;
mod wire;

pub use listener::serve;
use std::time::Duration;

/// How many connections, and how long each may take for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Connections in all. Default 10,000.
    pub connections: usize,
    /// Connections of one client network (an IPv4 address, an IPv6 /64). Default 100.
    pub connections_per_network: usize,
    /// TLS handshakes of one client network at the same time. Default 50.
    pub handshakes_per_network: usize,
    /// Longest wait for running responses at a stop. Default 30 s.
    pub drain: Duration,
    /// The times of one connection.
    pub timeouts: Timeouts,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_network: 100,
            handshakes_per_network: 50,
            drain: Duration::from_secs(30),
            timeouts: Timeouts::default(),
        }
    }
}

/// The times of one connection; see the table above for what each guards against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// The whole TLS handshake. Default 10 s.
    pub handshake: Duration,
    /// A whole request head. Default 10 s.
    pub head: Duration,
    /// No request. Default 60 s.
    pub idle: Duration,
    /// No request over HTTP/1.1, until the connection gives its buffers back. Default 1 s.
    pub rest: Duration,
    /// Patience with a client that does not send or take its bytes. Default 30 s.
    pub stall: Duration,
    /// Bytes a second that a client must send or take once the patience is used up. Default 1,024.
    pub rate: u32,
    /// Until a polite close is answered. Default 5 s.
    pub close: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            rest: Duration::from_secs(1),
            stall: Duration::from_secs(30),
            rate: 1024,
            close: Duration::from_secs(5),
        }
    }
}
