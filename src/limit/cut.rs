//! The one registry through which a revocation or an expiry reaches the downloads that are running.

use crate::domain::ids::{RecipientId, SessionId, ShareId};
use crate::domain::time::Timestamp;
use crate::limit::connection::ConnectionHandle;
use futures_util::task::AtomicWaker;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Context,
};
use tokio::sync::Notify;

/// Every watch that is alive. Clones share the same watches.
///
/// Whoever delivers first watches and then asks whether delivery is allowed: a cut in between is then seen by one of the two. There is no task for
/// each watch: a cut goes through all of them, and their ends are waited for by one ([`Self::earliest`]).
#[derive(Debug, Clone, Default)]
pub struct CutRegistry(Arc<Registry>);

#[derive(Debug, Default)]
struct Registry {
    watches: Mutex<Watches>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Watches {
    next: u64,
    all: BTreeMap<u64, Watched>,
    /// No watch ends before this; one that did may be gone.
    earliest: Option<Timestamp>,
    /// Those that were cut on connections that other streams share.
    streams: Vec<u64>,
}

#[derive(Debug)]
struct Watched {
    whose: Whose,
    ends: Timestamp,
    flag: Arc<Flag>,
}

/// On what a delivery depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose {
    /// The share.
    pub share: ShareId,
    /// Its recipient.
    pub recipient: RecipientId,
    /// The recipient's session.
    pub session: SessionId,
}

#[derive(Debug, Default)]
struct Flag {
    cut: AtomicBool,
    waker: AtomicWaker,
    connection: OnceLock<ConnectionHandle>,
}

impl Watched {
    /// Ends the delivery; says whether its connection is one that other streams share.
    fn cut(&self) -> bool {
        self.flag.cut.store(true, Ordering::Release);
        self.flag.waker.wake();
        match self.flag.connection.get() {
            Some(connection) if connection.is_http2() => true,
            Some(connection) => {
                // HTTP/1 has no other way to end a body early, and a stalled client keeps the body from being polled at all.
                connection.abort();
                false
            }
            None => false,
        }
    }
}

impl Watches {
    fn end_by(&mut self, ends: Timestamp) -> bool {
        let nearer = self.earliest.is_none_or(|earliest| ends < earliest);
        if nearer {
            self.earliest = Some(ends);
        }
        nearer
    }
}

impl CutRegistry {
    /// A watch that is cut when its share, its recipient or its session is; it leaves the registry when it is dropped. At `ends` it is looked whether
    /// access has ended.
    pub fn watch(&self, whose: Whose, ends: Timestamp) -> CutWatch {
        let flag = Arc::new(Flag::default());
        let mut watches = self.lock();
        let number = watches.next;
        watches.next += 1;
        watches.all.insert(number, Watched { whose, ends, flag: Arc::clone(&flag) });
        if watches.end_by(ends) {
            self.0.bell.notify_one();
        }
        CutWatch { registry: self.clone(), number, flag }
    }

    /// Cuts all that runs for a share.
    pub fn cut_share(&self, share: ShareId) {
        self.cut(|whose| whose.share == share);
    }

    /// Cuts all that runs for a recipient.
    pub fn cut_recipient(&self, recipient: RecipientId) {
        self.cut(|whose| whose.recipient == recipient);
    }

    /// Cuts all that runs for a session.
    pub fn cut_session(&self, session: SessionId) {
        self.cut(|whose| whose.session == session);
    }

    fn cut(&self, concerns: impl Fn(&Whose) -> bool) {
        let mut watches = self.lock();
        let Watches { all, streams, .. } = &mut *watches;
        let cut = all.iter().filter(|(_, watched)| concerns(&watched.whose));
        streams.extend(cut.filter_map(|(number, watched)| watched.cut().then_some(*number)));
        self.0.bell.notify_one();
    }

