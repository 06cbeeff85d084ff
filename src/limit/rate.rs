//! How often a client network may do what: governor's counters, with the program's own clock and a bound on their number.

use crate::config::Network;
use crate::domain::time::Clock;
use governor::{Quota, RateLimiter, middleware::NoOpMiddleware, state::keyed::DashMapStateStore};
use std::{
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

/// Most networks remembered one by one for each action; beyond it, networks share [`SHARED_KEYS`] counters.
pub const NETWORK_KEYS: usize = 65_536;
/// Counters that networks share once there are more than [`NETWORK_KEYS`]; which one is drawn by a secret hash.
pub const SHARED_KEYS: u16 = 4_096;
/// Checks after which counters that are full again are forgotten; also how far [`NETWORK_KEYS`] can be exceeded.
pub const SWEEP_EVERY: u32 = 1_024;
/// The part of a rate that may come at once after a pause: a mailbox of links opened together is no attack.
const AT_ONCE: u32 = 3;
/// So many may come at once in any case, where the rate lets so many through at all.
const AT_ONCE_LEAST: u32 = 10;
/// How much more a whole IPv6 /48 may do than a single /64 in it.
pub const SITE_FACTOR: u32 = 4;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Agreeing to the disclaimer or asking for a code: it may send a mail.
    Agree,
    /// Handing in a code; counted for each recipient apart, so that one office's many readers do not use up each other's tries.
    Code,
    /// Asking for a document's bytes, ranges included.
    Download,
    /// Asking for a link or an address that does not exist.
    Miss,
    /// Opening a page.
    Open,
    /// Looking at a page: its picture or its text; counted for each recipient apart.
    Picture,
    /// Asking for a code, counted for each recipient apart.
    Request,
    /// Saying something else on a link's page, such as that it is not agreed to; counted with agreements.
    Say,
    /// Sending a document in, or a part of one.
    Upload,
}

/// A number in a time, and how many of them may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many, evenly spread over [`Self::window`].
    pub count: NonZeroU32,
    /// The time they are spread over.
    pub window: Duration,
    /// How many at once after a pause.
    pub burst: NonZeroU32,
}

impl Rate {
    /// `count` in `seconds`, a third of them at once (ten at least, but never more than `count`); a zero counts as one.
    pub fn even(count: u32, seconds: u64) -> Self {
        Self::new(count, seconds.max(1), (count / AT_ONCE).max(AT_ONCE_LEAST).min(count))
    }

    /// `count` in `seconds`, `burst` at once; a zero counts as one.
    pub const fn new(count: u32, seconds: u64, burst: u32) -> Self {
        Self { count: at_least_one(count), window: Duration::from_secs(seconds), burst: at_least_one(burst) }
    }

    fn quota(self, times: u32) -> Quota {
        let period = (self.window / self.count.get() / times).max(Duration::from_nanos(1));
        let quota = Quota::with_period(period).expect("the period is at least one nanosecond");
        quota.allow_burst(self.burst.saturating_mul(at_least_one(times)))
    }
}

const fn at_least_one(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// The rates of each action for one client network: an IPv4 address, an IPv6 /64. A whole office often stands behind one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits {
    /// Default 300 an hour.
    pub agree: Rate,
    /// Default 600 in 10 minutes; guessing is bounded per code and per recipient, in the ledger.
    pub code: Rate,
    /// Default 3,000 in 10 minutes: a viewer asks for one document in many ranges.
    pub download: Rate,
    /// Default 60 in 10 minutes.
    pub miss: Rate,
    /// Default 300 in 10 minutes: mail scanners open many links together.
    pub open: Rate,
    /// Default 2,400 in 10 minutes: 800 pictures at once, thumbnails included, and four a second after that.
    pub picture: Rate,
    /// Default 10 an hour: one mailbox gets no more of them anyway, and whoever has its link keeps nobody else busy.
    pub request: Rate,
    /// Default 3,000 in 10 minutes: a document comes in pieces where it can go on after an interruption.
    pub upload: Rate,
    /// Networks that are not counted. Default none.
    pub exempt_networks: Vec<Network>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            agree: Rate::even(300, 3600),
            code: Rate::even(600, 600),
            download: Rate::even(3000, 600),
            miss: Rate::even(60, 600),
            open: Rate::even(300, 600),
            picture: Rate::even(2400, 600),
            request: Rate::even(10, 3600),
            upload: Rate::even(3000, 600),
            exempt_networks: Vec::new(),
        }
    }
}

/// The network an address is counted for: IPv4 by itself (also when it is written as IPv6), IPv6 by its /64.
pub fn client_network(address: IpAddr) -> IpAddr {
    masked(address.to_canonical(), if address.to_canonical().is_ipv4() { 32 } else { 64 })
}

fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            Ipv4Addr::from(u32::from(v4) & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            Ipv6Addr::from(u128::from(v6) & mask).into()
        }
    }
}

/// Counts actions. Shared by reference; all methods take `&self`.
#[derive(Debug)]
pub struct Limiter {
    clock: GovernorClock,
    exempt: Vec<Network>,
    agree: Counters,
    code: Counters,
    download: Counters,
    miss: Counters,
    open: Counters,
    picture: Counters,
    request: Counters,
    upload: Counters,
}

impl Limiter {
    /// A limiter in which nothing has been counted yet.
    pub fn new(limits: &RateLimits, clock: Arc<dyn Clock>) -> Self {
        let clock = GovernorClock(clock);
        let counters = |rate| Counters::new(rate, NETWORK_KEYS, &clock);
        Self {
            exempt: limits.exempt_networks.clone(),
            agree: counters(limits.agree),
            code: counters(limits.code),
            download: counters(limits.download),
            miss: counters(limits.miss),
            open: counters(limits.open),
            picture: counters(limits.picture),
            request: counters(limits.request),
            upload: counters(limits.upload),
            clock: clock.clone(),
        }
    }

    /// Counts one action of a client; refused with the time after which it may be tried again, in whole seconds, at least one.
    pub fn check(&self, action: Action, address: IpAddr) -> Result<(), Duration> {
        self.check_for(action, address, &[])
    }

    /// The same, with a counter of its own for whoever the action concerns.
    pub fn check_for(&self, action: Action, address: IpAddr, whom: &[u8]) -> Result<(), Duration> {
        let address = address.to_canonical();
        if self.exempt.iter().any(|network| network.contains(address)) {
            return Ok(());
        }
        let counters = match action {
            Action::Agree | Action::Say => &self.agree,
            Action::Code => &self.code,
            Action::Download => &self.download,
            Action::Miss => &self.miss,
            Action::Open => &self.open,
            Action::Picture => &self.picture,
            Action::Request => &self.request,
            Action::Upload => &self.upload,
        };
        counters.check(address, whom, &self.clock)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Network(IpAddr),
    /// With a secret hash of whom it concerns.
    NetworkFor(IpAddr, u64),
    Shared(u16),
}

type Keyed = RateLimiter<Key, DashMapStateStore<Key>, GovernorClock, NoOpMiddleware<Duration>>;

/// The counters of one action. An IPv6 client passes the counter of its /48 first: otherwise one site could fill the table with /64s.
#[derive(Debug)]
struct Counters {
    networks: Keyed,
    sites: Keyed,
    keys: usize,
    checks: AtomicU32,
    crowded: AtomicBool,
    secret: RandomState,
}

impl Counters {
    fn new(rate: Rate, keys: usize, clock: &GovernorClock) -> Self {
        let keyed = |times| RateLimiter::dashmap_with_clock(rate.quota(times), clock.clone());
        Self {
            networks: keyed(1),
            sites: keyed(SITE_FACTOR),
            keys,
            checks: AtomicU32::new(0),
            crowded: AtomicBool::new(false),
            secret: RandomState::new(),
        }
    }

    fn check(&self, address: IpAddr, whom: &[u8], clock: &GovernorClock) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
        if address.is_ipv6() {
            ask(&self.sites, self.key(masked(address, 48), whom), clock)?;
        }
        ask(&self.networks, self.key(client_network(address), whom), clock)
    }

    fn key(&self, network: IpAddr, whom: &[u8]) -> Key {
        if self.crowded.load(Ordering::Relaxed) {
            let hash = self.secret.hash_one((network, whom)) % u64::from(SHARED_KEYS);
            return Key::Shared(u16::try_from(hash).unwrap_or(0));
        }
        if whom.is_empty() { Key::Network(network) } else { Key::NetworkFor(network, self.secret.hash_one(whom)) }
    }

    fn sweep(&self) {
        self.networks.retain_recent();
        self.sites.retain_recent();
        self.crowded.store(self.networks.len().max(self.sites.len()) >= self.keys, Ordering::Relaxed);
    }
}

fn ask(counters: &Keyed, key: Key, clock: &GovernorClock) -> Result<(), Duration> {
    counters.check_key(&key).map_err(|until| {
        let wait = until.wait_time_from(governor::clock::Clock::now(clock));
        Duration::from_secs((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1))
    })
}

/// The program's clock as governor wants it: the time since 1970.
#[derive(Debug, Clone)]
struct GovernorClock(Arc<dyn Clock>);

