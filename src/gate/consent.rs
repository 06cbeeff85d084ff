//! The entry: what the link's page says, and agreeing, which records the agreement and sends the code.

use crate::crypto::code::CodeSecret;
use crate::crypto::link::Link;
use crate::crypto::random::{self, CookieSecret, TokenHash};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::disclaimer::{Disclaimer, Wording};
use crate::domain::ids::{ChallengeId, MailId, RecipientId, SessionId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::{SessionFacts, admit_link, admit_session, has_agreed};
use crate::gate::budget::{MayMail, may_mail};
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::said::drawn;
use crate::gate::session::Proof;
use crate::ledger::event::{Event, MailKind, Origin};
use crate::ledger::state::{Challenge, Recipient, Share, State};
use crate::ledger::tx::{Class, Tx};
use std::sync::Arc;
use std::time::Duration;

/// A recipient standing before the door with a true link.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The link.
    pub link: Link,
    /// The share.
    pub share: Arc<Share>,
    /// The recipient.
    pub recipient: Arc<Recipient>,
    /// The text to agree to, when this share asks for it.
    pub disclaimer: Option<Arc<Disclaimer>>,
}

/// What is drawn at random for a challenge before its transaction begins.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    challenge: ChallengeId,
    mail: MailId,
    secret: CodeSecret,
}

impl Draws {
    pub(super) fn draw() -> Self {
        Self { challenge: ChallengeId::from_bytes(random::bytes()), mail: MailId::from_bytes(random::bytes()), secret: CodeSecret::draw() }
    }
}

impl Gate {
    /// Reads a link and lets its holder to the link's page. A forged one costs one HMAC and touches nothing.
    pub fn enter(&self, link: &str) -> Result<Entry, Refusal> {
        let link = Link::verify(link, &self.keys).map_err(|_| {
            self.counts.forged();
            Refusal::UnknownLink
        })?;
        let state = self.ledger.state();
        let admitted = admit_link(&state, link, self.clock.now());
        self.counts.link(link, admitted.as_ref().map_or_else(Refusal::word, |_| "fetched"));
        let (share, recipient) = admitted?;
        let disclaimer = state.disclaimer.clone().filter(|_| share.policy.disclaimer);
        Ok(Entry { link, share, recipient, disclaimer })
    }

    /// The recipient agrees, or asks for a code where nothing is to be agreed to: records it and mails the code, within the budgets.
    ///
    /// `digest` is of the text that the page showed. The cookie given back is the browser's; it holds the challenge.
    pub async fn agree(&self, entry: &Entry, digest: &str, browser: Option<CookieSecret>, origin: Origin) -> Result<CookieSecret, Refusal> {
        let cookie = browser.unwrap_or_else(CookieSecret::draw);
        let (hash, link, digest) = (cookie.hash(), entry.link, digest.to_owned());
        let (draws, life, digits) = (Draws::draw(), self.settings.code_life, self.settings.code_digits);
        let transaction = move |t: &mut Tx<'_>| {
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            let disclaimer = t.state().disclaimer.clone().filter(|_| share.policy.disclaimer);
            let shown = disclaimer
                .as_ref()
                .map(|text| text.shown_as(&digest).ok_or(Refusal::TextChanged(share.id)))
                .transpose()?;
            mail_again(t, &share, &recipient);
            let live = challenge_of(t.state(), share.id, hash).filter(|c| c.is_live(t.now()) && c.recipient == recipient.id);
            let challenge = match live {
                Some(challenge) => challenge.id,
                None => {
                    let expires = t.now().plus(life);
                    t.emit(new_challenge(&draws, &share, &recipient, Some(hash), t.now(), expires, digits));
                    draws.challenge
                }
            };
            if let Some(shown) = shown {
                t.emit(given(shown, Some(challenge), None, &share, &recipient, origin.clone()));
            }
            if invited_challenge(t.state(), &recipient, t.now()).is_none() {
                mail_code(t, challenge, draws.mail);
            }
            Ok::<_, Refusal>(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await?;
        Ok(cookie)
    }

    /// Mails the code again, the same digits while they are right and new ones after, within the budgets.
    pub async fn send_again(&self, share: ShareId, browser: &CookieSecret) -> Result<(), Refusal> {
        let hash = browser.hash();
        let (draws, life, digits) = (Draws::draw(), self.settings.code_life, self.settings.code_digits);
        let transaction = move |t: &mut Tx<'_>| {
            let before = challenge_of(t.state(), share, hash).cloned().ok_or(Refusal::NoSession)?;
            let link = Link { key: 0, share, recipient: before.recipient };
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            mail_again(t, &share, &recipient);
            // The code that came with the invitation goes out once more: it is the one that is looked for.
            let invited = invited_challenge(t.state(), &recipient, t.now()).map(|challenge| challenge.id);
            if let Some(live) = invited.or_else(|| before.is_live(t.now()).then_some(before.id)) {
                mail_code(t, live, draws.mail);
            } else if may_mail(t.state(), &recipient, None, t.now()) == MayMail::Now {
                let expires = t.now().plus(life);
                t.emit(new_challenge(&draws, &share, &recipient, Some(hash), t.now(), expires, digits));
                mail_code(t, draws.challenge, draws.mail);
            }
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }
}

/// The text that the holder of a session has to agree to before anything else, and the session.
#[derive(Debug, Clone)]
pub struct AgreeAnew {
    /// The session.
    pub admitted: Admitted,
    /// The text; nothing where the recipient has agreed to it.
    pub disclaimer: Option<Arc<Disclaimer>>,
}

impl Gate {
    /// What the holder of a session has to agree to anew.
    pub fn text_to_agree_to(&self, share: ShareId, cookie: Option<&CookieSecret>) -> Result<AgreeAnew, Refusal> {
        let (admitted, _) = self.look_at_session(share, cookie)?;
        let state = self.ledger.state();
        let disclaimer = state.disclaimer.clone().filter(|_| !has_agreed(&state, admitted.share(), admitted.recipient()));
        Ok(AgreeAnew { admitted, disclaimer })
    }

