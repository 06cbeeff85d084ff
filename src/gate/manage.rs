//! Changing shares that are there: a new end, another form of delivery, stopping, and sending links again.

use crate::crypto::random;
use crate::domain::bounds::{RECIPIENTS_PER_SHARE, SHARE_LIFE};
use crate::domain::email::EmailAddress;
use crate::domain::ids::{MailId, RecipientId, ShareId};
use crate::domain::notify::Notify;
use crate::domain::policy::{Delivery, Strength};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::issue::{Invitation, IssueError, check_reminder, invite};
use crate::gate::notices::{Times, queue_anew};
use crate::gate::said::drawn;
use crate::gate::settings::CodeDelivery;
use crate::gate::upload::inbox::check_inbox;
use crate::ledger::event::{Actor, Event, MailKind};
use crate::ledger::state::{Share, State};
use crate::ledger::tx::{Class, Tx};
use std::sync::Arc;
use std::time::Duration;

/// What is to change; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// A new end; a share that has expired is open again.
    pub expires: Option<Timestamp>,
    /// Another form of delivery; downloads under way are cut when it becomes a narrower one.
    pub delivery: Option<Delivery>,
    /// Another strength of the mark.
    pub mark: Option<Strength>,
    /// Whether viewed pages may be printed.
    pub print: Option<bool>,
    /// Whether the text of viewed pages stands beside them.
    pub text: Option<bool>,
    /// Whether recipients may send documents in.
    pub upload: Option<bool>,
    /// When the owner is told of reads.
    pub notify: Option<Notify>,
    /// How long before the end those who have not read are reminded, or that nobody is.
    pub remind: Option<Option<Duration>>,
}

impl Change {
    /// Whether it is about notices and reminders alone.
    const fn is_of_notices(&self) -> bool {
        let of_policy =
            self.delivery.is_some() || self.mark.is_some() || self.print.is_some() || self.text.is_some() || self.upload.is_some();
        (self.notify.is_some() || self.remind.is_some()) && self.expires.is_none() && !of_policy
    }
}

impl Gate {
    /// Changes a share. Its links stay as they are.
    pub async fn update(&self, id: ShareId, change: Change, by: Actor) -> Result<(), IssueError> {
        let expires = change.expires.map(|expires| self.checked_expiry(expires)).transpose()?;
        let (writable, inbox) = (self.documents.writable().to_vec(), self.settings.uploads.folder.clone());
        let (mail, times) = (MailId::from_bytes(random::bytes()), self.notice_times());
        let mails: Vec<MailId> = (0..RECIPIENTS_PER_SHARE).map(|_| drawn()).collect();
        let transaction = move |t: &mut Tx<'_>| {
            if share(t.state(), id)?.stopped.is_some() {
                return Err(IssueError::WasStopped);
            }
            let Change { delivery, mark, print, text, upload, .. } = change;
            if upload == Some(true) {
                check_inbox(&writable, &inbox, share(t.state(), id)?.items.get().map_or(&[][..], |items| items))?;
            }
            let before = share(t.state(), id)?;
            check_reminder(change.remind, expires.unwrap_or(before.expires), t.now())?;
            if !change.is_of_notices() {
                t.emit(Event::ShareUpdated { share: id, by, expires, delivery, mark, print, text, upload });
            }
            set_notices(t, &before, &change, by, (mail, times));
            let given = expires.filter(|expires| *expires > before.expires);
            let asked = before
                .recipients
                .values()
                .filter(|r| r.said.more_time.is_some() && r.said.unwanted.is_none() && r.stopped.is_none());
            for (recipient, mail) in asked.zip(&mails).filter(|_| given.is_some()) {
                let (kind, deliver_by) = (MailKind::Extended(recipient.id), given.unwrap_or_default());
                t.emit(Event::MailQueued { mail: *mail, share: id, kind, due: t.now(), deliver_by });
            }
            Ok(())
        };
        self.ledger.tx(Class::First, transaction).await
    }

    /// Stops a share for everybody, or for one recipient. Downloads under way are cut; those who were invited are told. Doing it again changes nothing.
    pub async fn revoke(&self, id: ShareId, only: Option<EmailAddress>, by: Actor) -> Result<(), IssueError> {
        let mails: Vec<MailId> = (0..RECIPIENTS_PER_SHARE).map(|_| MailId::from_bytes(random::bytes())).collect();
        let transaction = move |t: &mut Tx<'_>| {
            let before = share(t.state(), id)?;
            let chosen = chosen(t.state(), &before, only.as_ref())?;
            if before.stopped.is_some() {
                return Ok(());
            }
            if only.is_some() {
                stop_recipients(t, &before, &chosen, &mails, by);
            } else {
                t.emit(Event::ShareRevoked { share: id, by });
                tell_stopped(t, &before, &chosen, &mails);
            }
            Ok(())
        };
        self.ledger.tx(Class::First, transaction).await
    }

    /// Mails the invitation again, to all recipients or to one.
    pub async fn resend(&self, id: ShareId, only: Option<EmailAddress>) -> Result<usize, IssueError> {
        let code =
            (self.settings.code_delivery == CodeDelivery::WithInvite).then(|| (self.settings.code_digits, self.mailing().by_staff()));
        let drawn: Vec<Invitation> = (0..RECIPIENTS_PER_SHARE).map(|_| Invitation::draw()).collect();
        let transaction = move |t: &mut Tx<'_>| {
            let before = share(t.state(), id)?;
            let chosen = chosen(t.state(), &before, only.as_ref())?;
            if before.stopped.is_some() {
                return Err(IssueError::WasStopped);
            }
            if before.expires <= t.now() {
                return Err(IssueError::AlreadyOver(before.expires));
            }
            let unwanted = |r: &RecipientId| before.recipients.get(r).is_some_and(|r| r.said.unwanted.is_some());
            if let (Some(address), true) = (&only, chosen.iter().all(unwanted)) {
                return Err(IssueError::Unwanted(address.expose().to_owned()));
            }
            let open: Vec<_> = chosen.into_iter().filter(|r| !is_stopped(&before, *r) && !unwanted(r)).collect();
            open.iter().zip(&drawn).for_each(|(recipient, drawn)| invite(t, id, *recipient, drawn, code));
            Ok(open.len())
        };
        self.ledger.tx(Class::First, transaction).await
    }
}

