//! The views that are open now, so that the end of access ends their workers with it.

use crate::domain::ids::{RecipientId, SessionId, ShareId};
use crate::domain::time::Timestamp;
use crate::gate::permit::Admitted;
use crate::preview::limits::WORKER_IDLE;
use crate::preview::pool::{Preview, ViewKey};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whose a view is, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose {
    /// The share.
    pub share: ShareId,
    /// The recipient.
    pub recipient: RecipientId,
    /// The session.
    pub session: SessionId,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    whose: Whose,
    used: Timestamp,
    ends: Timestamp,
}

/// Views with a worker, or with one until a moment ago. As many as there are workers and requests that wait for one, and those of the last
/// [`WORKER_IDLE`].
#[derive(Debug, Default)]
pub struct OpenViews(Mutex<HashMap<ViewKey, Entry>>);

impl OpenViews {
    /// A view is used.
    pub fn enter(&self, key: ViewKey, admitted: &Admitted, now: Timestamp) {
        let whose = Whose { share: admitted.share().id, recipient: admitted.recipient().id, session: admitted.session().id };
        self.lock().insert(key, Entry { whose, used: now, ends: admitted.ends() });
    }

    /// Ends the workers of all views that `over` names.
    pub fn end(&self, preview: &Preview, over: impl Fn(&Whose) -> bool) {
        self.leave(preview, |entry| over(&entry.whose));
    }

    /// Ends those whose time is over, and forgets those whose worker has ended by itself.
    pub fn pass(&self, preview: &Preview, now: Timestamp) {
        self.leave(preview, |entry| entry.ends <= now);
        self.lock().retain(|_, entry| now.since(entry.used) < WORKER_IDLE);
    }

    fn leave(&self, preview: &Preview, over: impl Fn(&Entry) -> bool) {
        let gone: Vec<ViewKey> = self.lock().iter().filter(|(_, entry)| over(entry)).map(|(key, _)| *key).collect();
        for key in gone {
            self.lock().remove(&key);
            preview.end(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ViewKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
