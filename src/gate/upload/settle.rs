//! What becomes of an upload that is whole: it is looked at, scanned, and put into the inbox of its share. The only place that puts a document into a store.

use super::name::{is_program, numbered};
use super::receive::of_disk;
use super::scan::{Verdict, scan};
use super::spool::Hold;
use super::{Fate, UploadError};
use crate::crypto::primitives::Sha256;
use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::media::MediaType;
use crate::documents::{Incoming, Place, StoreError};
use crate::domain::bounds::{CHUNK_BYTES, PROBE_BYTES, SETTLE_AGAIN, SETTLED_AT_ONCE, UPLOAD_NUMBERS};
use crate::domain::document::DocumentName;
use crate::domain::ids::{MailId, ShareId, UploadId};
use crate::domain::upload::{Scan, Unfinished, Unwanted};
use crate::domain::version::{ContentHash, FileVersion};
use crate::gate::Gate;
use crate::gate::notices::queue_notice;
use crate::ledger::event::Event;
use crate::ledger::state::{Stage, Upload};
use crate::ledger::tx::{Class, Tx};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

impl Gate {
    /// Goes on with whatever waits for the scanner or its store, and removes what nobody waits for; never returns.
    pub(in crate::gate) async fn settle_uploads(self: Arc<Self>) {
        loop {
            self.settle_all().await;
            self.clock.wait_until(self.clock.now().plus(SETTLE_AGAIN)).await;
        }
    }

    async fn settle_all(self: &Arc<Self>) {
        let is_waited_for = |id| self.ledger.state().uploads.values().any(|upload| upload.id == id && upload.is_held());
        if let Err(error) = self.spool.keep_only(is_waited_for).await {
            tracing::warn!(%error, "the folder of unfinished uploads cannot be read");
        }
        let held: Vec<Arc<Upload>> = self.ledger.state().uploads.values().filter(|upload| upload.is_held()).cloned().collect();
        let each = |upload: Arc<Upload>| async move {
            let there = self.spool.received(upload.id).await;
            // Held only where there is something to do: what is being sent just now must not be refused.
            let Some(hold) = there
                .ok()
                .filter(|there| *there == Some(upload.size) || there.is_none())
                .and_then(|_| self.spool.hold(upload.id))
            else {
                return;
            };
            let key = (upload.share, upload.id);
            if !self.ledger.state().uploads.get(&key).is_some_and(|known| known.is_held()) {
                return;
            }
            if self.spool.received(upload.id).await.is_ok_and(|there| there.is_none()) {
                tracing::error!(upload = %upload.id, share = %upload.share, "the bytes of an upload are no longer there");
                let _tried_again = self.forget_upload(upload.share, upload.id, Unfinished::Lost).await;
                self.spool.remove(upload.id).await;
            } else {
                // Whatever comes of it stands in the ledger, or beside the upload.
                let _told = Arc::clone(self).complete(upload.share, upload.id, hold).await;
            }
        };
        stream::iter(held).for_each_concurrent(SETTLED_AT_ONCE, each).await;
    }

    /// Looks at an upload all of whose bytes are there, unless that was done, and settles it. What fails on the way is tried again as long as the
    /// upload is waited for: its sender need not send it again.
    pub(super) async fn complete(self: Arc<Self>, share: ShareId, id: UploadId, hold: Hold) -> Result<Fate, UploadError> {
        let answer = self.looked_at(share, id, hold).await;
        let is_waited_for = || self.ledger.state().uploads.get(&(share, id)).is_some_and(|upload| upload.is_held());
        match answer {
            Err(error) if is_waited_for() => Ok(self.let_wait(share, id, &error)),
            answer => answer,
        }
    }

    fn let_wait(&self, share: ShareId, upload: UploadId, error: &impl std::fmt::Display) -> Fate {
        tracing::warn!(%upload, %share, %error, "what a recipient has sent in could not be put into its store; it is tried again");
        self.spool.let_wait(upload, error.to_string());
        Fate::Waiting
    }

