//! What the events of covered areas do to the state.

use super::share_mut;
use crate::domain::time::Timestamp;
use crate::ledger::event::Event;
use crate::ledger::state::{Redaction, State};
use std::sync::Arc;

pub(super) fn redaction(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::RedactionAdded { redaction, share, document, part, page, area, version, layout, by } => {
            if !state.shares.contains_key(share) {
                return;
            }
            let added = Redaction {
                id: *redaction,
                share: *share,
                document: document.clone(),
                part: part.clone(),
                page: *page,
                area: *area,
                version: version.clone(),
                layout: layout.clone(),
                by: *by,
                added: t,
            };
            let before = state.redactions.insert((*share, *redaction), Arc::new(added));
            if let Some(share) = share_mut(state, *share).filter(|_| before.is_none()) {
                share.redacted += 1;
            }
        }
        Event::RedactionRemoved { redaction, share, .. } => {
            let gone = state.redactions.remove(&(*share, *redaction));
            if let Some(share) = share_mut(state, *share).filter(|_| gone.is_some()) {
                share.redacted = share.redacted.saturating_sub(1);
            }
        }
        _ => {}
    }
}
