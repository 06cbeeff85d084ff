//! The gateway's side of previews: one worker for each view, within bounds of number, waiting and time.
//!
//! A request waits for its view's worker, then for one of the places in which workers may run. A job that takes long gives its place up and
//! goes on behind the others, so that one hard page does not make everybody wait. What goes wrong costs a worker, never more.

use crate::domain::time::{Clock, Timestamp};
use crate::preview::deaths::Deaths;
use crate::preview::feed::Feed;
use crate::preview::job::{Done, Job, Opened, Trouble};
use crate::preview::limits::{FEED_WAIT, JOB_SLOW, JOB_WAIT, LIVE_PER_RUNNING, PART_DEPTH, STALL_CPU, TURN_WAIT, VIEW_QUEUE, VIEWS};
use crate::preview::office::client::{ANSWER as OFFICE_ANSWER, OfficeFeed};
use crate::preview::process::{Failure, Held, PictureRoom, Worker, check_size};
use crate::preview::room::{Reader, Rooms};
use crate::preview::spawner::Spawner;
use crate::preview::wire::Confined;
use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

mod confinement;
mod view;

use confinement::{check, try_out};
use view::View;

/// What one worker belongs to: one document in one recipient's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ViewKey {
    /// The view.
    pub view: [u8; 32],
    /// Whose view it is, as far as room for pictures goes.
    pub reader: Reader,
}

/// How many may work and wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Workers that run at once; as many again may go on slowly behind them.
    pub running: usize,
    /// Requests that may wait, over all views.
    pub waiting: usize,
    /// Whether there are no previews without Landlock.
    pub require_landlock: bool,
    /// Where Office documents are made into PDF, if anywhere.
    pub office: Option<PathBuf>,
}

/// The previews of this server.
#[derive(Debug)]
pub struct Preview(Result<Arc<Pool>, String>);

impl Preview {
    /// No previews at all, and why.
    pub fn off(why: impl Into<String>) -> Self {
        Self(Err(why.into()))
    }

    /// Previews by the workers of a spawner. One is started at once, to see whether it can be confined here; without that there are none.
    pub fn start(spawner: Spawner, settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self(try_out(&spawner, settings.require_landlock).map(|confined| Pool::new(spawner, settings, clock, confined)))
    }

    /// Why there are no previews, if there are none: from the beginning, or any more.
    pub fn unavailable(&self) -> Option<&str> {
        match &self.0 {
            Ok(pool) => pool.spawner.has_ended().then_some("the process that starts workers for previews has ended"),
            Err(why) => Some(why),
        }
    }

    /// What holds workers here, if there are previews.
    pub fn confined(&self) -> Option<Confined> {
        self.0.as_ref().ok().map(|pool| pool.confined)
    }

    /// Does a job on the document of a view, feeding a worker with it where none holds it. A request that is given up changes nothing for
    /// others: what was begun is finished, or its worker killed.
    ///
    /// # Errors
    /// Why there is no preview, now or ever.
    pub async fn run(&self, view: &ViewKey, part: &[u16], feed: &dyn Feed, job: Job) -> Result<(Arc<Opened>, Done), Trouble> {
        let pool = self.0.as_ref().map_err(|_| Trouble::Unavailable)?;
        if part.len() > PART_DEPTH || part.contains(&0) {
            return Err(Trouble::NoSuchPage);
        }
        let view = pool.view(view)?;
        let ended = view.has_ended();
        tokio::select! {
            biased;
            () = ended => Err(Trouble::Unavailable),
            done = pool.run(&view, part, feed, job) => done,
        }
    }

    /// Access to a view has ended: its worker ends with it, in the middle of its work if need be.
    pub fn end(&self, view: &ViewKey) {
        let Ok(pool) = &self.0 else { return };
        let found = pool.views().remove(view);
        if let Some(view) = found {
            view.end();
        }
    }

    /// Requests that wait for their turn, for tests and figures.
    pub fn waiting(&self) -> usize {
        self.0.as_ref().map_or(0, |pool| pool.waiting.load(Ordering::Relaxed))
    }

    /// Places to run that are taken, for tests and figures.
    pub fn running(&self) -> usize {
        self.0.as_ref().map_or(0, |pool| pool.settings.running - pool.running.available_permits())
    }

    /// Bytes of pictures that are in memory, for tests and figures.
    pub fn picture_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |pool| pool.rooms.taken())
    }

    /// Pictures that wait for room in memory, for tests and figures.
    pub fn waiting_for_room(&self) -> usize {
        self.0.as_ref().map_or(0, |pool| pool.rooms.waiting())
    }

    /// Workers that are alive, for tests and figures.
    pub fn workers(&self) -> usize {
        self.0.as_ref().map_or(0, |pool| pool.most_live - pool.live.available_permits())
    }
}

