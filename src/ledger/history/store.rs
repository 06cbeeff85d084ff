//! The history's keys in sled: kind, subject and block number; each block holds up to 256 positions in order.

use super::{Applied, Entry, Posting};
use crate::{
    domain::bounds::{HISTORY_CACHE, HISTORY_OPEN_BLOCKS, HISTORY_STEP},
    ledger::chain::Position,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    thread,
};

/// Positions in a whole block.
const BLOCK: usize = 256;
/// The key of the last applied line; no posting has a key this short.
const APPLIED: &[u8] = b"\0applied";
/// The format of keys and values.
const FORMAT: u8 = 1;

pub(super) struct Store {
    db: sled::Db,
    /// The version of what is posted.
    version: u32,
}

/// A block that is not whole yet.
#[derive(Clone)]
struct Open {
    number: u32,
    positions: Vec<u64>,
}

/// The unfinished blocks that were written last, so that they need not be read for each new position.
#[derive(Default)]
pub(super) struct OpenBlocks(HashMap<Posting, Open>);

/// The store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("sled panicked")]
    Panic,
    #[error(transparent)]
    Sled(#[from] sled::Error),
}

impl Store {
    /// Opens or makes the store, on a thread of its own: on some damaged files sled panics.
    pub(super) fn open(dir: &Path, version: u32) -> Result<Self, OpenError> {
        let config = sled::Config::new().path(dir).cache_capacity(HISTORY_CACHE).flush_every_ms(Some(1000));
        let opening = thread::spawn(move || -> sled::Result<Self> {
            let store = Self { db: config.open()?, version };
            store.applied()?;
            Ok(store)
        });
        Ok(opening.join().map_err(|_| OpenError::Panic)??)
    }

    /// Whether nothing was put in yet.
    pub(super) fn is_empty(&self) -> bool {
        self.db.is_empty()
    }

    /// The last line that is in the store; none when it is new, or of another format or version.
    pub(super) fn applied(&self) -> sled::Result<Option<Applied>> {
        Ok(self.db.get(APPLIED)?.and_then(|value| {
            let (format, rest) = value.split_first()?;
            let (version, rest) = rest.split_first_chunk()?;
            let (n, rest) = rest.split_first_chunk()?;
            let (position, hash) = rest.split_first_chunk()?;
            let position = Position::unpack(u64::from_be_bytes(*position));
            let fits = *format == FORMAT && u32::from_be_bytes(*version) == self.version;
            fits.then_some(Applied { n: u64::from_be_bytes(*n), position, hash: hash.try_into().ok()? })
        }))
    }

    /// Puts lines in; applying a line twice changes nothing.
    pub(super) fn apply(&self, open: &mut OpenBlocks, entries: &[Entry]) -> sled::Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let all: Vec<(Posting, u64)> = entries
            .iter()
            .flat_map(|entry| entry.postings.iter().map(|posting| (*posting, entry.position.pack())))
            .collect();
        let mut steps = all.chunks(HISTORY_STEP - 1).peekable();
        while let Some(step) = steps.next() {
            let mut batch = self.blocks(open, step)?;
            if steps.peek().is_none() {
                batch.insert(APPLIED, self.applied_value(last));
            }
            self.db.apply_batch(batch)?;
        }
        if all.is_empty() {
            self.db.insert(APPLIED, self.applied_value(last))?;
        }
        Ok(())
    }

    fn applied_value(&self, last: &Entry) -> Vec<u8> {
        let mut value = vec![FORMAT];
        value.extend_from_slice(&self.version.to_be_bytes());
        value.extend_from_slice(&last.n.to_be_bytes());
        value.extend_from_slice(&last.position.pack().to_be_bytes());
        value.extend_from_slice(&last.hash);
        value
    }

    fn blocks(&self, open: &mut OpenBlocks, step: &[(Posting, u64)]) -> sled::Result<sled::Batch> {
        let mut grouped: BTreeMap<Posting, Vec<u64>> = BTreeMap::new();
        for (posting, position) in step {
            grouped.entry(*posting).or_default().push(*position);
        }
        if open.0.len() + grouped.len() > HISTORY_OPEN_BLOCKS {
            open.0.clear();
        }
        let mut batch = sled::Batch::default();
        for (posting, positions) in grouped {
            let mut block = match open.0.remove(&posting) {
                Some(block) => block,
                None => self.last_block(posting)?,
            };
            for position in positions {
                if block.positions.last().is_some_and(|last| *last >= position) {
                    continue;
                }
                if block.positions.len() >= BLOCK {
                    batch.insert(&key(posting, block.number)[..], value(&block.positions));
                    block = Open { number: block.number + 1, positions: Vec::new() };
                }
                block.positions.push(position);
            }
            batch.insert(&key(posting, block.number)[..], value(&block.positions));
            open.0.insert(posting, block);
        }
        Ok(batch)
    }

    /// At most `limit` positions before `before`, newest first.
    pub(super) fn list(&self, posting: Posting, before: Option<Position>, limit: usize) -> sled::Result<Vec<Position>> {
        let before = before.map_or(u64::MAX, Position::pack);
        let mut number = self.last_block(posting)?.number;
        // The last block that begins before the cursor.
        let (mut low, mut high) = (0, number);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.block(posting, middle)?.first() {
                Some(first) if *first < before => low = middle,
                _ => high = middle - 1,
            }
        }
        number = number.min(low);
        let mut found = Vec::new();
        loop {
            let positions = self.block(posting, number)?;
            let older = positions.into_iter().rev().filter(|position| *position < before);
            found.extend(older.take(limit - found.len()).map(Position::unpack));
            if found.len() >= limit || number == 0 {
                return Ok(found);
            }
            number -= 1;
        }
    }

    /// Hands all to the operating system; the files must still be synced.
    pub(super) fn flush(&self) -> sled::Result<()> {
        self.db.flush().map(|_| ())
    }

    fn last_block(&self, posting: Posting) -> sled::Result<Open> {
        let prefix = &key(posting, 0)[..17];
        let Some((key, value)) = self.db.scan_prefix(prefix).next_back().transpose()? else {
            return Ok(Open { number: 0, positions: Vec::new() });
        };
        let number = key.get(17..).and_then(|number| number.try_into().ok()).map_or(0, u32::from_be_bytes);
        Ok(Open { number, positions: positions(&value) })
    }

    fn block(&self, posting: Posting, number: u32) -> sled::Result<Vec<u64>> {
        Ok(self.db.get(key(posting, number))?.map(|value| positions(&value)).unwrap_or_default())
    }
}

fn key(posting: Posting, block: u32) -> [u8; 21] {
    let mut key = [0; 21];
    key[0] = posting.kind.0;
    key[1..17].copy_from_slice(&posting.subject);
    key[17..].copy_from_slice(&block.to_be_bytes());
    key
}

fn value(positions: &[u64]) -> Vec<u8> {
    positions.iter().flat_map(|position| position.to_be_bytes()).collect()
}

fn positions(value: &[u8]) -> Vec<u64> {
    value.as_chunks().0.iter().map(|position| u64::from_be_bytes(*position)).collect()
}
