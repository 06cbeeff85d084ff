//! The files of the checkout: those git knows, or all that lie here when this is a copy without git.

use crate::source::Source;
use std::{fs, path::Path, process::Command};

/// Folders at the top that building and running make.
const MADE: [&str; 4] = [".git", "doorward-data", "node_modules", "target"];

/// Paths of all files, with `/`, sorted. Tests run in the package's folder, so they are relative.
pub(crate) fn files() -> Vec<String> {
    assert!(Path::new("Cargo.toml").is_file(), "run from the top of the checkout, as cargo does");
    let mut found = known_to_git().unwrap_or_else(|| walk(""));
    found.retain(|path| Path::new(path).is_file());
    found.sort();
    found
}

/// The Rust files below the given folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let wanted = |path: &String| path.ends_with(".rs") && folders.iter().any(|folder| path.starts_with(folder));
    files().iter().filter(|path| wanted(path)).map(|path| Source::new(path, read(path))).collect()
}

/// A file's text; `None` for one that is not text.
pub(crate) fn text(path: &str) -> Option<String> {
    String::from_utf8(fs::read(path).ok()?).ok().filter(|text| !text.contains('\0'))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Tracked files and those that a `git add` would take; `None` without git or outside of its work tree.
fn known_to_git() -> Option<Vec<String>> {
    if !Path::new(".git").exists() {
        return None;
    }
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .ok()?;
    let names = String::from_utf8(listed.stdout).ok()?;
    let found: Vec<String> = names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    (listed.status.success() && !found.is_empty()).then_some(found)
}

fn walk(folder: &str) -> Vec<String> {
    let at = if folder.is_empty() { "." } else { folder };
    let mut found = Vec::new();
    for entry in fs::read_dir(at).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        match is_folder {
            true if MADE.contains(&name.as_str()) => {}
            true => found.extend(walk(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn git_and_a_walk_see_the_same_sources() {
    let rust = |paths: Vec<String>| {
        let mut sources: Vec<String> = paths.into_iter().filter(|p| p.starts_with("src/") && p.ends_with(".rs")).collect();
        sources.sort();
        sources
    };
    let walked = rust(walk(""));
    assert!(walked.contains(&"src/lib.rs".to_owned()));
    assert_eq!(rust(files()), walked);
}
