//! What recipients say besides agreeing: not meant for me, I do not agree, I need more time. Each is put down and told to the owner.
//!
//! Whoever holds the link can press these buttons, mail scanners included. So nothing that is said with the link alone ends anybody's access, and
//! the owner is told only so often. What the recipient says after the code is counted apart.

use crate::crypto::link::Link;
use crate::crypto::random::{self, CookieSecret};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::{FAILURE_WINDOW, MORE_TIME_BEFORE, MORE_TIME_DAYS, TOLD_PER_RECIPIENT, TOLD_PER_SHARE};
use crate::domain::ids::{MailId, ShareId};
use crate::domain::time::{Timestamp, parse_expiry};
use crate::gate::Gate;
use crate::gate::admit::{SessionFacts, admit_link, admit_session};
use crate::gate::consent::Entry;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::ledger::event::{Actor, Event, MailKind, Origin};
use crate::ledger::state::{MoreTime, Recipient, Share, State};
use crate::ledger::tx::{Class, Tx};
use std::sync::Arc;
use std::time::Duration;

/// Who asks for more time.
#[derive(Debug, Clone, Copy)]
pub enum Asking {
    /// Whoever holds the link.
    Link(Link),
    /// The recipient, in a session of this share.
    Session(ShareId, Proof),
}

/// What somebody who needs more time is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOffer {
    /// What was asked for within a day and is not answered.
    pub asked: Option<MoreTime>,
    /// So many days, and the end that they would mean.
    pub choices: Vec<(u16, Timestamp)>,
}

impl Gate {
    /// "Not meant for me", said by whoever holds the link: no more mail goes there, until somebody agrees with this link. Access stays.
    pub async fn not_meant(&self, entry: &Entry, origin: Origin) -> Result<(), Refusal> {
        let (link, mail) = (entry.link, drawn());
        let transaction = move |t: &mut Tx<'_>| {
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            if recipient.said.unwanted.is_none() {
                let origin = Private::new(Subject::Guest(recipient.guest), origin.clone());
                t.emit(Event::RecipientUnwanted { share: share.id, recipient: recipient.id, session: None, origin });
                tell_owner(t, &share, &recipient, MailKind::Unwanted(recipient.id), mail);
            }
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }

