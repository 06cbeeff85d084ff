//! Signs that a machine acted where a person was meant: noted, told with their reason, and never a ground to hide or refuse anything.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// Whoever acts on a page sooner than this after it was loaded is seldom a person.
pub const QUICK: Duration = Duration::from_millis(500);
/// Whoever opens a link sooner than this after its mail was handed over looks for harm in it, as gateways do, and not for documents.
pub const DELIVERY: Duration = Duration::from_secs(5);
/// So many links of different people, opened from one address within [`SWEEP_WITHIN`], were taken out of their mails by one program.
pub const SWEEP_LINKS: usize = 3;
/// See [`SWEEP_LINKS`].
pub const SWEEP_WITHIN: Duration = Duration::from_secs(5);

/// One sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The link was opened within [`DELIVERY`] of its mail's being handed over.
    Delivery,
    /// The program named itself as one that looks into mails or at links (`gate/gateways.rs`).
    Gateway,
    /// A browser said that it loads ahead what nobody has asked for.
    Prefetch,
    /// Less than [`QUICK`] lay between a page and what was done on it.
    Quick,
    /// [`SWEEP_LINKS`] links of different people were opened from one address within [`SWEEP_WITHIN`].
    Sweep,
}

/// All signs of one act.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signs(BTreeSet<Sign>);

impl Sign {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Delivery, Self::Gateway, Self::Prefetch, Self::Quick, Self::Sweep];

    /// Its word in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Gateway => "gateway",
            Self::Prefetch => "prefetch",
            Self::Quick => "quick",
            Self::Sweep => "sweep",
        }
    }

    /// Its word in the hourly counts of a link.
    pub const fn counted(self) -> &'static str {
        match self {
            Self::Delivery => "sign-delivery",
            Self::Gateway => "sign-gateway",
            Self::Prefetch => "sign-prefetch",
            Self::Quick => "sign-quick",
            Self::Sweep => "sign-sweep",
        }
    }
}

impl Signs {
    /// Adds a sign where it holds.
    pub fn note(&mut self, sign: Sign, holds: bool) {
        if holds {
            self.0.insert(sign);
        }
    }

    /// Adds all of others.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = Sign> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_written_by_its_word_and_counted_under_it() {
        for sign in Sign::ALL {
            assert_eq!(serde_json::to_value(sign).ok(), Some(sign.word().into()));
            assert_eq!(sign.counted().strip_prefix("sign-"), Some(sign.word()));
        }
    }
}
