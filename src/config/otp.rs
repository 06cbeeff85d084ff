//! `[otp]`: the one-time code.

use crate::config::{
    reader::Reader,
    rule::{Plain, number, one_of, span},
};
use crate::domain::bounds::{
    CODE_LIFE, CODE_LIFE_LEAST, CODE_MAILS_OF_ALL, CODE_MAILS_PER_DAY, CODE_MAILS_PER_HOUR, CODE_MAILS_PER_SHARE, FAILURES_OF_ALL,
    WRONG_CODE_ANSWER,
};
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
    /// `mails_per_hour`: code mails to one recipient in an hour. Default 5, which is also the most; at least 2.
    pub mails_per_hour: usize,
    /// `mails_per_day`: code mails to one recipient in a day. Default 10, which is also the most; at least 3.
    pub mails_per_day: usize,
    /// `mails_per_share`: code mails in an hour to all recipients of one share. Default 400; from 10 to 2,000.
    pub mails_per_share: usize,
    /// `mails_of_all`: code mails of the whole installation in an hour. Default 5,000; from 100 to 100,000.
    pub mails_of_all: usize,
    /// `alarm`: wrong codes of everybody together in an hour that raise the alarm. Default 1,000; from 20 to 10,000.
    pub alarm: usize,
    /// `wrong_answer_ms`: how long the answer to a code that opens nothing takes at least. Default 250; up to 2,000.
    pub wrong_answer: Duration,
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
        let hour = r.key("mails_per_hour", count(CODE_MAILS_PER_HOUR), number(2..=CODE_MAILS_PER_HOUR));
        let day = r.key("mails_per_day", count(CODE_MAILS_PER_DAY), number(3..=CODE_MAILS_PER_DAY));
        let share = r.key("mails_per_share", count(CODE_MAILS_PER_SHARE), number(10..=2_000));
        let all = r.key("mails_of_all", count(CODE_MAILS_OF_ALL), number(100..=100_000));
        let alarm = r.key("alarm", count(FAILURES_OF_ALL), number(20..=10_000));
        let standard = u64::try_from(WRONG_CODE_ANSWER.as_millis()).unwrap_or(u64::MAX);
        let answer = r.key("wrong_answer_ms", Plain::Number(i64::try_from(standard).unwrap_or(i64::MAX)), number(0..=2_000));
        let (digits, delivery, validity) = (digits?, delivery?, validity?);
        let (mails_per_hour, mails_per_day, mails_per_share, mails_of_all) = (hour?, day?, share?, all?);
        let wrong_answer = Duration::from_millis(answer?);
        Some(Self { digits, delivery, validity, mails_per_hour, mails_per_day, mails_per_share, mails_of_all, alarm: alarm?, wrong_answer })
    }
}

/// A number as a default.
fn count(number: usize) -> Plain<'static> {
    Plain::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

const DELIVERIES: &[(Plain<'static>, CodeDelivery)] =
    &[(Plain::Text("on_request"), CodeDelivery::OnRequest), (Plain::Text("with_invite"), CodeDelivery::WithInvite)];
