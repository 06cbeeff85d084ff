//! The code: what its page says, and checking what was typed, counted in the same transaction.

use crate::crypto::code::TypedCode;
use crate::crypto::random::{self, CookieSecret, TokenHash};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::{DEVICE_LIFE, FAILURES_PER_CHALLENGE, SESSIONS_PER_RECIPIENT};
use crate::domain::ids::{SessionId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::budget::{MayMail, may_mail, slow_until};
use crate::gate::consent::{challenge_of, invited_challenge, mail_agreement};
use crate::gate::refusal::Refusal;
use crate::gate::said::drawn;
use crate::ledger::event::{Event, Origin, SessionEnd};
use crate::ledger::state::{Challenge, Recipient, Share};
use crate::ledger::tx::{Class, Tx};
use crate::limit::rate::Action;
use std::net::IpAddr;
use std::sync::Arc;

/// What a typed code was worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeAnswer {
    /// The code has run out.
    Expired,
    /// It cannot be a code; not counted.
    Malformed,
    /// Right: a session is open.
    Right,
    /// Too many were wrong; the next try counts from then on. Not counted.
    Slow(Timestamp),
    /// The challenge was void before, or is now.
    Void,
    /// Wrong; so many tries are left.
    Wrong(u32),
}

/// What the code page shows.
#[derive(Debug, Clone)]
pub struct CodeView {
    /// The share.
    pub share: Arc<Share>,
    /// The recipient.
    pub recipient: Arc<Recipient>,
    /// Whether and when the code can be mailed again.
    pub may_mail: MayMail,
    /// Digits of the code.
    pub digits: u8,
    /// Whether a code that this browser can give was mailed.
    pub sent: bool,
    /// What keeps this browser from trying now.
    pub problem: Option<CodeAnswer>,
}

/// The cookies that a right code sets.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Of the session.
    pub session: CookieSecret,
    /// Of the browser, remembered as one that once gave the right code.
    pub device: CookieSecret,
    /// Until when the session lasts at most.
    pub expires: Timestamp,
}

impl Gate {
    /// What the code page of this browser shows.
    pub fn code_view(&self, share: ShareId, browser: Option<&CookieSecret>) -> Result<CodeView, Refusal> {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let challenge = browser.and_then(|cookie| challenge_of(&state, share, cookie.hash())).ok_or(Refusal::NoSession)?;
        let (share, recipient) = state.recipient(share, challenge.recipient).ok_or(Refusal::NoSession)?;
        open_to(share, recipient, now)?;
        let to_give = invited_challenge(&state, recipient, now).unwrap_or(challenge);
        let problem = match () {
            () if to_give.sent.is_none() => None,
            () if to_give.failures >= FAILURES_PER_CHALLENGE => Some(CodeAnswer::Void),
            () if to_give.expires <= now => Some(CodeAnswer::Expired),
            () => None,
        };
        let own = Some(&**to_give).filter(|challenge| challenge.is_live(now));
        Ok(CodeView {
            share: Arc::clone(share),
            recipient: Arc::clone(recipient),
            may_mail: may_mail(&state, recipient, own, now),
            digits: challenge.digits,
            sent: to_give.sent.is_some(),
            problem,
        })
    }

    /// Counts a typed code against the client's network and the recipient whose code this browser can give; without one, as any page.
    pub fn limit_code(&self, share: ShareId, browser: Option<&CookieSecret>, client: IpAddr) -> Result<(), Refusal> {
        let state = self.ledger.state();
        match browser.and_then(|cookie| challenge_of(&state, share, cookie.hash())) {
            Some(challenge) => {
                let counted = self.limiter.check_for(Action::Code, client, challenge.recipient.as_bytes());
                counted.map_err(Refusal::RateLimited)
            }
            None => self.limit(Action::Open, client),
        }
    }

