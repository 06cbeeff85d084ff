//! Every fuzz target over its kept corpus, so that what a fuzzer once found stays mended.

#[expect(unreachable_pub, reason = "in the fuzzer's package they are its library")]
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::{
    collections::BTreeSet,
    fs, io,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

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
