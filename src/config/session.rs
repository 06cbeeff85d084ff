//! `[session]`: how long a recipient stays signed in.

use crate::config::{
    duration,
    reader::Reader,
    rule::{Plain, span},
};
use crate::domain::bounds::{SESSION_IDLE, SESSION_LEAST, SESSION_LIFE};
use std::time::Duration;

/// `[session]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// `idle`: a session without a request ends after this. Default `30m`, which is also the most, or `life` where that is shorter.
    pub idle: Duration,
    /// `life`: a session ends after this, whatever happens. Default `8h`, which is also the most.
    pub life: Duration,
}

impl Session {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let idle = r.key("idle", Plain::Text("30m"), span(SESSION_LEAST..=SESSION_IDLE));
        let life = r.key("life", Plain::Text("8h"), span(SESSION_LEAST..=SESSION_LIFE));
        let (mut idle, life) = (idle?, life?);
        if !r.has("idle") {
            idle = idle.min(life);
        }
        if life < idle {
            r.fail("life", format!("must not be shorter than idle, which is {}", duration::show(idle)));
        }
        Some(Self { idle, life })
    }
}
