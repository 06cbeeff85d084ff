//! What the events of the outbox do to the state.

use super::{UNDELIVERED, recipient_mut, share_mut};
use crate::domain::ids::MailId;
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Mail, State, Timer, Undelivered};
use std::sync::Arc;

pub(super) fn mail(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::MailQueued { mail, share, kind, due, deliver_by } => {
            state.timers.insert((*due, Timer::Mail(*mail)));
            let queued = Mail { id: *mail, share: *share, kind: *kind, queued: t, due: *due, deliver_by: *deliver_by, tries: 0, why: None };
            state.mails.insert(*mail, Arc::new(queued));
            match kind {
                MailKind::Notice => {
                    if let Some(share) = share_mut(state, *share) {
                        share.notice = Some(*mail);
                    }
                }
                MailKind::Reminder(recipient) => {
                    if let Some(recipient) = recipient_mut(state, *share, *recipient) {
                        recipient.reminded = Some(t);
                    }
                }
                _ => {}
            }
        }
        Event::MailDelayed { mail, due, why } => {
            let Some(delayed) = state.mails.get_mut(mail).map(Arc::make_mut) else { return };
            let before = std::mem::replace(&mut delayed.due, *due);
            delayed.tries += 1;
            delayed.why = Some(why.clone());
            state.timers.remove(&(before, Timer::Mail(*mail)));
            state.timers.insert((*due, Timer::Mail(*mail)));
        }
        Event::MailSent { mail, lines, quiet_until } => {
            let Some(sent) = drop_mail(state, *mail) else { return };
            let Some(share) = share_mut(state, sent.share) else { return };
            match sent.kind {
                MailKind::Notice => {
                    share.unreported.drain(..(*lines).min(share.unreported.len()));
                    share.unreported_more = 0;
                    share.quiet_until = *quiet_until;
                }
                MailKind::Invitation(recipient) => {
                    if let Some(recipient) = share.recipients.get_mut(&recipient) {
                        Arc::make_mut(recipient).invited = Some(t);
                    }
                }
                _ => {}
            }
        }
        Event::MailDropped { mail, .. } => drop(drop_mail(state, *mail)),
        Event::MailFailed { mail, why } => {
            let Some(failed) = drop_mail(state, *mail) else { return };
            let Some(share) = share_mut(state, failed.share) else { return };
            if share.undelivered.len() >= UNDELIVERED {
                share.undelivered.remove(0);
            }
            share.undelivered.push(Undelivered { mail: *mail, kind: failed.kind, at: t, why: why.clone() });
        }
        _ => {}
    }
}

fn drop_mail(state: &mut State, id: MailId) -> Option<Arc<Mail>> {
    let gone = state.mails.remove(&id)?;
    state.timers.remove(&(gone.due, Timer::Mail(id)));
    if let Some(share) = share_mut(state, gone.share).filter(|share| share.notice == Some(id)) {
        share.notice = None;
    }
    Some(gone)
}
