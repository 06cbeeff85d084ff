//! Bytes on their way in: an upload is begun, goes on where it stopped, and is taken back.

use super::name::{clean, is_program};
use super::spool::{Hold, Writing};
use super::{Fate, UploadError, check_quota};
use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::document::DocumentName;
use crate::domain::ids::{ShareId, UploadId};
use crate::domain::time::Timestamp;
use crate::domain::upload::Unfinished;
use crate::gate::Gate;
use crate::gate::admit::{admit_session, admit_upload};
use crate::gate::permit::UploadPermit;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
use crate::ledger::event::{Event, Origin};
use crate::ledger::state::{Stage, Upload};
use crate::ledger::tx::{Class, Tx};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rustix::io::Errno;
use std::io;
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

/// Bytes after which it is looked again how much room is left.
const LOOK_EVERY: u64 = 8 * 1024 * 1024;

/// An upload that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Its id.
    pub id: UploadId,
    /// Bytes that are there.
    pub offset: u64,
    /// Bytes that it will have.
    pub size: u64,
    /// Until when it is waited for.
    pub ends: Timestamp,
    /// What came of it.
    pub fate: Fate,
}

/// Who sends, and what shows it.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// The share that the address names.
    pub share: ShareId,
    /// What shows the session.
    pub proof: Option<Proof>,
}

impl Gate {
    /// Leave to send documents in, or why not; a use of the session is noted.
    pub fn may_upload(&self, sender: Sender) -> Result<UploadPermit, Refusal> {
        admit_upload(self.session(sender.share, sender.proof)?)
    }

    /// Begins an upload of `size` bytes. When this returns, its bytes are reserved for it.
    pub async fn begin_upload(self: &Arc<Self>, sender: Sender, said: &str, size: u64, origin: Origin) -> Result<Progress, UploadError> {
        let permit = self.may_upload(sender)?;
        self.check_room(size).await?;
        let id = UploadId::from_bytes(random::bytes());
        let hold = self.spool.hold(id).ok_or(UploadError::Locked)?;
        self.spool.make(id).await.map_err(|error| of_disk(&error))?;
        if let Err(error) = self.reserve(sender, &permit, id, said, size, origin).await {
            self.spool.remove(id).await;
            return Err(error);
        }
        if size == 0 {
            self.finish(sender.share, id, hold).await?;
        }
        self.progress_of(&permit, id, 0)
    }

    /// How far an upload is.
    pub async fn upload_progress(&self, sender: Sender, id: UploadId) -> Result<Progress, UploadError> {
        let permit = self.may_upload(sender)?;
        let upload = self.own(&permit, id)?;
        let offset = match upload.stage {
            Stage::Open => self.spool.received(id).await.map_err(|error| of_disk(&error))?.ok_or(UploadError::Missing)?,
            _ => upload.size,
        };
        self.progress_of(&permit, id, offset)
    }

