//! Changes of a journal by other hands or a failing drive: found, or no more than a torn tail.

use crate::domain::time::Timestamp;
use crate::ledger::{
    Position,
    disk::{Disk, sim::SimDisk},
    journal::{Batch, Journal},
    line::Line,
    recover::{self, Follow},
    scan::{JournalError, Step},
    segment,
    testing::{ledger_dir, opening},
    verify::verify,
};
use proptest::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

const SEGMENT: u64 = 1500;

/// Wants to know nothing.
struct Nobody;

impl Follow for Nobody {
    fn line(&mut self, _: Position, _: &Line<'_>) -> Result<(), String> {
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        Ok(())
    }
}

/// A journal of batches with so many lines each; returns its disk and the lines of all but the last batch.
fn journal(batches: &[usize]) -> Result<(SimDisk, u64), JournalError> {
    let sim = SimDisk::new();
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let (mut journal, _): (Journal, _) = recover::open(&disk, &opening(&ledger_dir(), SEGMENT), None, &mut Nobody)?;
    let mut batch = Batch::new();
    for (index, lines) in batches.iter().enumerate() {
        journal.make_room().expect("the disk takes it");
        journal.begin_batch(&mut batch);
        for line in 0..*lines {
            let stamp = batch.stamp(Timestamp::from_millis(1000), Uuid::from_u128((index * 100 + line) as u128));
            let added = batch.add(&stamp, 1 << 20, |out| {
                out.extend_from_slice(br#"[{"k":"add","to":1,"by":1}]"#);
                Ok::<_, ()>(())
            });
            added.expect("short enough");
        }
        journal.append(&batch).expect("the disk takes it");
    }
    let last = batches.last().copied().unwrap_or_default() as u64;
    Ok((sim, journal.end().next - 1 - last))
}

#[derive(Debug, Clone)]
enum Change {
    CutFile(u16),
    DeleteLine(u16),
    DoubleLine(u16),
    Flip(u16, u8),
    SwapLines(u16),
    Zero(u16, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u16>().prop_map(Change::CutFile),
        any::<u16>().prop_map(Change::DeleteLine),
        any::<u16>().prop_map(Change::DoubleLine),
        (any::<u16>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        any::<u16>().prop_map(Change::SwapLines),
        (any::<u16>(), 1..=255_u8).prop_map(|(at, len)| Change::Zero(at, len)),
    ]
}

fn apply(change: &Change, bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let mut flat = bytes.to_vec();
    let (count, len) = (lines.len(), flat.len());
    match change {
        Change::CutFile(at) => flat.truncate(usize::from(*at) % len),
        Change::Flip(at, bit) => flat[usize::from(*at) % len] ^= 1 << bit,
        Change::Zero(at, zeros) => {
            let at = usize::from(*at) % len;
            // Within one line: damage that also takes the start of the last batch cannot be told from a torn write of both.
            let end = flat[at..].iter().position(|b| *b == b'\n').map_or(len, |line| at + line + 1);
            let to = (at + usize::from(*zeros)).min(end);
            flat[at..to].fill(0);
        }
        Change::DeleteLine(at) => {
            lines.remove(usize::from(*at) % count);
            flat = lines.concat();
        }
        Change::DoubleLine(at) => {
            let at = usize::from(*at) % count;
            lines.insert(at, lines[at].clone());
            flat = lines.concat();
        }
        Change::SwapLines(at) => {
            let at = usize::from(*at) % count;
            lines.swap(at, (at + 1) % count);
            flat = lines.concat();
        }
    }
    flat
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_journal_is_refused_or_loses_only_its_end(
        batches in proptest::collection::vec(1..5_usize, 1..12),
        file in any::<prop::sample::Index>(),
        change in change(),
    ) {
        let (disk, safe) = journal(&batches).expect("a new journal opens");
        let segments = segment::list(&disk, &ledger_dir()).expect("listed");
        let number = *file.get(&segments);
        let path = segment::path(&ledger_dir(), number);
        let before = disk.content(&path).expect("there");
        let after = apply(&change, &before);
        prop_assume!(before != after);
        disk.put(&path, &after);
        let Ok(verified) = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go)) else { return Ok(()) };
        // A file cut between two batches, or the last line gone with it, looks as if nothing more had ever been written:
        // only what lies outside of the journal (state files, checkpoints) can tell. Everything else leaves a mark.
        let at_an_end = before.starts_with(&after) && after.last().is_none_or(|b| *b == b'\n') && Some(&number) == segments.last();
        prop_assert!(verified.torn.is_some() || at_an_end, "{change:?} in segment {number} was not found");
        let whole_batches_lost = at_an_end || before.starts_with(&after);
        prop_assert!(whole_batches_lost || verified.lines >= safe, "{change:?} in segment {number} took {} of {safe} safe lines", verified.lines);
    }
}

#[test]
fn every_single_flipped_bit_is_found_and_takes_at_most_the_last_batch() -> Result<(), JournalError> {
    let (disk, safe) = journal(&[2, 1, 3, 2, 2])?;
    for number in segment::list(&disk, &ledger_dir()).expect("listed") {
        let path = segment::path(&ledger_dir(), number);
        let whole = disk.content(&path).expect("there");
        for index in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[index] ^= 1 << (index % 8);
            disk.put(&path, &flipped);
            if let Ok(verified) = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go)) {
                assert!(verified.torn.is_some() && verified.lines >= safe, "byte {index} of segment {number}");
            }
        }
        disk.put(&path, &whole);
    }
    Ok(())
}
