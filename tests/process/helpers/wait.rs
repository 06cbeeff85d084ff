//! Waiting with a bound: for what a child says, or for a condition outside that tells nobody when it comes true.

use super::Fallible;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest a test waits for anything; far more than it takes, because machines are shared.
pub const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(10);

/// Looks until there is something to see.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Fallible<Option<T>>) -> Fallible<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
        if Instant::now() > end {
            return Err(format!("waited {} s for {what}", PATIENCE.as_secs()).into());
        }
        thread::park_timeout(STEP);
    }
}

/// What a child has said so far on one of its outputs.
#[derive(Clone, Default)]
pub struct Said(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    is_over: bool,
}

impl Said {
    /// Listens until the output is closed.
    pub fn listen(mut from: impl Read + Send + 'static) -> Self {
        let said = Self::default();
        let heard = said.clone();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                let got = from.read(&mut piece).unwrap_or(0);
                let mut all = heard.lock();
                all.bytes.extend_from_slice(&piece[..got]);
                all.is_over = got == 0;
                heard.0.1.notify_all();
                if got == 0 {
                    return;
                }
            }
        });
        said
    }

    /// All so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock().bytes).into_owned()
    }

    /// All, once the output is closed.
    pub fn whole(&self) -> Fallible<String> {
        self.wait("the end of an output", |_, is_over| is_over.then_some(())).map(|()| self.text())
    }

    /// Waits until something is found in it; fails at once when the output ends without it.
    pub fn find<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> Fallible<T> {
        self.wait(what, |text, is_over| find(text).map(Ok).or_else(|| is_over.then_some(Err(()))))?
            .map_err(|()| format!("it ended without {what}: {}", self.text()).into())
    }

    fn wait<T>(&self, what: &str, find: impl Fn(&str, bool) -> Option<T>) -> Fallible<T> {
        let end = Instant::now() + PATIENCE;
        let mut heard = self.lock();
        loop {
            if let Some(found) = find(&String::from_utf8_lossy(&heard.bytes), heard.is_over) {
                return Ok(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("waited {} s for {what}: {}", PATIENCE.as_secs(), String::from_utf8_lossy(&heard.bytes)).into());
            }
            heard = self.0.1.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
