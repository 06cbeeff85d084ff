//! Writing state files in the background, from what was published.

use super::Snapshot;
use crate::ledger::{
    disk::Disk,
    journal::Journal,
    machine::Machine,
    state_file::{StateHead, StateWriter},
};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};
use uuid::Uuid;

pub(super) struct Saver<S> {
    queue: SyncSender<Arc<Snapshot<S>>>,
    thread: thread::JoinHandle<()>,
}

impl<S: Send + Sync + 'static> Saver<S> {
    pub(super) fn spawn<M: Machine<State = S>>(journal: &Journal, codec: M::Codec) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(1);
        let (disk, dir) = journal.place();
        let saving = Saving { disk, dir, ledger: journal.ledger() };
        let thread = thread::Builder::new()
            .name("ledger-state".to_owned())
            .spawn(move || saving.all::<M>(&codec, &waiting))?;
        Ok(Self { queue, thread })
    }

    /// Queues a state unless another one waits; returns whether it did.
    pub(super) fn try_save(&self, snapshot: Arc<Snapshot<S>>) -> bool {
        self.queue.try_send(snapshot).is_ok()
    }

    /// Queues a state behind the one that waits.
    pub(super) fn save(&self, snapshot: Arc<Snapshot<S>>) {
        if self.queue.send(snapshot).is_err() {
            tracing::error!("no state file was written at the stop: its thread has ended");
        }
    }

    /// Waits until all that was queued is written.
    pub(super) fn finish(self) {
        drop(self.queue);
        if self.thread.join().is_err() {
            tracing::error!("writing a state file ended in a panic; the next start reads the journal instead");
        }
    }
}

struct Saving {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    ledger: Uuid,
}

impl Saving {
    fn all<M: Machine>(&self, codec: &M::Codec, waiting: &Receiver<Arc<Snapshot<M::State>>>) {
        while let Ok(snapshot) = waiting.recv() {
            // Without a state file the next start takes longer, no more.
            if let Err(why) = self.write::<M>(codec, &snapshot) {
                tracing::warn!("no state file behind line {}: {why}", snapshot.point.next - 1);
            }
        }
    }

    fn write<M: Machine>(&self, codec: &M::Codec, snapshot: &Snapshot<M::State>) -> io::Result<()> {
        let head = StateHead { apply: M::APPLY, ledger: self.ledger, point: snapshot.point };
        let mut file = StateWriter::create(Arc::clone(&self.disk), &self.dir, &head)?;
        M::records(codec, &snapshot.state, &mut |record| file.record(record))?;
        file.finish()
    }
}
