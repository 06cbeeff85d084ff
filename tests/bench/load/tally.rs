//! Times of many, as histograms of microseconds, and what did not come to its end.

use harness::Fallible;
use harness::chart::{Axis, Scale, Series, lines};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest time that is told apart, in microseconds.
const LONGEST: u64 = 600_000_000;
const DIGITS: u8 = 3;

/// Times by their name, in the order in which names first came; and failures by their reason.
#[derive(Default)]
pub struct Tally {
    times: Vec<(&'static str, Histogram<u64>)>,
    failures: BTreeMap<String, usize>,
}

impl Tally {
    /// Notes a time.
    pub fn note(&mut self, name: &'static str, time: Duration) -> Fallible {
        let at = match self.times.iter().position(|(known, _)| *known == name) {
            Some(at) => at,
            None => {
                self.times.push((name, Histogram::new_with_bounds(1, LONGEST, DIGITS)?));
                self.times.len() - 1
            }
        };
        let micros = u64::try_from(time.as_micros())?.clamp(1, LONGEST);
        Ok(self.times[at].1.record(micros)?)
    }

    /// Notes that one failed.
    pub fn fail(&mut self, why: &str) {
        *self.failures.entry(why.to_owned()).or_default() += 1;
    }

    /// How many times of a name were noted.
    pub fn count(&self, name: &str) -> u64 {
        self.histogram(name).map_or(0, Histogram::len)
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.failures.values().sum()
    }

    /// A quantile of the times of a name, in milliseconds.
    pub fn quantile(&self, name: &str, part: f64) -> f64 {
        self.histogram(name).map_or(0.0, |times| times.value_at_quantile(part) as f64 / 1e3)
    }

    fn histogram(&self, name: &str) -> Option<&Histogram<u64>> {
        self.times.iter().find(|(known, _)| *known == name).map(|(_, times)| times)
    }

    /// A line of Markdown for each name, and one for each reason to fail.
    pub fn table(&self) -> String {
        let mut out = "| step | count | p50 ms | p90 ms | p99 ms | p99.9 ms | most ms |\n|---|---|---|---|---|---|---|\n".to_owned();
        for (name, times) in &self.times {
            let [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(|part| self.quantile(name, part));
            let most = times.max() as f64 / 1e3;
            out += &format!("| {name} | {} | {p50:.1} | {p90:.1} | {p99:.1} | {p999:.1} | {most:.1} |\n", times.len());
        }
        for (why, count) in &self.failures {
            out += &format!("\n{count} failed: {why}\n");
        }
        out
    }

    /// A plot of all names: how many of so many took longer than what.
    pub fn plot(&self, title: &str) -> String {
        let series: Vec<Series> = self
            .times
            .iter()
            .map(|(name, times)| {
                // From the median on, ever finer, as long as there is more than one beyond.
                let parts = (0..=40).map(|n| 1.0 - 0.5 * 10f64.powf(-f64::from(n) / 10.0));
                let seen = parts.filter(|part| (1.0 - part) * times.len() as f64 >= 1.0);
                Series { name: (*name).to_owned(), points: seen.map(|part| (1.0 / (1.0 - part), self.quantile(name, part))).collect() }
            })
            .collect();
        let across = Axis { title: "one of so many took longer (10: p90, 100: p99)".to_owned(), scale: Scale::Log };
        lines(title, &across, &Axis { title: "ms".to_owned(), scale: Scale::Plain }, &series)
    }
}
