//! Browsers that once gave a right code, told by their cookie: what strangers do with the same link or behind the same address holds them up in nothing.

use crate::crypto::random::{CookieSecret, TokenHash};
use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::consent::{Entry, challenge_of};
use crate::gate::refusal::Refusal;
use crate::ledger::state::{Device, Recipient};
use crate::limit::rate::Action;
use std::net::IpAddr;
use std::sync::Arc;

/// The browser among those of a recipient that are remembered.
pub(super) fn known_device(recipient: &Recipient, token: Option<TokenHash>, now: Timestamp) -> Option<&Device> {
    recipient.devices.iter().find(|known| Some(known.token) == token && known.until > now)
}

/// Who asks, as far as limits are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The client's address.
    pub client: IpAddr,
    /// The cookie of its challenge.
    pub browser: Option<&'a CookieSecret>,
    /// The cookie that it was remembered by.
    pub device: Option<&'a CookieSecret>,
}

impl Gate {
    /// Counts a request with a true link: against the client's network, and asking for a code also for each recipient apart. A known browser is
    /// counted by itself.
    pub fn limit_entry(&self, action: Action, entry: &Entry, asker: Asker<'_>) -> Result<(), Refusal> {
        self.limit_for(action, Some(&entry.recipient), asker)
    }

    /// The same for a request of the code page, where the challenge says who asks; without one it is counted as any page.
    pub fn limit_challenge(&self, action: Action, share: ShareId, asker: Asker<'_>) -> Result<(), Refusal> {
        let recipient = self.recipient_of(share, asker.browser);
        let action = if recipient.is_none() && action == Action::Code { Action::Open } else { action };
        self.limit_for(action, recipient.as_deref(), asker)
    }

    /// Whether a browser with a challenge is one that once gave a right code of the recipient.
    pub(super) fn is_known(&self, share: ShareId, browser: &CookieSecret, device: Option<&CookieSecret>) -> bool {
        let recipient = self.recipient_of(share, Some(browser));
        recipient.is_some_and(|recipient| known_device(&recipient, device.map(CookieSecret::hash), self.clock.now()).is_some())
    }

    fn recipient_of(&self, share: ShareId, browser: Option<&CookieSecret>) -> Option<Arc<Recipient>> {
        let state = self.ledger.state();
        let challenge = challenge_of(&state, share, browser?.hash())?;
        state.recipient(share, challenge.recipient).map(|(_, recipient)| Arc::clone(recipient))
    }

    fn limit_for(&self, action: Action, recipient: Option<&Recipient>, asker: Asker<'_>) -> Result<(), Refusal> {
        let token = asker.device.map(CookieSecret::hash);
        let known = recipient.and_then(|recipient| known_device(recipient, token, self.clock.now()));
        let own: &[u8] = known.map_or(&[], |known| known.token.as_bytes());
        let whom: &[u8] = recipient.filter(|_| own.is_empty()).map_or(own, |recipient| recipient.id.as_bytes());
        let check = |action, whom: &[u8]| self.limiter.check_for(action, asker.client, whom).map_err(Refusal::RateLimited);
        match action {
            Action::Code => check(action, whom),
            Action::Agree if recipient.is_some() => check(action, own).and_then(|()| check(Action::Request, whom)),
            // A machine that presses every button leaves people behind its address the codes that they may ask for.
            Action::Say if recipient.is_some() => {
                check(action, own).and_then(|()| check(Action::Request, &[b"say".as_slice(), whom].concat()))
            }
            _ => check(action, own),
        }
    }
}
