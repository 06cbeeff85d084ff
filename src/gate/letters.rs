//! The letters: the words of a queued mail, from the state as it is when the mail goes out. Code and link exist only here and in the letter.

use crate::crypto::link::Link;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ChallengeId, RecipientId, ShareId, UploadId};
use crate::domain::language::Language;
use crate::domain::receipt::Outcome;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::bounces::recipient_of;
use crate::gate::consent::invited_challenge;
use crate::gate::listing::shown;
use crate::gate::refusal::Refusal;
use crate::gate::reminders::may_be_written_to;
use crate::gate::shares::word_of;
use crate::gate::told::What;
use crate::ledger::event::MailKind;
use crate::ledger::state::{Mail, Read, Recipient, Share, Staff, State};
use crate::mail::templates::{
    AccessEnded, Cause, Code, DeliveryFailed, DocumentsChanged, Ended, Invitation, Notice, NoticeLine, Reminder, ShareEnded, What as Shared,
};
use crate::mail::{Content, Letter};
use crate::words::Words;
use std::sync::Arc;

/// What a letter is made from.
pub(super) struct About<'a> {
    pub(super) state: &'a State,
    pub(super) share: &'a Share,
    owner: &'a Staff,
}

/// To whom, what, and how many lines of a list it tells; or why there is none.
pub(super) type Composed = Result<(EmailAddress, Content, usize), NoLetter>;

/// Why there is no letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoLetter {
    /// Something is missing, or its time ran out before it could go: staff are to see that it was never sent.
    Impossible(&'static str),
    /// What it is about is over, such as a code that was used: nobody misses it.
    Useless(&'static str),
}

impl From<&'static str> for NoLetter {
    fn from(why: &'static str) -> Self {
        Self::Useless(why)
    }
}

impl About<'_> {
    pub(super) fn owner_name(&self) -> &str {
        self.owner.name.get().map_or("", String::as_str)
    }

    pub(super) fn owner_address(&self) -> Result<&EmailAddress, NoLetter> {
        self.owner.address.get().ok_or(NoLetter::Impossible("the owner's address is forgotten"))
    }

    /// The language of mails to a recipient: of the page on which a code was last asked for, before that the share's.
    pub(super) fn language(&self, recipient: &Recipient) -> Language {
        recipient.language.unwrap_or(self.share.language)
    }

    pub(super) fn recipient(&self, id: RecipientId) -> Result<(&Recipient, &EmailAddress), NoLetter> {
        let recipient = self.share.recipients.get(&id).ok_or("the recipient is no longer there")?;
        Ok((recipient, self.state.address(recipient.guest).ok_or("the recipient's address is forgotten")?))
    }
}

/// How a document that a recipient sent in ended: whole, or not taken because of a virus.
fn sent_in(state: &State, share: ShareId, read: &Read) -> Option<Outcome> {
    let upload = state.uploads.get(&(share, UploadId::from_bytes(*read.receipt.as_bytes())))?;
    Some(if upload.counts() { Outcome::Complete } else { Outcome::Part })
}

