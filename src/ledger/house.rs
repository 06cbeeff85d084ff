//! Doorward's state and events as the ledger's machinery carries them.

use crate::crypto::data_keys::SyncError;
use crate::crypto::random;
use crate::domain::ids::{GuestId, ShareId};
use crate::domain::time::{Clock, Timestamp};
use crate::ledger::apply;
use crate::ledger::codec::Codec;
use crate::ledger::event::Event;
use crate::ledger::history::{ALL, Kind, Posting};
use crate::ledger::journal::AppendError;
use crate::ledger::line::{Line, Stamp};
use crate::ledger::machine::{Committed, Machine};
use crate::ledger::records::{records, restore};
use crate::ledger::state::State;
use std::io;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// What is told of every committed event, before its command is answered.
pub type Hook = Box<dyn Fn(&Event) + Send + Sync>;

/// The machine of this program.
pub struct House {
    /// Seals and opens.
    pub codec: Codec,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Told of what was committed, once somebody listens.
    pub hook: Arc<OnceLock<Hook>>,
}

impl Machine for House {
    type State = State;
    type Event = Event;
    type Codec = Codec;
    const APPLY: u32 = apply::VERSION;
    /// Since the second one a share's own changes are found under it, since the third as well what its
    /// recipients said, codes that staff read, what staff gave back, and mails that came back.
    const HISTORY: u32 = 3;

    fn empty() -> State {
        State::default()
    }

    fn apply(state: &mut State, stamp: &Stamp, event: &Event) {
        apply::apply(state, stamp.t, event);
    }

    fn open(codec: &Codec, line: &Line<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        codec.open(line, out)
    }

    fn understand(json: &[u8]) -> Result<Vec<Event>, String> {
        Codec::understand(json)
    }

    fn records(codec: &Codec, state: &State, each: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        records(state).try_for_each(|record| each(&codec.encode_record(&record).map_err(io::Error::other)?))
    }

    fn load(codec: &Codec, state: &mut State, record: &str) -> Result<(), String> {
        restore(state, codec.decode_record(record)?);
        Ok(())
    }

    fn postings(_: &Stamp, events: &[Event], out: &mut Vec<Posting>) {
        for event in events {
            if let Event::ReceiptBroken { share, guest, .. }
            | Event::ReceiptEnded { share, guest, .. }
            | Event::ReceiptParts { share, guest, .. }
            | Event::ReceiptStarted { share, guest, .. } = event
            {
                out.extend([Posting { kind: Kind::RECEIPTS, subject: ALL }, of_share(*share), of_guest(*guest)]);
            }
            out.extend(changes_of(event).map(of_share));
        }
        out.sort_unstable();
        out.dedup();
    }

    fn codec(&self) -> Codec {
        self.codec.clone()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn line_id(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(random::bytes()).into_uuid()
    }

    fn encode(&mut self, stamp: &Stamp, _: &State, events: &[Event], out: &mut Vec<u8>) -> Result<(), String> {
        self.codec.encode(stamp, events, out)
    }

    fn before_write(&mut self) -> Result<(), AppendError> {
        self.codec.sync_keys().map_err(|error| match error {
            SyncError::Unknown(source) => AppendError::Fatal { doing: "putting data keys down", source },
            SyncError::Unwritten(source) => AppendError::Full(source),
        })
    }

    fn on_commit(&mut self, _: &State, lines: &[Committed<Event>]) {
        if let Some(hook) = self.hook.get() {
            lines.iter().flat_map(|line| &line.events).for_each(hook);
        }
    }
}

/// The share whose own history an event belongs to, beside its receipts: what its report tells. Another version of [`House::HISTORY`] goes with each
/// change here.
pub(super) const fn changes_of(event: &Event) -> Option<ShareId> {
    match event {
        Event::CodeRead { share, .. }
        | Event::ConsentDeclined { share, .. }
        | Event::ConsentGiven { share, .. }
        | Event::DocumentChanged { share, .. }
        | Event::MailBounced { share, .. }
        | Event::NoticesSet { share, .. }
        | Event::RecipientAdded { share, .. }
        | Event::RecipientLifted { share, .. }
        | Event::RecipientRevoked { share, .. }
        | Event::RecipientUnwanted { share, .. }
        | Event::RecipientWanted { share, .. }
        | Event::RedactionAdded { share, .. }
        | Event::RedactionRemoved { share, .. }
        | Event::SessionOpened { share, .. }
        | Event::ShareCreated { share, .. }
        | Event::ShareEnded { share }
        | Event::SharePinned { share, .. }
        | Event::ShareReminded { share }
        | Event::ShareRevoked { share, .. }
        | Event::ShareUpdated { share, .. }
        | Event::TimeAsked { share, .. } => Some(*share),
        _ => None,
    }
}

/// Where a share's receipts and changes are found.
pub(super) const fn of_share(share: ShareId) -> Posting {
    Posting { kind: Kind::SHARE, subject: *share.as_bytes() }
}

/// Where a person's receipts are found.
pub(super) const fn of_guest(guest: GuestId) -> Posting {
    Posting { kind: Kind::GUEST, subject: *guest.as_bytes() }
}
