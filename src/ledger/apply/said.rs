//! What the events about a recipient's words do to the state: not meant for me, I do not agree, I need more time; and what a visit gathers.

use super::recipient_mut;
use crate::domain::bounds::{FAILURE_WINDOW, NOTICE_LINES};
use crate::domain::disclaimer::Disclaimer;
use crate::domain::ids::{RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Declined, MoreTime, Read, Recipient, Share, State, Timer, Visit};
use std::sync::Arc;

pub(super) fn said(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::ConsentDeclined { share, recipient, version, origin, .. } => {
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                whose.said.declined = Some(t);
                whose.said.declined_of = Some(Declined { version: version.clone(), origin: origin.clone() });
            }
        }
        Event::RecipientUnwanted { share, recipient, .. } => {
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                whose.said.unwanted = Some(t);
            }
        }
        Event::RecipientWanted { share, recipient } => {
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                whose.said.unwanted = None;
            }
        }
        Event::TimeAsked { share, recipient, until, session, .. } => {
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                whose.said.more_time = Some(MoreTime { at: t, until: *until, proven: session.is_some() });
            }
        }
        Event::VisitBegan { share, recipient } => {
            let Some(whose) = recipient_mut(state, *share, *recipient).filter(|whose| whose.said.visit.is_none()) else { return };
            whose.said.visit = Some(Visit { began: t, reads: Vec::new(), more: 0, queued: false });
            state.timers.insert((t, Timer::Visit(*share, *recipient)));
        }
        _ => {}
    }
}

/// The version that held so far is kept by its name.
pub(super) fn published(state: &mut State, disclaimer: &Arc<Disclaimer>) {
    state.former.remove(&disclaimer.version);
    let before = state.disclaimer.replace(Arc::clone(disclaimer));
    if let Some(before) = before.filter(|before| before.version != disclaimer.version) {
        state.former.insert(before.version.clone(), before);
    }
}

/// A later end answers all who asked for one.
pub(super) fn answered(share: &mut Share) {
    for recipient in share.recipients.values_mut().filter(|recipient| recipient.said.more_time.is_some()) {
        Arc::make_mut(recipient).said.more_time = None;
    }
}

/// Adds what was opened to the visit, where one is being gathered.
pub(super) fn note(recipient: &mut Recipient, read: &Read) {
    let Some(visit) = &mut recipient.said.visit else { return };
    if visit.reads.len() < NOTICE_LINES {
        visit.reads.push(read.clone());
    } else {
        visit.more += 1;
    }
}

/// A mail was queued for `due`: one to the owner counts against what the link's holders, or the recipient, may have them told; one about a visit
/// is waited for.
pub(super) fn queued(state: &mut State, t: Timestamp, share: ShareId, kind: MailKind, due: Timestamp) {
    match kind {
        MailKind::Declined(recipient) | MailKind::GivenUp(recipient) | MailKind::MoreTime(recipient) | MailKind::Unwanted(recipient) => {
            let Some(whose) = recipient_mut(state, share, recipient) else { return };
            let proven = match kind {
                MailKind::GivenUp(_) => true,
                MailKind::MoreTime(_) => whose.said.more_time.is_some_and(|asked| asked.proven),
                _ => false,
            };
            let told = if proven { &mut whose.said.told_proven } else { &mut whose.said.told };
            told.retain(|moment| t.since(*moment) < FAILURE_WINDOW);
            told.push(t.max(due));
        }
        MailKind::Copy(recipient) => {
            let visit = recipient_mut(state, share, recipient).and_then(|whose| whose.said.visit.as_mut());
            let began = visit.map(|visit| {
                visit.queued = true;
                visit.began
            });
            if let Some(began) = began {
                state.timers.remove(&(began, Timer::Visit(share, recipient)));
            }
        }
        _ => {}
    }
}

/// A mail about a visit is over with so many lines told, or with all of them where it failed; what came meanwhile waits for another one.
pub(super) fn visit_told(state: &mut State, t: Timestamp, share: ShareId, recipient: RecipientId, lines: Option<usize>) {
    let Some(whose) = recipient_mut(state, share, recipient) else { return };
    let Some(mut visit) = whose.said.visit.take() else { return };
    state.timers.remove(&(visit.began, Timer::Visit(share, recipient)));
    let told = lines.unwrap_or(usize::MAX).min(visit.reads.len());
    visit.reads.drain(..told);
    if visit.reads.is_empty() {
        return;
    }
    if let Some(whose) = recipient_mut(state, share, recipient) {
        whose.said.visit = Some(Visit { began: t, reads: visit.reads, more: 0, queued: false });
    }
    state.timers.insert((t, Timer::Visit(share, recipient)));
}
