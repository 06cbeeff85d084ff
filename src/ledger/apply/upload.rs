//! What the events of uploads do to the state.

use super::{receipt::unreported, share_mut};
use crate::crypto::sealed::{Private, Subject};
use crate::domain::bounds::REFUSED_UPLOADS;
use crate::domain::document::DocumentName;
use crate::domain::ids::{ReceiptId, RecipientId, ShareId, UploadId};
use crate::domain::receipt::Action;
use crate::domain::time::Timestamp;
use crate::domain::upload::Unwanted;
use crate::ledger::event::Event;
use crate::ledger::state::{Read, Stage, State, Upload};
use std::sync::Arc;

pub(super) fn upload(state: &mut State, t: Timestamp, event: &Event) {
    match event {
        Event::UploadStarted { upload, share, recipient, guest, name, inbox, size, ends, .. } => {
            if state.recipient(*share, *recipient).is_none() {
                return;
            }
            let started = Upload {
                id: *upload,
                share: *share,
                recipient: *recipient,
                guest: *guest,
                name: name.clone(),
                inbox: inbox.clone(),
                size: *size,
                started: t,
                ends: *ends,
                stage: Stage::Open,
            };
            state.add_upload(Arc::new(started));
        }
        Event::UploadCompleted { upload, share, sha256, media_type } => {
            move_on(state, *share, *upload, Stage::Complete { sha256: *sha256, media_type: media_type.clone(), at: t });
        }
        Event::UploadReceived { upload, share, document, .. } => {
            if let Some(now) = move_on(state, *share, *upload, Stage::Received { document: document.clone(), at: t }) {
                tell(state, &now, document.clone(), t);
            }
        }
        Event::UploadRefused { upload, share, why } => {
            let Some(now) = move_on(state, *share, *upload, Stage::Refused { why: why.clone(), at: t }) else { return };
            let meant = now.inbox.get().zip(now.name.get()).and_then(|(inbox, name)| inbox.join(name).ok());
            if let (Unwanted::Infected(_), Some(document)) = (why, meant) {
                tell(state, &now, Private::new(Subject::Share(*share), document), t);
            }
            forget_refused(state, *share, now.recipient);
        }
        Event::UploadGone { upload, share, .. } => drop(state.take_upload(*share, *upload)),
        _ => {}
    }
}

fn move_on(state: &mut State, share: ShareId, upload: UploadId, stage: Stage) -> Option<Arc<Upload>> {
    let mut known = state.take_upload(share, upload)?;
    Arc::make_mut(&mut known).stage = stage;
    state.add_upload(Arc::clone(&known));
    Some(known)
}

/// Notes for the owner's next notice what came of an upload.
fn tell(state: &mut State, upload: &Upload, document: Private<DocumentName>, t: Timestamp) {
    let Some(share) = share_mut(state, upload.share) else { return };
    let receipt = ReceiptId::from_bytes(*upload.id.as_bytes());
    unreported(share, Read { receipt, at: t, guest: upload.guest, document, action: Action::Upload, broken: None });
}

/// Of what was refused only the newest is remembered, so that it can be told to whoever sent it.
fn forget_refused(state: &mut State, share: ShareId, recipient: RecipientId) {
    let mut refused: Vec<(Timestamp, UploadId)> = state
        .uploads_of(share)
        .filter(|upload| upload.recipient == recipient)
        .filter_map(|upload| match upload.stage {
            Stage::Refused { at, .. } => Some((at, upload.id)),
            _ => None,
        })
        .collect();
    refused.sort_unstable();
    let surplus = refused.len().saturating_sub(REFUSED_UPLOADS);
    for (_, oldest) in refused.into_iter().take(surplus) {
        drop(state.take_upload(share, oldest));
    }
}
