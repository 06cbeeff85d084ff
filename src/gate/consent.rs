//! The entry: what the link's page says, and agreeing, which records the agreement and sends the code.

use crate::crypto::code::CodeSecret;
use crate::crypto::link::Link;
use crate::crypto::random::{self, CookieSecret, TokenHash};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::INVITED_CODE_LIFE;
use crate::domain::disclaimer::{Disclaimer, Wording};
use crate::domain::ids::{ChallengeId, MailId, RecipientId, SessionId, ShareId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::{SessionFacts, admit_link, admit_session, has_agreed};
use crate::gate::budget::{Asking, Mailing, MayMail, may_mail};
use crate::gate::challenge::under_the_text;
use crate::gate::device::known_device;
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

impl Entry {
    /// When somebody said that they do not agree to the text that is to be agreed to now; of an older one it says nothing.
    pub fn declined(&self) -> Option<Timestamp> {
        let version = &self.disclaimer.as_ref()?.version;
        let said = &self.recipient.said;
        said.declined.filter(|_| said.declined_of.as_ref().is_some_and(|of| of.version == *version))
    }
}

/// What is drawn at random for a challenge before its transaction begins.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    pub(super) challenge: ChallengeId,
    mail: MailId,
    pub(super) secret: CodeSecret,
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
    /// `digest` is of the text that the page showed; `device` the cookie of a browser that once gave a right code; `language` what the browser
    /// asked for, if it did. The cookie given back is the browser's; it holds the challenge.
    pub async fn agree(
        &self,
        entry: &Entry,
        digest: &str,
        browser: Option<CookieSecret>,
        device: Option<&CookieSecret>,
        language: Option<Language>,
        origin: Origin,
    ) -> Result<CookieSecret, Refusal> {
        let cookie = browser.unwrap_or_else(CookieSecret::draw);
        let (hash, link, digest, signs) = (cookie.hash(), entry.link, digest.to_owned(), origin.signs.clone());
        let (draws, made, mailing) = (Draws::draw(), self.new_codes(), self.mailing());
        let device = device.map(CookieSecret::hash);
        let transaction = move |t: &mut Tx<'_>| {
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            let device = known_device(&recipient, device, t.now()).map(|known| known.token);
            let disclaimer = t.state().disclaimer.clone().filter(|_| share.policy.disclaimer);
            let shown = disclaimer
                .as_ref()
                .map(|text| text.shown_as(&digest).ok_or(Refusal::TextChanged(share.id)))
                .transpose()?;
            mail_again(t, &share, &recipient);
            if let Some(language) = language.filter(|language| recipient.language.unwrap_or(share.language) != *language) {
                t.emit(Event::RecipientLanguage { share: share.id, recipient: recipient.id, language });
            }
            let live = challenge_of(t.state(), share.id, hash).filter(|c| c.is_live(t.now()) && c.recipient == recipient.id);
            let challenge = match live {
                Some(challenge) => challenge.id,
                None => {
                    t.emit(new_challenge(&draws, &share, &recipient, made.of(Some(hash), device, t.now())));
                    draws.challenge
                }
            };
            if let Some(shown) = shown {
                t.emit(given(shown, Some(challenge), None, &share, &recipient, origin.clone()));
            }
            if invited_challenge(t.state(), &recipient, t.now()).is_none() {
                mail_code(t, challenge, draws.mail, mailing);
            }
            Ok::<_, Refusal>(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await?;
        self.count_signs(entry.link, &signs);
        Ok(cookie)
    }

    /// Mails the code again, the same digits while they are right and new ones after, within the budgets.
    pub async fn send_again(&self, share: ShareId, browser: &CookieSecret) -> Result<(), Refusal> {
        let hash = browser.hash();
        let (draws, made, mailing) = (Draws::draw(), self.new_codes(), self.mailing());
        let transaction = move |t: &mut Tx<'_>| {
            let before = challenge_of(t.state(), share, hash).cloned().ok_or(Refusal::NoSession)?;
            let link = Link { key: 0, share, recipient: before.recipient };
            let (share, recipient) = admit_link(t.state(), link, t.now())?;
            under_the_text(t.state(), &share, &before)?;
            mail_again(t, &share, &recipient);
            let asking = Asking { share: &share, recipient: &recipient, challenge: None, device: before.device };
            // The code that came with the invitation goes out once more: it is the one that is looked for.
            let invited = invited_challenge(t.state(), &recipient, t.now()).map(|challenge| challenge.id);
            if let Some(live) = invited.or_else(|| before.is_live(t.now()).then_some(before.id)) {
                mail_code(t, live, draws.mail, mailing);
            } else if may_mail(t.state(), asking, mailing, t.now()) == MayMail::Now {
                t.emit(new_challenge(&draws, &share, &recipient, made.of(Some(hash), before.device, t.now())));
                mail_code(t, draws.challenge, draws.mail, mailing);
            }
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }

    /// What bounds a code mail now.
    pub(super) fn mailing(&self) -> Mailing {
        Mailing { budget: self.settings.code_mails, all_again: self.crowd.mails_again(self.clock.now()) }
    }

    /// How new codes are made.
    pub(super) const fn new_codes(&self) -> NewCodes {
        NewCodes { life: self.settings.code_life, digits: self.settings.code_digits }
    }
}

/// How new codes are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewCodes {
    pub(super) life: Duration,
    pub(super) digits: u8,
}

