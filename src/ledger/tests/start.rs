//! The start: segments, state files, torn tails, breaks.

use crate::ledger::{
    disk::{Disk, RealDisk, sim::SimDisk},
    line::{Head, LineError, write_head},
    scan::{Break, JournalError, Step, Why},
    segment,
    start::{self, Started},
    testing::{Bench, Counter, Counters, Event, Knobs, ledger_dir, opening, start},
    verify::verify,
    writer::Class,
};
use std::{error::Error, path::PathBuf, sync::Arc};
use uuid::Uuid;

type Done = Result<(), Box<dyn Error>>;

const SMALL: Knobs = Knobs { segment_bytes: 2048, state_every: 1_000_000 };

fn fill(disk: &SimDisk, knobs: Knobs, lines: u64) -> Result<Counters, Box<dyn Error>> {
    let bench = Bench::open(disk, knobs)?;
    for n in 0..lines {
        let to = (n % 7) as u8;
        let answer = bench.writer.tx(Class::Ordinary, move |t| {
            t.emit(Event::Add { to, by: n });
            Ok::<_, ()>(())
        })?;
        answer.wait()?.map_err(|()| "refused")?;
    }
    bench.writer.stop();
    Ok(bench.state())
}

fn forget_states(disk: &SimDisk) -> Done {
    for name in disk.list(&ledger_dir())?.into_iter().filter(|name| name.starts_with("state-")) {
        disk.remove(&path(&name))?;
    }
    Ok(())
}

fn path(name: &str) -> PathBuf {
    ledger_dir().join(name)
}

fn broken(disk: &SimDisk) -> Result<Break, Box<dyn Error>> {
    match start(disk, SMALL.segment_bytes) {
        Err(JournalError::Break(found)) => Ok(found),
        Err(other) => Err(other.into()),
        Ok(_) => Err("the ledger opened".into()),
    }
}

#[test]
fn an_empty_directory_becomes_a_ledger_and_stays_the_same_one() -> Done {
    let disk = SimDisk::new();
    let first = start(&disk, 2048)?;
    assert_eq!((first.journal.end().next, first.journal.epoch()), (1, 1));
    disk.power_cut(0);
    let again = start(&disk, 2048)?;
    assert_eq!(again.journal.ledger(), first.journal.ledger());
    assert_eq!(again.journal.end(), first.journal.end());
    Ok(())
}

#[test]
fn full_segments_are_sealed_and_the_chain_goes_on_over_them() -> Done {
    let disk = SimDisk::new();
    let state = fill(&disk, SMALL, 100)?;
    let segments = segment::list(&disk, &ledger_dir())?;
    assert!(segments.len() > 5);
    for sealed in &segments[..segments.len() - 1] {
        assert!(disk.content(&segment::path(&ledger_dir(), *sealed)).is_some_and(|bytes| bytes.len() >= 2048));
    }
    let verified = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go))?;
    assert_eq!((verified.lines, verified.segments, verified.first_n), (100, segments.len() as u32, 1));
    assert_eq!((verified.states, verified.torn), (2, None));
    forget_states(&disk)?;
    assert_eq!(start(&disk, SMALL.segment_bytes)?.state, state);
    Ok(())
}

#[test]
fn state_files_are_written_as_lines_come_in_and_the_newest_two_are_kept() -> Done {
    let disk = SimDisk::new();
    for lines in [1, 1, 1] {
        fill(&disk, Knobs { state_every: 10, ..SMALL }, lines * 40)?;
        let states: Vec<_> = disk.list(&ledger_dir())?.into_iter().filter(|name| name.starts_with("state-")).collect();
        assert!(!states.is_empty() && states.len() <= 2, "{states:?}");
    }
    assert!(disk.content(&path("state-120.jsonl")).is_some());
    assert!(disk.content(&path("state.tmp")).is_none());
    Ok(())
}

#[test]
fn a_start_from_a_state_file_reads_only_the_lines_behind_it() -> Done {
    let disk = SimDisk::new();
    fill(&disk, Knobs::default(), 60)?;
    let bench = Bench::open(&disk, Knobs::default())?;
    assert_eq!((bench.report.from_state, bench.report.replayed), (Some(60), 0));
    drop(bench);
    let state = fill(&disk, Knobs::default(), 5)?;
    disk.remove(&path("state-65.jsonl"))?;
    let Started { state: found, report, .. } = start(&disk, 1 << 20)?;
    assert_eq!((report.from_state, report.replayed, found), (Some(60), 5, state));
    Ok(())
}

