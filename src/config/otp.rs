//! `[otp]`: the one-time code.

use crate::config::{
    reader::Reader,
    rule::{Plain, one_of, span},
};
use crate::domain::bounds::{CODE_LIFE, CODE_LIFE_LEAST};
use std::time::Duration;

/// `[otp]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Otp {
    /// `digits`: 6 or 8. Default 6 (ASVS 5.0 6.5.4).
    pub digits: u32,
    /// `delivery`: when the code is mailed. Default `on_request`.
    pub delivery: CodeDelivery,
    /// `validity`: how long a code that was asked for is valid. Default `10m`, which is also the most (ASVS 5.0 6.5.5); at least `5m`.
    pub validity: Duration,
}

/// When the code is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDelivery {
    /// `on_request`: when the recipient has opened the link and asks for it.
    OnRequest,
    /// `with_invite`: by a mail of its own together with the invitation; valid until its first use, 24 hours at most.
    WithInvite,
}

impl Otp {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let digits = r.key("digits", Plain::Number(6), one_of(&[(Plain::Number(6), 6), (Plain::Number(8), 8)]));
        let delivery = r.key("delivery", Plain::Text("on_request"), one_of(DELIVERIES));
        let validity = r.key("validity", Plain::Text("10m"), span(CODE_LIFE_LEAST..=CODE_LIFE));
        Some(Self { digits: digits?, delivery: delivery?, validity: validity? })
    }
}

const DELIVERIES: &[(Plain<'static>, CodeDelivery)] =
    &[(Plain::Text("on_request"), CodeDelivery::OnRequest), (Plain::Text("with_invite"), CodeDelivery::WithInvite)];
