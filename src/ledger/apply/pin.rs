//! What the events of pinned versions do to the state.

use super::share_mut;
use crate::domain::bounds::CHANGED_DOCUMENTS;
use crate::ledger::event::Event;
use crate::ledger::state::{Changed, State};
use std::sync::Arc;

pub(super) fn pin(state: &mut State, event: &Event) {
    match event {
        Event::DocumentChanged { share, document, content } => {
            let Some(share) = share_mut(state, *share) else { return };
            share.changed.retain(|known| known.document != *document);
            if share.changed.len() < CHANGED_DOCUMENTS {
                share.changed.push(Changed { document: document.clone(), content: *content });
            }
        }
        Event::SharePinned { share, items, newer, .. } => {
            let Some(share) = share_mut(state, *share) else { return };
            share.items = items.clone();
            share.changed.clear();
            for recipient in share.recipients.values_mut().filter(|recipient| *newer && recipient.reads > 0) {
                Arc::make_mut(recipient).unseen = true;
            }
        }
        _ => {}
    }
}
