//! The rules, as pure functions of the state and the present: who is let in, and to what. Checked anew on every request, ranges included.
//!
//! The order is fixed: session, share stopped, recipient stopped, share expired, session over, a text to agree to anew, scope, form of delivery.

use crate::crypto::link::Link;
use crate::crypto::random::TokenHash;
use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::policy::Delivery;
use crate::domain::receipt::Action;
use crate::domain::scope::{Covered, is_on_the_way, resolve};
use crate::domain::time::Timestamp;
use crate::gate::permit::{Admitted, Permit, UploadPermit};
use crate::gate::refusal::Refusal;
use crate::ledger::state::{Agreement, Recipient, Share, State};
use std::sync::Arc;
use std::time::Duration;

/// What a request shows of the person behind it.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts {
    /// The share that the address names.
    pub share: ShareId,
    /// The session cookie's hash.
    pub token: Option<TokenHash>,
    /// When the session was last used, as far as memory knows better than the ledger.
    pub used: Option<Timestamp>,
    /// How long a session may be idle.
    pub idle: Duration,
    /// Whether a text that changed since the recipient agreed to it is asked about before anything else.
    pub ask_anew: bool,
}

/// Lets the holder of a true link come to its page, or gives the exact reason why not.
pub fn admit_link(state: &State, link: Link, now: Timestamp) -> Result<(Arc<Share>, Arc<Recipient>), Refusal> {
    let (share, recipient) = state.recipient(link.share, link.recipient).ok_or(Refusal::UnknownLink)?;
    open_to(share, recipient, now)?;
    Ok((Arc::clone(share), Arc::clone(recipient)))
}

/// Lets the holder of a session in.
pub fn admit_session(state: &State, facts: SessionFacts, now: Timestamp) -> Result<Admitted, Refusal> {
    let id = facts.token.and_then(|token| state.tokens.get(&token)).ok_or(Refusal::NoSession)?;
    let session = state.sessions.get(id).filter(|session| session.share == facts.share).ok_or(Refusal::NoSession)?;
    let (share, recipient) = state.recipient(session.share, session.recipient).ok_or(Refusal::NoSession)?;
    open_to(share, recipient, now)?;
    let used = session.used.max(facts.used.unwrap_or_default());
    if session.expires <= now || used.plus(facts.idle) <= now {
        return Err(Refusal::SessionEnded(share.id));
    }
    if facts.ask_anew && !has_agreed(state, share, recipient) {
        return Err(Refusal::AgreeAnew(share.id));
    }
    Ok(Admitted::new(Arc::clone(share), Arc::clone(recipient), Arc::clone(session)))
}

/// Whether a recipient has agreed to the text that holds now, in whichever language; where the share asks for none there is nothing to agree to.
pub fn has_agreed(state: &State, share: &Share, recipient: &Recipient) -> bool {
    holds(state, share, recipient.agreed.as_ref())
}

/// Whether an agreement is one to the text that holds now, where the share asks for one.
pub fn holds(state: &State, share: &Share, agreed: Option<&Agreement>) -> bool {
    let text = state.disclaimer.as_ref().filter(|_| share.policy.disclaimer);
    text.is_none_or(|text| agreed.is_some_and(|agreed| text.shown_as(&agreed.digest).is_some()))
}

/// Finds what the holder of a session means by a path, for looking at it in a list.
pub fn admit_path(admitted: &Admitted, path: &DocumentPath) -> Result<Covered, Refusal> {
    let share = admitted.share();
    let items = share.items.get().ok_or(Refusal::NotInShare(share.id))?;
    resolve(items, path).ok_or(Refusal::NotInShare(share.id))
}

/// Gives leave to take the bytes of a document, pictures of its pages or a marked copy. Looking at pictures is part of every form of delivery.
pub fn admit_document(admitted: Admitted, path: &DocumentPath, action: Action) -> Result<Permit, Refusal> {
    let covered = admit_path(&admitted, path)?;
    // A document that took the place of a folder came later than what was pinned.
    if admitted.share().items.get().is_some_and(|items| is_on_the_way(items, &covered)) {
        return Err(Refusal::NotInShare(admitted.share().id));
    }
    match (action, admitted.share().delivery()) {
        (Action::Archive | Action::Download, Delivery::Download) | (Action::Preview, _) | (Action::Watermarked, Delivery::Watermarked) => {
            Ok(Permit::new(admitted, covered, action))
        }
        (Action::Archive | Action::Download, Delivery::Watermarked) => Err(Refusal::MarkedOnly(admitted.share().id)),
        (_, Delivery::Preview) => Err(Refusal::PreviewOnly(admitted.share().id)),
        // Who may have the document itself has no need of a copy that says who took it.
        (Action::Watermarked, Delivery::Download) | (Action::Upload, _) => Err(Refusal::NotInShare(admitted.share().id)),
    }
}

/// Gives leave to send documents in.
pub fn admit_upload(admitted: Admitted) -> Result<UploadPermit, Refusal> {
    if admitted.share().policy.upload { Ok(UploadPermit::new(admitted)) } else { Err(Refusal::NoUploads(admitted.share().id)) }
}

/// Gives leave to take documents together: only where each of them may be taken as it is.
pub fn admit_archive(admitted: Admitted) -> Result<Admitted, Refusal> {
    match admitted.share().delivery() {
        Delivery::Download => Ok(admitted),
        Delivery::Preview => Err(Refusal::PreviewOnly(admitted.share().id)),
        Delivery::Watermarked => Err(Refusal::MarkedOnly(admitted.share().id)),
    }
}

/// Whether a share is open to a recipient now.
pub fn open_to(share: &Share, recipient: &Recipient, now: Timestamp) -> Result<(), Refusal> {
    if share.stopped.is_some() {
        return Err(Refusal::Stopped(share.id));
    }
    if recipient.stopped.is_some() {
        return Err(Refusal::RecipientStopped(share.id));
    }
    if share.expires <= now {
        return Err(Refusal::Expired(share.id));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
