//! Where the history is made from: the lines of the journal.

use super::{Applied, Entry};
use crate::ledger::{
    disk::Disk,
    machine::Machine,
    scan::{Files, JournalError, Step},
};
use std::{path::PathBuf, sync::Arc};

/// Tells the history of lines that it does not have.
pub trait Source: Send + 'static {
    /// The version of what lines are found under; a history of another version is made anew.
    fn version(&self) -> u32;
    /// Tells `each` of the lines behind `after` (or of all) up to the line `to`, which is on the disk, in order.
    fn lines(&self, after: Option<&Applied>, to: u64, each: &mut dyn FnMut(Entry) -> Step) -> Result<(), SourceError>;
}

/// The lines cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The journal does not have the line that the history ends with.
    #[error("the history ends with a line that is not in the journal")]
    Foreign,
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The journal in a directory.
pub struct JournalSource<M: Machine> {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    codec: M::Codec,
}

impl<M: Machine> JournalSource<M> {
    /// The journal in this directory.
    pub fn new(disk: Arc<dyn Disk>, dir: PathBuf, codec: M::Codec) -> Self {
        Self { disk, dir, codec }
    }
}

impl<M: Machine> Source for JournalSource<M> {
    fn version(&self) -> u32 {
        M::HISTORY
    }

    fn lines(&self, after: Option<&Applied>, to: u64, each: &mut dyn FnMut(Entry) -> Step) -> Result<(), SourceError> {
        let files = Files { disk: &*self.disk, dir: &self.dir };
        let from = match after {
            Some(applied) => {
                let point = files.point_behind(applied.position).map_err(|_| SourceError::Foreign)?;
                if point.next != applied.n + 1 || point.hash != applied.hash {
                    return Err(SourceError::Foreign);
                }
                Some(point)
            }
            None => None,
        };
        if from.is_some_and(|point| point.next > to) || to == 0 {
            return Ok(());
        }
        files.scan(from.as_ref(), &mut |position, line| {
            let mut postings = Vec::new();
            M::postings(&line.stamp, &M::decode(&self.codec, line)?, &mut postings);
            let step = each(Entry { n: line.stamp.n, position, hash: line.hash, postings });
            // Behind `to` the writer may be at work.
            Ok(if line.stamp.n >= to { Step::Stop } else { step })
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::ledger::disk::sim::SimDisk;
    use crate::ledger::journal::Batch;
    use crate::ledger::testing::{Counter, ledger_dir, start};
    use std::error::Error;
    use uuid::Uuid;

    #[test]
    fn the_lines_behind_any_line_of_a_batch_are_told() -> Result<(), Box<dyn Error>> {
        let disk = SimDisk::default();
        let mut journal = start(&disk, 1 << 26)?.journal;
        let mut lines = Vec::new();
        for _ in 0..2 {
            let mut batch = Batch::new();
            journal.begin_batch(&mut batch);
            for _ in 0..3 {
                let stamp = batch.stamp(Timestamp::from_millis(1), Uuid::from_u128(1));
                let (position, hash) = batch.add(&stamp, 1000, |out| {
                    out.extend_from_slice(br#"[{"k":"add","to":1,"by":1}]"#);
                    Ok::<_, String>(())
                })?;
                lines.push(Applied { n: stamp.n, position, hash });
            }
            journal.append(&batch)?;
        }
        let source = JournalSource::<Counter>::new(Arc::new(disk), ledger_dir(), ());
        for after in &lines {
            let mut told = Vec::new();
            source.lines(Some(after), 6, &mut |entry| {
                told.push(entry.n);
                Step::Go
            })?;
            assert_eq!(told, (after.n + 1..=6).collect::<Vec<_>>(), "behind line {}", after.n);
        }
        Ok(())
    }
}
