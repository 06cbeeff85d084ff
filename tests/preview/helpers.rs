//! The program, documents in memory, and waiting for what is about to come.

use bytes::Bytes;
use doorward::domain::time::{Clock, ManualClock, Timestamp};
use doorward::preview::feed::{Fed, Feed};
use doorward::preview::job::Trouble;
use doorward::preview::pool::{Preview, Settings, ViewKey};
use doorward::preview::spawner::Spawner;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How long what is about to come may take on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The program under test: the one named by the test command, or the one cargo built.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("DOORWARD_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_doorward")), PathBuf::from)
}

/// Previews with a clock that stands still.
pub(crate) fn previews(running: usize, waiting: usize) -> Fallible<(Arc<Preview>, ManualClock)> {
    let clock = ManualClock::at(Timestamp::from_millis(1_790_856_000_000));
    let settings = Settings { running, waiting, require_landlock: true, office: None };
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let preview = Preview::start(Spawner::start(&program())?, settings, shared);
    match preview.unavailable() {
        None => Ok((Arc::new(preview), clock)),
        Some(why) => Err(why.into()),
    }
}

/// The view of that number, by a reader of its own.
pub(crate) fn view(number: u8) -> ViewKey {
    ViewKey { view: [number; 32], reader: [number; 16] }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::task::yield_now().await;
    }
}

/// A document in memory.
pub(crate) struct Paper {
    name: &'static str,
    bytes: Vec<u8>,
    /// What its store says it has.
    pub(crate) size: u64,
    /// How often it was opened.
    pub(crate) opened: AtomicUsize,
}

impl Paper {
    pub(crate) fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, size: bytes.len() as u64, bytes, opened: AtomicUsize::new(0) }
    }

    /// One that has a worker try something from inside.
    pub(crate) fn probe(attempt: &str) -> Self {
        Self::new("probe.txt", format!("doorward-probe: {attempt}\n").into_bytes())
    }

    /// A picture of so many dots on each side.
    pub(crate) fn picture(side: u32) -> Fallible<Self> {
        let mut bytes = io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(side, side, image::Rgb([200, 30, 30])).write_to(&mut bytes, image::ImageFormat::Png)?;
        Ok(Self::new("picture.png", bytes.into_inner()))
    }
}

impl Feed for Paper {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let pieces: Vec<io::Result<Bytes>> = self.bytes.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        async { Ok(Fed { size: self.size, bytes: stream::iter(pieces).boxed(), converted: None }) }.boxed()
    }
}
