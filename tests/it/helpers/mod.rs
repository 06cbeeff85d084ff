//! What all tests of the running program share: the program itself, browsers, the mailbox, and waiting for a condition without a pause of fixed length.

pub(crate) mod answer;
pub(crate) mod app;
pub(crate) mod authority;
pub(crate) mod client;
pub(crate) mod disk;
pub(crate) mod forge;
pub(crate) mod mailbox;
pub(crate) mod share;

pub(crate) use answer::Answer;
pub(crate) use app::TestApp;
pub(crate) use client::Client;
pub(crate) use share::{Shared, documents};

use std::error::Error;
use std::future::{Future, pending};
use std::time::{Duration, Instant};

/// What tests give back.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Longest time anything may take, on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// What `work` gives, within [`SOON`].
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("it takes too long")
}

/// Waits until a condition holds, looking again and again.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < end, "this never came to be: {what}");
        let _ = tokio::time::timeout(Duration::from_millis(2), pending::<()>()).await;
    }
}

/// A sound of these bytes: 8,000 of them a second, one channel.
pub(crate) fn wav(data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("a sound for tests is short");
    let words = |all: &[u32]| all.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let (pcm_mono, one_byte) = (0x0001_0001, 0x0008_0001);
    let head = [&b"RIFF"[..], &words(&[length + 36]), b"WAVEfmt ", &words(&[16, pcm_mono, 8_000, 8_000, one_byte]), b"data"].concat();
    [&head[..], &words(&[length]), data].concat()
}