    /// Makes all that runs for a share be looked at again for when it ends.
    pub fn look_again_share(&self, share: ShareId) {
        let mut watches = self.lock();
        let now = Timestamp::from_millis(0);
        watches
            .all
            .values_mut()
            .filter(|watched| watched.whose.share == share)
            .for_each(|watched| watched.ends = now);
        watches.earliest = Some(now);
        self.0.bell.notify_one();
    }

    /// Ends when [`Self::earliest`] has come nearer or streams were cut, for the one who waits for both.
    pub async fn rung(&self) {
        self.0.bell.notified().await;
    }

    /// A moment before which no watch ends.
    pub fn earliest(&self) -> Option<Timestamp> {
        self.lock().earliest
    }

    /// Looks at all watches that end by now: `ends` says of each when it does instead, or that it is over. Those are cut.
    pub fn look(&self, now: Timestamp, ends: impl Fn(&Whose) -> Option<Timestamp>) {
        let mut watches = self.lock();
        if watches.earliest.is_none_or(|earliest| earliest > now) {
            return;
        }
        let Watches { all, streams, earliest, .. } = &mut *watches;
        for (number, watched) in all.iter_mut().filter(|(_, watched)| watched.ends <= now) {
            match ends(&watched.whose) {
                Some(later) => watched.ends = later,
                None => {
                    watched.ends = Timestamp::MAX;
                    streams.extend(watched.cut().then_some(*number));
                }
            }
        }
        *earliest = all.values().map(|watched| watched.ends).min();
    }

    /// The streams that were cut since the last time and share their connections with others.
    pub fn cut_streams(&self) -> CutStreams {
        CutStreams { registry: self.clone(), numbers: std::mem::take(&mut self.lock().streams) }
    }

    /// Number of watches that are alive.
    pub fn watched(&self) -> usize {
        self.lock().all.len()
    }

    fn lock(&self) -> MutexGuard<'_, Watches> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Streams that were told to end.
#[derive(Debug)]
pub struct CutStreams {
    registry: CutRegistry,
    numbers: Vec<u64>,
}

impl CutStreams {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Drops the connections of those that have not ended yet.
    pub fn abort(self) {
        let watches = self.registry.lock();
        for connection in self.numbers.iter().filter_map(|number| watches.all.get(number)?.flag.connection.get()) {
            connection.abort();
        }
    }
}

/// What a running delivery looks at between two reads.
#[derive(Debug)]
pub struct CutWatch {
    registry: CutRegistry,
    number: u64,
    flag: Arc<Flag>,
}

impl CutWatch {
    /// Names the connection that a cut ends; a cut before leaves it alone, for then nothing goes out.
    pub fn over(&self, connection: &ConnectionHandle) {
        // Named once: a watch belongs to one delivery.
        let _ = self.flag.connection.set(connection.clone());
    }

    /// Whether the delivery must end; one atomic load.
    pub fn is_cut(&self) -> bool {
        self.flag.cut.load(Ordering::Acquire)
    }

