//! A command on its way through the writer.

use super::Refused;
use crate::{
    domain::time::Timestamp,
    ledger::{line::Stamp, machine::Machine},
};
use tokio::sync::oneshot;

/// What a command works on: the state behind all commands before it, and the events it emits.
pub struct Working<'a, M: Machine> {
    pub(super) state: &'a mut M::State,
    pub(super) stamp: Stamp,
    pub(super) events: Vec<M::Event>,
}

impl<M: Machine> Working<'_, M> {
    /// The state, moved by the events emitted so far.
    pub fn state(&self) -> &M::State {
        self.state
    }

    /// The time of the line to be.
    pub fn now(&self) -> Timestamp {
        self.stamp.t
    }

    /// The stamp of the line to be.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Emits an event, which moves the state at once. What can be refused is best refused before the first event.
    pub fn emit(&mut self, event: M::Event) {
        M::apply(self.state, &self.stamp, &event);
        self.events.push(event);
    }
}

pub(super) trait Job<M: Machine>: Send {
    /// Runs the command; `false` when it refuses and its events are to be dropped.
    fn run(&mut self, working: &mut Working<'_, M>) -> bool;
    /// Answers the caller.
    fn finish(self: Box<Self>, refused: Option<Refused>);
}

type Reply<T, R> = oneshot::Sender<Result<Result<T, R>, Refused>>;

pub(super) struct Task<T, R, F> {
    command: F,
    result: Option<Result<T, R>>,
    reply: Reply<T, R>,
}

impl<T, R, F> Task<T, R, F> {
    pub(super) fn new(command: F, reply: Reply<T, R>) -> Self {
        Self { command, result: None, reply }
    }
}

impl<M, T, R, F> Job<M> for Task<T, R, F>
where
    M: Machine,
    F: Fn(&mut Working<'_, M>) -> Result<T, R> + Send,
    T: Send,
    R: Send,
{
    fn run(&mut self, working: &mut Working<'_, M>) -> bool {
        self.result.insert((self.command)(working)).is_ok()
    }

    fn finish(self: Box<Self>, refused: Option<Refused>) {
        let answer = match (refused, self.result) {
            (None, Some(result)) => Ok(result),
            (refused, _) => Err(refused.unwrap_or(Refused::Stopped)),
        };
        // A caller that has gone away does not wait for its answer.
        let _ = self.reply.send(answer);
    }
}
