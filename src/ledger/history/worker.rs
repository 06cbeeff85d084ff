//! The history's thread: opens the store, makes it or catches it up from the journal, then writes behind.

use super::{
    Entry, Shared, mark,
    source::{Source, SourceError},
    store::{OpenBlocks, OpenError, Store},
    tail::Work,
};
use crate::{domain::bounds::HISTORY_STEP, ledger::scan::Step};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

pub(super) fn spawn(dir: PathBuf, shared: Arc<Shared>, source: Box<dyn Source>) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("history".to_owned()).spawn(move || {
        let run = catch_unwind(AssertUnwindSafe(|| run(&dir, &shared, &*source)));
        let why = match run {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why.to_string(),
            Err(_) => "sled panicked".to_owned(),
        };
        shared.tail.close();
        shared.set_store(None);
        tracing::error!("the history is closed until the next start, all else goes on: {why}");
        if let Err(why) = mark::distrust(&dir) {
            tracing::error!("the history's mark cannot be removed: {why}");
        }
    })
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("it cannot be read")]
    Closed,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Sled(#[from] sled::Error),
    #[error(transparent)]
    Source(#[from] SourceError),
}

fn run(dir: &Path, shared: &Shared, source: &dyn Source) -> Result<(), Failure> {
    if mark::begin(dir)? {
        tracing::warn!("the history was not stopped cleanly before the machine started anew; it is made again from the journal");
    }
    let mut store = open(dir, source.version())?;
    let mut open_blocks = OpenBlocks::default();
    shared.set_store(Some(Arc::clone(&store)));
    loop {
        match shared.tail.work() {
            Work::Apply(entries) => {
                store.apply(&mut open_blocks, &entries)?;
                shared.tail.stored(entries.last().map_or(0, |entry| entry.n));
            }
            Work::CatchUp => match catch_up(&store, &mut open_blocks, shared, source) {
                Err(Failure::Source(SourceError::Foreign)) => {
                    tracing::warn!("the history was made from another journal or by another version; it is made again");
                    shared.set_store(None);
                    drop(store);
                    mark::delete(dir)?;
                    open_blocks = OpenBlocks::default();
                    store = open(dir, source.version())?;
                    shared.set_store(Some(Arc::clone(&store)));
                }
                other => other?,
            },
            Work::End => break,
            Work::GiveUp => return Err(Failure::Closed),
        }
    }
    store.flush()?;
    Ok(mark::end(dir)?)
}

/// Opens the store; one that cannot be opened is deleted and made anew.
fn open(dir: &Path, version: u32) -> Result<Arc<Store>, Failure> {
    let path = mark::store(dir);
    match Store::open(&path, version) {
        Ok(store) => Ok(Arc::new(store)),
        Err(why) => {
            tracing::warn!("the history cannot be opened and is made again from the journal: {why}");
            mark::delete(dir)?;
            Ok(Arc::new(Store::open(&path, version)?))
        }
    }
}

/// Reads the journal up to its end and puts it into the store.
fn catch_up(store: &Store, open_blocks: &mut OpenBlocks, shared: &Shared, source: &dyn Source) -> Result<(), Failure> {
    let applied = store.applied()?;
    let to = shared.tail.committed();
    let foreign = match &applied {
        Some(applied) => applied.n > to,
        None => !store.is_empty(),
    };
    if foreign {
        return Err(SourceError::Foreign.into());
    }
    let mut waiting: Vec<Entry> = Vec::new();
    let mut keys = 0;
    let mut failed = None;
    source.lines(applied.as_ref(), to, &mut |entry| {
        keys += entry.postings.len();
        waiting.push(entry);
        if keys >= HISTORY_STEP || waiting.len() >= HISTORY_STEP {
            failed = store.apply(open_blocks, &waiting).err();
            waiting.clear();
            keys = 0;
        }
        if failed.is_some() || shared.tail.is_stopping() { Step::Stop } else { Step::Go }
    })?;
    if let Some(why) = failed {
        return Err(why.into());
    }
    store.apply(open_blocks, &waiting)?;
    if !shared.tail.is_stopping() {
        shared.tail.caught_up(to);
    }
    Ok(())
}
