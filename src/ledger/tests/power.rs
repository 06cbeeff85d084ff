//! Power cuts at any moment: what was acknowledged is there, and the ledger always opens.

use crate::ledger::{
    disk::sim::SimDisk,
    scan::Step,
    testing::{Bench, Event, Knobs, ledger_dir, start},
    verify::verify,
    writer::{Class, Working},
};
use std::error::Error;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Runs commands until the power goes; returns how many of them were acknowledged, and how many were tried.
fn run_until_dark(disk: &SimDisk, dice: &mut Dice, knobs: Knobs, counter: u8) -> (u64, u64) {
    disk.cut_after(dice.below(80));
    // The power may go while the ledger opens.
    let Ok(bench) = Bench::open(disk, knobs) else { return (0, 0) };
    let (mut acknowledged, mut tried) = (0, 0);
    loop {
        let group = 1 + dice.below(6);
        let size = usize::try_from(dice.below(300)).unwrap_or(0);
        let add = move |t: &mut Working<'_, _>| {
            t.emit(Event::Add { to: counter, by: 1 });
            t.emit(Event::Note { text: "x".repeat(size) });
            Ok::<_, ()>(())
        };
        let waiting: Vec<_> = (0..group).map_while(|_| bench.writer.tx(Class::Ordinary, add).ok()).collect();
        tried += waiting.len() as u64;
        acknowledged += waiting
            .into_iter()
            .filter(|_| true)
            .map(|answer| u64::from(answer.wait() == Ok(Ok(()))))
            .sum::<u64>();
        if disk.is_dark() {
            return (acknowledged, tried);
        }
    }
}

#[test]
fn every_acknowledged_line_outlives_a_thousand_power_cuts() -> Result<(), Box<dyn Error>> {
    let knobs = Knobs { segment_bytes: 4096, state_every: 25 };
    let mut dice = Dice(20_260_921);
    let mut cuts_with_tails = 0;
    for _ in 0..50 {
        let disk = SimDisk::new();
        let (mut least, mut most) = (0, 0);
        for round in 0..20 {
            let (acknowledged, tried) = run_until_dark(&disk, &mut dice, knobs, 1);
            let found_at_least = least + acknowledged;
            most += tried;
            disk.power_cut(dice.below(u64::MAX));
            let started = start(&disk, knobs.segment_bytes)?;
            let found = started.state.counts.get(&1).copied().unwrap_or_default();
            assert!(found >= found_at_least, "round {round}: {found} lines found, {found_at_least} acknowledged");
            assert!(found <= most, "round {round}: {found} lines found, {most} tried");
            assert!(started.report.skipped.is_empty(), "a state file counts only once it is whole: {:?}", started.report.skipped);
            cuts_with_tails += u64::from(started.report.cut.is_some());
            // What the start showed is there for good: it may have been acted upon.
            (least, most) = (found, found);
            drop(started);
            disk.power_cut(dice.below(u64::MAX));
            let verified = verify(&disk, &ledger_dir(), &mut |_, _| Ok(Step::Go))?;
            assert_eq!((verified.lines, verified.torn), (found, None));
        }
    }
    assert!(cuts_with_tails > 100, "only {cuts_with_tails} torn tails: the cuts did not hit the writes");
    Ok(())
}
