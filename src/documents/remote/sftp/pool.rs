//! The sessions of a store: kept and used again, made anew when they broke, and never more than a few.

use super::connect::{KeyKinds, Target};
use super::session::{Room, Session};
use super::swaps::Swaps;
use super::trouble::Trouble;
use crate::documents::StoreError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use tokio::sync::{Mutex, Semaphore};

/// Connections with one server at most. A second one is made only when all handles of the first are open.
const CONNECTIONS: usize = 8;
/// Pieces of documents that are asked for ahead of the one that is wanted next, over all downloads from one store.
const AHEAD: usize = 256;

/// Sessions with one server.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    sessions: Lock<Vec<Arc<Session>>>,
    connecting: Mutex<Connecting>,
    attempts: AtomicU64,
    ahead: Arc<Semaphore>,
    swaps: Arc<Swaps>,
}

/// What is known of connecting, held by the one who does it.
#[derive(Debug)]
struct Connecting {
    kinds: KeyKinds,
    last: Option<Trouble>,
}

/// Why there is no session.
#[derive(Debug)]
pub(super) enum NoSession {
    /// All handles of all sessions are open.
    Full,
    /// None could be made.
    Trouble(Trouble),
}

impl From<NoSession> for StoreError {
    fn from(none: NoSession) -> Self {
        match none {
            NoSession::Full => Self::Busy,
            NoSession::Trouble(trouble) => trouble.to_error(),
        }
    }
}

impl Pool {
    /// Connects with nothing yet.
    pub(super) fn new(target: Target) -> Self {
        let connecting = Mutex::new(Connecting { kinds: KeyKinds::of(&target.host_key), last: None });
        let ahead = Arc::new(Semaphore::new(AHEAD));
        Self { target, sessions: Lock::default(), connecting, attempts: AtomicU64::new(0), ahead, swaps: Arc::default() }
    }

    /// Where the sessions are made with.
    pub(super) const fn target(&self) -> &Target {
        &self.target
    }

    /// Leave to ask for pieces of documents ahead of time.
    pub(super) fn ahead(&self) -> Arc<Semaphore> {
        Arc::clone(&self.ahead)
    }

    /// A session for requests that need no handle.
    pub(super) async fn session(&self) -> Result<Arc<Session>, NoSession> {
        self.pick(|session| Some(Arc::clone(session))).await
    }

    /// A session with room for a handle.
    pub(super) async fn room(&self) -> Result<Room, NoSession> {
        self.pick(Session::room).await
    }

    /// The first session that has what is wanted, or a new one.
    async fn pick<T>(&self, pick: impl Fn(&Arc<Session>) -> Option<T>) -> Result<T, NoSession> {
        if let Some(picked) = self.alive().iter().find_map(&pick) {
            return Ok(picked);
        }
        let before = self.attempts.load(Ordering::Acquire);
        let mut connecting = self.connecting.lock().await;
        let alive = self.alive();
        if let Some(picked) = alive.iter().find_map(&pick) {
            return Ok(picked);
        }
        if alive.len() >= CONNECTIONS {
            return Err(NoSession::Full);
        }
        // Whoever waited for an attempt that failed has his answer: those who wait do not try one after the other.
        if let Some(trouble) = connecting.last.clone().filter(|_| self.attempts.load(Ordering::Acquire) != before) {
            return Err(NoSession::Trouble(trouble));
        }
        let made = self.target.connect(&mut connecting.kinds).await;
        let made = made.map(|session| Arc::new(session.sharing(Arc::clone(&self.swaps))));
        connecting.last = made.as_ref().err().cloned();
        self.attempts.fetch_add(1, Ordering::Release);
        let session = made.map_err(|trouble| {
            if trouble.is_alarming() {
                tracing::error!(server = self.target.server(), "{trouble}");
            }
            NoSession::Trouble(trouble)
        })?;
        self.lock().push(Arc::clone(&session));
        pick(&session).ok_or(NoSession::Full)
    }

    /// The sessions that can be used; the others are forgotten.
    fn alive(&self) -> Vec<Arc<Session>> {
        let mut sessions = self.lock();
        sessions.retain(|session| session.is_alive());
        sessions.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Session>>> {
        // A list of sessions is whole at every step.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