    /// "Not meant for me", said by the recipient in a session: it ends their own access for good, until staff make a new share.
    pub async fn give_up(&self, share: ShareId, cookie: Option<&CookieSecret>, origin: Origin) -> Result<(), Refusal> {
        let facts = SessionFacts { ask_anew: false, ..self.session_facts(&self.ledger.state(), share, cookie.map(Proof::from)) };
        let mail = drawn();
        let transaction = move |t: &mut Tx<'_>| {
            let admitted = admit_session(t.state(), facts, t.now())?;
            let (share, recipient) = (admitted.share(), admitted.recipient());
            let origin = Private::new(Subject::Guest(recipient.guest), origin.clone());
            let session = Some(admitted.session().id);
            t.emit(Event::RecipientUnwanted { share: share.id, recipient: recipient.id, session, origin });
            t.emit(Event::RecipientRevoked { share: share.id, recipient: recipient.id, by: Actor::Recipient });
            tell_owner(t, share, recipient, MailKind::GivenUp(recipient.id), mail);
            Ok(())
        };
        self.ledger.tx(Class::First, transaction).await
    }

    /// "I do not agree", about the text that the page showed. Whoever thinks better of it may agree afterwards. The same browser's saying it of the
    /// same text again on the same day changes nothing; that a machine has said it hides nobody else's saying it.
    pub async fn decline(&self, entry: &Entry, digest: &str, origin: Origin) -> Result<(), Refusal> {
        let (link, mail, digest) = (entry.link, drawn(), digest.to_owned());
        let transaction = move |t: &mut Tx<'_>| {
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            let Some(text) = t.state().disclaimer.clone().filter(|_| share.policy.disclaimer) else { return Ok(()) };
            let shown = text.shown_as(&digest).ok_or(Refusal::TextChanged(share.id))?;
            if !has_declined(&recipient, shown.version, &origin, t.now()) {
                t.emit(Event::ConsentDeclined {
                    share: share.id,
                    recipient: recipient.id,
                    version: shown.version.to_owned(),
                    digest: shown.digest.to_owned(),
                    language: shown.language.to_owned(),
                    origin: Private::new(Subject::Guest(recipient.guest), origin.clone()),
                });
                tell_owner(t, &share, &recipient, MailKind::Declined(recipient.id), mail);
            }
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }

    /// What somebody who needs more time is offered: nothing while the end is far away, or where no later one is allowed. Somebody who has shown
    /// the code is `proven`, and is not kept from asking by what was asked with the link alone.
    pub fn time_offer(&self, share: &Share, recipient: &Recipient, proven: bool) -> Option<TimeOffer> {
        let now = self.clock.now();
        if share.stopped.is_some() || recipient.stopped.is_some() || !ends_soon(share, now) {
            return None;
        }
        let choices: Vec<_> = MORE_TIME_DAYS.iter().filter_map(|days| Some((*days, self.later_end(share, *days)?))).collect();
        let asked = asked_today(recipient, proven, now);
        (asked.is_some() || !choices.is_empty()).then_some(TimeOffer { asked, choices })
    }

    /// A true link to a share whose time is over, and that is all that keeps its recipient out.
    pub fn ended_entry(&self, link: &str) -> Option<Entry> {
        let link = Link::verify(link, &self.keys).ok()?;
        let state = self.ledger.state();
        let Err(Refusal::Expired(_)) = admit_link(&state, link, self.clock.now()) else { return None };
        let (share, recipient) = state.recipient(link.share, link.recipient)?;
        Some(Entry { link, share: Arc::clone(share), recipient: Arc::clone(recipient), disclaimer: None })
    }

    /// Asks the owner for so many more days. Asking again on the same day changes nothing, nor does asking while the end is far away: a page that was
    /// open while the share was given a later end leads back to one that says so.
    pub async fn ask_for_time(&self, who: Asking, days: u16, origin: Origin) -> Result<(), Refusal> {
        let facts = match who {
            Asking::Link(_) => None,
            Asking::Session(share, proof) => Some(self.session_facts(&self.ledger.state(), share, Some(proof))),
        };
        let share = match who {
            Asking::Link(link) => link.share,
            Asking::Session(share, _) => share,
        };
        let until = self.ledger.state().shares.get(&share).and_then(|share| self.later_end(share, days));
        let until = until.ok_or(Refusal::Expired(share))?;
        let mail = drawn();
        let transaction = move |t: &mut Tx<'_>| {
            let (share, recipient, session) = match (who, facts) {
                (Asking::Link(link), _) => {
                    let (share, recipient) = asking_link(t.state(), link, t.now())?;
                    (share, recipient, None)
                }
                (Asking::Session(..), Some(facts)) => {
                    let admitted = admit_session(t.state(), facts, t.now())?;
                    (Arc::new(admitted.share().clone()), Arc::new(admitted.recipient().clone()), Some(admitted.session().id))
                }
                (Asking::Session(..), None) => return Err(Refusal::NoSession),
            };
            if !ends_soon(&share, t.now()) {
                return Ok(());
            }
            let by = if session.is_some() { By::Recipient } else { By::Link };
            if asked_today(&recipient, by == By::Recipient, t.now()).is_some() {
                return Ok(());
            }
            if let Some(wait) = told_enough(&share, &recipient, by, t.now()) {
                return Err(Refusal::RateLimited(wait));
            }
            let origin = Private::new(Subject::Guest(recipient.guest), origin.clone());
            t.emit(Event::TimeAsked { share: share.id, recipient: recipient.id, until, session, origin });
            let kind = MailKind::MoreTime(recipient.id);
            t.emit(Event::MailQueued { mail, share: share.id, kind, due: t.now(), deliver_by: Timestamp::MAX });
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }

    /// The end of the day so many days after the share's end, or after now where that is later; nothing where it may not run that long.
    fn later_end(&self, share: &Share, days: u16) -> Option<Timestamp> {
        let now = self.clock.now();
        let from = share.expires.max(now).plus(Duration::from_secs(u64::from(days) * 24 * 3600));
        let day = from.in_zone(&self.settings.zone).date().to_string();
        let until = parse_expiry(&day, now, &self.settings.zone).ok()?;
        self.checked_expiry(until).ok().filter(|until| *until > share.expires)
    }
}

