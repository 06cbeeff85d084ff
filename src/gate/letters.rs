//! The letters: the words of a queued mail, from the state as it is when the mail goes out. Code and link exist only here and in the letter.

use crate::crypto::link::Link;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{ChallengeId, RecipientId, ShareId, UploadId};
use crate::domain::language::Language;
use crate::domain::receipt::Outcome;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::bounces::recipient_of;
use crate::gate::listing::shown;
use crate::gate::reminders::may_be_written_to;
use crate::gate::settings::CodeDelivery;
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

/// To whom, what, and how many lines of a list it tells; or why it is no use any more.
pub(super) type Composed = Result<(EmailAddress, Content, usize), &'static str>;

impl About<'_> {
    pub(super) fn owner_name(&self) -> &str {
        self.owner.name.get().map_or("", String::as_str)
    }

    pub(super) fn owner_address(&self) -> Result<&EmailAddress, &'static str> {
        self.owner.address.get().ok_or("the owner's address is forgotten")
    }

    /// The language of mails to a recipient: of the page on which a code was last asked for, before that the share's.
    pub(super) fn language(&self, recipient: &Recipient) -> Language {
        recipient.language.unwrap_or(self.share.language)
    }

    pub(super) fn recipient(&self, id: RecipientId) -> Result<(&Recipient, &EmailAddress), &'static str> {
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
    /// Composes a mail, with the number of lines a notice tells; or says why it is no use any more.
    pub(super) fn letter(&self, mail: &Mail) -> Result<(Letter, usize), &'static str> {
        let state = self.ledger.state();
        let share = Arc::clone(state.shares.get(&mail.share).ok_or("its share is no longer there")?);
        let owner = Arc::clone(state.staff.get(&share.owner).ok_or("its share has no owner")?);
        let about = About { state: &state, share: &share, owner: &owner };
        if share.recipients.values().any(|r| r.said.unwanted.is_some() && mail.kind.is_news_for(r.id)) {
            return Err("whoever has the link said that it is not meant for them");
        }
        let (to, content, lines) = match mail.kind {
            MailKind::Code(challenge, recipient) => self.code(&about, challenge, recipient)?,
            MailKind::Invitation(recipient) => self.invitation(&about, recipient)?,
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

    fn invitation(&self, about: &About<'_>, id: RecipientId) -> Result<(EmailAddress, Content, usize), &'static str> {
        let (recipient, address) = about.recipient(id)?;
        let words = self.words(about.language(recipient));
        open_to(about.share, recipient, self.clock.now()).map_err(|_| "access ended before it went out")?;
        let link = self.link_url(about.share, recipient).ok_or("the key of its link is retired")?;
        let items = about.share.items.get().ok_or("its documents are forgotten")?;
        let what = if items.iter().any(|item| item.is_folder()) { Shared::Folders } else { Shared::Documents(items.len()) };
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
            code_comes_along: self.settings.code_delivery == CodeDelivery::WithInvite,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn code(&self, about: &About<'_>, challenge: ChallengeId, id: RecipientId) -> Result<(EmailAddress, Content, usize), &'static str> {
        let (recipient, address) = about.recipient(id)?;
        let words = self.words(about.language(recipient));
        let now = self.clock.now();
        open_to(about.share, recipient, now).map_err(|_| "access ended before it went out")?;
        let challenge = about
            .state
            .challenges
            .get(&challenge)
            .filter(|c| c.is_live(now))
            .ok_or("the code was used or void before it went out")?;
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

    fn notice(&self, about: &About<'_>) -> Result<(EmailAddress, Content, usize), &'static str> {
        let words = self.staff_words();
        let reads = &about.share.unreported;
        if reads.is_empty() {
            return Err("there is nothing to tell");
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
            share_subject: &self.subject_for_staff(about.state, about.share),
            share: about.share.id,
            lines: &lines,
            more: usize::try_from(about.share.unreported_more).unwrap_or(usize::MAX),
        };
        Ok((about.owner_address()?.clone(), content.compose(words), reads.len()))
    }

    fn reminder(&self, about: &About<'_>, id: RecipientId) -> Result<(EmailAddress, Content, usize), &'static str> {
        let (recipient, address) = about.recipient(id)?;
        open_to(about.share, recipient, self.clock.now()).map_err(|_| "access ended before it went out")?;
        if !recipient.is_unread() {
            return Err("it was read before it went out");
        }
        if !may_be_written_to(about.share, recipient) {
            return Err("mail to the recipient does not arrive or is not wanted");
        }
        let words = self.words(about.language(recipient));
        let content = Reminder {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            recipient: address,
            subject: &self.filled_for(about.share, about.share.subject.get().map_or("", String::as_str), address.expose()),
            link: &self.link_url(about.share, recipient).ok_or("the key of its link is retired")?,
            expires: &self.moment(words, about.share.expires),
            newer: recipient.reads > 0,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn stopped(&self, about: &About<'_>, id: RecipientId) -> Result<(EmailAddress, Content, usize), &'static str> {
        let (recipient, address) = about.recipient(id)?;
        let words = self.words(about.language(recipient));
        let content = AccessEnded {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            subject: &self.filled_for(about.share, about.share.subject.get().map_or("", String::as_str), address.expose()),
            why: Ended::Stopped,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    fn ended(&self, about: &About<'_>) -> Result<(EmailAddress, Content, usize), &'static str> {
        let words = self.staff_words();
        let content = ShareEnded {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            subject: &self.subject_for_staff(about.state, about.share),
            share: about.share.id,
            why: Ended::Expired,
            when: &self.moment(words, about.share.expires),
            recipients: about.share.recipients.len(),
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }

    fn changed(&self, about: &About<'_>) -> Result<(EmailAddress, Content, usize), &'static str> {
        let documents: Vec<String> = about.share.changed.iter().filter_map(|changed| changed.document.get()).map(shown).collect();
        if documents.is_empty() {
            return Err("it is pinned anew");
        }
        let words = self.staff_words();
        let content = DocumentsChanged {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            subject: &self.subject_for_staff(about.state, about.share),
            share: about.share.id,
            documents: &documents,
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }

    fn undelivered(&self, about: &About<'_>, id: RecipientId) -> Result<(EmailAddress, Content, usize), &'static str> {
        let (_, address) = about.recipient(id)?;
        let words = self.staff_words();
        // The last mail to this recipient: others may have failed since.
        let failed = about.share.undelivered.iter().rev().find(|failed| recipient_of(failed.kind) == Some(id));
        let answer = failed.map_or("", |failed| failed.why.as_str());
        let content = DeliveryFailed {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            recipient: address,
            subject: &self.subject_for_staff(about.state, about.share),
            share: about.share.id,
            cause: Cause::of(answer),
            answer,
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }
}
