//! The writer's thread: one batch after the other.

use super::{
    Refused, Settings, Shared, Snapshot,
    job::{Job, Working},
    saver::Saver,
};
use crate::{
    domain::bounds::{BATCH_JOBS, LINE_BYTES},
    ledger::{
        history::{Entry, History},
        journal::{AddError, AppendError, Batch, Journal},
        machine::{Committed, Machine},
    },
};
use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
    thread,
};
use uuid::Uuid;

type Jobs<M> = VecDeque<Box<dyn Job<M>>>;

pub(super) fn spawn<M: Machine>(
    machine: M,
    journal: Journal,
    shared: Arc<Shared<M>>,
    replayed: u64,
    settings: Settings,
) -> io::Result<thread::JoinHandle<()>> {
    let saver = Saver::spawn::<M>(&journal, machine.codec())?;
    let state = shared.published.load().state.clone();
    let Settings { state_every, history, on_fatal } = settings;
    let run = Run {
        machine,
        journal,
        shared,
        state,
        history,
        saver,
        state_every,
        unsaved: replayed,
        sealed: false,
        batch: Batch::new(),
        lines: Vec::new(),
        done: Vec::new(),
        next_id: None,
    };
    thread::Builder::new().name("ledger".to_owned()).spawn(move || run.all(&*on_fatal))
}

struct Run<M: Machine> {
    machine: M,
    journal: Journal,
    shared: Arc<Shared<M>>,
    /// The state moved by the lines of the batch; the published one is what is on the disk.
    state: M::State,
    history: Option<Arc<History>>,
    saver: Saver<M::State>,
    state_every: u64,
    /// Lines that no state file holds.
    unsaved: u64,
    /// A segment was sealed since the last state file.
    sealed: bool,
    batch: Batch,
    lines: Vec<Committed<M::Event>>,
    done: Vec<(Box<dyn Job<M>>, Option<Refused>)>,
    /// A drawn line name that no line took.
    next_id: Option<Uuid>,
}

impl<M: Machine> Run<M> {
    fn all(mut self, on_fatal: &dyn Fn(&str)) {
        let mut jobs = Jobs::new();
        while self.shared.queue.take(&mut jobs, BATCH_JOBS) {
            while !jobs.is_empty() {
                // A panic leaves a state nobody has thought about: it must not be published or answered from.
                let outcome = catch_unwind(AssertUnwindSafe(|| self.commit(&mut jobs)));
                let why = match outcome {
                    Ok(Ok(())) => continue,
                    Ok(Err(why)) => why.to_string(),
                    Err(_) => "a command or the state's apply panicked".to_owned(),
                };
                on_fatal(&why);
                self.shared.queue.abandon();
                // Where the process goes on, as in tests, no thread of this writer may outlive it.
                self.saver.finish();
                return;
            }
        }
        let last = self.shared.published.load_full();
        if self.unsaved > 0 {
            self.saver.save(last);
        }
        self.saver.finish();
    }

    /// Runs as many jobs as one write may hold and answers them; an error means that the process must end.
    fn commit(&mut self, jobs: &mut Jobs<M>) -> Result<(), AppendError> {
        match self.journal.make_room() {
            Ok(sealed) => self.sealed |= sealed,
            Err(fatal @ AppendError::Fatal { .. }) => return Err(fatal),
            Err(AppendError::Full(why)) => {
                self.done.extend(jobs.drain(..).map(|job| (job, None)));
                self.give_up(&why);
                return Ok(());
            }
        }
        self.journal.begin_batch(&mut self.batch);
        while !self.batch.is_full()
            && let Some(mut job) = jobs.pop_front()
        {
            let refused = self.run(&mut *job);
            self.done.push((job, refused));
        }
        if !self.batch.is_empty() {
            match self.machine.before_write().and_then(|()| self.journal.append(&self.batch)) {
                Ok(()) => self.publish(),
                Err(fatal @ AppendError::Fatal { .. }) => return Err(fatal),
                Err(AppendError::Full(why)) => {
                    self.give_up(&why);
                    return Ok(());
                }
            }
        }
        for (job, refused) in self.done.drain(..) {
            job.finish(refused);
        }
        Ok(())
    }

    fn run(&mut self, job: &mut dyn Job<M>) -> Option<Refused> {
        let id = *self.next_id.get_or_insert_with(|| self.machine.line_id());
        let stamp = self.batch.stamp(self.machine.now(), id);
        let mut working = Working { state: &mut self.state, stamp, events: Vec::new() };
        let kept = job.run(&mut working);
        let events = working.events;
        if events.is_empty() {
            return None;
        }
        if !kept {
            self.roll_back();
            return None;
        }
        let added = self.batch.add(&stamp, LINE_BYTES, |out| self.machine.encode(&stamp, &self.state, &events, out));
        match added {
            Ok((position, hash)) => {
                self.next_id = None;
                self.lines.push(Committed { stamp, position, hash, events });
                None
            }
            Err(AddError::TooLong) => {
                self.roll_back();
                Some(Refused::TooLarge)
            }
            Err(AddError::Events(why)) => {
                tracing::error!("a command's events cannot be written: {why}");
                self.roll_back();
                Some(Refused::Events)
            }
        }
    }

    /// Takes back a refused command's events: the batch's lines are applied anew. Rare, and so no command pays for a copy of the state.
    fn roll_back(&mut self) {
        self.state = self.shared.published.load().state.clone();
        for line in &self.lines {
            for event in &line.events {
                M::apply(&mut self.state, &line.stamp, event);
            }
        }
    }

    /// The batch is on the disk: the state moves, and all are told.
    fn publish(&mut self) {
        self.shared.full.store(false, Ordering::Relaxed);
        let snapshot = Arc::new(Snapshot { state: self.state.clone(), point: *self.journal.end() });
        self.shared.published.store(Arc::clone(&snapshot));
        if let Some(history) = &self.history {
            let entries = self.lines.iter().map(|line| {
                let mut postings = Vec::new();
                M::postings(&line.stamp, &line.events, &mut postings);
                Entry { n: line.stamp.n, position: line.position, hash: line.hash, postings }
            });
            history.push(entries);
        }
        self.machine.on_commit(&snapshot.state, &self.lines);
        self.unsaved += self.lines.len() as u64;
        self.lines.clear();
        // A state file that could not be begun, because the last one is still being written, is begun after the next batch.
        if (self.sealed || self.unsaved >= self.state_every) && self.saver.try_save(snapshot) {
            self.sealed = false;
            self.unsaved = 0;
        }
    }

    /// The batch did not reach the disk: the state goes back, and all callers are refused, for each has seen what the others did.
    fn give_up(&mut self, why: &io::Error) {
        if !self.shared.full.swap(true, Ordering::Relaxed) {
            tracing::error!("the journal cannot be written, commands are refused until it can: {why}");
        }
        self.lines.clear();
        self.state = self.shared.published.load().state.clone();
        for (job, refused) in self.done.drain(..) {
            job.finish(Some(refused.unwrap_or(Refused::NoSpace)));
        }
    }
}