impl governor::clock::Clock for GovernorClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now().millis().unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{ManualClock, Timestamp};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn clock() -> ManualClock {
        ManualClock::at(Timestamp::from_millis(1_800_000_000_000))
    }

    fn passes(limiter: &Limiter, action: Action, address: &str) -> usize {
        let address: IpAddr = address.parse().expect("an address");
        (0..10_000).take_while(|_| limiter.check(action, address).is_ok()).count()
    }

    #[test]
    fn a_network_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up() -> Outcome {
        let clock = clock();
        let limiter = Limiter::new(&RateLimits::default(), Arc::new(clock.clone()));
        assert_eq!(passes(&limiter, Action::Open, "192.0.2.1"), 100);
        assert_eq!(limiter.check(Action::Open, "192.0.2.1".parse()?), Err(Duration::from_secs(2)));
        assert_eq!(
            limiter.check(Action::Open, "::ffff:192.0.2.1".parse()?),
            Err(Duration::from_secs(2)),
            "the same address in other dress"
        );
        assert_eq!(limiter.check(Action::Open, "192.0.2.2".parse()?), Ok(()));
        assert_eq!(limiter.check(Action::Miss, "192.0.2.1".parse()?), Ok(()));
        clock.advance(Duration::from_millis(1999));
        assert_eq!(limiter.check(Action::Open, "192.0.2.1".parse()?), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_millis(1));
        assert_eq!(limiter.check(Action::Open, "192.0.2.1".parse()?), Ok(()));
        Ok(())
    }

    #[test]
    fn an_ipv6_client_counts_by_its_64_and_a_site_by_its_48() -> Outcome {
        let limiter = Limiter::new(&RateLimits::default(), Arc::new(clock()));
        assert_eq!(passes(&limiter, Action::Miss, "2001:db8:0:1::1"), 20);
        assert!(limiter.check(Action::Miss, "2001:db8:0:1:ffff::2".parse()?).is_err());
        let in_site: usize = (2..100).map(|n| passes(&limiter, Action::Miss, &format!("2001:db8:0:{n:x}::1"))).sum();
        assert!(in_site <= 20 * 3, "the whole /48 has four times what one /64 has: {in_site}");
        assert_eq!(limiter.check(Action::Miss, "2001:db8:1::1".parse()?), Ok(()));
        Ok(())
    }

    #[test]
    fn a_third_of_a_rate_may_come_at_once_and_never_more_than_all_of_it() {
        let burst = |count| Rate::even(count, 600).burst.get();
        assert_eq!([0, 1, 6, 10, 20, 30, 60, 3000].map(burst), [1, 1, 6, 10, 10, 10, 20, 1000]);
    }

    #[test]
    fn one_reader_does_not_use_up_the_tries_of_another_in_the_same_office() -> Outcome {
        let limiter = Limiter::new(&RateLimits { code: Rate::new(20, 600, 20), ..RateLimits::default() }, Arc::new(clock()));
        let office: IpAddr = "192.0.2.1".parse()?;
        let tries = |whom: &[u8]| (0..100).take_while(|_| limiter.check_for(Action::Code, office, whom).is_ok()).count();
        assert_eq!((tries(b"first"), tries(b"second"), tries(b"first")), (20, 20, 0));
        Ok(())
    }

    #[test]
    fn an_exempt_network_is_not_counted() -> Outcome {
        let limits = RateLimits { exempt_networks: vec!["127.0.0.0/8".parse()?], ..RateLimits::default() };
        let limiter = Limiter::new(&limits, Arc::new(clock()));
        assert_eq!(passes(&limiter, Action::Miss, "127.9.9.9"), 10_000);
        assert_eq!(passes(&limiter, Action::Miss, "128.0.0.1"), 20);
        Ok(())
    }

    #[test]
    fn the_counters_stay_bounded_under_a_flood_and_recover_from_it() {
        let (clock, keys) = (clock(), 2_000);
        let governor = GovernorClock(Arc::new(clock.clone()));
        let counters = Counters::new(Rate::new(60, 600, 20), keys, &governor);
        for n in 0..20_000u32 {
            let _ = counters.check(Ipv4Addr::from(n).into(), &[], &governor);
        }
        assert!(counters.crowded.load(Ordering::Relaxed));
        assert!(counters.networks.len() <= keys + SWEEP_EVERY as usize + usize::from(SHARED_KEYS), "{}", counters.networks.len());
        clock.advance(Duration::from_secs(3600));
        for _ in 0..SWEEP_EVERY {
            let _ = counters.check(Ipv4Addr::LOCALHOST.into(), &[], &governor);
        }
        assert!(!counters.crowded.load(Ordering::Relaxed) && counters.networks.len() <= 2, "{}", counters.networks.len());
    }
}