    /// Checks a typed code. Of any number of right ones at the same time exactly one opens a session.
    pub async fn give_code(
        &self,
        share: ShareId,
        browser: &CookieSecret,
        device: Option<CookieSecret>,
        typed: &str,
        origin: Origin,
    ) -> Result<(CodeAnswer, Option<NewSession>), Refusal> {
        let typed = TypedCode::parse(typed, self.settings.code_digits);
        let now = self.clock.now();
        let expires = now.plus(self.settings.session_life);
        let fresh = NewSession { session: CookieSecret::draw(), device: device.clone().unwrap_or_else(CookieSecret::draw), expires };
        let (id, new) = (SessionId::from_bytes(random::bytes()), fresh.clone());
        let (browser, copy) = (browser.hash(), self.settings.mail_agreement.then(drawn));
        let transaction = move |t: &mut Tx<'_>| {
            let (answer, own) = check(t, share, browser, device.as_ref(), typed.as_ref())?;
            if answer == CodeAnswer::Right {
                open_session(t, &own, id, &new, origin.clone());
                if own.agreed.is_some() {
                    mail_agreement(t, own.share, own.recipient, copy);
                }
            }
            Ok::<_, Refusal>(answer)
        };
        let answer = self.ledger.tx(Class::Ordinary, transaction).await?;
        Ok((answer, (answer == CodeAnswer::Right).then_some(fresh)))
    }
}

/// Decides about a typed code and counts a wrong one.
fn check(
    t: &mut Tx<'_>,
    share: ShareId,
    browser: TokenHash,
    device: Option<&CookieSecret>,
    typed: Option<&TypedCode>,
) -> Result<(CodeAnswer, Arc<Challenge>), Refusal> {
    let own = Arc::clone(challenge_of(t.state(), share, browser).ok_or(Refusal::NoSession)?);
    let (share, recipient) = t.state().recipient(share, own.recipient).ok_or(Refusal::NoSession)?;
    open_to(share, recipient, t.now())?;
    let challenge = invited_challenge(t.state(), recipient, t.now()).cloned().unwrap_or_else(|| Arc::clone(&own));
    let token = device.map(CookieSecret::hash);
    let known = recipient.devices.iter().find(|known| Some(known.token) == token && known.until > t.now());
    let failures = known.map_or(&recipient.failures, |known| &known.failures);
    if let Some(until) = slow_until(failures, t.now()) {
        return Ok((CodeAnswer::Slow(until), own));
    }
    if challenge.failures >= FAILURES_PER_CHALLENGE {
        return Ok((CodeAnswer::Void, own));
    }
    let Some(secret) = challenge.secret.get().filter(|_| t.now() < challenge.expires) else {
        return Ok((CodeAnswer::Expired, own));
    };
    let Some(typed) = typed else { return Ok((CodeAnswer::Malformed, own)) };
    if challenge.sent.is_some() && secret.accepts(typed, challenge.moment, challenge.digits) {
        return Ok((CodeAnswer::Right, own));
    }
    let device = known.map(|known| known.token);
    t.emit(Event::CodeFailed { challenge: challenge.id, device });
    let left = FAILURES_PER_CHALLENGE - (challenge.failures + 1);
    Ok((if left == 0 { CodeAnswer::Void } else { CodeAnswer::Wrong(left) }, own))
}

fn open_session(t: &mut Tx<'_>, own: &Challenge, id: SessionId, new: &NewSession, origin: Origin) {
    let Some((share, recipient)) = t.state().recipient(own.share, own.recipient) else { return };
    let (share, recipient) = (share.id, Arc::clone(recipient));
    if recipient.sessions.len() >= SESSIONS_PER_RECIPIENT
        && let Some(oldest) = recipient.sessions.first()
    {
        t.emit(Event::SessionClosed { session: *oldest, why: SessionEnd::Replaced });
    }
    let invited = invited_challenge(t.state(), &recipient, t.now()).map(|challenge| challenge.id);
    t.emit(Event::SessionOpened {
        session: id,
        share,
        recipient: recipient.id,
        challenge: own.id,
        invited,
        token: new.session.hash(),
        device: new.device.hash(),
        device_until: t.now().plus(DEVICE_LIFE),
        expires: new.expires,
        origin: Private::new(Subject::Guest(recipient.guest), origin),
    });
}
