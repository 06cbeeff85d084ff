//! Real documents: how many are drawn, how quickly, with how much memory.

use crate::figures::{percentile, table, times, workers_memory};
use crate::helpers::{Document, Outcome, full, page, preview, view};
use doorward::preview::job::{Done, Trouble};
use doorward::preview::pool::Preview;
use futures_util::stream::{self, StreamExt};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Documents looked at in any case; with the long form all.
const LEAST: usize = 320;
/// Of documents of a kind that have pages at all, so many in a hundred must be drawn.
const DRAWN_OF_HUNDRED: usize = 97;
/// Documents of a kind that may miss it, where they are few: large scans take a build without optimisation longer than a job may.
const BUT: usize = if cfg!(debug_assertions) { 3 } else { 1 };

/// What is wanted of a release build on two processors, in the columns of the report.
const TARGETS: [&str; 9] = ["wanted", "", "", "", "", "80 / 300", "50 / 150", "- / 64 / 1024", "300"];

/// What came of one kind of document.
#[derive(Default)]
struct Kind {
    documents: usize,
    drawn: usize,
    explained: BTreeMap<&'static str, usize>,
    failed: Vec<String>,
    first: Vec<Duration>,
    next: Vec<Duration>,
    memory: Vec<u64>,
    picture: Vec<u64>,
}

impl Kind {
    /// Takes in what came of others.
    fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.drawn += other.drawn;
        other.explained.iter().for_each(|(why, count)| *self.explained.entry(why).or_default() += count);
        self.failed.extend(other.failed.clone());
        self.first.extend(&other.first);
        self.next.extend(&other.next);
        self.memory.extend(&other.memory);
        self.picture.extend(&other.picture);
    }
}

/// The documents that others made, or those given to a run by hand.
pub(crate) fn documents() -> Outcome<Vec<Document>> {
    let folder = std::env::var_os("DOORWARD_TEST_CORPUS").map(PathBuf::from);
    let folder =
        folder.ok_or("DOORWARD_TEST_CORPUS is not set: python3 tests/corpus/fetch.py CACHE OUT brings the documents, and it names OUT")?;
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Document::new(name, fs::read(path)?))
    };
    paths.iter().map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_others_made_are_drawn() -> Outcome {
    let all = documents()?;
    let count = all.len();
    let wanted = if full() { count } else { LEAST.min(count) };
    // So many, spread evenly over all of them.
    let spread = |number: &usize| number * wanted / count != (number + 1) * wanted / count;
    let some: Vec<Document> = all
        .into_iter()
        .enumerate()
        .filter(|(number, _)| spread(number))
        .map(|(_, document)| document)
        .collect();
    assert!(some.len() >= 300, "{} documents are too few", some.len());
    let preview = preview(2)?;
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    // One after the other where the figures count; the short form takes two processors, and a little of a neighbour's memory into its figures.
    let at_once = if full() { 1 } else { 2 };
    let looks = some.iter().enumerate().map(|(number, document)| look_at(&preview, number, document));
    let mut looked = stream::iter(looks).buffer_unordered(at_once);
    while let Some((name, one)) = looked.next().await {
        kinds.entry(name).or_default().add(&one);
    }
    report(&kinds);
    for (name, kind) in &kinds {
        let explained: usize = kind.explained.values().sum();
        let could = kind.documents - explained;
        assert!(kind.drawn * 100 >= could * DRAWN_OF_HUNDRED || could - kind.drawn <= BUT, "{name}: not drawn: {}", kind.failed.join(", "));
    }
    Ok(())
}

/// Looks at a document as somebody does who opens it: what kind it is, and what came of it.
async fn look_at(preview: &Preview, number: usize, document: &Document) -> (String, Kind) {
    let mut kind = Kind { documents: 1, ..Kind::default() };
    let from = Instant::now();
    match preview.run(&view(number), &[], document, page(1)).await {
        Ok((opened, Done::Page(picture))) => {
            kind.drawn += 1;
            kind.first.push(from.elapsed());
            kind.picture.push(picture.jpeg.len() as u64 / 1024);
            for next in 2..=opened.pages.len().min(3) {
                let from = Instant::now();
                let number_of_page = u32::try_from(next).unwrap_or(u32::MAX);
                if preview.run(&view(number), &[], document, page(number_of_page)).await.is_ok() {
                    kind.next.push(from.elapsed());
                }
            }
            kind.memory.extend(workers_memory());
        }
        Ok(_) => kind.failed.push(format!("{} gave no picture", document.name)),
        Err(trouble) => match explained(trouble) {
            Some(why) => *kind.explained.entry(why).or_default() += 1,
            None => kind.failed.push(format!("{} ({trouble})", document.name)),
        },
    }
    preview.end(&view(number));
    (document.kind().to_lowercase(), kind)
}

/// What is no fault of the reader: the document says it itself.
const fn explained(trouble: Trouble) -> Option<&'static str> {
    match trouble {
        Trouble::Protected => Some("protected"),
        Trouble::Empty => Some("empty"),
        Trouble::Damaged => Some("damaged"),
        Trouble::Unsupported => Some("another kind"),
        Trouble::TooLarge => Some("too large"),
        _ => None,
    }
}

fn report(kinds: &BTreeMap<String, Kind>) {
    let head = [
        "kind",
        "documents",
        "drawn",
        "explained",
        "failed",
        "first page ms p50 / p95",
        "next page ms p50 / p95",
        "worker MiB p50 / p95 / max",
        "picture KiB p95",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut whole = Kind::default();
    for (name, kind) in kinds {
        rows.push(row(name, kind));
        whole.add(kind);
    }
    rows.push(row("all", &whole));
    rows.push(TARGETS.map(str::to_owned).to_vec());
    table(&rows);
    if let Some(pdfs) = kinds.get("pdf") {
        let could = pdfs.documents - pdfs.explained.values().sum::<usize>();
        println!(
            "PDFs drawn: {} of {could} that have pages to draw = {:.1} %",
            pdfs.drawn,
            pdfs.drawn as f64 * 100.0 / could.max(1) as f64
        );
    }
    whole.failed.iter().for_each(|failed| println!("not drawn: {failed}"));
}

fn row(name: &str, kind: &Kind) -> Vec<String> {
    let explained = kind.explained.iter().map(|(why, count)| format!("{count} {why}")).collect::<Vec<_>>().join(", ");
    let memory = |per_cent| percentile(&kind.memory, per_cent) / 1024;
    vec![
        name.to_owned(),
        kind.documents.to_string(),
        kind.drawn.to_string(),
        if explained.is_empty() { "-".to_owned() } else { explained },
        kind.failed.len().to_string(),
        times(&kind.first),
        times(&kind.next),
        format!("{} / {} / {}", memory(50), memory(95), memory(100)),
        percentile(&kind.picture, 95).to_string(),
    ]
}
