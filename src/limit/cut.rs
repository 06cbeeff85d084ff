//! The one registry through which a revocation or an expiry reaches the downloads that are running.

use crate::domain::ids::{RecipientId, SessionId, ShareId};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// Every watch that is alive, findable by what it depends on. Clones share the same watches.
///
/// Whoever delivers first watches and then asks whether delivery is allowed: a cut in between is then seen by one of the two.
#[derive(Debug, Clone, Default)]
pub struct CutRegistry(Arc<Mutex<Watches>>);

#[derive(Debug, Default)]
struct Watches {
    next: u64,
    shares: BTreeMap<(ShareId, u64), Arc<Flag>>,
    recipients: BTreeMap<(RecipientId, u64), Arc<Flag>>,
    sessions: BTreeMap<(SessionId, u64), Arc<Flag>>,
}

#[derive(Debug, Default)]
struct Flag {
    cut: AtomicBool,
    again: AtomicBool,
    bell: Notify,
}

impl Flag {
    fn raise(&self) {
        self.cut.store(true, Ordering::Release);
        self.bell.notify_waiters();
    }

    fn look_again(&self) {
        self.again.store(true, Ordering::Release);
        self.bell.notify_waiters();
    }
}

impl CutRegistry {
    /// A watch that is cut when its share, its recipient or its session is; it leaves the registry when it is dropped.
    pub fn watch(&self, share: ShareId, recipient: RecipientId, session: SessionId) -> CutWatch {
        let flag = Arc::new(Flag::default());
        let mut watches = self.lock();
        let number = watches.next;
        watches.next += 1;
        watches.shares.insert((share, number), flag.clone());
        watches.recipients.insert((recipient, number), flag.clone());
        watches.sessions.insert((session, number), flag.clone());
        CutWatch { registry: self.clone(), number, share, recipient, session, flag }
    }

    /// Cuts all that runs for a share.
    pub fn cut_share(&self, share: ShareId) {
        self.lock().shares.range((share, 0)..=(share, u64::MAX)).for_each(|(_, flag)| flag.raise());
    }

    /// Makes all that runs for a share look again at when it ends.
    pub fn look_again_share(&self, share: ShareId) {
        self.lock().shares.range((share, 0)..=(share, u64::MAX)).for_each(|(_, flag)| flag.look_again());
    }

    /// Cuts all that runs for a recipient.
    pub fn cut_recipient(&self, recipient: RecipientId) {
        self.lock()
            .recipients
            .range((recipient, 0)..=(recipient, u64::MAX))
            .for_each(|(_, flag)| flag.raise());
    }

    /// Cuts all that runs for a session.
    pub fn cut_session(&self, session: SessionId) {
        self.lock().sessions.range((session, 0)..=(session, u64::MAX)).for_each(|(_, flag)| flag.raise());
    }

    /// Cuts all that runs.
    pub fn cut_all(&self) {
        self.lock().shares.values().for_each(|flag| flag.raise());
    }

    /// Number of watches that are alive.
    pub fn watched(&self) -> usize {
        self.lock().shares.len()
    }

    fn lock(&self) -> MutexGuard<'_, Watches> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a running delivery looks at between two reads.
#[derive(Debug)]
pub struct CutWatch {
    registry: CutRegistry,
    number: u64,
    share: ShareId,
    recipient: RecipientId,
    session: SessionId,
    flag: Arc<Flag>,
}

impl CutWatch {
    /// Whether the delivery must end; one atomic load.
    pub fn is_cut(&self) -> bool {
        self.flag.cut.load(Ordering::Acquire)
    }

    /// Ends once the delivery must look again at when it ends; each such call is told once.
    pub async fn look_again(&self) {
        loop {
            // Made before the look, as in `cut`.
            let rung = self.flag.bell.notified();
            if self.flag.again.swap(false, Ordering::AcqRel) {
                return;
            }
            rung.await;
        }
    }

    /// Ends once the delivery must end, at once when it already must.
    pub async fn cut(&self) {
        loop {
            // `notify_waiters` reaches every `Notified` made before it, so a cut after the look is not missed.
            let rung = self.flag.bell.notified();
            if self.is_cut() {
                return;
            }
            rung.await;
        }
    }
}

impl Drop for CutWatch {
    fn drop(&mut self) {
        let mut watches = self.registry.lock();
        watches.shares.remove(&(self.share, self.number));
        watches.recipients.remove(&(self.recipient, self.number));
        watches.sessions.remove(&(self.session, self.number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    fn ids(share: u8, recipient: u8, session: u8) -> (ShareId, RecipientId, SessionId) {
        (ShareId::from_bytes([share; 16]), RecipientId::from_bytes([recipient; 16]), SessionId::from_bytes([session; 16]))
    }

    fn watch(registry: &CutRegistry, share: u8, recipient: u8, session: u8) -> CutWatch {
        let (share, recipient, session) = ids(share, recipient, session);
        registry.watch(share, recipient, session)
    }

    #[tokio::test]
    async fn a_cut_wakes_one_who_waits_and_one_who_comes_later() {
        let registry = CutRegistry::default();
        let watch = Arc::new(watch(&registry, 1, 1, 1));
        let waiting = tokio::spawn({
            let watch = watch.clone();
            async move { watch.cut().await }
        });
        tokio::task::yield_now().await;
        registry.cut_recipient(ids(0, 1, 0).1);
        assert!(waiting.await.is_ok());
        watch.cut().await;
        assert!(watch.is_cut());
    }

    #[tokio::test]
    async fn looking_again_is_told_once_and_cuts_nothing() {
        let registry = CutRegistry::default();
        let watch = watch(&registry, 1, 1, 1);
        registry.look_again_share(ids(2, 0, 0).0);
        assert!(watch.look_again().now_or_never().is_none(), "another share");
        registry.look_again_share(ids(1, 0, 0).0);
        watch.look_again().await;
        assert!(watch.look_again().now_or_never().is_none(), "told already");
        assert!(!watch.is_cut());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_up_is_lost_between_looking_and_waiting() {
        let registry = CutRegistry::default();
        for _ in 0..2_000 {
            let watch = watch(&registry, 1, 1, 1);
            let waiting = tokio::spawn(async move { watch.cut().await });
            registry.cut_all();
            assert!(waiting.await.is_ok());
        }
        assert_eq!(registry.watched(), 0);
    }

    proptest! {
        #[test]
        fn exactly_what_depends_on_it_is_cut_and_nothing_stays_behind(
            all in prop::collection::vec((0u8..4, 0u8..4, 0u8..4), 0..40), kind in 0u8..3, which in 0u8..4,
        ) {
            let registry = CutRegistry::default();
            let watches: Vec<_> = all.iter().map(|(share, recipient, session)| watch(&registry, *share, *recipient, *session)).collect();
            prop_assert_eq!(registry.watched(), all.len());
            let (share, recipient, session) = ids(which, which, which);
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
            let left = registry.lock();
            prop_assert!(left.shares.is_empty() && left.recipients.is_empty() && left.sessions.is_empty());
        }
    }
}