    /// The same; whoever asks is woken by the cut.
    pub fn poll_cut(&self, context: &Context<'_>) -> bool {
        self.flag.waker.register(context.waker());
        self.is_cut()
    }
}

impl Drop for CutWatch {
    fn drop(&mut self) {
        self.registry.lock().all.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{future::poll_fn, net::SocketAddr, task::Poll};

    fn whose(share: u8, recipient: u8, session: u8) -> Whose {
        Whose {
            share: ShareId::from_bytes([share; 16]),
            recipient: RecipientId::from_bytes([recipient; 16]),
            session: SessionId::from_bytes([session; 16]),
        }
    }

    fn watch(registry: &CutRegistry, share: u8, recipient: u8, session: u8) -> CutWatch {
        registry.watch(whose(share, recipient, session), Timestamp::MAX)
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    async fn cut(watch: &CutWatch) {
        poll_fn(|context| if watch.poll_cut(context) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn connection(http2: bool) -> ConnectionHandle {
        ConnectionHandle::new(SocketAddr::from(([127, 0, 0, 1], 9)), http2)
    }

    #[tokio::test]
    async fn a_cut_wakes_one_who_waits_and_one_who_comes_later() {
        let registry = CutRegistry::default();
        let watch = Arc::new(watch(&registry, 1, 1, 1));
        let waiting = tokio::spawn({
            let watch = watch.clone();
            async move { cut(&watch).await }
        });
        tokio::task::yield_now().await;
        registry.cut_recipient(whose(0, 1, 0).recipient);
        assert!(waiting.await.is_ok());
        cut(&watch).await;
        assert!(watch.is_cut());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_up_is_lost_between_looking_and_waiting() {
        let registry = CutRegistry::default();
        for _ in 0..2_000 {
            let watch = watch(&registry, 1, 1, 1);
            let waiting = tokio::spawn(async move { cut(&watch).await });
            registry.cut_share(whose(1, 0, 0).share);
            assert!(waiting.await.is_ok());
        }
        assert_eq!(registry.watched(), 0);
    }

    #[test]
    fn ends_are_looked_at_when_they_come_and_may_have_moved() {
        let registry = CutRegistry::default();
        let (near, far) = (registry.watch(whose(1, 1, 1), at(10)), registry.watch(whose(2, 2, 2), at(20)));
        assert_eq!(registry.earliest(), Some(at(10)));
        registry.look(at(9), |_| unreachable!("nothing is due"));
        registry.look(at(10), |due| Some(at(30)).filter(|_| *due == whose(1, 1, 1)));
        assert_eq!((registry.earliest(), near.is_cut()), (Some(at(20)), false));
        registry.look_again_share(whose(2, 0, 0).share);
        assert_eq!(registry.earliest(), Some(at(0)));
        registry.look(at(11), |_| Some(at(12)));
        registry.look(at(12), |_| None);
        assert_eq!((registry.earliest(), far.is_cut(), near.is_cut()), (Some(at(30)), true, false));
        drop(near);
        registry.look(at(30), |_| unreachable!("it is gone"));
        assert_eq!(registry.earliest(), Some(Timestamp::MAX));
        drop(far);
    }

    #[test]
    fn a_cut_ends_its_connection_at_once_or_gives_other_streams_a_moment() {
        let registry = CutRegistry::default();
        let (alone, shared, quick) = (connection(false), connection(true), connection(true));
        let watches = [(1, &alone), (1, &shared), (1, &quick), (2, &connection(false))].map(|(share, connection)| {
            let watch = watch(&registry, share, 1, 1);
            watch.over(connection);
            watch
        });
        registry.cut_share(whose(1, 0, 0).share);
        assert_eq!((alone.is_aborted(), shared.is_aborted()), (true, false));
        let [.., ended, other] = watches;
        drop(ended);
        let streams = registry.cut_streams();
        assert!(!streams.is_empty() && registry.cut_streams().is_empty());
        streams.abort();
        assert_eq!((shared.is_aborted(), quick.is_aborted(), other.is_cut()), (true, false, false));
    }

    proptest! {
        #[test]
        fn exactly_what_depends_on_it_is_cut_and_nothing_stays_behind(
            all in prop::collection::vec((0u8..4, 0u8..4, 0u8..4), 0..40), kind in 0u8..3, which in 0u8..4,
        ) {
            let registry = CutRegistry::default();
            let watches: Vec<_> = all.iter().map(|(share, recipient, session)| watch(&registry, *share, *recipient, *session)).collect();
            prop_assert_eq!(registry.watched(), all.len());
            let Whose { share, recipient, session } = whose(which, which, which);
            match kind {
                0 => registry.cut_share(share),
                1 => registry.cut_recipient(recipient),
                _ => registry.cut_session(session),
            }
            for (watch, of) in watches.iter().zip(&all) {
                let named = match kind { 0 => of.0, 1 => of.1, _ => of.2 };
                prop_assert_eq!(watch.is_cut(), named == which);
            }
            drop(watches);
            prop_assert_eq!(registry.watched(), 0);
        }
    }
}
