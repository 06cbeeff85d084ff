//! A recipient's own copy of what a visit opened: gathered while any session of theirs goes on, and mailed once all are over.

use crate::domain::ids::{RecipientId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

impl Gate {
    /// Whether a visit is over, so that its mail can go out.
    pub(super) fn is_over(&self, share: ShareId, recipient: RecipientId, now: Timestamp) -> bool {
        let state = self.ledger.state();
        state
            .recipient(share, recipient)
            .is_none_or(|(_, recipient)| !self.is_visiting(&state, recipient, now))
    }
}

/// Has what this recipient opens from now on gathered, where copies are mailed and none is being gathered already.
pub(super) fn begin(t: &mut Tx<'_>, copies: bool, share: ShareId, recipient: RecipientId) {
    let gathers = |t: &Tx<'_>| t.state().recipient(share, recipient).is_some_and(|(_, recipient)| recipient.said.visit.is_some());
    if copies && !gathers(t) {
        t.emit(Event::VisitBegan { share, recipient });
    }
}
