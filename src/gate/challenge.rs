//! The code: what its page says, and checking what was typed, counted in the same transaction.

use crate::crypto::code::TypedCode;
use crate::crypto::random::{self, CookieSecret, TokenHash};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::{DEVICE_LIFE, FAILURES_PER_CHALLENGE, READ_CODE_DIGITS, SESSIONS_PER_RECIPIENT};
use crate::domain::ids::{ChallengeId, SessionId, ShareId};
use crate::domain::receipt::Proved;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::{holds, open_to};
use crate::gate::budget::{Asking, MayMail, may_mail, slow_until};
use crate::gate::consent::{challenge_of, invited_challenge, mail_agreement};
use crate::gate::device::known_device;
use crate::gate::refusal::Refusal;
use crate::gate::said::drawn;
use crate::ledger::event::{Event, MailKind, Origin, SessionEnd};
use crate::ledger::state::{Challenge, Recipient, Share, State};
use crate::ledger::tx::{Class, Tx};
use std::sync::Arc;
use std::time::Duration;

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
    /// No code was mailed to give here; not counted.
    Unsent,
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
    /// Whether a code that this browser can give was mailed or read out.
    pub sent: bool,
    /// Whether it was read out by staff.
    pub read: bool,
    /// Whether the mail with it was tried in vain so far.
    pub delayed: bool,
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
        under_the_text(&state, share, challenge)?;
        let (to_give, read) = (to_give(&state, recipient, challenge, now), read_challenge(&state, recipient, now));
        let problem = match () {
            () if read.is_some() => (challenge.failures >= FAILURES_PER_CHALLENGE).then_some(CodeAnswer::Void),
            () if to_give.sent.is_none() => None,
            () if to_give.failures >= FAILURES_PER_CHALLENGE => Some(CodeAnswer::Void),
            () if to_give.expires <= now => Some(CodeAnswer::Expired),
            () => None,
        };
        let again = Some(&**to_give).filter(|challenge| challenge.is_live(now));
        let asking = Asking { share, recipient, challenge: again, device: challenge.device };
        Ok(CodeView {
            share: Arc::clone(share),
            recipient: Arc::clone(recipient),
            may_mail: may_mail(&state, asking, self.mailing(), now),
            digits: read.map_or(challenge.digits, |read| read.digits),
            sent: to_give.sent.is_some() || read.is_some(),
            read: read.is_some(),
            delayed: read.is_none() && is_delayed(&state, to_give.id),
            problem,
        })
    }

    /// The way back to the link's page, for a browser that came from there.
    pub fn way_back(&self, share: ShareId, browser: &CookieSecret) -> Option<String> {
        let state = self.ledger.state();
        let (share, recipient) = state.recipient(share, challenge_of(&state, share, browser.hash())?.recipient)?;
        self.link_url(share, recipient)?.strip_prefix(&self.settings.public_url).map(str::to_owned)
    }

    /// Checks a typed code. Of any number of right ones at the same time exactly one opens a session. While the alarm holds, browsers that are not
    /// known wait a moment before.
    pub async fn give_code(
        &self,
        share: ShareId,
        browser: &CookieSecret,
        device: Option<CookieSecret>,
        typed: &str,
        origin: Origin,
    ) -> Result<(CodeAnswer, Option<NewSession>), Refusal> {
        let typed = Typed { mailed: TypedCode::parse(typed, self.settings.code_digits), read: TypedCode::parse(typed, READ_CODE_DIGITS) };
        if !self.is_known(share, browser, device.as_ref()) {
            self.wait_in_alarm().await;
        }
        let now = self.clock.now();
        let expires = now.plus(self.settings.session_life);
        let fresh = NewSession { session: CookieSecret::draw(), device: device.clone().unwrap_or_else(CookieSecret::draw), expires };
        let (id, new) = (SessionId::from_bytes(random::bytes()), fresh.clone());
        let (browser, copy) = (browser.hash(), self.settings.mail_agreement.then(drawn));
        let transaction = move |t: &mut Tx<'_>| {
            let checked = check(t, share, browser, device.as_ref(), &typed)?;
            if checked.answer == CodeAnswer::Right {
                open_session(t, &checked, id, &new, origin.clone());
                if checked.own.agreed.is_some() {
                    mail_agreement(t, checked.own.share, checked.own.recipient, copy);
                }
            }
            Ok::<_, Refusal>(checked.answer)
        };
        let answer = self.ledger.tx(Class::Ordinary, transaction).await?;
        Ok((answer, (answer == CodeAnswer::Right).then_some(fresh)))
    }

    /// Waits until a code that opens nothing, taken in at `began`, may be answered. Called when the answer is ready, so that its time does not
    /// tell what became of the code.
    pub async fn even_out(&self, began: Timestamp) {
        let now = self.clock.now();
        self.clock.wait_until(answered_at(began, now, self.settings.wrong_answer)).await;
    }
}

