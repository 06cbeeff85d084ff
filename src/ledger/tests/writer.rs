//! The writer: grouping, refusing, rolling back, failing.

use crate::ledger::{
    disk::sim::SimDisk,
    line::read_line,
    segment,
    testing::{Bench, Counters, Event, Knobs, ledger_dir, start},
    verify::verify,
    writer::{Answer, Class, Refused, Working},
};
use std::{error::Error, sync::Arc, thread};

type Done = Result<(), Box<dyn Error>>;
type Added = Result<u64, &'static str>;

fn add(bench: &Bench, to: u8, by: u64) -> Result<Added, Refused> {
    queue_add(bench, to, by)?.wait()
}

fn queue_add(bench: &Bench, to: u8, by: u64) -> Result<Answer<u64, &'static str>, Refused> {
    bench.writer.tx(Class::Ordinary, move |t| {
        t.emit(Event::Add { to, by });
        Ok(t.stamp().n)
    })
}

#[test]
fn an_acknowledged_command_is_on_the_disk_and_in_the_state() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    assert_eq!(add(&bench, 1, 41)?, Ok(1));
    disk.power_cut(0);
    assert_eq!(start(&disk, 1 << 20)?.state.counts.get(&1), Some(&41));
    Ok(())
}

#[test]
fn a_refusal_drops_its_events_and_leaves_those_of_others() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    let mut answers = Vec::new();
    for index in 0..60_u64 {
        answers.push(bench.writer.tx(Class::Ordinary, move |t: &mut Working<'_, _>| {
            let seen = t.state().counts.get(&1).copied().unwrap_or_default();
            t.emit(Event::Add { to: 1, by: 1 });
            assert_eq!(t.state().counts.get(&1), Some(&(seen + 1)), "a command sees what it emitted");
            if index % 3 == 0 { Err(index) } else { Ok(seen) }
        })?);
    }
    let answers: Vec<_> = answers.into_iter().map(Answer::wait).collect::<Result<_, _>>()?;
    for (index, answer) in answers.iter().enumerate() {
        let kept_before = (index - index.div_ceil(3)) as u64;
        assert_eq!(*answer, if index % 3 == 0 { Err(index as u64) } else { Ok(kept_before) });
    }
    let state = bench.state();
    assert_eq!((state.counts.get(&1), state.lines), (Some(&40), 40));
    bench.writer.stop();
    assert_eq!(start(&disk, 1 << 20)?.state, state);
    Ok(())
}

#[test]
fn a_command_that_emits_nothing_writes_nothing() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    let before = disk.counts();
    assert_eq!(bench.writer.tx(Class::Urgent, |t| Ok::<_, ()>(t.state().lines))?.wait()?, Ok(0));
    assert_eq!(disk.counts(), before);
    Ok(())
}

#[test]
fn what_cannot_be_written_or_is_too_long_is_refused_alone() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    add(&bench, 1, 1)?.map_err(str::to_owned)?;
    let emit = |event: Event| {
        let answer = bench.writer.tx(Class::Ordinary, move |t| {
            t.emit(Event::Add { to: 1, by: 100 });
            t.emit(event.clone());
            Ok::<_, ()>(())
        });
        answer.and_then(Answer::wait)
    };
    assert_eq!(emit(Event::Unwritable), Err(Refused::Events));
    assert_eq!(emit(Event::Note { text: "x".repeat(1 << 20) }), Err(Refused::TooLarge));
    assert_eq!(emit(Event::Note { text: "x".repeat((1 << 20) - 300) }), Ok(Ok(())));
    add(&bench, 1, 1)?.map_err(str::to_owned)?;
    let state = bench.state();
    assert_eq!((state.counts.get(&1), state.lines), (Some(&102), 3));
    bench.writer.stop();
    assert_eq!(start(&disk, 1 << 20)?.state, state);
    Ok(())
}

