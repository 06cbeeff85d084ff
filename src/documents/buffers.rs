//! Recycled memory for document bytes on their way out, bounded over all streams together.

use crate::domain::bounds::{BUFFER_BYTES, CHUNK_BYTES, SPARE_BUFFER_BYTES, TIGHT_CHUNK_BYTES};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All buffers of the program.
#[derive(Debug)]
pub(crate) struct Buffers {
    total: usize,
    free_bytes: Arc<Semaphore>,
    spare: Mutex<Vec<Box<[u8]>>>,
    made: AtomicU64,
}

/// A piece of memory; dropped, it goes back.
#[derive(Debug)]
pub(crate) struct Buffer {
    space: Box<[u8]>,
    /// How much of the space was asked for.
    size: usize,
    filled: usize,
    home: Arc<Buffers>,
    _held: OwnedSemaphorePermit,
}

impl Default for Buffers {
    fn default() -> Self {
        Self::of(BUFFER_BYTES)
    }
}

impl Buffers {
    /// Buffers of `total` bytes together.
    pub(crate) fn of(total: usize) -> Self {
        Self { total, free_bytes: Arc::new(Semaphore::new(total)), spare: Mutex::default(), made: AtomicU64::new(0) }
    }

    /// How much to read next of `left` bytes.
    pub(crate) fn step(&self, left: u64) -> usize {
        let step = if self.free_bytes.available_permits() < self.total / 4 { TIGHT_CHUNK_BYTES } else { CHUNK_BYTES };
        usize::try_from(left).map_or(step, |left| left.min(step))
    }

    /// A buffer of `size` bytes, at most [`CHUNK_BYTES`]; `None` when the bound is reached.
    pub(crate) fn try_take(self: &Arc<Self>, size: usize) -> Option<Buffer> {
        let held = self.free_bytes.clone().try_acquire_many_owned(permits(size)).ok()?;
        Some(self.fill(size, held))
    }

    /// A buffer of `size` bytes; waits while the bound is reached, in the order of asking.
    pub(crate) async fn take(self: Arc<Self>, size: usize) -> Buffer {
        let held = self
            .free_bytes
            .clone()
            .acquire_many_owned(permits(size))
            .await
            .expect("the semaphore is never closed");
        self.fill(size, held)
    }

    fn fill(self: &Arc<Self>, size: usize, held: OwnedSemaphorePermit) -> Buffer {
        let whole = made_of(size);
        let spare = if whole == CHUNK_BYTES { self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop() } else { None };
        let space = spare.unwrap_or_else(|| {
            self.made.fetch_add(1, Ordering::Relaxed);
            vec![0; whole].into_boxed_slice()
        });
        Buffer { space, size, filled: 0, home: self.clone(), _held: held }
    }

    /// How many buffers were made anew instead of recycled.
    #[cfg(test)]
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

fn permits(size: usize) -> u32 {
    u32::try_from(made_of(size)).unwrap_or(u32::MAX)
}

/// How much memory is taken for so many bytes: a recycled piece for all but small ones, since to make and to clear one takes time.
fn made_of(size: usize) -> usize {
    if size > TIGHT_CHUNK_BYTES { CHUNK_BYTES } else { size }
}

impl Buffer {
    /// The memory to read into.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.space[..self.size]
    }

    /// Says how many bytes were read.
    pub(crate) fn set_filled(&mut self, filled: usize) {
        self.filled = filled.min(self.size);
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.space[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.space.len() == CHUNK_BYTES {
            let mut spare = self.home.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE_BUFFER_BYTES / CHUNK_BYTES {
                spare.push(std::mem::take(&mut self.space));
            }
        }
    }
}