    async fn looked_at(&self, share: ShareId, id: UploadId, hold: Hold) -> Result<Fate, UploadError> {
        let upload = self.ledger.state().uploads.get(&(share, id)).cloned().ok_or(UploadError::Missing)?;
        if upload.stage == Stage::Open {
            let path = self.spool.path(id);
            let looked = tokio::task::spawn_blocking(move || look_through(path)).await.map_err(io::Error::other);
            let (sha256, probe) = looked.and_then(|looked| looked).map_err(|error| of_disk(&error))?;
            let name = upload.name.get().map_or("", String::as_str);
            let media = MediaType::detect(name.as_bytes(), &probe);
            if !self.takes(name, media) {
                return self.refuse(&upload, Unwanted::Kind).await;
            }
            let media_type = media.essence().to_owned();
            let completed = move |t: &mut Tx<'_>| {
                let known = t.state().uploads.get(&(share, id)).ok_or(UploadError::Missing)?;
                if known.stage == Stage::Open {
                    t.emit(Event::UploadCompleted { upload: id, share, sha256, media_type: media_type.clone() });
                }
                Ok::<_, UploadError>(())
            };
            self.ledger.tx(Class::Ordinary, completed).await?;
        }
        let upload = self.ledger.state().uploads.get(&(share, id)).cloned().ok_or(UploadError::Missing)?;
        match upload.stage {
            Stage::Complete { .. } => self.settle(&upload, hold).await,
            _ => Ok(self.fate(&upload)),
        }
    }

    fn takes(&self, name: &str, media: MediaType) -> bool {
        match self.settings.uploads.types.as_slice() {
            [] => !media.is_program() && !is_program(name),
            types => types.iter().any(|range| range.covers(media.essence())),
        }
    }

    async fn settle(&self, upload: &Upload, _hold: Hold) -> Result<Fate, UploadError> {
        let scan = match self.scanned(upload).await {
            Some(Verdict::Clean) => Scan::Clean,
            Some(Verdict::Infected(found)) => {
                tracing::warn!(upload = %upload.id, share = %upload.share, found, "a virus was found in what a recipient has sent in; it was removed");
                return self.refuse(upload, Unwanted::Infected(found)).await;
            }
            None if self.settings.uploads.clamd.is_some() && self.settings.uploads.scan_required => return Ok(Fate::Checking),
            None => Scan::None,
        };
        match self.put(upload).await {
            Ok((document, version)) => self.received(upload, document, version, scan).await,
            Err(error) => Ok(self.let_wait(upload.share, upload.id, &error)),
        }
    }

    /// What the scanner says; nothing when there is none or it says nothing.
    async fn scanned(&self, upload: &Upload) -> Option<Verdict> {
        let clamd = self.settings.uploads.clamd.as_ref()?;
        let verdict = scan(clamd, &self.spool.path(upload.id)).await;
        verdict
            .inspect_err(|why| tracing::warn!(upload = %upload.id, share = %upload.share, why, "the scanner gives no verdict"))
            .ok()
    }

    /// Puts an upload into its inbox, under its own name or the next one that is free.
    async fn put(&self, upload: &Upload) -> Result<(DocumentName, FileVersion), StoreError> {
        let (inbox, name) = upload.inbox.get().zip(upload.name.get()).ok_or(StoreError::Missing)?;
        for number in 1..=UPLOAD_NUMBERS + 1 {
            // Numbers are easier on people, chance finds an end.
            let number = if number > UPLOAD_NUMBERS { u32::from_be_bytes(random::bytes()).max(UPLOAD_NUMBERS) } else { number };
            let document = inbox.join(&numbered(name, number)).map_err(|_| StoreError::Missing)?;
            let bytes = self.spool.read(upload.id).await.map(pieces).map_err(|_| StoreError::Missing)?;
            match self.documents.create(&Place::named(&document), upload.size, bytes).await {
                Err(StoreError::Exists) => {
                    if let Some(version) = self.put_before(upload, &document).await? {
                        return Ok((document, version));
                    }
                }
                answer => return answer.map(|version| (document, version)),
            }
        }
        Err(StoreError::Exists)
    }

    /// The version of the document that has the name, when it is this very upload: put there by a try whose end could not be put down. Without this
    /// look each further try would put one more there.
    async fn put_before(&self, upload: &Upload, document: &DocumentName) -> Result<Option<FileVersion>, StoreError> {
        let Stage::Complete { sha256, .. } = upload.stage else { return Ok(None) };
        let is_anothers =
            |other: &Arc<Upload>| matches!(&other.stage, Stage::Received { document: there, .. } if there.get() == Some(document));
        if self.ledger.state().uploads_of(upload.share).any(is_anothers) {
            return Ok(None);
        }
        match self.version_holding(&Place::named(document), upload.size, sha256).await {
            Err(error @ (StoreError::Busy | StoreError::Io(_) | StoreError::Unreachable)) => Err(error),
            // What cannot be read, as where the server may only write, is not known to be this one.
            answer => Ok(answer.unwrap_or_default()),
        }
    }

    async fn received(&self, upload: &Upload, document: DocumentName, version: FileVersion, scan: Scan) -> Result<Fate, UploadError> {
        let (id, share, mail, times) = (upload.id, upload.share, MailId::from_bytes(random::bytes()), self.notice_times());
        let done = move |t: &mut Tx<'_>| {
            let document = Private::new(Subject::Share(share), document.clone());
            t.emit(Event::UploadReceived { upload: id, share, document, version: version.clone(), scan });
            queue_notice(t, share, mail, times);
            Ok::<_, UploadError>(())
        };
        self.ledger.tx(Class::First, done).await?;
        self.spool.remove(id).await;
        Ok(Fate::Received)
    }

    /// Removes an upload that is not taken; the owner is told of a virus, and its sender of either.
    async fn refuse(&self, upload: &Upload, why: Unwanted) -> Result<Fate, UploadError> {
        let (id, share, mail, times) = (upload.id, upload.share, MailId::from_bytes(random::bytes()), self.notice_times());
        let fate = if why == Unwanted::Kind { Fate::Kind } else { Fate::Infected };
        let refused = move |t: &mut Tx<'_>| {
            t.emit(Event::UploadRefused { upload: id, share, why: why.clone() });
            if why != Unwanted::Kind {
                queue_notice(t, share, mail, times);
            }
            Ok::<_, UploadError>(())
        };
        self.ledger.tx(Class::First, refused).await?;
        self.spool.remove(id).await;
        Ok(fate)
    }
}

/// The hash of a file, and its first bytes.
fn look_through(path: PathBuf) -> io::Result<(ContentHash, Vec<u8>)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut probe, mut buffer) = (Sha256::new(), Vec::new(), vec![0; CHUNK_BYTES]);
    loop {
        let got = file.read(&mut buffer)?;
        if got == 0 {
            return Ok((ContentHash(hash.finish()), probe));
        }
        hash.update(&buffer[..got]);
        let wanted = PROBE_BYTES.saturating_sub(probe.len()).min(got);
        probe.extend_from_slice(&buffer[..wanted]);
    }
}

/// The bytes of a file.
fn pieces(file: File) -> Incoming {
    let next = |mut file: File| async move {
        let mut buffer = vec![0; CHUNK_BYTES];
        let got = file.read(&mut buffer).await?;
        buffer.truncate(got);
        Ok::<_, io::Error>((got > 0).then(|| (Bytes::from(buffer), file)))
    };
    stream::try_unfold(file, next).boxed()
}