#[test]
fn time_never_runs_backwards_in_the_journal() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    for now in [5_000, 3_000, 7_000, 6_999] {
        *bench.now.lock().map_err(|_| "poisoned")? = now;
        add(&bench, 1, 1)?.map_err(str::to_owned)?;
    }
    bench.writer.stop();
    let bytes = disk.content(&segment::path(&ledger_dir(), 1)).ok_or("no journal")?;
    let times: Vec<i64> = bytes
        .split(|b| *b == b'\n')
        .filter_map(|line| Some(read_line(line).ok()?.stamp.t.millis()))
        .collect();
    assert_eq!(times, [5_000, 5_000, 7_000, 7_000]);
    Ok(())
}

#[test]
fn a_full_disk_refuses_commands_until_there_is_room_again() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    for by in 1..=4 {
        add(&bench, 1, by)?.map_err(str::to_owned)?;
    }
    for free in [0, 1, 100, 180] {
        disk.set_free(Some(free));
        assert_eq!(add(&bench, 1, 1000), Err(Refused::NoSpace), "{free}");
        assert!(bench.writer.is_full());
        assert_eq!(bench.state().counts.get(&1), Some(&10));
    }
    disk.set_free(None);
    assert_eq!(add(&bench, 1, 5)?, Ok(5));
    assert!(!bench.writer.is_full());
    disk.power_cut(3);
    let state = start(&disk, 1 << 20)?.state;
    assert_eq!((state.counts.get(&1), state.lines), (Some(&15), 5));
    Ok(())
}

#[test]
fn a_full_disk_when_a_segment_is_to_be_begun_refuses_and_then_goes_on() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs { segment_bytes: 300, ..Knobs::default() })?;
    add(&bench, 1, 1)?.map_err(str::to_owned)?;
    for free in [0, 1, 150] {
        disk.set_free(Some(free));
        assert_eq!(add(&bench, 1, 1), Err(Refused::NoSpace));
    }
    disk.set_free(None);
    assert_eq!(add(&bench, 1, 1)?, Ok(2));
    bench.writer.stop();
    assert_eq!(start(&disk, 300)?.state.counts.get(&1), Some(&2));
    Ok(())
}

#[test]
fn a_refused_line_does_not_come_back_after_a_power_cut() -> Done {
    for seed in 0..100 {
        let disk = SimDisk::new();
        let bench = Bench::open(&disk, Knobs::default())?;
        add(&bench, 1, 1)?.map_err(str::to_owned)?;
        disk.fail_next_write(100);
        assert_eq!(add(&bench, 1, 10), Err(Refused::NoSpace));
        disk.power_cut(seed);
        let started = start(&disk, 1 << 20)?;
        assert_eq!((started.state.counts.get(&1), started.report.cut), (Some(&1), None));
    }
    Ok(())
}

#[test]
fn a_failed_sync_is_final_and_what_it_left_is_made_sure_of_at_the_next_start() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    add(&bench, 1, 1)?.map_err(str::to_owned)?;
    disk.fail_next_sync();
    assert_eq!(add(&bench, 1, 10), Err(Refused::Stopped));
    assert!(bench.fatal.recv()?.contains("syncing to the disk"));
    assert_eq!(add(&bench, 1, 100), Err(Refused::Stopped));
    drop(bench);
    // The system still shows the line that the disk lacks.
    assert_eq!(start(&disk, 1 << 20)?.state.counts.get(&1), Some(&11));
    disk.power_cut(1);
    assert_eq!(start(&disk, 1 << 20)?.state.counts.get(&1), Some(&11));
    Ok(())
}

#[test]
fn a_failed_undo_is_final() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    disk.fail_next_write(7);
    disk.fail_next_truncate();
    assert_eq!(add(&bench, 1, 10), Err(Refused::Stopped));
    assert!(bench.fatal.recv()?.contains("undoing"));
    Ok(())
}

#[test]
fn a_panic_in_a_command_or_in_apply_is_final() -> Done {
    for event in [Event::Panics, Event::Add { to: 0, by: 0 }] {
        let disk = SimDisk::new();
        let bench = Bench::open(&disk, Knobs::default())?;
        let answer = bench.writer.tx(Class::Ordinary, move |t| {
            t.emit(event.clone());
            assert!(t.state().lines == 0, "asked for");
            Ok::<_, ()>(())
        })?;
        assert_eq!(answer.wait(), Err(Refused::Stopped));
        assert!(bench.fatal.recv()?.contains("panicked"));
        bench.writer.stop();
        assert_eq!(start(&disk, 1 << 20)?.state, Counters::default());
    }
    Ok(())
}