/// When a code that opens nothing is answered: at the end of the step of time in which it is done with. Whole steps from the beginning, for before it
/// is looked at it may have waited out the alarm, and a slow disk may take longer than one.
fn answered_at(began: Timestamp, now: Timestamp, step: Duration) -> Timestamp {
    let Some(over) = now.since(began).as_millis().checked_div(step.as_millis()) else { return now };
    began.plus(step.saturating_mul(u32::try_from(over + 1).unwrap_or(u32::MAX)))
}

/// What was typed, read as a mailed code and as one that staff read out.
#[derive(Debug, Clone)]
struct Typed {
    mailed: Option<TypedCode>,
    read: Option<TypedCode>,
}

/// What came of a typed code, in the browser of a challenge.
struct Checked {
    answer: CodeAnswer,
    own: Arc<Challenge>,
    /// The right code's challenge, where that is bound to no browser.
    unbound: Option<ChallengeId>,
}

/// Decides about a typed code and counts a wrong one.
fn check(t: &mut Tx<'_>, share: ShareId, browser: TokenHash, device: Option<&CookieSecret>, typed: &Typed) -> Result<Checked, Refusal> {
    let own = Arc::clone(challenge_of(t.state(), share, browser).ok_or(Refusal::NoSession)?);
    let (share, recipient) = t.state().recipient(share, own.recipient).ok_or(Refusal::NoSession)?;
    let (recipient, now) = (Arc::clone(recipient), t.now());
    open_to(share, &recipient, now)?;
    under_the_text(t.state(), share, &own)?;
    let device = known_device(&recipient, device.map(CookieSecret::hash), now).map(|known| known.token);
    let told = |answer, unbound| Ok(Checked { answer, own: Arc::clone(&own), unbound });
    let read = read_challenge(t.state(), &recipient, now).zip(typed.read.as_ref());
    if let Some((read, code)) = read {
        if own.failures >= FAILURES_PER_CHALLENGE {
            return told(CodeAnswer::Void, None);
        }
        if read.secret.get().is_some_and(|secret| secret.accepts(code, read.moment, read.digits)) {
            return told(CodeAnswer::Right, Some(read.id));
        }
    }
    // Wrong as a code that was read out: a try of this browser, so that nobody uses up the tries of another. It is counted whatever becomes of
    // what was typed as a mailed code.
    let guessed = read.is_some();
    match by_mail(t.state(), &recipient, &own, device, typed, now) {
        ByMail::Right(unbound) => told(CodeAnswer::Right, unbound),
        ByMail::Wrong(challenge) => {
            let answer = failed(t, &challenge, &own, device);
            if guessed && challenge.id != own.id {
                failed(t, &own, &own, device);
            }
            told(answer, None)
        }
        _ if guessed => told(failed(t, &own, &own, device), None),
        ByMail::Early(until) => {
            if own.turn != Some(until) {
                t.emit(Event::CodeHeld { challenge: own.id, until });
            }
            told(CodeAnswer::Slow(until), None)
        }
        ByMail::NotCompared(answer) => told(answer, None),
    }
}

/// Nothing opens under a text that holds no more: what was agreed to in this browser, or carried over to this code, has to be the present one.
/// Looked at before the code is, so that the code stays as it is for whoever agrees anew.
pub(super) fn under_the_text(state: &State, share: &Share, own: &Challenge) -> Result<(), Refusal> {
    if holds(state, share, own.agreed.as_ref()) { Ok(()) } else { Err(Refusal::TextChanged(share.id)) }
}

/// What was typed, as a mailed code.
enum ByMail {
    /// It comes before this browser may try again; not compared.
    Early(Timestamp),
    /// Not compared, for another reason.
    NotCompared(CodeAnswer),
    /// Right; the challenge that is used up with it, where that is bound to no browser.
    Right(Option<ChallengeId>),
    /// Wrong as the code of this challenge.
    Wrong(Arc<Challenge>),
}