/// Sets when a share's owner is told of reads and when recipients are reminded, where that is said and is another.
fn set_notices(t: &mut Tx<'_>, before: &Share, change: &Change, by: Actor, (mail, times): (MailId, Times)) {
    let notify = change.notify.unwrap_or(before.notify);
    let remind = change.remind.map_or(before.remind, |remind| remind.map(|before| before.as_secs()));
    if (notify, remind) == (before.notify, before.remind) {
        return;
    }
    t.emit(Event::NoticesSet { share: before.id, by, notify, remind });
    if notify != before.notify {
        queue_anew(t, before.id, mail, times);
    }
}

/// Stops recipients of a share and tells them; those who are stopped already are left alone.
pub(super) fn stop_recipients(t: &mut Tx<'_>, before: &Share, chosen: &[RecipientId], mails: &[MailId], by: Actor) {
    for recipient in chosen.iter().filter(|r| !is_stopped(before, **r)) {
        t.emit(Event::RecipientRevoked { share: before.id, recipient: *recipient, by });
    }
    tell_stopped(t, before, chosen, mails);
}

/// Tells those who were invited that a share which was open is stopped for them.
fn tell_stopped(t: &mut Tx<'_>, before: &Share, chosen: &[RecipientId], mails: &[MailId]) {
    let was_open = before.expires > t.now();
    let told = |r: &&RecipientId| was_open && before.recipients[*r].invited.is_some() && !is_stopped(before, **r);
    for (recipient, mail) in chosen.iter().filter(told).zip(mails) {
        let deliver_by = t.now().plus(SHARE_LIFE);
        t.emit(Event::MailQueued { mail: *mail, share: before.id, kind: MailKind::Stopped(*recipient), due: t.now(), deliver_by });
    }
}

pub(super) fn share(state: &State, id: ShareId) -> Result<Arc<Share>, IssueError> {
    state.shares.get(&id).cloned().ok_or_else(|| IssueError::Unknown("share", id.to_string()))
}

fn is_stopped(share: &Share, recipient: RecipientId) -> bool {
    share.recipients.get(&recipient).is_none_or(|r| r.stopped.is_some())
}

pub(super) fn chosen(state: &State, share: &Share, only: Option<&EmailAddress>) -> Result<Vec<RecipientId>, IssueError> {
    let Some(address) = only else { return Ok(share.recipients.keys().copied().collect()) };
    let found = share.recipients.values().find(|r| state.address(r.guest) == Some(address));
    found
        .map(|r| vec![r.id])
        .ok_or_else(|| IssueError::Unknown("recipient", address.expose().to_owned()))
}
