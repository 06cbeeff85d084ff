//! Broken and hostile documents: the gateway stands, no worker outlives its bounds, and others go on seeing their pages.

use crate::corpus::documents;
use crate::figures::{own_memory, percentile, table, times, workers_memory};
use crate::helpers::{Document, Outcome, full, page, preview, view};
use crate::hostile::{self, Hostile};
use doorward::preview::job::{Done, Trouble};
use doorward::preview::limits::WORKER_MEMORY;
use doorward::preview::pool::Preview;
use futures_util::{StreamExt, stream};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The longest that a worker may take for whatever it is given, its own end included.
const WORKER_LIFE: Duration = Duration::from_secs(10);
/// What the machine may take beside: starting a process on two busy processors.
const BESIDE: Duration = Duration::from_secs(5);
/// How much more the gateway may hold afterwards.
const GROWTH_KIB: u64 = 32 * 1024;

/// What must never come of a page that was asked for.
const NO_PICTURE: &str = "no picture";

/// Numbers that look like chance and are the same each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap_or(0)
    }
}

/// A document with something wrong: cut, bytes flipped, a piece missing, doubled or overwritten, or the name of another kind.
fn mutate(document: &Document, noise: &mut Noise) -> Document {
    let mut bytes = document.bytes.to_vec();
    let length = bytes.len();
    let piece = |noise: &mut Noise| {
        let start = noise.next(length);
        start..(start + 1 + noise.next(4_096)).min(length)
    };
    match noise.next(6) {
        0 => bytes.truncate(noise.next(length)),
        1 => (0..1 + noise.next(60)).for_each(|_| {
            let at = noise.next(length);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << noise.next(8);
            }
        }),
        2 => drop(bytes.drain(piece(noise))),
        3 => {
            let doubled = bytes[piece(noise)].to_vec();
            let at = noise.next(length);
            bytes.splice(at..at, doubled);
        }
        4 => bytes[piece(noise)].fill(0xFF),
        _ => {
            const NAMES: [&str; 12] = ["pdf", "png", "tiff", "svg", "txt", "csv", "md", "docx", "xlsx", "odt", "eml", "msg"];
            return Document::new(format!("renamed.{}", NAMES[noise.next(NAMES.len())]), bytes);
        }
    }
    Document::new(document.name.clone(), bytes)
}

