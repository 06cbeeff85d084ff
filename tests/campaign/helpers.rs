//! The gateway's side of previews, alone, with workers of the real program.

use bytes::Bytes;
use doorward::domain::policy::Strength;
use doorward::domain::time::SystemClock;
use doorward::preview::feed::{Fed, Feed};
use doorward::preview::job::{Job, Mark, PageJob, Trouble};
use doorward::preview::limits::DPI_NORMAL;
use doorward::preview::pool::{Preview, Settings, ViewKey};
use doorward::preview::spawner::Spawner;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Bytes handed to a worker at once.
const PIECE: usize = 64 * 1024;

/// A document in memory.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
}

impl Document {
    pub(crate) fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// Its kind, by its name.
    pub(crate) fn kind(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

impl Feed for Document {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        let whole = self.bytes.clone();
        let starts = (0..whole.len()).step_by(PIECE);
        let pieces: Vec<_> = starts.map(|start| Ok(whole.slice(start..(start + PIECE).min(whole.len())))).collect();
        let fed = Fed { size: whole.len() as u64, bytes: stream::iter(pieces).boxed(), converted: None };
        Box::pin(async move { Ok(fed) })
    }
}

/// The program, as the test command names it or cargo has built it.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("DOORWARD_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_doorward")), PathBuf::from)
}

/// Whether the long forms are wanted.
pub(crate) fn full() -> bool {
    std::env::var_os("DOORWARD_FULL").is_some()
}

pub(crate) fn preview(running: usize) -> Outcome<Preview> {
    let spawner = Spawner::start(&program())?;
    let settings = Settings { running, waiting: 64, require_landlock: false, office: None };
    let preview = Preview::start(spawner, settings, Arc::new(SystemClock::start()));
    match preview.unavailable() {
        Some(why) => Err(why.to_owned().into()),
        None => Ok(preview),
    }
}

/// A view of its own for each number.
pub(crate) fn view(number: usize) -> ViewKey {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&(number as u64).to_le_bytes());
    ViewKey { view: key, reader: [0; 16] }
}

/// A page as a recipient sees it.
pub(crate) fn page(number: u32) -> Job {
    let mark = Mark { text: "someone@example.org\n2026-10-01 12:00 UTC".to_owned(), strength: Strength::Medium };
    Job::Page(PageJob { page: number, dpi: DPI_NORMAL, covered: Vec::new(), grid: false, mark: Some(mark) })
}