    /// Takes more bytes of an upload, which have to begin where the last ones ended. With the last one it is looked at and put into its store.
    pub async fn append_upload<E>(
        self: &Arc<Self>,
        sender: Sender,
        id: UploadId,
        offset: u64,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Progress, UploadError> {
        let permit = self.may_upload(sender)?;
        let hold = self.spool.hold(id).ok_or(UploadError::Locked)?;
        let upload = self.own(&permit, id)?;
        if upload.stage != Stage::Open {
            return Err(UploadError::Conflict(upload.size));
        }
        let there = self.spool.received(id).await.map_err(|error| of_disk(&error))?.ok_or(UploadError::Missing)?;
        if there != offset {
            return Err(UploadError::Conflict(there));
        }
        let mut writing = Writing::new(self.spool.append(id).await.map_err(|error| of_disk(&error))?, hold);
        let (reached, ended) = self.take_in(sender, writing.file(), there, upload.size, body).await;
        let hold = writing.end();
        match ended {
            Err(UploadError::TooLarge(_)) => return Err(UploadError::TooLarge(upload.size)),
            Err(error) if reached < upload.size => return Err(error),
            _ => {}
        }
        if reached == upload.size {
            self.finish(sender.share, id, hold).await?;
        }
        self.progress_of(&permit, id, reached)
    }

    /// Takes in a document whose size nobody has said, as forms send them: it is received first, and begins when all of it is there.
    pub async fn take_upload<E>(
        self: &Arc<Self>,
        sender: Sender,
        said: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        origin: Origin,
    ) -> Result<Fate, UploadError> {
        let permit = self.may_upload(sender)?;
        let outlook = self.sent_in(&permit);
        if outlook.files_left == 0 {
            return Err(UploadError::TooMany(self.settings.uploads.files));
        }
        self.check_room(0).await?;
        let id = UploadId::from_bytes(random::bytes());
        let hold = self.spool.hold(id).ok_or(UploadError::Locked)?;
        let most = outlook.file_bytes.min(outlook.bytes_left);
        let taken = async {
            let mut file = self.spool.make(id).await.map_err(|error| of_disk(&error))?;
            let (size, ended) = self.take_in(sender, &mut file, 0, most, body).await;
            ended.map_err(|error| match error {
                UploadError::TooLarge(_) if most < outlook.file_bytes => UploadError::LinkFull(most),
                other => other,
            })?;
            self.reserve(sender, &permit, id, said, size, origin).await
        };
        if let Err(error) = taken.await {
            self.spool.remove(id).await;
            return Err(error);
        }
        self.finish(sender.share, id, hold).await
    }

    /// Takes an unfinished upload back.
    pub async fn cancel_upload(&self, sender: Sender, id: UploadId) -> Result<(), UploadError> {
        let permit = self.may_upload(sender)?;
        let _hold = self.spool.hold(id).ok_or(UploadError::Locked)?;
        if self.own(&permit, id)?.stage != Stage::Open {
            return Err(UploadError::Missing);
        }
        self.forget_upload(sender.share, id, Unfinished::Cancelled).await?;
        self.spool.remove(id).await;
        Ok(())
    }

    /// Puts down that an unfinished upload has ended.
    pub(super) async fn forget_upload(&self, share: ShareId, upload: UploadId, why: Unfinished) -> Result<(), UploadError> {
        self.ledger
            .tx(Class::Ordinary, move |t| {
                if t.state().uploads.get(&(share, upload)).is_some_and(|known| known.is_held()) {
                    t.emit(Event::UploadGone { upload, share, why });
                }
                Ok(())
            })
            .await
    }

    /// The upload of that id, when the holder of the permit began it.
    fn own(&self, permit: &UploadPermit, id: UploadId) -> Result<Arc<Upload>, UploadError> {
        let admitted = permit.admitted();
        let state = self.ledger.state();
        let known = state.uploads.get(&(admitted.share().id, id));
        known
            .filter(|upload| upload.recipient == admitted.recipient().id)
            .cloned()
            .ok_or(UploadError::Missing)
    }

    fn progress_of(&self, permit: &UploadPermit, id: UploadId, offset: u64) -> Result<Progress, UploadError> {
        let upload = self.own(permit, id)?;
        Ok(Progress { id, offset, size: upload.size, ends: upload.ends, fate: self.fate(&upload) })
    }

    /// Whether so many more bytes leave enough free where the data directory lies, the ledger above all.
    async fn check_room(&self, size: u64) -> Result<(), UploadError> {
        let free = self.spool.free().await.map_err(|error| of_disk(&error))?;
        if free < self.settings.uploads.free_bytes.saturating_add(size) {
            tracing::warn!(free, "an upload is refused, because too little room would stay free (uploads.free_mib)");
            return Err(UploadError::NoRoom);
        }
        Ok(())
    }

    /// Puts down that an upload has begun, if it may.
    async fn reserve(
        &self,
        sender: Sender,
        permit: &UploadPermit,
        upload: UploadId,
        said: &str,
        size: u64,
        origin: Origin,
    ) -> Result<(), UploadError> {
        let (limits, name) = (self.settings.uploads.clone(), clean(said));
        if limits.types.is_empty() && is_program(&name) {
            return Err(UploadError::Kind);
        }
        let inbox = self.inbox(permit.admitted().share()).ok_or(UploadError::NoRoom)?;
        let facts = self.session_facts(&self.ledger.state(), sender.share, sender.proof);
        let transaction = move |t: &mut Tx<'_>| {
            let permit = admit_upload(admit_session(t.state(), facts, t.now())?)?;
            let (share, recipient) = (permit.admitted().share(), permit.admitted().recipient());
            check_quota(t.state(), &limits, (share.id, recipient.id), &inbox.store, size)?;
            t.emit(Event::UploadStarted {
                upload,
                share: share.id,
                recipient: recipient.id,
                guest: recipient.guest,
                session: permit.admitted().session().id,
                name: Private::new(Subject::Share(share.id), name.clone()),
                inbox: Private::<DocumentName>::new(Subject::Share(share.id), inbox.clone()),
                size,
                ends: t.now().plus(limits.keep),
                origin: Private::new(Subject::Guest(recipient.guest), origin.clone()),
            });
            Ok(())
        };
        self.ledger.tx(Class::Ordinary, transaction).await
    }

    /// Writes what comes behind what is there, at most up to `most`; says how far it came, on the disk, and why it ended there.
    async fn take_in<E>(
        &self,
        sender: Sender,
        file: &mut File,
        from: u64,
        most: u64,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> (u64, Result<(), UploadError>) {
        let (mut at, mut looked) = (from, from);
        let taken = async {
            while let Some(piece) = body.next().await {
                let piece = piece.map_err(|_| UploadError::Cut)?;
                // Anew for each piece: whoever may send no more sends no more, and whoever sends is not signed out for sitting still.
                self.may_upload(sender)?;
                if at.saturating_add(piece.len() as u64) > most {
                    return Err(UploadError::TooLarge(most));
                }
                if at - looked >= LOOK_EVERY {
                    self.check_room(0).await?;
                    looked = at;
                }
                file.write_all(&piece).await.map_err(|error| of_disk(&error))?;
                at += piece.len() as u64;
            }
            Ok(())
        };
        let ended = taken.await;
        let written = async {
            file.flush().await?;
            file.sync_data().await?;
            file.metadata().await.map(|about| about.len())
        };
        match written.await {
            Ok(there) => (there, ended),
            Err(error) => (from, ended.and_then(|()| Err(of_disk(&error)))),
        }
    }

    /// Looks at a whole upload and puts it into its store. That goes on when whoever waits for it goes away, or has waited long enough.
    async fn finish(self: &Arc<Self>, share: ShareId, id: UploadId, hold: Hold) -> Result<Fate, UploadError> {
        let work = tokio::spawn(Arc::clone(self).complete(share, id, hold));
        match tokio::time::timeout(crate::domain::bounds::SETTLE_WAIT, work).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Refusal::Busy.into()),
            Err(_) => Ok(Fate::Checking),
        }
    }
}

/// What an error of the disk under the data directory means to the sender; staff find it in the log.
pub(super) fn of_disk(error: &io::Error) -> UploadError {
    tracing::warn!(%error, "the bytes of an upload could not be written or read");
    let full = [Errno::NOSPC, Errno::DQUOT, Errno::FBIG].map(|errno| Some(errno.raw_os_error()));
    if full.contains(&error.raw_os_error()) { UploadError::NoRoom } else { Refusal::Busy.into() }
}
