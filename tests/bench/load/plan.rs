//! When who comes: at a set rate, whatever became of those before.

use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long before the first one comes.
const LEAD: Duration = Duration::from_millis(50);

/// Starts `count` of them, `rate` in each second, and gives what became of all. Each is told when it was due, from which its time counts:
/// one that begins late because the machine is busy has waited all the same.
pub async fn at_rate<T, F>(rate: f64, count: usize, mut begin: impl FnMut(usize, Instant) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let (start, mut all, mut done) = (Instant::now() + LEAD, JoinSet::new(), Vec::with_capacity(count));
    for n in 0..count {
        let due = start + Duration::from_secs_f64(n as f64 / rate);
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(due.into()) => break,
                Some(Ok(ended)) = all.join_next(), if !all.is_empty() => done.push(ended),
            }
        }
        all.spawn(begin(n, due));
    }
    while let Some(ended) = all.join_next().await {
        done.extend(ended);
    }
    done
}