#[test]
fn a_damaged_or_missing_state_file_is_skipped_and_the_state_is_the_same() -> Done {
    let disk = SimDisk::new();
    fill(&disk, Knobs::default(), 50)?;
    let state = fill(&disk, Knobs::default(), 50)?;
    let newest = path("state-100.jsonl");
    let whole = disk.content(&newest).ok_or("no state file")?;
    for index in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[index] ^= 4;
        disk.put(&newest, &damaged);
        let started = start(&disk, 1 << 20)?;
        assert_eq!((started.report.from_state, started.report.skipped.len()), (Some(50), 1), "byte {index}");
        assert_eq!(started.state, state);
        disk.put(&newest, &whole[..index]);
        assert_eq!(start(&disk, 1 << 20)?.state, state, "cut at {index}");
    }
    forget_states(&disk)?;
    let started = start(&disk, 1 << 20)?;
    assert_eq!((started.report.from_state, started.report.replayed, started.state), (None, 100, state));
    Ok(())
}

#[test]
fn early_segments_may_be_archived_behind_a_state_file_and_not_otherwise() -> Done {
    let disk = SimDisk::new();
    let state = fill(&disk, SMALL, 100)?;
    let segments = segment::list(&disk, &ledger_dir())?;
    for early in &segments[..segments.len() - 2] {
        disk.remove(&segment::path(&ledger_dir(), *early))?;
    }
    assert_eq!(start(&disk, SMALL.segment_bytes)?.state, state);
    let verified = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go))?;
    assert_eq!(verified.first_n + verified.lines, 101);
    assert!(verified.first_n > 50);
    forget_states(&disk)?;
    assert_eq!(broken(&disk)?, Break { file: "00000001.jsonl".to_owned(), line: 1, why: Why::Missing });
    Ok(())
}

#[test]
fn a_missing_segment_is_named() -> Done {
    let disk = SimDisk::new();
    fill(&disk, SMALL, 100)?;
    disk.remove(&path("00000003.jsonl"))?;
    let missing = Break { file: "00000003.jsonl".to_owned(), line: 1, why: Why::Missing };
    let found = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go)).expect_err("broken");
    assert_eq!(found.to_string(), missing.to_string());
    forget_states(&disk)?;
    assert_eq!(broken(&disk)?, missing);
    Ok(())
}

#[test]
fn a_journal_that_ends_before_its_state_file_is_not_opened() -> Done {
    let disk = SimDisk::new();
    fill(&disk, Knobs::default(), 20)?;
    let journal = path("00000001.jsonl");
    let whole = disk.content(&journal).ok_or("no journal")?;
    let kept = whole.split_inclusive(|b| *b == b'\n').take(15).map(<[u8]>::len).sum();
    disk.put(&journal, &whole[..kept]);
    let found = broken(&disk)?;
    assert_eq!((found.file.as_str(), found.line), ("00000001.jsonl", 16));
    assert!(matches!(found.why, Why::State(_)));
    assert!(verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go)).is_err());
    Ok(())
}

#[test]
fn a_torn_tail_is_cut_kept_aside_and_reported() -> Done {
    let disk = SimDisk::new();
    fill(&disk, Knobs::default(), 10)?;
    forget_states(&disk)?;
    let journal = path("00000001.jsonl");
    let whole = disk.content(&journal).ok_or("no journal")?;
    disk.put(&journal, &whole[..whole.len() - 30]);
    let verified = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go))?;
    assert_eq!((verified.lines, verified.torn.is_some()), (9, true));
    let started = start(&disk, 1 << 20)?;
    let cut = started.report.cut.ok_or("nothing cut")?;
    assert_eq!((cut.next, started.state.lines), (10, 9));
    assert_eq!(cut.kept.as_deref(), Some("torn-10-1790000000000.bin"));
    let kept = disk.content(&path("torn-10-1790000000000.bin")).ok_or("nothing kept")?;
    assert!(whole.ends_with(&[&kept[..], &whole[whole.len() - 30..]].concat()));
    drop(started.journal);
    fill(&disk, Knobs::default(), 3)?;
    assert_eq!(verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go))?.lines, 12);
    Ok(())
}

