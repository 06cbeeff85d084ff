//! What the events of challenges do to the state: codes that are to come, went out and were wrong, and what was agreed to before them.

use super::{count_within_a_day, drop_challenge, recipient_mut};
use crate::crypto::random::TokenHash;
use crate::domain::bounds::WAITING_CHALLENGES;
use crate::domain::ids::{ChallengeId, RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::state::{Agreement, Challenge, Passing, State};
use std::sync::Arc;

pub(super) fn challenge(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::ChallengeMade { .. } => made(state, event),
        Event::CodeSent { challenge } => {
            let Some(challenge) = state.challenges.get_mut(challenge).map(Arc::make_mut) else { return };
            challenge.sent = Some(t);
            let (share, recipient, device) = (challenge.share, challenge.recipient, challenge.device);
            let Some(recipient) = recipient_mut(state, share, recipient) else { return };
            match recipient.devices.iter_mut().find(|known| Some(known.token) == device) {
                Some(known) => count_within_a_day(&mut known.code_mails, t),
                None => count_within_a_day(&mut recipient.code_mails, t),
            }
        }
        Event::CodeFailed { challenge, device } => {
            let Some(challenge) = state.challenges.get_mut(challenge).map(Arc::make_mut) else { return };
            challenge.failures += 1;
            challenge.turn = None;
            let (share, recipient) = (challenge.share, challenge.recipient);
            let Some(recipient) = recipient_mut(state, share, recipient) else { return };
            match recipient.devices.iter_mut().find(|known| Some(known.token) == *device) {
                Some(device) => count_within_a_day(&mut device.failures, t),
                None => count_within_a_day(&mut recipient.failures, t),
            }
        }
        Event::ConsentGiven { challenge, share, recipient, version, digest, language, session, .. } => {
            let agreement = Agreement { version: version.clone(), digest: digest.clone(), language: language.clone(), at: t };
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                whose.said.declined = None;
                if session.is_some() {
                    whose.agreed = Some(agreement);
                    return;
                }
            }
            if let Some(challenge) = challenge.and_then(|id| state.challenges.get_mut(&id)).map(Arc::make_mut) {
                challenge.agreed = Some(agreement);
            }
        }
        _ => {}
    }
}

/// A browser, or an invitation, has a code to come.
fn made(state: &mut State, event: &Event) {
    let Event::ChallengeMade { challenge, share, recipient, browser, secret, moment, expires, digits, device } = event else { return };

    if state.recipient(*share, *recipient).is_none() {
        return;
    }
    // A browser has one challenge; asking again after the last one is void takes its place.
    let before = browser
        .and_then(|browser| state.browsers.insert(browser, *challenge))
        .and_then(|id| drop_challenge(state, id));
    if let Some(oldest) = browser.and_then(|_| crowded_out(state, *share, *recipient, *device)) {
        drop_challenge(state, oldest);
    }
    let Some(whose) = recipient_mut(state, *share, *recipient) else { return };
    whose.challenges.push(*challenge);
    let before = before.filter(|before| before.recipient == *recipient);
    let made = Challenge {
        id: *challenge,
        share: *share,
        recipient: *recipient,
        browser: *browser,
        secret: secret.clone(),
        moment: *moment,
        expires: *expires,
        digits: *digits,
        failures: 0,
        sent: None,
        device: *device,
        // What was agreed to and waited for in this browser holds for the new code as it did for the old one.
        turn: before.as_ref().and_then(|before| before.turn),
        read: false,
        agreed: before.and_then(|before| before.agreed.clone()),
    };
    state.passing.insert((made.forgotten(), Passing::Challenge(*challenge)));
    state.challenges.insert(*challenge, Arc::new(made));
}

/// The oldest of the browsers that wait for a first code, when no more may wait: a scanner that agrees again and again
/// locks nobody out, least of all a browser that is known.
fn crowded_out(state: &State, share: ShareId, recipient: RecipientId, device: Option<TokenHash>) -> Option<ChallengeId> {
    let known = state.recipient(share, recipient)?.1.challenges.iter().filter_map(|id| state.challenges.get(id));
    let waiting: Vec<_> = known.filter(|c| c.browser.is_some() && c.sent.is_none() && c.device == device).collect();
    waiting.first().filter(|_| waiting.len() >= WAITING_CHALLENGES).map(|oldest| oldest.id)
}
