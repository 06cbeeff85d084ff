//! What stands before every store: how much is asked of it at once, how long it may take, how often it is tried, and when it is left alone.
//!
//! A folder brings its own limits of the first two, because what hangs there is a thread, which keeps its permit until it comes back.

use crate::config::{StoreEntry, StoreKind};
use crate::crypto::random;
use crate::documents::breaker::{Breaker, Condition, Way};
use crate::documents::read::{Content, OpenDocument, RemoteContent};
use crate::documents::{Incoming, Listing, Problem, Stat, Store, StoreError};
use crate::domain::bounds::{STORE_PAUSE, STORE_QUEUE};
use crate::domain::document::{DocumentPath, StoreName};
use crate::domain::range::ByteRange;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A store behind its guard.
#[derive(Debug)]
pub(super) struct Guarded {
    store: Box<dyn Store>,
    guard: Arc<Guard>,
}

/// Leave to ask a store what one request needs of it; given back when it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// Nothing where there is no such store, which answers at once.
    _held: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// A turn at what need not be waited for.
    pub(crate) const fn at_nothing() -> Self {
        Self { _held: None }
    }
}

/// What all folders of one store have in common.
#[derive(Debug)]
struct Guard {
    name: StoreName,
    /// Nothing where the driver has its own.
    calls: Option<Arc<Semaphore>>,
    /// For whole requests, each of which may be several calls.
    turns: Arc<Semaphore>,
    timeout: Duration,
    tries: u32,
    clock: Arc<dyn Clock>,
    breaker: Mutex<Breaker>,
}

impl Guarded {
    /// Puts a store behind the limits of its entry.
    pub(super) fn new(store: Box<dyn Store>, entry: &StoreEntry, clock: Arc<dyn Clock>) -> Self {
        let is_folder = matches!(entry.kind, StoreKind::Folder { .. });
        let guard = Guard {
            name: entry.name.clone(),
            turns: Arc::new(Semaphore::new(entry.calls + entry.waiting)),
            calls: (!is_folder).then(|| Arc::new(Semaphore::new(entry.calls))),
            timeout: entry.timeout,
            tries: if is_folder { 1 } else { entry.tries },
            clock,
            breaker: Mutex::default(),
        };
        Self { store, guard: Arc::new(guard) }
    }

    /// A turn for one request, unless as many have one as the store can serve soon.
    pub(super) fn turn(&self) -> Option<Turn> {
        let held = Arc::clone(&self.guard.turns).try_acquire_owned().ok()?;
        Some(Turn { _held: Some(held) })
    }

    /// How the store does.
    pub(super) fn condition(&self) -> Condition {
        self.guard.breaker().condition()
    }

    /// Looks at the store, as often as it takes and is allowed, and gives what it said with the permit to go on asking.
    async fn look<'a, T>(
        &'a self,
        act: impl Fn() -> BoxFuture<'a, Result<T, StoreError>> + Send + Sync,
    ) -> Result<(T, Option<OwnedSemaphorePermit>), StoreError> {
        let pass = self.guard.enter()?;
        let work = async {
            let permit = self.guard.permit().await?;
            Ok((self.guard.tried(&act).await?, permit))
        };
        let answer = match self.guard.calls {
            Some(_) => timeout(self.guard.timeout, work).await.unwrap_or(Err(StoreError::Unreachable)),
            None => work.await,
        };
        pass.report(answer.as_ref().err().copied());
        answer
    }
}

impl Guard {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>) -> Result<Pass, StoreError> {
        let now = self.clock.now();
        match self.breaker().enter(now) {
            Way::Closed => Err(StoreError::Busy),
            way => Ok(Pass { guard: Arc::clone(self), way, began: now, is_reported: false }),
        }
    }

    async fn permit(&self) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let Some(calls) = &self.calls else { return Ok(None) };
        let permit = timeout(STORE_QUEUE.min(self.timeout), Arc::clone(calls).acquire_owned()).await;
        permit.map_err(|_| StoreError::Busy)?.map(Some).map_err(|_| StoreError::Busy)
    }

    async fn tried<'a, T>(&self, act: impl Fn() -> BoxFuture<'a, Result<T, StoreError>>) -> Result<T, StoreError> {
        let mut pause = STORE_PAUSE;
        for _ in 1..self.tries {
            match act().await {
                Err(StoreError::Unreachable) => {}
                answer => return answer,
            }
            // Between half of it and all, so that those who failed together do not come back together.
            let part = f64::from(random::bytes::<1>()[0]) / 512.0 + 0.5;
            self.clock.wait_until(self.clock.now().plus(pause.mul_f64(part))).await;
            pause = pause.saturating_mul(2);
        }
        act().await
    }
}

/// A look at a store that is under way.
struct Pass {
    guard: Arc<Guard>,
    way: Way,
    began: Timestamp,
    is_reported: bool,
}