/// Has the first page of a document drawn: its name, what came of it, and how long that took.
async fn try_out(preview: &Preview, number: usize, document: Document) -> (String, String, Duration) {
    let from = Instant::now();
    let outcome = match preview.run(&view(number), &[], &document, page(1)).await {
        Ok((_, Done::Page(picture))) if picture.jpeg.starts_with(&[0xFF, 0xD8]) => "drawn".to_owned(),
        Ok(_) => NO_PICTURE.to_owned(),
        Err(trouble) => trouble.to_string(),
    };
    let took = from.elapsed();
    preview.end(&view(number));
    (document.name, outcome, took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_documents_neither_stop_the_gateway_nor_outlive_their_bounds() -> Outcome {
    let (originals, mut noise) = (documents()?, Noise(0x00D0_0123_4567_89AB));
    let count = if full() { 5_000 } else { 500 };
    let preview = preview(2)?;
    let (before, mut outcomes, mut slowest) = (own_memory(), BTreeMap::<String, u64>::new(), Duration::ZERO);
    // As many at a time as may run, each made when its turn comes.
    let made = (0..count).map(|number| try_out(&preview, number, mutate(&originals[noise.next(originals.len())], &mut noise)));
    let mut drawn = stream::iter(made).buffer_unordered(2);
    while let Some((name, outcome, took)) = drawn.next().await {
        slowest = slowest.max(took);
        assert!(took < WORKER_LIFE + BESIDE, "{name} took {took:?}");
        assert!(workers_memory().iter().all(|memory| memory * 1024 <= WORKER_MEMORY), "{name}");
        *outcomes.entry(outcome).or_default() += 1;
    }
    let grown = own_memory().saturating_sub(before);
    println!("{count} mutated documents: {outcomes:?}; the slowest took {} ms; the gateway grew by {grown} KiB", slowest.as_millis());
    assert!(!outcomes.contains_key(&Trouble::Unavailable.to_string()), "the workers were there to the end");
    assert!(!outcomes.contains_key(NO_PICTURE), "what is drawn is a JPEG");
    assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_made_to_hurt_cost_a_worker_and_nothing_else() -> Outcome {
    let preview = preview(2)?;
    let mut rows = vec![["document", "KiB", "ms", "what the reader is told"].map(str::to_owned).to_vec()];
    let mut grown = 0;
    for (number, Hostile { name, bytes }) in hostile::all().into_iter().enumerate() {
        let size = bytes.len() / 1024;
        let document = Document::new(name, bytes);
        let (before, from) = (own_memory(), Instant::now());
        let told = match preview.run(&view(number), &[], &document, page(1)).await {
            Ok((opened, Done::Page(picture))) => format!("{} pages, the first {} x {}", opened.pages.len(), picture.width, picture.height),
            Ok(_) => return Err("a page was asked for".into()),
            Err(trouble) => trouble.to_string(),
        };
        let took = from.elapsed();
        grown = grown.max(own_memory().saturating_sub(before));
        rows.push(vec![name.to_owned(), size.to_string(), took.as_millis().to_string(), told]);
        assert!(took < WORKER_LIFE + BESIDE, "{name} took {took:?}");
        assert!(workers_memory().iter().all(|memory| memory * 1024 <= WORKER_MEMORY), "{name}");
        preview.end(&view(number));
    }
    table(&rows);
    println!("the gateway grew by at most {grown} KiB over one of them");
    assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
    // And a plain document is drawn as ever.
    let plain = Document::new("plain.txt", "still here".as_bytes());
    assert!(matches!(preview.run(&view(10_000), &[], &plain, page(1)).await, Ok((_, Done::Page(_)))));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_go_on_seeing_their_pages_while_a_bomb_is_drawn() -> Outcome {
    let bombs: Vec<Hostile> = hostile::all().into_iter().filter(|hostile| hostile.name == "forms-nested.pdf").collect();
    let bomb: Arc<[u8]> = bombs.into_iter().next().ok_or("the bomb is there")?.bytes.into();
    let preview = Arc::new(preview(2)?);
    let mut rows = vec![
        ["round", "alone ms p50 / p95", "beside a bomb ms p50 / p95", "ratio of p95"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut ratios = Vec::new();
    for round in 0..5 {
        let alone = read_pages(&preview, 100 + round).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let burning = tokio::spawn(burn(Arc::clone(&preview), Arc::clone(&bomb), 200 + round, Arc::clone(&stop)));
        while preview.running() == 0 {
            assert!(!burning.is_finished(), "the bomb burns until it is told to stop");
            tokio::task::yield_now().await;
        }
        let beside = read_pages(&preview, 300 + round).await?;
        stop.store(true, Ordering::Relaxed);
        preview.end(&view(200 + round));
        burning.await?;
        let p95 = |times: &[Duration]| {
            percentile(&times.iter().map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)).collect::<Vec<_>>(), 95)
        };
        let ratio = p95(&beside) * 100 / p95(&alone).max(1);
        ratios.push(ratio);
        rows.push(vec![(round + 1).to_string(), times(&alone), times(&beside), format!("{}.{:02}", ratio / 100, ratio % 100)]);
    }
    table(&rows);
    let median = percentile(&ratios, 50);
    println!("median of the ratios: {}.{:02} (wanted: at most 2.00)", median / 100, median % 100);
    Ok(())
}

/// Thirty pages, as somebody reads them: the times they took.
async fn read_pages(preview: &Preview, number: usize) -> Outcome<Vec<Duration>> {
    let lines: String = (0..2_000)
        .map(|line| format!("Line {line} of a report that somebody reads from its beginning to its end.\n"))
        .collect();
    let document = Document::new("report.txt", lines.into_bytes());
    let mut took = Vec::new();
    for number_of_page in 1..=30 {
        let from = Instant::now();
        preview.run(&view(number), &[], &document, page(number_of_page)).await?;
        took.push(from.elapsed());
    }
    preview.end(&view(number));
    Ok(took)
}

/// Has a bomb drawn for as long as it is wanted: another one each time, because a document that ended its workers is refused without being tried.
async fn burn(preview: Arc<Preview>, bomb: Arc<[u8]>, number: usize, stop: Arc<AtomicBool>) {
    for time in 0_u32.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let bytes = [&bomb, format!("\n% {number} {time}\n").as_bytes()].concat();
        let told = preview.run(&view(number), &[], &Document::new("bomb.pdf", bytes), page(1)).await;
        assert!(told.is_err() || stop.load(Ordering::Relaxed), "a bomb is not drawn");
    }
}