impl Gate {
    /// Composes a mail, with the number of lines a notice tells; or says why there is none.
    pub(super) fn letter(&self, mail: &Mail) -> Result<(Letter, usize), NoLetter> {
        let state = self.ledger.state();
        let share = Arc::clone(state.shares.get(&mail.share).ok_or(NoLetter::Impossible("its share is no longer there"))?);
        let owner = Arc::clone(state.staff.get(&share.owner).ok_or(NoLetter::Impossible("its share has no owner"))?);
        let about = About { state: &state, share: &share, owner: &owner };
        if share.recipients.values().any(|r| r.said.unwanted.is_some() && mail.kind.is_news_for(r.id)) {
            return Err("whoever has the link said that it is not meant for them".into());
        }
        let (to, content, lines) = match mail.kind {
            MailKind::Code(challenge, recipient) => self.code(&about, challenge, recipient)?,
            MailKind::Invitation(recipient) => self.invitation(&about, recipient, mail.queued)?,
            MailKind::Notice => self.notice(&about)?,
            MailKind::Reminder(recipient) => self.reminder(&about, recipient)?,
            MailKind::Stopped(recipient) => self.stopped(&about, recipient)?,
            MailKind::Changed => self.changed(&about)?,
            MailKind::Ended => self.ended(&about)?,
            MailKind::Undelivered(recipient) => self.undelivered(&about, recipient)?,
            MailKind::Agreed(recipient) => self.agreed(&about, recipient)?,
            MailKind::Copy(recipient) => self.visit_copy(&about, recipient)?,
            MailKind::Declined(recipient) => self.told(&about, recipient, What::Declined)?,
            MailKind::Extended(recipient) => self.extended(&about, recipient)?,
            MailKind::GivenUp(recipient) => self.told(&about, recipient, What::GivenUp)?,
            MailKind::MoreTime(recipient) => self.told(&about, recipient, What::MoreTime)?,
            MailKind::Unwanted(recipient) => self.told(&about, recipient, What::Unwanted)?,
        };
        let for_recipient = matches!(
            mail.kind,
            MailKind::Agreed(_)
                | MailKind::Copy(_)
                | MailKind::Extended(_)
                | MailKind::Invitation(_)
                | MailKind::Reminder(_)
                | MailKind::Stopped(_)
        );
        let unwanted = match mail.kind {
            MailKind::Invitation(recipient) | MailKind::Reminder(recipient) => {
                share.recipients.get(&recipient).and_then(|recipient| self.link_url(&share, recipient))
            }
            _ => None,
        };
        let without_links = matches!(mail.kind, MailKind::Code(..)).then(|| self.settings.branding.without_links());
        let reader = recipient_of(mail.kind).and_then(|id| share.recipients.get(&id));
        let words = reader.map_or_else(|| self.staff_words(), |reader| self.words(about.language(reader)));
        let dressed = content.dressed(without_links.as_ref().unwrap_or(&self.settings.branding), &self.settings.organisation, words);
        let letter = Letter {
            id: mail.id,
            from: self.settings.sender.clone(),
            to,
            reply_to: owner.address.get().filter(|_| for_recipient).cloned(),
            date: mail.queued,
            domain: self.settings.domain.clone(),
            topic: word_of(mail.kind),
            bounces: self.return_address(mail.id, mail.kind),
            unwanted,
            logo: self.settings.branding.logo.clone(),
            content: dressed,
        };
        Ok((letter, lines))
    }

    /// The words of mails to staff.
    pub(super) fn staff_words(&self) -> &Words {
        self.words(self.settings.language)
    }

    /// A recipient's link.
    pub fn link_url(&self, share: &Share, recipient: &Recipient) -> Option<String> {
        let text = Link { key: recipient.key, share: share.id, recipient: recipient.id }.sign(&self.keys)?;
        Some(format!("{}/s/{text}", self.settings.public_url))
    }

    /// That a recipient still has access. Where somebody ended it nobody misses the letter; where its time ran out, somebody waited in vain.
    pub(super) fn still_open(&self, about: &About<'_>, recipient: &Recipient) -> Result<(), NoLetter> {
        open_to(about.share, recipient, self.clock.now()).map_err(|why| match why {
            Refusal::Expired(_) => NoLetter::Impossible("its time was over before it went out"),
            _ => NoLetter::Useless("access ended before it went out"),
        })
    }

