//! What the events of the outbox do to the state.

use super::{UNDELIVERED, said, share_mut};
use crate::domain::ids::MailId;
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Mail, State, Timer, Undelivered};
use std::sync::Arc;

pub(super) fn mail(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::MailQueued { mail, share: share_id, kind, due, deliver_by } => {
            state.timers.insert((*due, Timer::Mail(*mail)));
            let queued =
                Mail { id: *mail, share: *share_id, kind: *kind, queued: t, due: *due, deliver_by: *deliver_by, tries: 0, why: None };
            state.mails.insert(*mail, Arc::new(queued));
            if let Some(share) = share_mut(state, *share_id).filter(|_| *kind == MailKind::Notice) {
                share.notice = Some(*mail);
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
        Event::MailSent { mail, lines, quiet_until } => {
            let Some(sent) = drop_mail(state, *mail) else { return };
            if let MailKind::Copy(recipient) = sent.kind {
                said::visit_told(state, t, sent.share, recipient, Some(*lines));
            }
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
        Event::MailFailed { mail, why } => {
            let Some(failed) = drop_mail(state, *mail) else { return };
            if let MailKind::Copy(recipient) = failed.kind {
                said::visit_told(state, t, failed.share, recipient, None);
            }
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
