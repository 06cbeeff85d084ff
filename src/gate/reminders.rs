//! Reminders: before a share ends, recipients who have read nothing of it, or nothing since it held on to newer versions, are told so, once, and
//! nobody else is.

use crate::domain::ids::{MailId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::admit::open_to;
use crate::gate::bounces::recipient_of;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Recipient, Share, Undelivered};
use crate::ledger::tx::Tx;

/// Reminds those of a share who are to be reminded, now that its moment has come; `mails` are drawn before, one for each recipient at most.
pub(super) fn remind(t: &mut Tx<'_>, id: ShareId, mails: &[MailId]) {
    let now = t.now();
    let Some(share) = t.state().shares.get(&id).filter(|share| share.remind_at.is_some_and(|at| at <= now)).cloned() else { return };
    t.emit(Event::ShareReminded { share: id });
    let whom = share.recipients.values().filter(|recipient| is_reminded(&share, recipient, now));
    for (recipient, mail) in whom.zip(mails) {
        let kind = MailKind::Reminder(recipient.id);
        t.emit(Event::MailQueued { mail: *mail, share: id, kind, due: now, deliver_by: share.expires });
    }
}

/// Whether somebody is to be reminded: has access and the invitation, has read nothing of what is shared now, was not reminded before, and may be
/// written to.
fn is_reminded(share: &Share, recipient: &Recipient, now: Timestamp) -> bool {
    let has_access = open_to(share, recipient, now).is_ok() && recipient.invited.is_some();
    has_access && recipient.is_unread() && recipient.reminded.is_none() && may_be_written_to(share, recipient)
}

/// Whether mail to somebody arrives and is wanted: none was given up or came back, and nobody said that the share is not meant for them.
pub(super) fn may_be_written_to(share: &Share, recipient: &Recipient) -> bool {
    let concerns = |kind: MailKind| recipient_of(kind) == Some(recipient.id);
    // An invitation that arrived since says that the address is right after all.
    let since = |failed: &Undelivered| recipient.invited.is_none_or(|handed_over| failed.at >= handed_over);
    recipient.said.unwanted.is_none() && !share.undelivered.iter().any(|failed| concerns(failed.kind) && since(failed))
}
