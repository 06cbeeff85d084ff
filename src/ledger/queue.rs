//! Two bounded queues with one reader: what is urgent comes first, and a full queue refuses at once.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Which queue a command waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// All that is not urgent.
    Ordinary,
    /// Revocations and administration: they overtake.
    Urgent,
}

/// Why something was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotQueued {
    Closed,
    Full,
}

pub(crate) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    filled: Condvar,
    bounds: [usize; 2],
}

struct Inner<T> {
    urgent: VecDeque<T>,
    ordinary: VecDeque<T>,
    closed: bool,
    /// The reader waits; only then it must be woken.
    waits: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(urgent: usize, ordinary: usize) -> Self {
        let inner = Inner { urgent: VecDeque::new(), ordinary: VecDeque::new(), closed: false, waits: false };
        Self { inner: Mutex::new(inner), filled: Condvar::new(), bounds: [urgent, ordinary] }
    }

    pub(crate) fn push(&self, class: Class, item: T) -> Result<(), NotQueued> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(NotQueued::Closed);
        }
        let (queue, bound) = match class {
            Class::Urgent => (&mut inner.urgent, self.bounds[0]),
            Class::Ordinary => (&mut inner.ordinary, self.bounds[1]),
        };
        if queue.len() >= bound {
            return Err(NotQueued::Full);
        }
        queue.push_back(item);
        if std::mem::take(&mut inner.waits) {
            drop(inner);
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Waits for something, then moves at most `most` into `out`; `false` once the queue is closed and empty.
    pub(crate) fn take(&self, out: &mut VecDeque<T>, most: usize) -> bool {
        let mut inner = self.lock();
        while inner.urgent.is_empty() && inner.ordinary.is_empty() {
            if inner.closed {
                return false;
            }
            inner.waits = true;
            inner = self.filled.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.waits = false;
        let urgent = inner.urgent.len().min(most);
        out.extend(inner.urgent.drain(..urgent));
        let ordinary = inner.ordinary.len().min(most - urgent);
        out.extend(inner.ordinary.drain(..ordinary));
        true
    }

    /// Refuses what comes from now on; what waits is still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Refuses what comes from now on and drops what waits.
    pub(crate) fn abandon(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        let dropped = (std::mem::take(&mut inner.urgent), std::mem::take(&mut inner.ordinary));
        drop(inner);
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_commands_overtake_and_a_full_queue_refuses_at_once() {
        let queue = Queue::new(2, 3);
        for item in [1, 2, 3] {
            assert_eq!(queue.push(Class::Ordinary, item), Ok(()));
        }
        assert_eq!(queue.push(Class::Ordinary, 4), Err(NotQueued::Full));
        for item in [10, 11] {
            assert_eq!(queue.push(Class::Urgent, item), Ok(()));
        }
        assert_eq!(queue.push(Class::Urgent, 12), Err(NotQueued::Full));
        let mut taken = VecDeque::new();
        assert!(queue.take(&mut taken, 3));
        assert_eq!(taken, [10, 11, 1]);
        queue.close();
        assert_eq!(queue.push(Class::Urgent, 13), Err(NotQueued::Closed));
        assert!(queue.take(&mut taken, 9));
        assert_eq!(taken, [10, 11, 1, 2, 3]);
        assert!(!queue.take(&mut taken, 9));
    }
}
