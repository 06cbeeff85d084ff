//! The proof that somebody may have a document now. It has private fields and one maker, `admit`.

use crate::domain::receipt::Action;
use crate::domain::scope::Covered;
use crate::domain::time::Timestamp;
use crate::ledger::state::{Recipient, Session, Share};
use crate::limit::cut::Whose;
use std::sync::Arc;

/// A recipient with a session of a share that lets them in.
#[derive(Debug, Clone)]
pub struct Admitted {
    share: Arc<Share>,
    recipient: Arc<Recipient>,
    session: Arc<Session>,
}

impl Admitted {
    pub(super) const fn new(share: Arc<Share>, recipient: Arc<Recipient>, session: Arc<Session>) -> Self {
        Self { share, recipient, session }
    }

    /// The share.
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// Whether the share is the same record: then the same is shared, in the same way.
    pub(super) fn is_of_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.share, &other.share)
    }

    /// The recipient.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// On what a delivery to them depends.
    pub(super) fn whose(&self) -> Whose {
        Whose { share: self.share.id, recipient: self.recipient.id, session: self.session.id }
    }

    /// The moment after which nothing may leave any more, downloads under way included.
    pub fn ends(&self) -> Timestamp {
        self.share.expires.min(self.session.expires)
    }
}

/// Leave to take one document, in one form.
#[derive(Debug, Clone)]
pub struct Permit {
    admitted: Admitted,
    covered: Covered,
    action: Action,
}

impl Permit {
    pub(super) const fn new(admitted: Admitted, covered: Covered, action: Action) -> Self {
        Self { admitted, covered, action }
    }

    /// Whose it is.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Which document.
    pub const fn covered(&self) -> &Covered {
        &self.covered
    }

    /// In which form.
    pub const fn action(&self) -> Action {
        self.action
    }
}

/// Leave to send documents in.
#[derive(Debug, Clone)]
pub struct UploadPermit {
    admitted: Admitted,
}

impl UploadPermit {
    pub(super) const fn new(admitted: Admitted) -> Self {
        Self { admitted }
    }

    /// Whose it is.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }
}
