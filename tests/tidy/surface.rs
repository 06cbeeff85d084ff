//! What `SECURITY.md` and `fuzz/README.md` say can be reached and is tried: every route and every fuzz target, and none that is not there.

use crate::tree;
use std::collections::BTreeSet;

const METHODS: [&str; 6] = ["get", "post", "head", "patch", "delete", "options"];

/// The routes of the public listener, as `GET /path`.
fn public() -> BTreeSet<String> {
    let table = tree::read("src/web/mod.rs");
    let routes = table.lines().filter_map(|line| line.trim().strip_prefix("at(\"")?.split_once('"'));
    routes
        .flat_map(|(path, answers)| {
            let has = |method: &&&str| answers.contains(&format!("{method}("));
            METHODS.iter().filter(has).map(|method| route(method, path)).collect::<Vec<_>>()
        })
        .collect()
}

/// The routes of the admin socket.
fn admin() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in tree::files().into_iter().filter(|path| path.starts_with("src/web/api/")) {
        let text = tree::read(&source);
        for described in text.split("#[utoipa::path(").skip(1) {
            let method: String = described.trim_start().chars().take_while(char::is_ascii_lowercase).collect();
            let path = described.split_once("path = \"").and_then(|(_, rest)| rest.split_once('"'));
            found.extend(path.map(|(path, _)| route(&method, path)));
        }
        for (_, rest) in text.match_indices(".route(\"").map(|(at, call)| text.split_at(at + call.len())) {
            let (path, answer) = rest.split_once('"').unwrap_or_default();
            let method: String = answer
                .chars()
                .skip_while(|c| !c.is_ascii_lowercase())
                .take_while(char::is_ascii_lowercase)
                .collect();
            found.insert(route(&method, path));
        }
    }
    found
}

fn route(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
}

/// What the paragraph of "Attack surface" that begins so names, written as `GET, POST /path`.
fn described(begins: &str) -> BTreeSet<String> {
    let security = tree::read("SECURITY.md");
    let (_, section) = security.split_once("\n## Attack surface\n").unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let own = section
        .split("\n\n")
        .find(|paragraph| paragraph.trim_start().starts_with(begins))
        .unwrap_or_default();
    let named = own.split('`').skip(1).step_by(2).filter_map(|name| name.split_once(" /"));
    named
        .flat_map(|(methods, path)| methods.split(", ").map(|method| route(method, &format!("/{path}"))).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_attack_surface_names_every_route_and_no_other() {
    for (begins, routes, least) in [("**Public listener**", public(), 30), ("**Admin socket**", admin(), 20)] {
        assert!(routes.len() >= least, "{begins}: {routes:?}");
        let described = described(begins);
        let missing: Vec<_> = routes.difference(&described).collect();
        let gone: Vec<_> = described.difference(&routes).collect();
        assert!(missing.is_empty() && gone.is_empty(), "{begins} lacks {missing:#?}, and names {gone:#?}, which is not there");
    }
}

#[test]
fn the_list_of_fuzz_targets_is_whole() {
    let readme = tree::read("fuzz/README.md");
    let rows = readme.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()));
    let name = |path: &String| Some(path.strip_prefix("fuzz/fuzz_targets/")?.strip_suffix(".rs")?.to_owned());
    let targets: BTreeSet<String> = tree::files().iter().filter_map(name).collect();
    assert!(targets.len() >= 30 && targets == rows.collect(), "{targets:?}");
}
