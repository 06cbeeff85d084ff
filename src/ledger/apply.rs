//! The one function that moves the state: an event at a time, from nothing but the event and the moment of its line.
//!
//! It reads no clock and no configuration and draws nothing at random, so that the same journal makes the same state for ever.
//! An event about something that is not there changes nothing.

mod challenge;
mod guard;
mod mail;
mod notices;
mod pin;
mod receipt;
mod redaction;
mod said;
mod upload;

use crate::domain::bounds::{DEVICES_PER_RECIPIENT, FAILURE_WINDOW};
use crate::domain::ids::{ChallengeId, RecipientId, SessionId, ShareId};
use crate::domain::notify::Notify;
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::state::{Challenge, Device, Passing, Recipient, Session, Share, Staff, State, Timer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changes when the same events begin to make another state; kept in state files.
pub const VERSION: u32 = 2;

/// Mails that failed for good and are remembered at a share.
const UNDELIVERED: usize = 50;

/// Moves the state by one event that was written at `t`.
pub fn apply(state: &mut State, t: Timestamp, event: &Event) {
    forget(state, t);
    match event {
        Event::CodeHeld { .. } | Event::CodeRead { .. } | Event::RecipientLifted { .. } => guard::guard(state, t, event),
        Event::ChallengeMade { .. } | Event::CodeFailed { .. } | Event::CodeSent { .. } | Event::ConsentGiven { .. } => {
            challenge::challenge(state, t, event)
        }
        Event::MailBounced { .. }
        | Event::MailDelayed { .. }
        | Event::MailDropped { .. }
        | Event::MailFailed { .. }
        | Event::MailQueued { .. }
        | Event::MailSent { .. } => mail::mail(state, t, event),
        Event::NoticeTold { .. } | Event::NoticesSet { .. } | Event::ShareReminded { .. } => notices::notices(state, t, event),
        Event::ReceiptBroken { .. }
        | Event::ReceiptEnded { .. }
        | Event::ReceiptPages { .. }
        | Event::ReceiptProgress { .. }
        | Event::ReceiptStarted { .. } => receipt::receipt(state, t, event),
        Event::DocumentChanged { .. } | Event::SharePinned { .. } => pin::pin(state, event),
        Event::RedactionAdded { .. } | Event::RedactionRemoved { .. } => redaction::redaction(state, t, event),
        Event::UploadCompleted { .. }
        | Event::UploadGone { .. }
        | Event::UploadReceived { .. }
        | Event::UploadRefused { .. }
        | Event::UploadStarted { .. } => upload::upload(state, t, event),
        Event::SessionClosed { .. } | Event::SessionOpened { .. } | Event::SessionUsed { .. } => session(state, t, event),
        Event::ConsentDeclined { .. }
        | Event::RecipientUnwanted { .. }
        | Event::RecipientWanted { .. }
        | Event::TimeAsked { .. }
        | Event::VisitBegan { .. } => said::said(state, t, event),
        Event::LinkCounted { .. }
        | Event::RecipientAdded { .. }
        | Event::RecipientLanguage { .. }
        | Event::RecipientRevoked { .. }
        | Event::ShareCreated { .. }
        | Event::ShareEnded { .. }
        | Event::ShareRevoked { .. }
        | Event::ShareUpdated { .. } => share(state, t, event),
        Event::DisclaimerPublished { disclaimer } => said::published(state, disclaimer),
        Event::GuestSeen { guest, address } => {
            if let Some(known) = address.get() {
                state.guest_ids.insert(known.key().to_owned(), *guest);
            }
            state.guests.insert(*guest, address.clone());
        }
        Event::StaffRemoved { staff } => {
            if let Some(staff) = state.staff.get_mut(staff) {
                Arc::make_mut(staff).rank = None;
            }
        }
        Event::StaffSet { staff, name, address, rank } => {
            state
                .staff
                .insert(*staff, Arc::new(Staff { name: name.clone(), address: address.clone(), rank: Some(*rank) }));
        }
        // What an archive holds is for those who read receipts; no rule looks at it.
        Event::ReceiptParts { .. } => {}
        Event::AlarmRaised { .. } | Event::ServerStarted { .. } | Event::ServerStopped {} | Event::StrangersCounted { .. } => {}
    }
}

/// Drops challenges, sessions and mails whose time is over at `t`.
fn forget(state: &mut State, t: Timestamp) {
    while let Some((_, passing)) = state.passing.get_min().filter(|(moment, _)| *moment < t).copied() {
        match passing {
            Passing::Challenge(id) => drop(drop_challenge(state, id)),
            Passing::Mail(id) => drop(mail::drop_sent(state, id)),
            Passing::Session(id) => drop_session(state, id),
        }
    }
}

fn share_mut(state: &mut State, id: ShareId) -> Option<&mut Share> {
    state.shares.get_mut(&id).map(Arc::make_mut)
}

fn recipient_mut(state: &mut State, share: ShareId, recipient: RecipientId) -> Option<&mut Recipient> {
    share_mut(state, share)?.recipients.get_mut(&recipient).map(Arc::make_mut)
}

fn drop_challenge(state: &mut State, id: ChallengeId) -> Option<Arc<Challenge>> {
    let gone = state.challenges.remove(&id)?;
    state.passing.remove(&(gone.forgotten(), Passing::Challenge(id)));
    if let Some(browser) = gone.browser.filter(|browser| state.browsers.get(browser) == Some(&id)) {
        state.browsers.remove(&browser);
    }
    if let Some(recipient) = recipient_mut(state, gone.share, gone.recipient) {
        recipient.challenges.retain(|other| *other != id);
    }
    Some(gone)
}

fn drop_session(state: &mut State, id: SessionId) {
    let Some(gone) = state.sessions.remove(&id) else { return };
    state.tokens.remove(&gone.token);
    state.passing.remove(&(gone.expires, Passing::Session(id)));
    if let Some(recipient) = recipient_mut(state, gone.share, gone.recipient) {
        recipient.sessions.retain(|other| *other != id);
    }
}

fn share(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::ShareCreated { .. } => created(state, t, event),
        Event::RecipientAdded { share, recipient, guest, key } => {
            if let Some(share) = share_mut(state, *share) {
                let place = share.recipients.len();
                share.recipients.insert(*recipient, Arc::new(Recipient::new(*recipient, *guest, place, *key)));
            }
        }
        Event::RecipientRevoked { share, recipient, .. } => {
            if let Some(recipient) = recipient_mut(state, *share, *recipient) {
                recipient.stopped = Some(t);
            }
        }
        Event::ShareRevoked { share: id, .. } => {
            let Some(share) = share_mut(state, *id) else { return };
            share.stopped = Some(t);
            let expires = share.expires;
            state.timers.remove(&(expires, Timer::Share(*id)));
            notices::forget_reminder(state, *id);
        }
        Event::ShareUpdated { share: id, expires, delivery, mark, print, text, upload, .. } => {
            let Some(share) = share_mut(state, *id) else { return };
            let old = share.policy;
            share.policy = Policy {
                delivery: delivery.unwrap_or(old.delivery),
                mark: mark.unwrap_or(old.mark),
                print: print.unwrap_or(old.print),
                text: text.unwrap_or(old.text),
                upload: upload.unwrap_or(old.upload),
                ..old
            };
            let Some(new) = *expires else { return };
            let old = std::mem::replace(&mut share.expires, new);
            share.end_told = false;
            if new > old {
                said::answered(share);
            }
            let stopped = share.stopped.is_some();
            state.timers.remove(&(old, Timer::Share(*id)));
            if !stopped {
                state.timers.insert((new, Timer::Share(*id)));
            }
            notices::set_reminder(state, t, *id);
        }
        Event::ShareEnded { share: id } => {
            let Some(share) = share_mut(state, *id) else { return };
            share.end_told = true;
            let expires = share.expires;
            state.timers.remove(&(expires, Timer::Share(*id)));
            notices::forget_reminder(state, *id);
        }
        Event::RecipientLanguage { share, recipient, language } => {
            if let Some(recipient) = recipient_mut(state, *share, *recipient) {
                recipient.language = Some(*language);
            }
        }
        Event::LinkCounted { share, recipient, what, count, .. } => {
            let Some(recipient) = recipient_mut(state, *share, *recipient) else { return };
            match what.as_str() {
                "fetched" => recipient.fetched += count,
                _ => *recipient.counted.entry(what.clone()).or_insert(0) += count,
            }
        }
        _ => {}
    }
}