/// What a new challenge is beside its ids: whose browser's, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    browser: Option<TokenHash>,
    device: Option<TokenHash>,
    pub(super) moment: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) digits: u8,
}

impl NewCodes {
    /// A challenge of a browser, or of none.
    pub(super) fn of(self, browser: Option<TokenHash>, device: Option<TokenHash>, now: Timestamp) -> Made {
        Made { browser, device, moment: now, expires: now.plus(self.life), digits: self.digits }
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
    known.find(|challenge| challenge.browser.is_none() && !challenge.read && challenge.sent.is_some() && challenge.is_live(now))
}

/// The event of a new challenge; the digits are made for the present moment.
pub(super) fn new_challenge(draws: &Draws, share: &Share, recipient: &Recipient, made: Made) -> Event {
    let Made { browser, device, moment, expires, digits } = made;
    Event::ChallengeMade {
        challenge: draws.challenge,
        share: share.id,
        recipient: recipient.id,
        browser,
        secret: Private::new(Subject::Guest(recipient.guest), draws.secret.clone()),
        moment,
        expires,
        digits,
        device,
    }
}

/// Queues the mail with a challenge's code when the budgets allow it; otherwise the code page says when they will.
fn mail_code(t: &mut Tx<'_>, challenge: ChallengeId, mail: MailId, mailing: Mailing) {
    let Some(challenge) = t.state().challenges.get(&challenge).cloned() else { return };
    let Some((share, recipient)) = t.state().recipient(challenge.share, challenge.recipient) else { return };
    let asking = Asking { share, recipient, challenge: Some(&challenge), device: challenge.device };
    if may_mail(t.state(), asking, mailing, t.now()) != MayMail::Now {
        return;
    }
    let (share, kind, due, deliver_by) = (challenge.share, MailKind::Code(challenge.id, challenge.recipient), t.now(), challenge.expires);
    t.emit(Event::CodeSent { challenge: challenge.id });
    t.emit(Event::MailQueued { mail, share, kind, due, deliver_by });
}

/// Events that make and mail a code together with the invitation; the same digits again while those of an earlier one are right.
pub(super) fn code_with_invitation(t: &mut Tx<'_>, share: &Share, recipient: &Recipient, draws: &Draws, mailing: Mailing, digits: u8) {
    if let Some(before) = invited_challenge(t.state(), recipient, t.now()).map(|before| before.id) {
        mail_code(t, before, draws.mail, mailing);
        return;
    }
    if may_mail(t.state(), Asking { share, recipient, challenge: None, device: None }, mailing, t.now()) != MayMail::Now {
        return;
    }
    let made = NewCodes { life: INVITED_CODE_LIFE, digits }.of(None, None, t.now());
    t.emit(new_challenge(draws, share, recipient, Made { expires: made.expires.min(share.expires), ..made }));
    mail_code(t, draws.challenge, draws.mail, mailing);
}