#[test]
fn a_full_queue_refuses_at_once_and_urgent_commands_have_their_own() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (say, running) = std::sync::mpsc::channel();
    let held = std::sync::Mutex::new(held);
    let blocked = bench.writer.tx(Class::Ordinary, move |_| {
        let _ = say.send(());
        let _ = held.lock().map(|held| held.recv());
        Ok::<_, ()>(())
    })?;
    running.recv()?;
    let mut waiting = Vec::new();
    let refused = loop {
        match queue_add(&bench, 1, 1) {
            Ok(answer) => waiting.push(answer),
            Err(refused) => break refused,
        }
    };
    assert_eq!((refused, waiting.len()), (Refused::Busy, crate::domain::bounds::ORDINARY_QUEUE));
    let urgent = bench.writer.tx(Class::Urgent, |t| Ok::<_, ()>(t.state().lines))?;
    drop(hold);
    assert_eq!(blocked.wait()?, Ok(()));
    assert_eq!(urgent.wait()?, Ok(0));
    for answer in waiting {
        answer.wait()?.map_err(str::to_owned)?;
    }
    assert_eq!(bench.state().lines, crate::domain::bounds::ORDINARY_QUEUE as u64);
    Ok(())
}

#[test]
fn many_callers_share_a_sync_and_none_is_answered_without_one() -> Done {
    let disk = SimDisk::new();
    let bench = Arc::new(Bench::open(&disk, Knobs::default())?.writer);
    let before = disk.counts();
    let threads: Vec<_> = (0..128_u8)
        .map(|to| {
            let writer = Arc::clone(&bench);
            thread::spawn(move || -> Result<(), Refused> {
                // Two at a time, so that some always wait while others are written.
                for _ in 0..25 {
                    let add = move |t: &mut Working<'_, _>| {
                        t.emit(Event::Add { to, by: 1 });
                        Ok::<_, ()>(())
                    };
                    let both = [writer.tx(Class::Ordinary, add)?, writer.tx(Class::Ordinary, add)?];
                    for answer in both {
                        let _ = answer.wait()?;
                    }
                }
                Ok(())
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a caller panicked")??;
    }
    let syncs = disk.counts().syncs - before.syncs;
    assert_eq!(bench.snapshot().state.lines, 6400);
    assert!(syncs < 6400 / 2, "{syncs} syncs");
    disk.power_cut(9);
    let mut batches = std::collections::BTreeSet::new();
    let verified = verify(&disk, &ledger_dir(), &mut |_, line| {
        batches.insert(line.stamp.b);
        Ok(crate::ledger::scan::Step::Go)
    })?;
    assert_eq!((verified.lines, verified.torn), (6400, None));
    assert_eq!(batches.len() as u64, syncs, "one sync a batch");
    Ok(())
}

#[test]
fn the_hook_and_the_published_state_come_before_the_answer() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    for n in 1..=20 {
        assert_eq!(add(&bench, 1, 1)?, Ok(n));
        assert_eq!(bench.writer.peek().state.lines, n);
        assert_eq!(bench.committed.try_recv()?, 1);
    }
    Ok(())
}

#[test]
fn a_stop_answers_what_waits_and_refuses_what_comes() -> Done {
    let disk = SimDisk::new();
    let bench = Bench::open(&disk, Knobs::default())?;
    let waiting: Vec<_> = (0..500).map(|_| queue_add(&bench, 1, 1)).collect::<Result<_, _>>()?;
    bench.writer.stop();
    for answer in waiting {
        answer.wait()?.map_err(str::to_owned)?;
    }
    assert_eq!(add(&bench, 1, 1), Err(Refused::Stopped));
    let started = start(&disk, 1 << 20)?;
    assert_eq!((started.report.from_state, started.report.replayed, started.state.lines), (Some(500), 0, 500));
    Ok(())
}
