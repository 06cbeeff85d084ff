//! Letters kept in memory, for tests: failures on demand, and waiting for a letter without sleeping.

use crate::mail::{Accepted, Letter, Undelivered};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// A list of letters; clones share it.
#[derive(Clone)]
pub struct Memory {
    letters: Arc<watch::Sender<Vec<Letter>>>,
    failures: Arc<Mutex<VecDeque<Undelivered>>>,
}

impl Memory {
    /// An empty list.
    pub fn new() -> Self {
        Self { letters: Arc::new(watch::Sender::new(Vec::new())), failures: Arc::default() }
    }

    /// Makes the next `count` deliveries end like this.
    pub fn fail_next(&self, count: usize, failure: &Undelivered) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.extend(std::iter::repeat_n(failure.clone(), count));
    }

    /// The letters delivered so far, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.borrow().clone()
    }

    /// The letters as soon as there are at least `count`.
    pub async fn wait_for(&self, count: usize) -> Vec<Letter> {
        let mut seen = self.letters.subscribe();
        let letters = seen.wait_for(|letters| letters.len() >= count).await;
        letters.expect("the sender lives as long as self, so waiting ends only with the condition").clone()
    }

    pub(super) fn deliver(&self, letter: &Letter) -> Result<Accepted, Undelivered> {
        let failure = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        if let Some(failure) = failure {
            return Err(failure);
        }
        self.letters.send_modify(|letters| letters.push(letter.clone()));
        Ok(Accepted { reply: "kept in memory".to_owned() })
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("letters", &self.letters.borrow().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Mailer;
    use crate::mail::letter::tests::letter;

    #[tokio::test]
    async fn letters_are_kept_in_order_and_waited_for() {
        let memory = Memory::new();
        let waiting = tokio::spawn({
            let memory = memory.clone();
            async move { memory.wait_for(2).await.len() }
        });
        let mailer = Mailer::Memory(memory.clone());
        assert!(mailer.deliver(&letter()).await.is_ok());
        assert!(mailer.deliver(&letter()).await.is_ok());
        assert_eq!(waiting.await.ok(), Some(2));
        assert_eq!(memory.letters(), vec![letter(), letter()]);
    }

    #[tokio::test]
    async fn the_next_deliveries_fail_as_ordered_and_then_no_more() {
        let memory = Memory::new();
        memory.fail_next(1, &Undelivered::temporary("451 later".to_owned()));
        memory.fail_next(1, &Undelivered::permanent("550 never".to_owned()));
        assert_eq!(memory.deliver(&letter()).map_err(|e| e.permanent).err(), Some(false));
        assert_eq!(memory.deliver(&letter()).map_err(|e| e.permanent).err(), Some(true));
        assert!(memory.deliver(&letter()).is_ok());
        assert_eq!(memory.letters().len(), 1);
    }
}