fn by_mail(state: &State, recipient: &Recipient, own: &Arc<Challenge>, device: Option<TokenHash>, typed: &Typed, now: Timestamp) -> ByMail {
    let challenge = to_give(state, recipient, own, now);
    if challenge.sent.is_none() {
        // Where staff have read one out, what was typed has not as many digits as that.
        let beside = read_challenge(state, recipient, now).is_some();
        return ByMail::NotCompared(if beside { CodeAnswer::Malformed } else { CodeAnswer::Unsent });
    }
    if let Some(until) = must_wait(recipient, own, device, now) {
        return ByMail::Early(until);
    }
    if challenge.failures >= FAILURES_PER_CHALLENGE {
        return ByMail::NotCompared(CodeAnswer::Void);
    }
    let Some(secret) = challenge.secret.get().filter(|_| now < challenge.expires) else {
        return ByMail::NotCompared(CodeAnswer::Expired);
    };
    let Some(typed) = &typed.mailed else { return ByMail::NotCompared(CodeAnswer::Malformed) };
    if secret.accepts(typed, challenge.moment, challenge.digits) {
        return ByMail::Right(invited_challenge(state, recipient, now).map(|invited| invited.id));
    }
    ByMail::Wrong(Arc::clone(challenge))
}

/// Counts a wrong code against a challenge and its recipient; whatever this browser was told to wait for is used up.
fn failed(t: &mut Tx<'_>, challenge: &Challenge, own: &Challenge, device: Option<TokenHash>) -> CodeAnswer {
    t.emit(Event::CodeFailed { challenge: challenge.id, device, own: Some(own.id).filter(|own| *own != challenge.id) });
    match FAILURES_PER_CHALLENGE.saturating_sub(challenge.failures + 1) {
        0 => CodeAnswer::Void,
        left => CodeAnswer::Wrong(left),
    }
}

/// Until when wrong codes make a browser wait. Once it was told a time it waits no longer than that, whatever others type meanwhile; a browser that
/// is known waits for its own wrong codes alone.
fn must_wait(recipient: &Recipient, own: &Challenge, device: Option<TokenHash>, now: Timestamp) -> Option<Timestamp> {
    let known = recipient.devices.iter().find(|known| Some(known.token) == device);
    let until = slow_until(known.map_or(&recipient.failures, |known| &known.failures), now)?;
    Some(own.turn.filter(|turn| *turn <= until).unwrap_or(until)).filter(|until| *until > now)
}

/// The challenge whose mailed code is to be given: the browser's own, or the one that was mailed with the invitation. A browser that is known keeps
/// to its own, which strangers cannot make void.
fn to_give<'a>(state: &'a State, recipient: &Recipient, own: &'a Arc<Challenge>, now: Timestamp) -> &'a Arc<Challenge> {
    let invited = invited_challenge(state, recipient, now).filter(|_| own.device.is_none() || own.sent.is_none());
    invited.unwrap_or(own)
}

/// The newest live challenge that staff read out.
fn read_challenge<'a>(state: &'a State, recipient: &Recipient, now: Timestamp) -> Option<&'a Arc<Challenge>> {
    let mut known = recipient.challenges.iter().rev().filter_map(|id| state.challenges.get(id));
    known.find(|challenge| challenge.read && challenge.is_live(now))
}

/// Whether the mail with a challenge's code was tried in vain and is tried again.
fn is_delayed(state: &State, id: ChallengeId) -> bool {
    state
        .mails
        .values()
        .any(|mail| mail.tries > 0 && matches!(mail.kind, MailKind::Code(challenge, _) if challenge == id))
}

fn open_session(t: &mut Tx<'_>, checked: &Checked, id: SessionId, new: &NewSession, origin: Origin) {
    let Checked { own, unbound, .. } = checked;
    let Some((share, recipient)) = t.state().recipient(own.share, own.recipient) else { return };
    let (share, recipient) = (share.id, Arc::clone(recipient));
    let is_read_out = unbound.and_then(|id| t.state().challenges.get(&id)).is_some_and(|challenge| challenge.read);
    if recipient.sessions.len() >= SESSIONS_PER_RECIPIENT
        && let Some(oldest) = recipient.sessions.first()
    {
        t.emit(Event::SessionClosed { session: *oldest, why: SessionEnd::Replaced });
    }
    t.emit(Event::SessionOpened {
        session: id,
        share,
        recipient: recipient.id,
        challenge: own.id,
        invited: *unbound,
        token: new.session.hash(),
        device: new.device.hash(),
        device_until: t.now().plus(DEVICE_LIFE),
        expires: new.expires,
        proved: Some(if is_read_out { Proved::ReadOut } else { Proved::Mailed }),
        origin: Private::new(Subject::Guest(recipient.guest), origin),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_opens_nothing_is_answered_in_whole_steps_also_after_the_alarm() {
        let millis = |n: u64| Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_millis(n));
        let at = |done: u64, step: u64| answered_at(millis(0), millis(done), Duration::from_millis(step));
        for (done, answered) in [(0, 250), (249, 250), (250, 500), (2_000, 2_250), (2_005, 2_250), (2_249, 2_250)] {
            assert_eq!(at(done, 250), millis(answered), "done with after {done} ms");
        }
        assert_eq!((at(0, 0), at(7, 0)), (millis(0), millis(7)), "without steps at once");
    }
}