    fn invitation(&self, about: &About<'_>, id: RecipientId, queued: Timestamp) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let (words, now) = (self.words(about.language(recipient)), self.clock.now());
        self.still_open(about, recipient)?;
        let link = self
            .link_url(about.share, recipient)
            .ok_or(NoLetter::Impossible("the key of its link is retired"))?;
        let items = about.share.items.get().ok_or(NoLetter::Impossible("its documents are forgotten"))?;
        let folders = items.iter().filter(|item| item.is_folder()).count();
        let what = Shared { documents: items.len() - folders, folders };
        let expires = self.moment(words, about.share.expires);
        let fill = |text: &str| self.filled_for(about.share, text, address.expose());
        let message = fill(about.share.message.get().map_or("", String::as_str));
        let content = Invitation {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            recipient: address,
            subject: &fill(about.share.subject.get().map_or("", String::as_str)),
            message: &message,
            link: &link,
            expires: &expires,
            what,
            delivery: about.share.delivery(),
            // Mailed together with it or since, and still to be given: where the mailbox had its mails, or this one comes late, there is none.
            code_comes_along: invited_challenge(about.state, recipient, now).is_some_and(|code| code.sent >= Some(queued)),
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn code(&self, about: &About<'_>, challenge: ChallengeId, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let words = self.words(about.language(recipient));
        let now = self.clock.now();
        self.still_open(about, recipient)?;
        let challenge = about.state.challenges.get(&challenge).ok_or("the code was used before it went out")?;
        if challenge.expires <= now {
            return Err(NoLetter::Impossible("the code's time was over before it went out"));
        }
        if !challenge.is_live(now) {
            return Err("the code was void before it went out".into());
        }
        let secret = challenge.secret.get().ok_or("the recipient is forgotten")?;
        let content = Code {
            organisation: &self.settings.organisation,
            digits: &secret.digits(challenge.moment, challenge.digits),
            minutes: challenge.browser.map(|_| self.settings.code_life.as_secs() / 60),
            expires: &self.moment(words, challenge.expires),
            contact: &self.settings.contact,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn notice(&self, about: &About<'_>) -> Composed {
        let words = self.staff_words();
        let reads = &about.share.unreported;
        if reads.is_empty() {
            return Err("there is nothing to tell".into());
        }
        let forgotten = EmailAddress::parse("forgotten@invalid").expect("'forgotten@invalid' is a well-formed address");
        let told: Vec<_> = reads
            .iter()
            .map(|read| {
                let live = self.progress.of(read.receipt).map(|reached| reached.outcome);
                let kept = about.state.receipts.get(&read.receipt).map(|receipt| receipt.outcome);
                let outcome = sent_in(about.state, about.share.id, read).or(live).or(kept).unwrap_or(Outcome::Part);
                let document = read.document.get().map(|name| name.path.to_string()).unwrap_or_default();
                let broken = read.broken.as_ref().and_then(|broken| broken.get()).map(|name| name.path.to_string());
                (self.moment(words, read.at), about.state.address(read.guest).unwrap_or(&forgotten), document, read.action, outcome, broken)
            })
            .collect();
        let lines: Vec<_> = told
            .iter()
            .map(|(time, recipient, document, action, outcome, broken)| NoticeLine {
                time,
                recipient,
                document,
                action: *action,
                outcome: *outcome,
                broken: broken.as_deref(),
            })
            .collect();
        let content = Notice {
            organisation: &self.settings.organisation,
            staff_name: about.owner_name(),
            share_subject: &self.title_for_staff(about.state, about.share),
            share: about.share.id,
            lines: &lines,
            more: usize::try_from(about.share.unreported_more).unwrap_or(usize::MAX),
        };
        Ok((about.owner_address()?.clone(), content.compose(words), reads.len()))
    }

    fn reminder(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        if !recipient.is_unread() {
            return Err("it was read before it went out".into());
        }
        if !may_be_written_to(about.share, recipient) {
            return Err("mail to the recipient does not arrive or is not wanted".into());
        }
        self.still_open(about, recipient)?;
        let words = self.words(about.language(recipient));
        let content = Reminder {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            recipient: address,
            subject: &self.title(words, about.share, address.expose()),
            link: &self
                .link_url(about.share, recipient)
                .ok_or(NoLetter::Impossible("the key of its link is retired"))?,
            expires: &self.moment(words, about.share.expires),
            newer: recipient.reads > 0,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn stopped(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let words = self.words(about.language(recipient));
        let content = AccessEnded {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            subject: &self.title(words, about.share, address.expose()),
            why: Ended::Stopped,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn ended(&self, about: &About<'_>) -> Composed {
        let words = self.staff_words();
        let content = ShareEnded {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            subject: &self.title_for_staff(about.state, about.share),
            share: about.share.id,
            why: Ended::Expired,
            when: &self.moment(words, about.share.expires),
            recipients: about.share.recipients.len(),
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }

    fn changed(&self, about: &About<'_>) -> Composed {
        let documents: Vec<String> = about.share.changed.iter().filter_map(|changed| changed.document.get()).map(shown).collect();
        if documents.is_empty() {
            return Err("it is pinned anew".into());
        }
        let words = self.staff_words();
        let content = DocumentsChanged {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            subject: &self.title_for_staff(about.state, about.share),
            share: about.share.id,
            documents: &documents,
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }

    fn undelivered(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (_, address) = about.recipient(id)?;
        let words = self.staff_words();
        // The last mail to this recipient: others may have failed since.
        let failed = about.share.undelivered.iter().rev().find(|failed| recipient_of(failed.kind) == Some(id));
        let answer = failed.map_or("", |failed| failed.why.as_str());
        let content = DeliveryFailed {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            recipient: address,
            subject: &self.title_for_staff(about.state, about.share),
            share: about.share.id,
            cause: Cause::of(answer),
            answer,
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }
}