/// Whether the end of a share has come or is so near that more time may be asked for.
fn ends_soon(share: &Share, now: Timestamp) -> bool {
    share.expires <= now.plus(MORE_TIME_BEFORE)
}

/// A share may be asked about by link while it is open, and after its time.
fn asking_link(state: &State, link: Link, now: Timestamp) -> Result<(Arc<Share>, Arc<Recipient>), Refusal> {
    match admit_link(state, link, now) {
        Err(Refusal::Expired(_)) => {
            let (share, recipient) = state.recipient(link.share, link.recipient).ok_or(Refusal::UnknownLink)?;
            Ok((Arc::clone(share), Arc::clone(recipient)))
        }
        admitted => admitted,
    }
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Whoever holds the link.
    Link,
    /// The recipient, in a session.
    Recipient,
}

/// Whether exactly this was said within a day: of this text, and from there.
fn has_declined(recipient: &Recipient, version: &str, origin: &Origin, now: Timestamp) -> bool {
    let at = recipient.said.declined.filter(|at| now.since(*at) < FAILURE_WINDOW);
    let of = recipient.said.declined_of.as_ref().filter(|of| at.is_some() && of.version == version);
    let from = of.and_then(|of| of.origin.get());
    from.is_some_and(|from| (&from.address, &from.agent) == (&origin.address, &origin.agent))
}

/// What was asked for within a day, and is not answered. What the link's holders ask for does not stand in the way of the recipient, who is `proven`.
fn asked_today(recipient: &Recipient, proven: bool, now: Timestamp) -> Option<MoreTime> {
    let asked = recipient.said.more_time.filter(|asked| now.since(asked.at) < FAILURE_WINDOW);
    asked.filter(|asked| asked.proven || !proven)
}

/// Queues a mail to the owner. Where there were enough of them today it goes out as soon as there may be another, and tells what holds then; of each
/// kind one waits so, and none for longer than a day.
fn tell_owner(t: &mut Tx<'_>, share: &Share, recipient: &Recipient, kind: MailKind, mail: MailId) {
    let by = if matches!(kind, MailKind::GivenUp(_)) { By::Recipient } else { By::Link };
    let due = match told_enough(share, recipient, by, t.now()) {
        None => t.now(),
        Some(wait) if wait > FAILURE_WINDOW => return,
        Some(_) if waits(t.state(), share, kind, t.now()) => return,
        Some(wait) => t.now().plus(wait),
    };
    t.emit(Event::MailQueued { mail, share: share.id, kind, due, deliver_by: Timestamp::MAX });
}

/// Whether a mail of this kind waits until it may go out.
fn waits(state: &State, share: &Share, kind: MailKind, now: Timestamp) -> bool {
    state.mails.values().any(|mail| mail.share == share.id && mail.kind == kind && mail.due > now)
}

/// How long to wait, where the owner was told of enough today that this recipient, or all of the share, said. Recipients who have shown their code
/// are counted each for themselves alone.
fn told_enough(share: &Share, recipient: &Recipient, by: By, now: Timestamp) -> Option<Duration> {
    let wait = |told: &mut dyn Iterator<Item = Timestamp>, most: usize| {
        let mut today: Vec<Timestamp> = told.filter(|at| now.since(*at) < FAILURE_WINDOW).collect();
        today.sort_unstable();
        let before = today.len().checked_sub(most)?;
        Some(today[before].plus(FAILURE_WINDOW).since(now))
    };
    match by {
        By::Recipient => wait(&mut recipient.said.told_proven.iter().copied(), TOLD_PER_RECIPIENT),
        By::Link => {
            let own = wait(&mut recipient.said.told.iter().copied(), TOLD_PER_RECIPIENT);
            let all = share.recipients.values().flat_map(|recipient| recipient.said.told.iter().copied());
            own.max(wait(&mut { all }, TOLD_PER_SHARE))
        }
    }
}

pub(super) fn drawn() -> MailId {
    MailId::from_bytes(random::bytes())
}
