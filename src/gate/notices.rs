//! Notices to the owner of a share: the first read is told at once, what follows within the quiet time comes as one mail.

use crate::domain::ids::{MailId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::State;
use crate::ledger::tx::Tx;

/// Queues a notice unless one is waiting already.
pub(super) fn queue_notice(t: &mut Tx<'_>, share: ShareId, mail: MailId) {
    let Some(quiet_until) = t.state().shares.get(&share).map(|share| share.quiet_until) else { return };
    if !waits(t.state(), share) {
        let due = quiet_until.max(t.now());
        t.emit(Event::MailQueued { mail, share, kind: MailKind::Notice, due, deliver_by: Timestamp::MAX });
    }
}

/// Whether there are reads that no notice has told.
pub(super) fn has_unreported(state: &State, share: ShareId) -> bool {
    state.shares.get(&share).is_some_and(|share| !share.unreported.is_empty())
}

fn waits(state: &State, share: ShareId) -> bool {
    state.shares.get(&share).is_some_and(|share| share.notice.is_some())
}