#[test]
fn a_break_before_a_later_batch_names_file_and_line() -> Done {
    let disk = SimDisk::new();
    fill(&disk, Knobs::default(), 10)?;
    forget_states(&disk)?;
    let journal = path("00000001.jsonl");
    let mut bytes = disk.content(&journal).ok_or("no journal")?;
    let ends: Vec<usize> = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(index, _)| index).collect();
    bytes[ends[5] - 80] ^= 1;
    disk.put(&journal, &bytes);
    let found = broken(&disk)?;
    assert_eq!(found, Break { file: "00000001.jsonl".to_owned(), line: 6, why: Why::Line(LineError::Chain) });
    assert_eq!(found.to_string(), "00000001.jsonl line 6: the hash does not fit the line and what comes before it");
    Ok(())
}

#[test]
fn events_that_are_not_understood_stop_the_start_and_are_named() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    drop(bench);
    let mut bytes = disk.content(&path("00000001.jsonl")).ok_or("no journal")?;
    let started = start(&disk, 1 << 20)?;
    let mut prev = started.journal.end().hash;
    for (n, events) in [(1, "[]"), (2, r#"[{"k":"unheard"}]"#), (3, "[]")] {
        let stamp = crate::ledger::line::Stamp { n, b: n, t: started.journal.end().t, id: uuid::Uuid::from_u128(9) };
        let (line, hash) = crate::ledger::line::seal_line(&prev, &stamp, events);
        bytes.extend_from_slice(&line);
        prev = hash;
    }
    // Whatever else is wrong behind them, and nothing is cut then.
    for tail in [&b""[..], b"{\"v\":1,\"n\":4", b"no line\n"] {
        let whole = [&bytes[..], tail].concat();
        disk.put(&path("00000001.jsonl"), &whole);
        let found = broken(&disk)?;
        assert_eq!((found.line, matches!(found.why, Why::Events(_))), (3, true), "{found}");
        assert_eq!(disk.content(&path("00000001.jsonl")), Some(whole));
    }
    Ok(())
}

#[test]
fn a_segment_that_was_begun_and_lost_its_head_is_begun_again() -> Done {
    let disk = SimDisk::new();
    let state = fill(&disk, SMALL, 100)?;
    forget_states(&disk)?;
    let next = segment::list(&disk, &ledger_dir())?.len() as u32 + 1;
    let mut whole = Vec::new();
    let head = Head { seg: next, first: 101, prev: [7; 32], ledger: Uuid::from_u128(1), epoch: 1 };
    write_head(&mut whole, &head);
    let all_but_its_end_of_line = &whole[..whole.len() - 1];
    for torn in [&b""[..], b"{\"v\":1,\"seg\":", &[0; 200], all_but_its_end_of_line] {
        disk.put(&segment::path(&ledger_dir(), next), torn);
        let started = start(&disk, SMALL.segment_bytes)?;
        assert_eq!((started.report.cut.map(|cut| cut.torn.at.segment), started.state), (Some(next), state.clone()));
        assert!(!segment::list(&disk, &ledger_dir())?.contains(&next));
    }
    Ok(())
}

#[test]
fn the_whole_way_works_on_real_files() -> Done {
    let dir = tempfile::tempdir()?;
    let ledger = dir.path().join("data/ledger");
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut state = Counters::default();
    for round in 0..3 {
        let Started { journal, state: found, report } = start::open::<Counter>(&disk, &opening(&ledger, 2048), &())?;
        assert_eq!(found, state, "round {round}");
        let bench = Bench::over(journal, found, report, SMALL);
        for by in 0..30 {
            let answer = bench.writer.tx(Class::Ordinary, move |t| {
                t.emit(Event::Add { to: 1, by });
                Ok::<_, ()>(())
            })?;
            answer.wait()?.map_err(|()| "refused")?;
        }
        bench.writer.stop();
        state = bench.state();
    }
    assert_eq!(verify(&RealDisk, &ledger, &mut |_, _| Ok(Step::Go))?.lines, 90);
    let last = segment::list(&RealDisk, &ledger)?.pop().ok_or("no segment")?;
    let file = RealDisk.open(&segment::path(&ledger, last))?;
    file.write_at(b"{\"v\":1,\"n\":91", file.len()?)?;
    let started = start::open::<Counter>(&disk, &opening(&ledger, 2048), &())?;
    assert_eq!((started.state, started.report.cut.is_some()), (state, true));
    Ok(())
}
