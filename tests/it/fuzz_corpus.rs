//! Every fuzz target over its kept corpus, so that what a fuzzer once found stays mended, and over changed inputs, so that something is tried also where
//! there is no fuzzer.

#[expect(unreachable_pub, reason = "in the fuzzer's package they are its library")]
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::{
    collections::BTreeSet,
    env, fs, io,
    panic::catch_unwind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The longest changed input; longer ones are cut.
const LONGEST: usize = 16 * 1024;
/// Values at which parsers change their minds.
const EDGES: [&[u8]; 14] = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff",
    b"\0\0\0\x80",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"..",
    b"/",
    b"%00",
    b"\xe2\x80\xae",
    b"<",
    b"\"",
];

/// Chance that is the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most.max(1)
    }

    /// A place in it, and how many bytes from there on.
    fn part(&mut self, of: &[u8]) -> (usize, usize) {
        let from = self.below(of.len() + 1);
        let most = (of.len() - from).min(if self.below(4) == 0 { 512 } else { 16 });
        (from, from + self.below(most + 1))
    }

    /// One of these inputs with a few changes: bits turned, parts taken out, doubled or taken from another one, values at edges put in.
    fn changed(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(6) {
            let (from, to) = self.part(&input);
            match self.below(6) {
                0 if from < input.len() => input[from] ^= 1 << self.below(8),
                1 => drop(input.drain(from..to)),
                2 => {
                    let part = input[from..to].to_vec();
                    input.splice(from..from, part);
                }
                3 => {
                    let other = &corpus[self.below(corpus.len())];
                    let (start, end) = self.part(other);
                    input.splice(from..to, other[start..end].iter().copied());
                }
                4 => input.truncate(from),
                _ => drop(input.splice(from..to, EDGES[self.below(EDGES.len())].iter().copied())),
            }
        }
        input.truncate(LONGEST);
        input
    }
}

/// How long each target is tried: a moment, or seconds in the long form of the tests, or what whoever runs it says.
fn each() -> Duration {
    let said = env::var("DOORWARD_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let long = env::var_os("DOORWARD_FULL").map(|_| 10);
    said.or(long).map_or(Duration::from_millis(40), Duration::from_secs)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

#[test]
fn every_fuzz_target_holds_over_its_corpus() -> io::Result<()> {
    let mut findings = Vec::new();
    for (name, target) in targets::TARGETS {
        let corpus = files(&Path::new("fuzz/corpus").join(name)).unwrap_or_default();
        assert!(!corpus.is_empty(), "fuzz/corpus/{name} is empty");
        for file in corpus {
            let data = fs::read(&file)?;
            if catch_unwind(|| target(&data)).is_err() {
                findings.push(file);
            }
        }
    }
    assert!(findings.is_empty(), "the reasons stand above: {findings:#?}");
    Ok(())
}

#[test]
fn every_fuzz_target_holds_over_changed_inputs() -> io::Result<()> {
    let only = env::var("DOORWARD_FUZZ_TARGET").ok();
    let mut findings = Vec::new();
    for (name, target) in targets::TARGETS.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        let corpus = files(&Path::new("fuzz/corpus").join(name))?
            .into_iter()
            .map(fs::read)
            .collect::<io::Result<Vec<_>>>()?;
        let (mut chance, start, mut tried, mut slowest) = (Chance(0x9e37_79b9_7f4a_7c15), Instant::now(), 0, Duration::ZERO);
        while start.elapsed() < each() {
            let (input, begun) = (chance.changed(&corpus), Instant::now());
            if catch_unwind(|| target(&input)).is_err() {
                let kept = env::temp_dir().join(format!("finding-{name}-{tried}"));
                fs::write(&kept, &input)?;
                findings.push(kept);
                break;
            }
            (tried, slowest) = (tried + 1, slowest.max(begun.elapsed()));
        }
        println!("{name:<16} {tried:>9} inputs, the slowest {slowest:?}");
    }
    assert!(findings.is_empty(), "the reasons stand above: {findings:#?}");
    Ok(())
}

#[test]
fn every_fuzz_target_can_be_run_by_its_name() -> io::Result<()> {
    let manifest = fs::read_to_string("fuzz/Cargo.toml")?;
    let binaries: BTreeSet<&str> = manifest.split("[[bin]]\nname = \"").skip(1).filter_map(|bin| bin.split('"').next()).collect();
    assert_eq!(binaries, targets::TARGETS.iter().map(|(name, _)| *name).collect());
    for (name, _) in targets::TARGETS {
        let main = fs::read_to_string(format!("fuzz/fuzz_targets/{name}.rs"))?;
        assert!(main.contains(&format!("doorward_fuzz::{name}(data)")), "fuzz_targets/{name}.rs runs another target");
    }
    Ok(())
}
