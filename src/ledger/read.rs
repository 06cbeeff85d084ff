//! Reading back: receipts of a share or person by the history, and whole journals for export and verification, also without a server.

use crate::crypto::data_keys::DataKeys;
use crate::crypto::keys::KeyRing;
use crate::domain::ids::{GuestId, ShareId};
use crate::domain::time::Timestamp;
use crate::ledger::chain::Position;
use crate::ledger::codec::Codec;
use crate::ledger::disk::{Disk, RealDisk};
use crate::ledger::event::Event;
use crate::ledger::history::{ALL, HistoryError, Kind, Posting};
use crate::ledger::house::{changes_of, of_guest, of_share};
use crate::ledger::line::check_head;
use crate::ledger::open::Ledger;
use crate::ledger::scan::{Files, JournalError, Step};
use crate::ledger::segment;
use crate::ledger::verify::{Verified, verify};
use serde_json::Value;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Lines looked up in the history at a time.
const LINES_AT_ONCE: usize = 256;

/// How long a reader waits for a history that is being made.
const BUILDING: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Every receipt.
    Everything,
    /// One person's.
    Guest(GuestId),
    /// One share's, and what was changed of it.
    Share(ShareId),
}

/// Why nothing can be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A line does not open.
    #[error("a line of the ledger cannot be read: {0}")]
    Events(String),
    /// The history is not there yet, or failed.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The journal is broken.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Ledger {
    /// Tells `each` of the events of receipts about something, and of a share's own changes, newest first, until it has enough. Blocks on the disk.
    pub fn history(&self, about: About, each: &mut dyn FnMut(Timestamp, Event) -> bool) -> Result<(), ReadError> {
        let posting = match about {
            About::Everything => Posting { kind: Kind::RECEIPTS, subject: ALL },
            About::Guest(guest) => of_guest(guest),
            About::Share(share) => of_share(share),
        };
        let files = Files { disk: &*self.0.disk, dir: &self.0.dir };
        let mut before = None;
        // After an unclean stop the history is made anew; a short one is there before anybody need be told to come again.
        self.0.history.wait(BUILDING);
        loop {
            let page = self.0.history.list(posting, before, LINES_AT_ONCE)?;
            for position in &page {
                let (t, events) = files.line_at(*position, |line| (line.stamp.t, self.0.codec.decode(line)))?;
                for event in events.map_err(ReadError::Events)?.into_iter().rev().filter(|event| concerns(event, about)) {
                    if !each(t, event) {
                        return Ok(());
                    }
                }
            }
            before = match page.last() {
                Some(last) if page.len() == LINES_AT_ONCE => Some(*last),
                _ => return Ok(()),
            };
        }
    }
}

fn concerns(event: &Event, about: About) -> bool {
    match event {
        Event::ReceiptBroken { share, guest, .. }
        | Event::ReceiptEnded { share, guest, .. }
        | Event::ReceiptParts { share, guest, .. }
        | Event::ReceiptStarted { share, guest, .. } => match about {
            About::Everything => true,
            About::Guest(wanted) => *guest == wanted,
            About::Share(wanted) => *share == wanted,
        },
        _ => matches!(about, About::Share(wanted) if changes_of(event) == Some(wanted)),
    }
}

/// The name of the ledger in a folder, if one was begun there.
pub(super) fn ledger_name(disk: &dyn Disk, dir: &Path) -> io::Result<Option<Uuid>> {
    let Some(first) = segment::list(disk, dir)?.first().copied() else { return Ok(None) };
    let mut reader = segment::SegmentReader::open(disk, dir, Position { segment: first, offset: 0 })?;
    Ok(match reader.next()? {
        Some(crate::ledger::pieces::Piece::Line(bytes)) => check_head(bytes).ok().map(|(head, _)| head.ledger),
        _ => None,
    })
}

/// Follows the whole chain of a data directory, with or without a server on it.
pub fn verify_data(data: &Path) -> Result<Verified, JournalError> {
    verify(&RealDisk, &data.join("ledger"), &mut |_, _| Ok(Step::Go))
}

/// Tells `each` of every line as one JSON object, personal values opened where their key is there and `null` where it was destroyed.
/// Without the key ring, values stay sealed.
pub fn export_data(data: &Path, keys: Option<Arc<KeyRing>>, each: &mut dyn FnMut(&str) -> io::Result<()>) -> Result<Verified, ReadError> {
    let dir = data.join("ledger");
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let codec = match (keys, ledger_name(&*disk, &dir)?) {
        (Some(keys), Some(name)) => {
            let data_keys = DataKeys::open_read_only(&data.join("keys").join("data.jsonl"), keys)?;
            Some(Codec::new(name, data_keys, Arc::clone(&disk), dir.join("aside")))
        }
        _ => None,
    };
    let mut failed = None;
    let verified = verify(&*disk, &dir, &mut |_, line| {
        let events = match &codec {
            Some(codec) => codec.opened_values(line)?,
            None => serde_json::from_str::<Value>(line.events).map_err(|e| e.to_string())?,
        };
        let stamp = line.stamp;
        let text =
            serde_json::json!({ "n": stamp.n, "time": stamp.t.to_string(), "id": stamp.id.to_string(), "events": events }).to_string();
        match each(&text) {
            Ok(()) => Ok(Step::Go),
            Err(e) => {
                failed = Some(e);
                Ok(Step::Stop)
            }
        }
    })?;
    failed.map_or(Ok(verified), |e| Err(e.into()))
}
