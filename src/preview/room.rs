//! The memory that pictures take in the gateway, all of them together and those of one reader.
//!
//! Room is taken for what a worker announces, before a byte of it is read, and comes back when the last piece of the picture is let go of. So
//! the bound holds wherever a picture is: while it waits for its receipt, in a marked copy, and on its way to somebody who does not read.

use crate::domain::time::Clock;
use crate::preview::limits::{PICTURE_BYTES, PICTURES_BYTES, PICTURES_OF_ONE_BYTES, ROOM_WAIT};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who reads: pictures of all views of one reader share their room.
pub type Reader = [u8; 16];

// With the numbers that stand before it in the pipe.
const _: () = assert!(PICTURES_BYTES > PICTURE_BYTES + 1024, "one picture always fits");

/// All the room there is.
#[derive(Debug)]
pub(super) struct Rooms {
    all: Arc<Semaphore>,
    /// Those that somebody holds or waits for; others are made anew.
    readers: Mutex<HashMap<Reader, Weak<Semaphore>>>,
    /// Held by whoever waits, to be counted.
    waiting: Arc<()>,
}

/// Room for one picture.
#[derive(Debug)]
pub(super) struct Room {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

/// Bytes in their room.
struct Kept {
    bytes: Vec<u8>,
    _room: Room,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Room {
    /// Bytes that hold their room until the last clone and the last piece of them is gone.
    pub(super) fn keep(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Kept { bytes, _room: self })
    }
}

impl Default for Rooms {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(PICTURES_BYTES)), readers: Mutex::default(), waiting: Arc::default() }
    }
}

impl Rooms {
    /// Waits for room for so many bytes; nothing when none came free in [`ROOM_WAIT`].
    pub(super) async fn take(&self, clock: &dyn Clock, reader: Reader, bytes: usize) -> Option<Room> {
        let (until, _waiting) = (clock.now().plus(ROOM_WAIT), Arc::clone(&self.waiting));
        let both = async {
            // One's own first: who waits for that is in nobody's way. What is larger than one's share takes the whole of it.
            let own = take(self.of(reader), bytes.min(PICTURES_OF_ONE_BYTES)).await?;
            let of_all = take(Arc::clone(&self.all), bytes.min(PICTURES_BYTES)).await?;
            Some(Room { _own: own, _of_all: of_all })
        };
        tokio::select! {
            biased;
            room = both => room,
            () = clock.wait_until(until) => None,
        }
    }

    /// Pictures that wait for room.
    pub(super) fn waiting(&self) -> usize {
        Arc::strong_count(&self.waiting) - 1
    }

    /// Bytes that are taken.
    pub(super) fn taken(&self) -> usize {
        PICTURES_BYTES - self.all.available_permits()
    }

    fn of(&self, reader: Reader) -> Arc<Semaphore> {
        // Each change below the lock is complete in itself.
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = readers.get(&reader).and_then(Weak::upgrade) {
            return known;
        }
        // No more than hold a picture or wait for one.
        readers.retain(|_, known| known.strong_count() > 0);
        let own = Arc::new(Semaphore::new(PICTURES_OF_ONE_BYTES));
        readers.insert(reader, Arc::downgrade(&own));
        own
    }
}

async fn take(from: Arc<Semaphore>, bytes: usize) -> Option<OwnedSemaphorePermit> {
    from.acquire_many_owned(u32::try_from(bytes).ok()?).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{ManualClock, Timestamp};
    use futures_util::FutureExt;

    const MIB: usize = 1024 * 1024;

    async fn kept(rooms: &Rooms, clock: &ManualClock, reader: u8, bytes: usize) -> Option<Bytes> {
        let room = rooms.take(clock, [reader; 16], bytes).await?;
        Some(room.keep(vec![0; bytes]))
    }

    #[tokio::test]
    async fn room_comes_back_with_the_last_piece() {
        let (rooms, clock) = (Rooms::default(), ManualClock::at(Timestamp::from_millis(0)));
        let mut picture = kept(&rooms, &clock, 1, MIB).await.expect("there is room at first");
        let piece = picture.split_to(10);
        drop(picture);
        assert_eq!(rooms.taken(), MIB);
        drop(piece);
        assert_eq!(rooms.taken(), 0);
        drop(rooms.take(&clock, [2; 16], 1).await);
        assert_eq!(rooms.readers.lock().map_or(0, |readers| readers.len()), 1, "who holds nothing is forgotten");
    }

    #[tokio::test]
    async fn one_reader_takes_no_more_than_a_share_or_one_picture() {
        let (rooms, clock) = (Rooms::default(), ManualClock::at(Timestamp::from_millis(0)));
        let large = kept(&rooms, &clock, 1, PICTURE_BYTES).await.expect("the largest picture has room");
        let mut more = Box::pin(rooms.take(&clock, [1; 16], 1));
        assert!((&mut more).now_or_never().is_none(), "until it is gone there is no other");
        let other = kept(&rooms, &clock, 2, PICTURES_OF_ONE_BYTES).await;
        assert!(other.is_some(), "others have theirs");
        drop(large);
        assert!(more.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn all_readers_take_no_more_than_there_is_and_waiting_has_an_end() {
        let (rooms, clock) = (Rooms::default(), ManualClock::at(Timestamp::from_millis(0)));
        let mut all = Vec::new();
        for reader in 0..u8::MAX {
            all.extend(kept(&rooms, &clock, reader, PICTURES_OF_ONE_BYTES).now_or_never().flatten());
        }
        assert_eq!((all.iter().map(Bytes::len).sum::<usize>(), rooms.taken()), (PICTURES_BYTES, PICTURES_BYTES));
        let mut waiting = Box::pin(rooms.take(&clock, [u8::MAX; 16], 1));
        assert!((&mut waiting).now_or_never().is_none());
        clock.advance(ROOM_WAIT);
        assert!(waiting.await.is_none());
        all.pop();
        assert!(rooms.take(&clock, [u8::MAX; 16], 1).await.is_some());
    }
}
