//! Mails that came back: read where the mail server puts them, put down at their share, and told to its owner.
//!
//! A report is believed only when it came to an address with a tag of ours, which nobody knows who was not sent that mail. Whoever was can say
//! falsely that it never arrived, once: it is shown and told, and no link, no code and no session ends. What nobody asked for just then is held
//! back: no reminder goes to an address that mail came back from, and where it was the invitation, no word that access ended; until an
//! invitation that was sent again is taken.

use crate::crypto::{bounce_tag, random};
use crate::domain::bounds::{BOUNCE_LIFE, BOUNCES_AT_ONCE, BOUNCES_EVERY};
use crate::domain::email::EmailAddress;
use crate::domain::ids::{MailId, RecipientId};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::tx::{Class, Unavailable};
use crate::mail::{Maildir, Report};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Where mails come back to.
#[derive(Debug, Clone)]
pub struct Bounces {
    /// The address without a tag.
    pub address: EmailAddress,
    /// Where they are read.
    pub maildir: Maildir,
}

/// What became of one mail that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It tells of a mail that is still in the outbox: the report was faster than the news that the mail was taken, or the news got lost.
    Early(MailId),
    /// It tells of a mail of ours.
    Told,
    /// It is for people to look at.
    Unknown,
}

impl Gate {
    /// Takes mails that came back, as they come; never returns.
    pub async fn take_bounces(&self) {
        let Some(bounces) = &self.settings.bounces else { return std::future::pending().await };
        loop {
            match self.take_some(bounces).await {
                Ok(BOUNCES_AT_ONCE) => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "mails that came back could not be read; it is tried again"),
            }
            self.clock.wait_until(self.clock.now().plus(BOUNCES_EVERY)).await;
        }
    }

    /// Takes those that are there, and says how many were put aside.
    async fn take_some(&self, bounces: &Bounces) -> io::Result<usize> {
        let maildir = bounces.maildir.clone();
        let names = in_pool(move || maildir.waiting(BOUNCES_AT_ONCE)).await?;
        let (mut early, mut aside) = (BTreeSet::new(), 0);
        for name in &names {
            let (maildir, own) = (bounces.maildir.clone(), name.clone());
            let taken = match in_pool(move || maildir.read(&own)).await {
                Ok(mail) => self.take_one(&mail, bounces).await.map_err(io::Error::other)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => Taken::Unknown,
            };
            // One report of each such mail waits for its turn; of more than one the rest says nothing new.
            if matches!(taken, Taken::Early(mail) if early.insert(mail)) {
                continue;
            }
            // Only after it is in the ledger; read again after a crash, it changes nothing.
            self.put_aside(&bounces.maildir, name, taken).await?;
            aside += 1;
        }
        Ok(aside)
    }

    async fn put_aside(&self, maildir: &Maildir, name: &OsString, taken: Taken) -> io::Result<()> {
        let (maildir, name) = (maildir.clone(), name.clone());
        if taken == Taken::Unknown {
            tracing::info!("a mail came back that tells of none of ours; it is left for people to read");
        }
        in_pool(move || maildir.put_aside(&name, taken != Taken::Unknown)).await
    }

    async fn take_one(&self, mail: &[u8], bounces: &Bounces) -> Result<Taken, Unavailable> {
        let Some(report) = Report::read(mail, &bounces.address) else { return Ok(Taken::Unknown) };
        let Some(id) = bounce_tag::read(&self.keys, &report.tag) else { return Ok(Taken::Unknown) };
        let state = self.ledger.state();
        if report.failed && state.mails.contains_key(&id) {
            return Ok(Taken::Early(id));
        }
        let known = state.sent_mails.get(&id).filter(|sent| sent.until > self.clock.now());
        let (Some(sent), true) = (known, report.failed) else { return Ok(Taken::Told) };
        let to = recipient_of(sent.kind).and_then(|recipient| state.recipient(sent.share, recipient));
        let why = report.told(to.and_then(|(_, recipient)| state.address(recipient.guest)));
        tracing::warn!(mail = %id, share = %sent.share, why, "a mail came back");
        let (told, sent) = (MailId::from_bytes(random::bytes()), Arc::clone(sent));
        self.ledger
            .tx(Class::Ordinary, move |t| {
                if t.state().sent_mails.contains_key(&id) {
                    let recipient = recipient_of(sent.kind);
                    t.emit(Event::MailBounced { mail: id, share: sent.share, recipient, why: why.clone() });
                    if let Some(recipient) = recipient {
                        let (share, kind) = (sent.share, MailKind::Undelivered(recipient));
                        t.emit(Event::MailQueued { mail: told, share, kind, due: t.now(), deliver_by: Timestamp::MAX });
                    }
                }
                Ok::<_, Unavailable>(())
            })
            .await?;
        Ok(Taken::Told)
    }

    /// The address that a mail comes back to, where such mails are read. What tells the owner of one that came back has none: were its own
    /// return told, that would go on for ever.
    pub(super) fn return_address(&self, mail: MailId, kind: MailKind) -> Option<EmailAddress> {
        let bounces = self.settings.bounces.as_ref().filter(|_| !matches!(kind, MailKind::Undelivered(_)))?;
        let (name, domain) = bounces.address.expose().split_once('@')?;
        EmailAddress::parse(&format!("{name}+{}@{domain}", bounce_tag::write(&self.keys, mail))).ok()
    }

    /// Until when a mail that is handed over now may come back.
    pub(super) fn bounces_until(&self, kind: MailKind) -> Option<Timestamp> {
        let is_read = self.settings.bounces.is_some() && !matches!(kind, MailKind::Undelivered(_));
        is_read.then(|| self.clock.now().plus(BOUNCE_LIFE))
    }
}

/// The recipient a mail went to, if it went to one.
pub(super) const fn recipient_of(kind: MailKind) -> Option<RecipientId> {
    match kind {
        MailKind::Agreed(recipient)
        | MailKind::Code(_, recipient)
        | MailKind::Copy(recipient)
        | MailKind::Extended(recipient)
        | MailKind::Invitation(recipient)
        | MailKind::Reminder(recipient)
        | MailKind::Stopped(recipient) => Some(recipient),
        MailKind::Changed
        | MailKind::Declined(_)
        | MailKind::Ended
        | MailKind::GivenUp(_)
        | MailKind::MoreTime(_)
        | MailKind::Notice
        | MailKind::Undelivered(_)
        | MailKind::Unwanted(_) => None,
    }
}

async fn in_pool<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
