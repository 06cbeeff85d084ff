//! What the ledger's machinery must know of the state and the events it carries.

use super::{
    chain::Position,
    history::Posting,
    journal::AppendError,
    line::{Line, Stamp},
};
use crate::domain::time::Timestamp;
use std::io;
use uuid::Uuid;

/// The state, its events, and how they stand in a line.
///
/// [`Machine::apply`] and [`Machine::load`] must be pure: no clock, no configuration, no randomness.
pub trait Machine: Send + 'static {
    /// All that decisions need. Cloning must be cheap: persistent maps.
    type State: Clone + Send + Sync + 'static;
    /// One change of the state.
    type Event: Send + 'static;
    /// How events and records are read and written, shared by those who do it.
    type Codec: Clone + Send + Sync + 'static;
    /// The version of [`Machine::apply`]; a state file of another version is made anew.
    const APPLY: u32;
    /// The version of [`Machine::postings`]; a history of another version is made anew.
    const HISTORY: u32 = Self::APPLY;

    /// The state before the first line.
    fn empty() -> Self::State;
    /// Moves the state by one event of the line with this stamp.
    fn apply(state: &mut Self::State, stamp: &Stamp, event: &Self::Event);
    /// Appends the JSON of a line's events, what was sealed in it opened.
    fn open(codec: &Self::Codec, line: &Line<'_>, out: &mut Vec<u8>) -> Result<(), String>;
    /// The events in such JSON.
    fn understand(json: &[u8]) -> Result<Vec<Self::Event>, String>;
    /// The events of a line of the journal.
    fn decode(codec: &Self::Codec, line: &Line<'_>) -> Result<Vec<Self::Event>, String> {
        let mut json = Vec::with_capacity(line.events.len());
        Self::open(codec, line, &mut json)?;
        Self::understand(&json)
    }
    /// Tells `each` of the state as JSON texts of one line each, always in the same order for the same state.
    fn records(codec: &Self::Codec, state: &Self::State, each: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()>;
    /// Puts a record of a state file back into the state.
    fn load(codec: &Self::Codec, state: &mut Self::State, record: &str) -> Result<(), String>;
    /// Under what a line is to be found in the history.
    fn postings(stamp: &Stamp, events: &[Self::Event], out: &mut Vec<Posting>);

    /// This machine's codec.
    fn codec(&self) -> Self::Codec;
    /// The present.
    fn now(&self) -> Timestamp;
    /// A random name for the next line.
    fn line_id(&mut self) -> Uuid;
    /// Appends the JSON array of a line's events, sealing what must be sealed; an error refuses the command.
    fn encode(&mut self, stamp: &Stamp, after: &Self::State, events: &[Self::Event], out: &mut Vec<u8>) -> Result<(), String>;
    /// Called before lines are written, for what must be on the disk before them (data keys).
    fn before_write(&mut self) -> Result<(), AppendError> {
        Ok(())
    }
    /// Called when lines are on the disk and the state is published, before the callers are told.
    fn on_commit(&mut self, state: &Self::State, lines: &[Committed<Self::Event>]) {
        let _ = (state, lines);
    }
}

/// A line that is on the disk.
#[derive(Debug)]
pub struct Committed<E> {
    /// Where it stands in the order of things.
    pub stamp: Stamp,
    /// Where it stands in the journal.
    pub position: Position,
    /// Its link of the chain.
    pub hash: [u8; 32],
    /// Its events.
    pub events: Vec<E>,
}
