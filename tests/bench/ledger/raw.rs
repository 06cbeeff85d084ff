//! The bare disk: records appended to a file and put down, one by one, or all that wait together.

use crate::Measured;
use harness::Fallible;
use hdrhistogram::Histogram;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Bytes of a record.
const RECORD: [u8; 200] = [b'x'; 200];

/// One caller.
pub fn alone(file: &Path, time: Duration) -> Fallible<Measured> {
    let (mut file, start, mut times) = (File::create(file)?, Instant::now(), Histogram::new(3)?);
    while start.elapsed() < time {
        let began = Instant::now();
        file.write_all(&RECORD)?;
        file.sync_data()?;
        times.record(u64::try_from(began.elapsed().as_micros())?)?;
    }
    Ok(Measured { rate: times.len() as f64 / start.elapsed().as_secs_f64(), times })
}

/// Many callers and one thread that writes what waits, puts it down once, and answers all.
pub async fn grouped(file: &Path, callers: usize, time: Duration) -> Fallible<Measured> {
    let mut file = File::create(file)?;
    let (give, take) = mpsc::channel::<oneshot::Sender<()>>();
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        let mut bytes = Vec::new();
        while let Ok(first) = take.recv() {
            let waiting: Vec<_> = std::iter::once(first).chain(take.try_iter()).collect();
            bytes.clear();
            waiting.iter().for_each(|_| bytes.extend_from_slice(&RECORD));
            file.write_all(&bytes)?;
            file.sync_data()?;
            // Who asked is there until it is answered.
            waiting.into_iter().for_each(|answer| answer.send(()).unwrap_or_default());
        }
        Ok(())
    });
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let give = give.clone();
            tokio::spawn(async move {
                let mut times = Histogram::<u64>::new(3)?;
                while start.elapsed() < time {
                    let (began, (answer, answered)) = (Instant::now(), oneshot::channel());
                    give.send(answer)?;
                    answered.await?;
                    times.record(u64::try_from(began.elapsed().as_micros())?)?;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
            })
        })
        .collect();
    drop(give);
    let mut all = Histogram::new(3)?;
    for task in tasks {
        all.add(task.await??)?;
    }
    let took = start.elapsed().as_secs_f64();
    writer.join().map_err(|_| "the writer panicked")??;
    Ok(Measured { rate: all.len() as f64 / took, times: all })
}
