//! `[shares]`: what holds for a link share unless it says otherwise.

use crate::config::{
    duration,
    reader::Reader,
    rule::{Plain, flag, one_of, span},
    template::Pattern,
};
use crate::domain::{
    bounds::{SHARE_LIFE, SHARE_LIFE_LEAST},
    policy::{Delivery, Strength},
};
use std::time::Duration;

/// `[shares]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// `default_expiry`: how long a share runs. Default `365d`, or `max_expiry` where that is shorter; never above it.
    pub default_expiry: Duration,
    /// `max_expiry`: the longest a share may be given. Default `365d`, at most [`SHARE_LIFE`].
    pub max_expiry: Duration,
    /// `delivery`: `download`, `watermarked` for pictures and marked copies, or `preview` for pictures only. Default `download`.
    pub delivery: Delivery,
    /// `mark`: how strongly pages are marked, `light`, `medium` or `strong`. Default `medium`.
    pub mark: Strength,
    /// `print`: whether viewed pages may be printed. Default `false`.
    pub print: bool,
    /// `text`: whether the text of viewed pages stands beside them, for screen readers. Default `false`.
    pub text: bool,
    /// `pin`: whether single documents are pinned to the version they have when they are shared; folders follow their content either way. Default `true`.
    pub pin: bool,
    /// `verify`: when the bytes of a pinned document are compared with the SHA-256 that was taken when it was shared: `stream`, while all of it
    /// goes out, or `always`, before each delivery, which reads it twice. Default `stream`.
    pub verify_always: bool,
    /// `keep`: whether a sealed copy of each pinned document is kept, which recipients get whatever becomes of the store. Default `false`.
    pub keep: bool,
    /// `subject`: of a share that is given none. No default: without it the words of the program's own catalogue stand.
    pub subject: Option<Pattern>,
}

impl Shares {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let default_expiry = r.key("default_expiry", Plain::Text("365d"), span(SHARE_LIFE_LEAST..=SHARE_LIFE));
        let max_expiry = r.key("max_expiry", Plain::Text("365d"), span(SHARE_LIFE_LEAST..=SHARE_LIFE));
        let delivery = r.key("delivery", Plain::Text("download"), one_of(DELIVERIES));
        let mark = r.key("mark", Plain::Text("medium"), one_of(STRENGTHS));
        let print = r.key("print", Plain::Flag(false), flag());
        let text = r.key("text", Plain::Flag(false), flag());
        let pin = r.key("pin", Plain::Flag(true), flag());
        let verify = r.key("verify", Plain::Text("stream"), one_of(&[(Plain::Text("stream"), false), (Plain::Text("always"), true)]));
        let keep = r.key("keep", Plain::Flag(false), flag());
        let subject = Pattern::read_subject(r, "subject");
        let (mut default_expiry, max_expiry) = (default_expiry?, max_expiry?);
        if !r.has("default_expiry") {
            default_expiry = default_expiry.min(max_expiry);
        }
        if default_expiry > max_expiry {
            let shown = (duration::show(default_expiry), duration::show(max_expiry));
            r.fail("default_expiry", format!("must not be above max_expiry: {} is above {}", shown.0, shown.1));
        }
        Some(Self {
            default_expiry,
            max_expiry,
            delivery: delivery?,
            mark: mark?,
            print: print?,
            text: text?,
            pin: pin?,
            verify_always: verify?,
            keep: keep?,
            subject,
        })
    }
}

const DELIVERIES: &[(Plain<'static>, Delivery)] = &[
    (Plain::Text("download"), Delivery::Download),
    (Plain::Text("watermarked"), Delivery::Watermarked),
    (Plain::Text("preview"), Delivery::Preview),
];

const STRENGTHS: &[(Plain<'static>, Strength)] =
    &[(Plain::Text("light"), Strength::Light), (Plain::Text("medium"), Strength::Medium), (Plain::Text("strong"), Strength::Strong)];
