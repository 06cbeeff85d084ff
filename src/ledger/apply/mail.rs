//! What the events of the outbox do to the state.

use super::{UNDELIVERED, recipient_mut, said, share_mut};
use crate::domain::ids::{MailId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Mail, Passing, Sent, State, Timer, Undelivered};
use std::sync::Arc;

pub(super) fn mail(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::MailQueued { mail, share: share_id, kind, due, deliver_by } => {
            state.timers.insert((*due, Timer::Mail(*mail)));
            let queued =
                Mail { id: *mail, share: *share_id, kind: *kind, queued: t, due: *due, deliver_by: *deliver_by, tries: 0, why: None };
            state.mails.insert(*mail, Arc::new(queued));
            match kind {
                MailKind::Notice => {
                    if let Some(share) = share_mut(state, *share_id) {
                        share.notice = Some(*mail);
                    }
                }
                MailKind::Reminder(recipient) => {
                    if let Some(recipient) = recipient_mut(state, *share_id, *recipient) {
                        recipient.reminded = Some(t);
                    }
                }
                _ => {}
            }
            said::queued(state, t, *share_id, *kind);
        }
        Event::MailDelayed { mail, due, why } => {
            let Some(delayed) = state.mails.get_mut(mail).map(Arc::make_mut) else { return };
            let before = std::mem::replace(&mut delayed.due, *due);
            delayed.tries += 1;
            delayed.why = Some(why.clone());
            state.timers.remove(&(before, Timer::Mail(*mail)));
            state.timers.insert((*due, Timer::Mail(*mail)));
        }
        Event::MailSent { mail, lines, quiet_until, bounces_until } => {
            if let Some(it) = drop_mail(state, *mail) {
                sent(state, t, &it, *lines, (*quiet_until, *bounces_until));
            }
        }
        Event::MailDropped { mail, .. } => drop(drop_mail(state, *mail)),
        Event::MailFailed { mail, why } => {
            let Some(failed) = drop_mail(state, *mail) else { return };
            if let MailKind::Copy(recipient) = failed.kind {
                said::visit_told(state, t, failed.share, recipient, None);
            }
            undelivered(state, failed.share, Undelivered { mail: *mail, kind: failed.kind, at: t, why: why.clone() });
        }
        // The same mail comes back once: whatever else is said of it changes nothing.
        Event::MailBounced { mail, share: _, why } => {
            let Some(back) = drop_sent(state, *mail) else { return };
            undelivered(state, back.share, Undelivered { mail: *mail, kind: back.kind, at: t, why: why.clone() });
            if let MailKind::Invitation(recipient) = back.kind
                && let Some(recipient) = recipient_mut(state, back.share, recipient)
                && recipient.invited == Some(back.at)
            {
                recipient.invited = None;
            }
        }
        _ => {}
    }
}

/// A mail was handed over, with so many lines; the moments say until when notices are gathered, and until when it may come back.
fn sent(state: &mut State, t: Timestamp, it: &Mail, lines: usize, (quiet_until, bounces_until): (Timestamp, Option<Timestamp>)) {
    if let MailKind::Copy(recipient) = it.kind {
        said::visit_told(state, t, it.share, recipient, Some(lines));
    }
    if let Some(until) = bounces_until {
        state.passing.insert((until, Passing::Mail(it.id)));
        state
            .sent_mails
            .insert(it.id, Arc::new(Sent { mail: it.id, share: it.share, kind: it.kind, at: t, until }));
    }
    let Some(share) = share_mut(state, it.share) else { return };
    match it.kind {
        MailKind::Notice => {
            share.unreported.drain(..lines.min(share.unreported.len()));
            share.unreported_more = 0;
            share.quiet_until = quiet_until;
        }
        MailKind::Invitation(recipient) => {
            if let Some(recipient) = share.recipients.get_mut(&recipient) {
                Arc::make_mut(recipient).invited = Some(t);
            }
        }
        _ => {}
    }
}

fn undelivered(state: &mut State, share: ShareId, it: Undelivered) {
    let Some(share) = share_mut(state, share) else { return };
    if share.undelivered.len() >= UNDELIVERED {
        share.undelivered.remove(0);
    }
    share.undelivered.push(it);
}

/// Forgets a mail that may come back.
pub(super) fn drop_sent(state: &mut State, id: MailId) -> Option<Arc<Sent>> {
    let gone = state.sent_mails.remove(&id)?;
    state.passing.remove(&(gone.until, Passing::Mail(id)));
    Some(gone)
}

fn drop_mail(state: &mut State, id: MailId) -> Option<Arc<Mail>> {
    let gone = state.mails.remove(&id)?;
    state.timers.remove(&(gone.due, Timer::Mail(id)));
    if let Some(share) = share_mut(state, gone.share).filter(|share| share.notice == Some(id)) {
        share.notice = None;
    }
    Some(gone)
}
