//! Challenges, as the state has them: the one-time codes under way.

use crate::crypto::code::CodeSecret;
use crate::crypto::random::TokenHash;
use crate::crypto::sealed::Private;
use crate::domain::bounds::FAILURES_PER_CHALLENGE;
use crate::domain::ids::{ChallengeId, RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::state::Agreement;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an expired challenge is remembered, so that its page can say "expired" and offer a new code.
const CHALLENGE_MEMORY: Duration = Duration::from_secs(3600);

/// A one-time code under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
    /// Hash of the asking browser's cookie; `None` for a code that went out with the invitation.
    pub browser: Option<TokenHash>,
    /// The code's secret.
    pub secret: Private<CodeSecret>,
    /// The moment the digits are made for.
    pub moment: Timestamp,
    /// Until when they are right.
    pub expires: Timestamp,
    /// How many digits.
    pub digits: u8,
    /// Wrong codes so far.
    pub failures: u32,
    /// The last code mail, or when staff read it.
    pub sent: Option<Timestamp>,
    /// The asking browser, where it once gave a right code: strangers use up nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<TokenHash>,
    /// From when on this browser has a try that the wrong codes of others do not hold up: it was told to wait until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Timestamp>,
    /// Whether staff read it; such a code is bound to no browser.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
    /// An agreement waiting for the code.
    pub agreed: Option<Agreement>,
}

impl Challenge {
    /// When it is forgotten.
    pub fn forgotten(&self) -> Timestamp {
        self.expires.plus(CHALLENGE_MEMORY)
    }

    /// Whether its code can still be given.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires && self.failures < FAILURES_PER_CHALLENGE
    }
}
