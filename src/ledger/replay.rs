//! Lines of the journal on their way into the state at the start: read and opened in one thread, understood and applied in another.
//!
//! What goes from one to the other is plain bytes, many lines at a time: events are made and dropped where they are applied.

use super::{
    chain::Position,
    line::{Line, Stamp},
    machine::Machine,
    recover::Follow,
};
use crate::domain::bounds::{REPLAY_BYTES, REPLAY_STEPS};
use std::{
    io,
    marker::PhantomData,
    mem,
    panic::resume_unwind,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

/// A line whose events were not understood, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) position: Position,
    pub(super) why: String,
}

/// What became of the lines.
pub(super) struct Replayed<S> {
    /// The state behind the last line that was applied.
    pub(super) state: S,
    /// How many were.
    pub(super) lines: u64,
    /// The first that could not be; nothing behind it was applied.
    pub(super) refused: Option<Refused>,
}

/// Applies the lines that `read` tells of to a state. What `read` gives matters only where no line was refused: one that was stands before whatever
/// it met.
pub(super) fn replay<M: Machine, T>(
    codec: &M::Codec,
    state: M::State,
    read: impl FnOnce(&mut Reader<'_, M>) -> T,
) -> io::Result<(T, Replayed<M::State>)> {
    thread::scope(|scope| {
        let (queue, steps) = sync_channel(REPLAY_STEPS);
        let applying = thread::Builder::new()
            .name("ledger-replay".to_owned())
            .spawn_scoped(scope, move || apply_all::<M>(state, &steps))?;
        let mut reader = Reader::<M> { codec, queue, step: Step::default(), machine: PhantomData };
        let read = read(&mut reader);
        // Once a line was refused nobody listens any more, and that is told below.
        let _ = reader.hand_over();
        drop(reader);
        Ok((read, applying.join().unwrap_or_else(|panic| resume_unwind(panic))))
    })
}

/// The reading side.
pub(super) struct Reader<'c, M: Machine> {
    codec: &'c M::Codec,
    queue: SyncSender<Told>,
    step: Step,
    machine: PhantomData<M>,
}

/// Some lines, in their order.
#[derive(Default)]
struct Step {
    lines: Vec<Opened>,
    /// The events of all of them, opened.
    json: Vec<u8>,
}

/// A line whose events end here in those of its step.
struct Opened {
    position: Position,
    stamp: Stamp,
    end: usize,
}

enum Told {
    Lines(Step),
    /// All lines before are to be applied, and then this told.
    Settle(SyncSender<()>),
}

/// The other side has met a line that it does not understand.
const REFUSED: &str = "a line before was not understood";

impl<M: Machine> Reader<'_, M> {
    fn hand_over(&mut self) -> Result<(), String> {
        if self.step.lines.is_empty() {
            return Ok(());
        }
        self.queue.send(Told::Lines(mem::take(&mut self.step))).map_err(|_| REFUSED.to_owned())
    }
}

impl<M: Machine> Follow for Reader<'_, M> {
    fn line(&mut self, position: Position, line: &Line<'_>) -> Result<(), String> {
        M::open(self.codec, line, &mut self.step.json)?;
        self.step.lines.push(Opened { position, stamp: line.stamp, end: self.step.json.len() });
        let bytes = self.step.json.len() + self.step.lines.len() * size_of::<Opened>();
        if bytes < REPLAY_BYTES { Ok(()) } else { self.hand_over() }
    }

    fn settle(&mut self) -> Result<(), String> {
        self.hand_over()?;
        let (done, is_done) = sync_channel(1);
        self.queue.send(Told::Settle(done)).map_err(|_| REFUSED.to_owned())?;
        is_done.recv().map_err(|_| REFUSED.to_owned())
    }
}

/// The applying side, until nothing more is told or a line is refused.
fn apply_all<M: Machine>(mut state: M::State, steps: &Receiver<Told>) -> Replayed<M::State> {
    let mut lines = 0;
    for told in steps {
        match told {
            Told::Lines(step) => {
                let mut start = 0;
                for Opened { position, stamp, end } in step.lines {
                    match M::understand(&step.json[start..end]) {
                        Ok(events) => events.iter().for_each(|event| M::apply(&mut state, &stamp, event)),
                        Err(why) => return Replayed { state, lines, refused: Some(Refused { position, why }) },
                    }
                    start = end;
                    lines += 1;
                }
            }
            // Whoever asked may have gone.
            Told::Settle(done) => drop(done.send(())),
        }
    }
    Replayed { state, lines, refused: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::time::Timestamp,
        ledger::testing::{Counter, Counters},
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    fn position(n: usize) -> Position {
        Position { segment: 1, offset: n as u64 }
    }

    /// Tells a reader of lines, and settles after some of them; how many were told before it would hear no more.
    fn tell(reader: &mut Reader<'_, Counter>, lines: &[String], settle: usize) -> usize {
        for (n, events) in lines.iter().enumerate() {
            let stamp = Stamp { n: n as u64 + 1, b: 1, t: Timestamp::from_millis(7), id: Uuid::from_u128(n as u128) };
            let told = reader.line(position(n), &Line { stamp, events, hash: [0; 32] });
            if told.and_then(|()| if n % settle == 0 { reader.settle() } else { Ok(()) }).is_err() {
                return n;
            }
        }
        lines.len()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn lines_are_applied_in_their_order_up_to_the_first_that_is_not_understood(
            lengths in prop::collection::vec(0usize..60_000, 1..120), settle in 1usize..200, wrong in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut lines: Vec<String> = lengths
                .iter()
                .map(|length| format!(r#"[{{"k":"add","to":{},"by":{length}}},{{"k":"note","text":"{}"}}]"#, length % 7, "x".repeat(*length)))
                .collect();
            let wrong = wrong.map(|index| index.index(lines.len()));
            let good = wrong.unwrap_or(lines.len());
            if let Some(wrong) = wrong {
                lines[wrong] = r#"[{"k":"unheard"}]"#.to_owned();
            }
            let (_, expected) = replay::<Counter, _>(&(), Counters::default(), |reader| tell(reader, &lines[..good], usize::MAX))?;
            let (_, found) = replay::<Counter, _>(&(), Counters::default(), |reader| tell(reader, &lines, settle))?;
            prop_assert_eq!(found.refused.map(|refused| refused.position), wrong.map(position));
            prop_assert_eq!((found.lines, &found.state), (good as u64, &expected.state));
            prop_assert_eq!((expected.refused, found.state.lines), (None, good as u64));
            let sum: usize = lengths[..good].iter().sum();
            prop_assert_eq!(found.state.counts.values().sum::<u64>(), sum as u64);
        }
    }

    #[test]
    fn what_is_settled_is_applied_and_a_refused_line_is_heard_of_then() -> io::Result<()> {
        let lines = ["[]", r#"[{"k":"unheard"}]"#, "[]"].map(str::to_owned);
        let (told, replayed) = replay::<Counter, _>(&(), Counters::default(), |reader| tell(reader, &lines, 1))?;
        assert_eq!((told, replayed.lines), (1, 1));
        Ok(())
    }
}