    /// The recipient agrees in a session to a text that came after it was opened.
    pub async fn agree_in_session(
        &self,
        share: ShareId,
        cookie: Option<&CookieSecret>,
        digest: &str,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let facts = SessionFacts { ask_anew: false, ..self.session_facts(&self.ledger.state(), share, cookie.map(Proof::from)) };
        let (digest, copy) = (digest.to_owned(), self.settings.mail_agreement.then(drawn));
        let transaction = move |t: &mut Tx<'_>| {
            let admitted = admit_session(t.state(), facts, t.now())?;
            let (share, recipient) = (admitted.share(), admitted.recipient());
            let Some(text) = t.state().disclaimer.clone().filter(|_| !has_agreed(t.state(), share, recipient)) else { return Ok(()) };
            let shown = text.shown_as(&digest).ok_or(Refusal::TextChanged(share.id))?;
            t.emit(given(shown, None, Some(admitted.session().id), share, recipient, origin.clone()));
            mail_agreement(t, share.id, recipient.id, copy);
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }
}

/// The event of an agreement to exactly this text.
fn given(
    shown: Wording<'_>,
    challenge: Option<ChallengeId>,
    session: Option<SessionId>,
    share: &Share,
    recipient: &Recipient,
    origin: Origin,
) -> Event {
    Event::ConsentGiven {
        challenge,
        share: share.id,
        recipient: recipient.id,
        version: shown.version.to_owned(),
        digest: shown.digest.to_owned(),
        language: shown.language.to_owned(),
        session,
        origin: Private::new(Subject::Guest(recipient.guest), origin),
    }
}

/// Whoever goes on with the link wants its mail after all.
fn mail_again(t: &mut Tx<'_>, share: &Share, recipient: &Recipient) {
    if recipient.said.unwanted.is_some() {
        t.emit(Event::RecipientWanted { share: share.id, recipient: recipient.id });
    }
}

/// Queues the copy of the text that a recipient has just agreed to, where copies are mailed.
pub(super) fn mail_agreement(t: &mut Tx<'_>, share: ShareId, recipient: RecipientId, copy: Option<MailId>) {
    let Some(mail) = copy else { return };
    let agreed = t.state().recipient(share, recipient).is_some_and(|(_, recipient)| recipient.agreed.is_some());
    if agreed {
        t.emit(Event::MailQueued { mail, share, kind: MailKind::Agreed(recipient), due: t.now(), deliver_by: Timestamp::MAX });
    }
}

/// The challenge of a browser for a share.
pub(super) fn challenge_of(state: &State, share: ShareId, browser: TokenHash) -> Option<&Arc<Challenge>> {
    state
        .browsers
        .get(&browser)
        .and_then(|id| state.challenges.get(id))
        .filter(|challenge| challenge.share == share)
}

/// The live challenge whose code went out with the invitation; it is the one that counts, in whichever browser.
pub(super) fn invited_challenge<'a>(state: &'a State, recipient: &Recipient, now: Timestamp) -> Option<&'a Arc<Challenge>> {
    let mut known = recipient.challenges.iter().filter_map(|id| state.challenges.get(id));
    known.find(|challenge| challenge.browser.is_none() && challenge.sent.is_some() && challenge.is_live(now))
}

/// The event of a new challenge; the digits are made for the present moment.
fn new_challenge(
    draws: &Draws,
    share: &Share,
    recipient: &Recipient,
    browser: Option<TokenHash>,
    now: Timestamp,
    expires: Timestamp,
    digits: u8,
) -> Event {
    Event::ChallengeMade {
        challenge: draws.challenge,
        share: share.id,
        recipient: recipient.id,
        browser,
        secret: Private::new(Subject::Guest(recipient.guest), draws.secret.clone()),
        moment: now,
        expires,
        digits,
    }
}

/// Queues the mail with a challenge's code when the budgets allow it; otherwise the code page says when they will.
fn mail_code(t: &mut Tx<'_>, challenge: ChallengeId, mail: MailId) {
    let Some(challenge) = t.state().challenges.get(&challenge).cloned() else { return };
    let Some((_, recipient)) = t.state().recipient(challenge.share, challenge.recipient) else { return };
    if may_mail(t.state(), recipient, Some(&challenge), t.now()) != MayMail::Now {
        return;
    }
    let (share, kind, due, deliver_by) = (challenge.share, MailKind::Code(challenge.id, challenge.recipient), t.now(), challenge.expires);
    t.emit(Event::CodeSent { challenge: challenge.id });
    t.emit(Event::MailQueued { mail, share, kind, due, deliver_by });
}

/// Events that make and mail a code together with the invitation; the same digits again while those of an earlier one are right.
pub(super) fn code_with_invitation(t: &mut Tx<'_>, share: &Share, recipient: &Recipient, draws: &Draws, life: Duration, digits: u8) {
    if let Some(before) = invited_challenge(t.state(), recipient, t.now()).map(|before| before.id) {
        mail_code(t, before, draws.mail);
        return;
    }
    if may_mail(t.state(), recipient, None, t.now()) != MayMail::Now {
        return;
    }
    let expires = t.now().plus(life).min(share.expires);
    t.emit(new_challenge(draws, share, recipient, None, t.now(), expires, digits));
    mail_code(t, draws.challenge, draws.mail);
}