fn created(state: &mut State, t: Timestamp, event: &Event) {
    let Event::ShareCreated { share, owner, by, items, subject, message, language, policy, expires } = event else { return };
    state.timers.insert((*expires, Timer::Share(*share)));
    let made = Share {
        id: *share,
        owner: *owner,
        by: *by,
        created: t,
        items: items.clone(),
        subject: subject.clone(),
        message: message.clone(),
        language: *language,
        policy: *policy,
        redacted: 0,
        expires: *expires,
        stopped: None,
        end_told: false,
        recipients: BTreeMap::new(),
        unreported: Vec::new(),
        unreported_more: 0,
        notice: None,
        quiet_until: t,
        changed: Vec::new(),
        notify: Notify::default(),
        told: Vec::new(),
        remind: None,
        remind_at: None,
        undelivered: Vec::new(),
    };
    state.shares.insert(*share, Arc::new(made));
}

fn count_within_a_day(moments: &mut Vec<Timestamp>, t: Timestamp) {
    moments.retain(|moment| t.since(*moment) < FAILURE_WINDOW);
    moments.push(t);
}

fn session(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::SessionOpened { session, share, recipient, challenge, invited, token, device, device_until, expires, origin } => {
            let agreed = state.challenges.get(challenge).and_then(|challenge| challenge.agreed.clone());
            // One use: the code that was given is gone, whichever way it was mailed.
            drop_challenge(state, *challenge);
            if let Some(invited) = invited {
                drop_challenge(state, *invited);
            }
            let Some(whose) = recipient_mut(state, *share, *recipient) else { return };
            whose.agreed = agreed.or_else(|| whose.agreed.take());
            whose.sessions.push(*session);
            let same = whose.devices.iter().find(|known| known.token == *device);
            let code_mails = same.map(|known| known.code_mails.clone()).unwrap_or_default();
            whose.devices.retain(|known| known.token != *device && known.until > t);
            if whose.devices.len() >= DEVICES_PER_RECIPIENT {
                whose.devices.remove(0);
            }
            whose
                .devices
                .push(Device { token: *device, until: *device_until, failures: Vec::new(), code_mails });
            state.passing.insert((*expires, Passing::Session(*session)));
            state.tokens.insert(*token, *session);
            let opened = Session {
                id: *session,
                share: *share,
                recipient: *recipient,
                token: *token,
                opened: t,
                expires: *expires,
                used: t,
                signs: origin.get().map(|origin| origin.signs.clone()).unwrap_or_default(),
            };
            state.sessions.insert(*session, Arc::new(opened));
        }
        Event::SessionUsed { session } => {
            if let Some(session) = state.sessions.get_mut(session) {
                Arc::make_mut(session).used = t;
            }
        }
        Event::SessionClosed { session, .. } => drop_session(state, *session),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