#[derive(Debug)]
struct Pool {
    spawner: Arc<Spawner>,
    settings: Settings,
    clock: Arc<dyn Clock>,
    confined: Confined,
    deaths: Deaths,
    rooms: Rooms,
    most_live: usize,
    live: Arc<Semaphore>,
    running: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    views: Mutex<HashMap<ViewKey, Arc<View>>>,
    waiting: AtomicUsize,
}

/// A place in the queue.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, most: usize) -> Result<Self, Trouble> {
        let place = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) < most { Ok(place) } else { Err(Trouble::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a job holds while it runs.
struct Turn {
    held: Held,
    slot: OwnedMutexGuard<Option<Held>>,
    running: OwnedSemaphorePermit,
}

impl Pool {
    fn new(spawner: Spawner, settings: Settings, clock: Arc<dyn Clock>, confined: Confined) -> Arc<Self> {
        let running = settings.running;
        let most_live = running.saturating_mul(LIVE_PER_RUNNING);
        Arc::new(Self {
            spawner: Arc::new(spawner),
            settings,
            clock,
            confined,
            deaths: Deaths::default(),
            rooms: Rooms::default(),
            most_live,
            live: Arc::new(Semaphore::new(most_live)),
            running: Arc::new(Semaphore::new(running)),
            slow: Arc::new(Semaphore::new(running)),
            views: Mutex::default(),
            waiting: AtomicUsize::new(0),
        })
    }

    fn views(&self) -> MutexGuard<'_, HashMap<ViewKey, Arc<View>>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The view, which is known from now on until it was idle for long enough.
    fn view(self: &Arc<Self>, key: &ViewKey) -> Result<Arc<View>, Trouble> {
        let now = self.clock.now();
        let mut views = self.views();
        if let Some(view) = views.get(key) {
            view.use_at(now);
            return Ok(Arc::clone(view));
        }
        if views.len() >= VIEWS {
            return Err(Trouble::Busy);
        }
        let view = Arc::new(View::new(key.reader, now));
        views.insert(*key, Arc::clone(&view));
        tokio::spawn(end_when_idle(Arc::downgrade(self), Arc::clone(&self.clock), *key, Arc::clone(&view)));
        Ok(view)
    }

    async fn run(self: &Arc<Self>, view: &Arc<View>, part: &[u16], feed: &dyn Feed, job: Job) -> Result<(Arc<Opened>, Done), Trouble> {
        let until = self.clock.now().plus(TURN_WAIT);
        let mut slot = {
            let _places = (Waiting::enter(&view.waiting, VIEW_QUEUE)?, Waiting::enter(&self.waiting, self.settings.waiting)?);
            self.by(until, Arc::clone(&view.slot).lock_owned()).await.ok_or(Trouble::Busy)?
        };
        let (held, fed_for) = match slot.take().filter(|held| held.part == part && held.is_good()) {
            Some(held) => (held, Duration::ZERO),
            None => {
                let from = self.clock.now();
                (self.fed(part, feed).await?, self.clock.now().since(from))
            }
        };
        if self.deaths.is_refused(&held.digest) {
            return Err(Trouble::TooHard);
        }
        let place = Waiting::enter(&self.waiting, self.settings.waiting)?;
        let running = self.by(until.plus(fed_for), Arc::clone(&self.running).acquire_owned()).await;
        drop(place);
        let Some(Ok(running)) = running else {
            // Fed for nothing, but the next request finds it so.
            *slot = Some(held);
            return Err(Trouble::Busy);
        };
        // On its own from here: whoever asked may go away, and the worker comes to the end of its answer.
        let turn = Turn { held, slot, running };
        let task = tokio::spawn(Arc::clone(self).work(Arc::clone(view), turn, job));
        task.await.unwrap_or(Err(Trouble::TooHard))
    }

    /// Waits for something until a moment.
    async fn by<T>(&self, until: Timestamp, what: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = what => Some(done),
            () = self.clock.wait_until(until) => None,
        }
    }

    /// A new worker, fed with the document.
    async fn fed(&self, part: &[u16], feed: &dyn Feed) -> Result<Held, Trouble> {
        let wait = if self.settings.office.is_some() { FEED_WAIT.saturating_add(OFFICE_ANSWER) } else { FEED_WAIT };
        let until = self.clock.now().plus(wait);
        let feeding = async {
            let office = self.settings.office.as_deref().map(|socket| OfficeFeed { inner: feed, socket });
            let fed = office.as_ref().map_or(feed, |office| office as &dyn Feed).open().await?;
            check_size(fed.size)?;
            let place = self.place()?;
            let started = Worker::start(Arc::clone(&self.spawner), place).await;
            let (worker, confined) = started.map_err(|why| {
                tracing::error!(%why, "a process for previews could not be started");
                Trouble::Unavailable
            })?;
            check(confined, self.settings.require_landlock).map_err(|_| Trouble::Unavailable)?;
            Held::feed(worker, part, feed, fed).await
        };
        self.by(until, feeding).await.unwrap_or(Err(Trouble::Unreadable))
    }

    /// A place for one more worker; one that was idle for longest makes room.
    fn place(&self) -> Result<OwnedSemaphorePermit, Trouble> {
        if let Ok(place) = Arc::clone(&self.live).try_acquire_owned() {
            return Ok(place);
        }
        let mut views: Vec<Arc<View>> = self.views().values().cloned().collect();
        views.sort_by_key(|view| view.used.load(Ordering::Relaxed));
        for view in views {
            let was_idle = view.slot.try_lock().ok().and_then(|mut slot| slot.take()).map(drop).is_some();
            if was_idle && let Ok(place) = Arc::clone(&self.live).try_acquire_owned() {
                return Ok(place);
            }
        }
        Err(Trouble::Busy)
    }

    /// Has the worker do the job, and puts it back if it is as good as before.
    async fn work(self: Arc<Self>, view: Arc<View>, turn: Turn, job: Job) -> Result<(Arc<Opened>, Done), Trouble> {
        let Turn { mut held, mut slot, running } = turn;
        let before = held.watch().cpu();
        let done = tokio::select! {
            biased;
            () = view.has_ended() => return Err(Trouble::Unavailable),
            done = self.in_time(&mut held, running, job, view.reader) => done,
        };
        view.use_at(self.clock.now());
        let answer = match done {
            Ok(done) => Ok(done),
            Err(Failure::Said(trouble)) => Err(trouble),
            Err(Failure::Ended) => {
                tracing::warn!("a document ended the process that was to draw it");
                self.deaths.ended(held.digest);
                return Err(Trouble::TooHard);
            }
            Err(Failure::Late) if held.waits_for_room => return Err(Trouble::Busy),
            Err(Failure::Late) => return Err(self.too_late(&held, before)),
        };
        if held.is_good() {
            *slot = Some(held);
        }
        answer
    }

    /// The job, while it has time. One that takes long makes room for others.
    async fn in_time(
        &self,
        held: &mut Held,
        running: OwnedSemaphorePermit,
        job: Job,
        reader: Reader,
    ) -> Result<(Arc<Opened>, Done), Failure> {
        let (now, watched) = (self.clock.now(), held.watch());
        let place = PictureRoom { rooms: &self.rooms, clock: self.clock.as_ref(), reader };
        let mut asked = Box::pin(held.ask(job, &place));
        if let Some(done) = self.by(now.plus(JOB_SLOW), &mut asked).await {
            return done;
        }
        watched.stand_back();
        // Where many go on slowly already, it keeps its place.
        let _place = match Arc::clone(&self.slow).try_acquire_owned() {
            Ok(slow) => {
                drop(running);
                slow
            }
            Err(_) => running,
        };
        self.by(now.plus(JOB_WAIT), asked).await.unwrap_or(Err(Failure::Late))
    }

    /// A job that had its time; `before` is the processor time that its worker had used when it began.
    fn too_late(&self, held: &Held, before: Option<Duration>) -> Trouble {
        let used = held.watch().cpu().zip(before).map(|(now, before)| now.saturating_sub(before));
        if used.is_some_and(|used| used < STALL_CPU) {
            tracing::warn!("a page was given up: its process was hardly given a processor");
            self.deaths.stalled(held.digest);
            return Trouble::Busy;
        }
        tracing::warn!("a page was given up: drawing it takes too long");
        self.deaths.ended(held.digest);
        Trouble::TooHard
    }
}

/// Ends a view that nobody has used for a while, with its worker.
async fn end_when_idle(pool: Weak<Pool>, clock: Arc<dyn Clock>, key: ViewKey, view: Arc<View>) {
    loop {
        tokio::select! {
            () = view.has_ended() => return,
            () = clock.wait_until(view.idle_from()) => {}
        }
        let Some(pool) = pool.upgrade() else { return };
        let mut views = pool.views();
        let now = clock.now();
        // Looked at again under the lock: whoever asks for a view says that it is used before letting go of it.
        match view.slot.try_lock() {
            Ok(_) if view.idle_from() > now => {}
            Ok(mut slot) => {
                *slot = None;
                views.remove(&key);
                return;
            }
            Err(_) => view.use_at(now),
        }
    }
}

#[cfg(test)]
mod tests;
