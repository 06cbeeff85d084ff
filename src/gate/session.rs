//! Sessions: finding the one of a request, keeping it alive, leaving it.

use crate::crypto::random::{CookieSecret, TokenHash};
use crate::domain::bounds::SESSION_USED_EVERY;
use crate::domain::ids::{SessionId, ShareId};
use crate::domain::machine::QUICK;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::{SessionFacts, admit_session};
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::ledger::event::{Event, SessionEnd};
use crate::ledger::state::{Recipient, State};
use crate::ledger::tx::{Class, Unavailable};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Sessions told of in one transaction at the stop.
const USES_AT_ONCE: usize = 1_000;

/// When sessions were last used, in memory; the ledger gets it at most every five minutes.
#[derive(Debug, Default)]
pub struct LastUse(Mutex<HashMap<SessionId, Use>>);

#[derive(Debug, Clone, Copy)]
struct Use {
    at: Timestamp,
    written: Timestamp,
    /// When a list was last shown, from which nothing was asked for since.
    list: Option<Timestamp>,
    /// Whether what was asked for after the last list came too soon for a person.
    quick: bool,
}

impl LastUse {
    /// When a session was last used, if it was since the start.
    pub fn of(&self, session: SessionId) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&session).map(|seen| seen.at)
    }

    /// Notes a use; says whether the ledger should be told now.
    fn touch(&self, session: SessionId, now: Timestamp, written: Timestamp) -> bool {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = uses.entry(session).or_insert(Use { at: now, written, list: None, quick: false });
        seen.at = seen.at.max(now);
        let due = now.since(seen.written) >= SESSION_USED_EVERY;
        if due {
            seen.written = now;
        }
        due
    }

    /// Notes that a list was shown.
    pub(super) fn list_shown(&self, session: SessionId, now: Timestamp) {
        if let Some(seen) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&session) {
            seen.list = Some(now);
        }
    }

    /// Notes that something was asked for; the first after a list says whether that was too soon for a person.
    pub(super) fn acted(&self, session: SessionId, now: Timestamp) {
        if let Some(seen) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&session) {
            seen.quick = seen.list.take().is_some_and(|list| now.since(list) < QUICK);
        }
    }

    /// Whether what was last asked for after a list came too soon for a person.
    pub(super) fn was_quick(&self, session: SessionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&session).is_some_and(|seen| seen.quick)
    }

    /// Sessions that were used after the ledger was last told of it, and when.
    fn unwritten(&self) -> Vec<(SessionId, Timestamp)> {
        let uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.iter()
            .filter(|(_, seen)| seen.at > seen.written)
            .map(|(session, seen)| (*session, seen.at))
            .collect()
    }

    /// Forgets sessions that are no more.
    pub fn forget_ended(&self, state: &State) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|session, _| state.sessions.contains_key(session));
    }
}

/// What shows that a request belongs to a session: its cookie, or an address that was made for it. Each time the session is looked up anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(TokenHash);

impl From<&CookieSecret> for Proof {
    fn from(cookie: &CookieSecret) -> Self {
        Self(cookie.hash())
    }
}

impl Gate {
    /// The proof for a session that a true address names; nothing once it is over.
    pub fn proof_of(&self, session: SessionId) -> Option<Proof> {
        self.ledger.state().sessions.get(&session).map(|session| Proof(session.token))
    }

    /// The session of a request, or why there is none; a use of it is noted.
    pub fn session<P: Into<Proof>>(&self, share: ShareId, proof: Option<P>) -> Result<Admitted, Refusal> {
        let state = self.ledger.state();
        let admitted = admit_session(&state, self.session_facts(&state, share, proof.map(Into::into)), self.clock.now())?;
        self.keep_alive(&admitted);
        Ok(admitted)
    }

    /// The session of a request and when it ends, without its counting as a use; whether the text has changed does not matter here.
    pub fn look_at_session(&self, share: ShareId, cookie: Option<&CookieSecret>) -> Result<(Admitted, Timestamp), Refusal> {
        let state = self.ledger.state();
        let facts = SessionFacts { ask_anew: false, ..self.session_facts(&state, share, cookie.map(Proof::from)) };
        let admitted = admit_session(&state, facts, self.clock.now())?;
        let used = admitted.session().used.max(facts.used.unwrap_or_default());
        let ends = used.plus(facts.idle).min(admitted.ends());
        Ok((admitted, ends))
    }

    /// Whether any session of a recipient is still going on.
    pub(super) fn is_visiting(&self, state: &State, recipient: &Recipient, now: Timestamp) -> bool {
        let mut sessions = recipient.sessions.iter().filter_map(|id| state.sessions.get(id));
        sessions.any(|session| {
            let used = session.used.max(self.last_use.of(session.id).unwrap_or_default());
            session.expires > now && used.plus(self.settings.session_idle) > now
        })
    }

    /// Puts down when sessions were last used, as far as the ledger does not know it yet: whoever is signed in stays so over a restart, and no
    /// longer than without one. What idling has ended is left out.
    pub(super) async fn put_uses_down(&self) -> Result<(), Unavailable> {
        let (late, idle) = (self.last_use.unwritten(), self.settings.session_idle);
        for some in late.chunks(USES_AT_ONCE) {
            let some = some.to_vec();
            self.ledger
                .tx(Class::First, move |t| {
                    for (session, at) in &some {
                        if at.plus(idle) > t.now() && t.state().sessions.contains_key(session) {
                            t.emit(Event::SessionUsed { session: *session, at: Some(*at) });
                        }
                    }
                    Ok::<_, Unavailable>(())
                })
                .await?;
        }
        Ok(())
    }

    /// What a request shows of its session.
    pub(super) fn session_facts(&self, state: &State, share: ShareId, proof: Option<Proof>) -> SessionFacts {
        let token = proof.map(|proof| proof.0);
        let used = token.and_then(|token| state.tokens.get(&token)).and_then(|session| self.last_use.of(*session));
        SessionFacts { share, token, used, idle: self.settings.session_idle, ask_anew: self.settings.agree_anew }
    }

    /// Notes that a session is in use; a running download counts.
    pub(super) fn keep_alive(&self, admitted: &Admitted) {
        let session = admitted.session();
        if self.last_use.touch(session.id, self.clock.now(), session.used) {
            let id = session.id;
            self.ledger.tx_unwaited(Class::Ordinary, move |t| {
                if t.state().sessions.contains_key(&id) {
                    t.emit(Event::SessionUsed { session: id, at: None });
                }
            });
        }
    }

    /// When a session ends if nothing more is asked of it.
    pub fn session_ends(&self, admitted: &Admitted) -> Timestamp {
        self.clock.now().plus(self.settings.session_idle).min(admitted.ends())
    }

    /// "I am finished": the session is over in this browser, at once and for good.
    pub async fn leave(&self, share: ShareId, cookie: Option<&CookieSecret>) -> Result<(), Refusal> {
        let state = self.ledger.state();
        let facts = self.session_facts(&state, share, cookie.map(Proof::from));
        self.ledger
            .tx(Class::Ordinary, move |t| {
                let id = facts.token.and_then(|token| t.state().tokens.get(&token)).copied().ok_or(Refusal::NoSession)?;
                if t.state().sessions.get(&id).is_none_or(|session| session.share != share) {
                    return Err(Refusal::NoSession);
                }
                t.emit(Event::SessionClosed { session: id, why: SessionEnd::Left });
                Ok(())
            })
            .await
    }
}
