//! What the events of waits, of codes that staff read, and of what staff give back do to the state.

use super::{count_within_a_day, recipient_mut};
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::state::State;
use std::sync::Arc;

pub(super) fn guard(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::CodeHeld { challenge, until } => {
            if let Some(held) = state.challenges.get_mut(challenge).map(Arc::make_mut) {
                held.turn = Some(*until);
            }
        }
        Event::CodeRead { challenge, share, recipient, .. } => {
            if let Some(read) = state.challenges.get_mut(challenge).map(Arc::make_mut) {
                (read.sent, read.read) = (Some(t), true);
            }
            if let Some(whose) = recipient_mut(state, *share, *recipient) {
                count_within_a_day(&mut whose.codes_read, t);
            }
        }
        Event::RecipientLifted { share, recipient, .. } => {
            let Some(whose) = recipient_mut(state, *share, *recipient) else { return };
            whose.failures.clear();
            whose.code_mails.clear();
            whose.codes_read.clear();
            whose.lifted = Some(t);
            for known in &mut whose.devices {
                known.failures.clear();
                known.code_mails.clear();
            }
        }
        _ => {}
    }
}