impl Pass {
    /// Says what became of it: nothing, or why it failed.
    fn report(mut self, error: Option<StoreError>) {
        let now = self.guard.clock.now();
        let waited = now.since(self.began) >= self.guard.timeout / 2;
        let mut breaker = self.guard.breaker();
        let before = breaker.condition();
        match error {
            // A folder that is away says so at once; only one that keeps people waiting is better left alone.
            Some(StoreError::Unreachable) if self.guard.calls.is_none() && !waited => return,
            Some(error @ (StoreError::Unreachable | StoreError::SignIn)) => breaker.failed(now, self.way, error),
            // No place was free: that shows nothing.
            Some(StoreError::Busy) => return,
            _ => breaker.answered(),
        }
        let after = breaker.condition();
        drop(breaker);
        self.is_reported = true;
        match (before, after) {
            (_, Condition::LeftAlone { until, error, .. }) if before != after => {
                tracing::warn!(store = %self.guard.name, %error, %until, "the store failed again and again and is left alone for a while");
            }
            (Condition::LeftAlone { .. }, Condition::Fine) => tracing::info!(store = %self.guard.name, "the store answers again"),
            _ => {}
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.way == Way::Trial && !self.is_reported {
            self.guard.breaker().given_up();
        }
    }
}

impl Store for Guarded {
    fn stat<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        Box::pin(async move { Ok(self.look(|| self.store.stat(path, wanted)).await?.0) })
    }

    fn list<'a>(&'a self, path: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        Box::pin(async move { Ok(self.look(|| self.store.list(path)).await?.0) })
    }

    fn open<'a>(&'a self, path: &'a DocumentPath, wanted: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        Box::pin(async move {
            let (mut document, permit) = self.look(|| self.store.open(path, wanted)).await?;
            if let Content::Remote(content) = document.content {
                let guard = Arc::clone(&self.guard);
                document.content = Content::Remote(Box::new(Held { content, permit, guard }));
            }
            Ok(document)
        })
    }

    fn create<'a>(&'a self, path: &'a DocumentPath, size: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        Box::pin(async move {
            let pass = self.guard.enter()?;
            let _permit = self.guard.permit().await?;
            let asked = Arc::new(Asked::default());
            let mut putting = self.store.create(path, size, Box::pin(Watched { bytes, asked: Arc::clone(&asked) }));
            let answer = loop {
                let before = asked.turns.load(Ordering::Relaxed);
                match timeout(self.guard.timeout, &mut putting).await {
                    Ok(answer) => break answer,
                    // A sender may be slow; a store that takes nothing of what is there may not.
                    Err(_) if asked.waits.load(Ordering::Relaxed) || asked.turns.load(Ordering::Relaxed) != before => {}
                    Err(_) => break Err(StoreError::Unreachable),
                }
            };
            pass.report(answer.as_ref().err().copied());
            answer
        })
    }

    fn within(&self, folder: &DocumentPath) -> Box<dyn Store> {
        Box::new(Self { store: self.store.within(folder), guard: Arc::clone(&self.guard) })
    }

    /// Asks even a store that is left alone: a person wants to know.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let answer = match self.guard.calls {
                Some(_) => timeout(self.guard.timeout, self.store.check()).await,
                None => Ok(self.store.check().await),
            };
            let silent = || {
                let seconds = self.guard.timeout.as_secs();
                Problem::Remote(format!(
                    "it does not answer within {seconds} seconds: look whether its server is up and can be reached from here"
                ))
            };
            let answer = answer.unwrap_or_else(|_| Err(silent()));
            if answer.is_ok() {
                self.guard.breaker().answered();
            }
            answer
        })
    }
}

/// What a store did with the bytes of a new document.
#[derive(Debug, Default)]
struct Asked {
    /// How often it asked for the next piece.
    turns: AtomicU64,
    /// Whether it waits for one now.
    waits: AtomicBool,
}

/// The bytes of a new document, and a note of each time that they are asked for.
struct Watched {
    bytes: Incoming,
    asked: Arc<Asked>,
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.bytes.poll_next_unpin(context);
        self.asked.turns.fetch_add(1, Ordering::Relaxed);
        self.asked.waits.store(next.is_pending(), Ordering::Relaxed);
        next
    }
}

/// An open document that counts as a call until its last byte.
#[derive(Debug)]
struct Held {
    content: Box<dyn RemoteContent>,
    permit: Option<OwnedSemaphorePermit>,
    guard: Arc<Guard>,
}

impl RemoteContent for Held {
    /// The store's bytes; each next piece must come in time.
    fn read(self: Box<Self>, range: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        let Self { content, permit, guard } = *self;
        let source = Some((content.read(range), permit, guard));
        let pieces = stream::unfold(source, |source| async {
            let (mut bytes, permit, guard) = source?;
            match timeout(guard.timeout, bytes.next()).await {
                Ok(Some(Ok(piece))) => Some((Ok(piece), Some((bytes, permit, guard)))),
                Ok(other) => other.map(|piece| (piece, None)),
                Err(_) => Some((Err(io::Error::new(io::ErrorKind::TimedOut, "the store stopped giving bytes")), None)),
            }
        });
        pieces.boxed()
    }
}
