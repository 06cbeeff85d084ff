//! The history against the journal it is made from.

use super::{tail::Work, *};
use crate::domain::bounds::HISTORY_TAIL;
use crate::ledger::{
    disk::{Disk, RealDisk},
    machine::Machine,
    scan::Step,
    start::{self, Started},
    testing::{Counter, Event, opening, share},
    writer::{Answer, Class, Settings, Working, Writer},
};
use std::{collections::BTreeMap, error::Error, fs, path::Path};

type Done = Result<(), Box<dyn Error>>;

const LONG: Duration = Duration::from_secs(60);
const EVERYTHING: Posting = Posting { kind: Kind::RECEIPTS, subject: ALL };

struct House {
    writer: Writer<Counter>,
    history: Arc<History>,
}

fn open(data: &Path) -> Result<House, Box<dyn Error>> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let ledger = data.join("ledger");
    let Started { journal, state, report } = start::open::<Counter>(&disk, &opening(&ledger, 64 * 1024), &())?;
    let source = JournalSource::<Counter>::new(disk, ledger, ());
    let history = Arc::new(History::open(data.join("history"), journal.end().next - 1, source)?);
    let settings = Settings { history: Some(Arc::clone(&history)), ..Settings::default() };
    let writer = Writer::start(Counter::default(), journal, state, report.replayed, settings)?;
    Ok(House { writer, history })
}

impl House {
    fn add(&self, lines: u64) -> Done {
        let queue = |n: u64| {
            self.writer.tx(Class::Ordinary, move |t| {
                t.emit(Event::Add { to: if n.is_multiple_of(3) { 0 } else { (n % 10) as u8 }, by: n });
                Ok::<_, ()>(())
            })
        };
        for start in (0..lines).step_by(100) {
            let waiting: Vec<_> = (start..lines.min(start + 100)).map(queue).collect::<Result<_, _>>()?;
            waiting.into_iter().map(Answer::wait).collect::<Result<Vec<_>, _>>()?;
        }
        Ok(())
    }

    fn stop(self) {
        self.writer.stop();
        self.history.stop();
    }

    /// All lists, page by page.
    fn lists(&self) -> Result<BTreeMap<Posting, Vec<Position>>, HistoryError> {
        let mut all = BTreeMap::new();
        for posting in (0..10).map(share).chain([EVERYTHING]) {
            let mut found: Vec<Position> = Vec::new();
            loop {
                let page = self.history.list(posting, found.last().copied(), 37)?;
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            all.insert(posting, found);
        }
        Ok(all)
    }
}

/// What the lists must be, read from the journal.
fn expected(data: &Path) -> Result<BTreeMap<Posting, Vec<Position>>, Box<dyn Error>> {
    let mut all: BTreeMap<Posting, Vec<Position>> = (0..10).map(share).chain([EVERYTHING]).map(|posting| (posting, Vec::new())).collect();
    crate::ledger::verify::verify(&RealDisk, &data.join("ledger"), &mut |position, line| {
        let mut postings = Vec::new();
        Counter::postings(&line.stamp, &Counter::decode(&(), line)?, &mut postings);
        for posting in postings {
            all.entry(posting).or_default().insert(0, position);
        }
        Ok(Step::Go)
    })?;
    Ok(all)
}

#[test]
fn lists_are_whole_at_once_after_the_answer_and_after_a_restart() -> Done {
    let data = tempfile::tempdir()?;
    for lines in [700, 3, 1200] {
        let house = open(data.path())?;
        assert_eq!(house.history.wait(LONG), Status::Ready);
        house.add(lines)?;
        // Some of it is in memory, some in the store: no matter.
        assert_eq!(house.lists()?, expected(data.path())?);
        house.stop();
    }
    assert_eq!(expected(data.path())?[&EVERYTHING].len(), 1903);
    Ok(())
}

#[test]
fn a_page_holds_the_newest_lines_before_its_cursor() -> Done {
    let data = tempfile::tempdir()?;
    let house = open(data.path())?;
    assert_eq!(house.history.wait(LONG), Status::Ready);
    house.add(900)?;
    let all = &expected(data.path())?[&EVERYTHING];
    for (from, limit) in [(0_usize, 1_usize), (0, 5000), (1, 256), (255, 2), (256, 257), (512, 300), (898, 5), (899, 5)] {
        let before = from.checked_sub(1).map(|index| all[index]);
        assert_eq!(house.history.list(EVERYTHING, before, limit)?, all[from..all.len().min(from + limit)], "{limit} from {from}");
    }
    assert_eq!(house.history.list(EVERYTHING, all.last().copied(), 5)?, []);
    assert_eq!(house.history.list(share(200), None, 5)?, []);
    house.stop();
    Ok(())
}

fn damage(data: &Path, how: &str) -> Done {
    let history = data.join("history");
    match how {
        "delete everything" => fs::remove_dir_all(&history)?,
        "delete the store" => fs::remove_dir_all(history.join("store"))?,
        "overwrite the store" => {
            for entry in fs::read_dir(history.join("store"))? {
                let path = entry?.path();
                if path.is_file() {
                    let len = fs::metadata(&path)?.len() as usize;
                    fs::write(&path, vec![0xa5; len])?;
                }
            }
        }
        "another boot, not stopped cleanly" => {
            fs::write(history.join("boot"), "another boot\n")?;
            fs::remove_file(history.join("clean"))?;
        }
        _ => {}
    }
    Ok(())
}

#[test]
fn a_lost_damaged_or_doubtful_history_is_made_again_and_equal() -> Done {
    let data = tempfile::tempdir()?;
    let house = open(data.path())?;
    house.history.wait(LONG);
    house.add(2_000)?;
    house.stop();
    let lists = expected(data.path())?;
    for how in ["nothing", "delete everything", "delete the store", "overwrite the store", "another boot, not stopped cleanly"] {
        damage(data.path(), how)?;
        let house = open(data.path())?;
        assert_eq!(house.history.wait(LONG), Status::Ready, "{how}");
        assert_eq!(house.lists()?, lists, "{how}");
        house.stop();
    }
    Ok(())
}

#[test]
fn a_history_of_another_journal_is_made_again() -> Done {
    let (data, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    // Two journals of one shape: the same sequences and positions, other lines.
    for (dir, first, lines) in [(&data, 8, 300), (&other, 9, 400)] {
        let house = open(dir.path())?;
        house.history.wait(LONG);
        let begin = move |t: &mut Working<'_, Counter>| {
            t.emit(Event::Add { to: first, by: 5 });
            Ok::<_, ()>(())
        };
        house.writer.tx(Class::Ordinary, begin)?.wait()?.map_err(|()| "refused")?;
        house.add(lines)?;
        house.stop();
    }
    fs::remove_dir_all(other.path().join("history"))?;
    fs::rename(data.path().join("history"), other.path().join("history"))?;
    let house = open(other.path())?;
    assert_eq!(house.history.wait(LONG), Status::Ready);
    assert_eq!(house.lists()?, expected(other.path())?);
    house.stop();
    Ok(())
}

#[test]
fn the_mark_of_a_clean_stop_is_there_only_between_stop_and_start() -> Done {
    let data = tempfile::tempdir()?;
    let clean = data.path().join("history/clean");
    for _ in 0..2 {
        let house = open(data.path())?;
        assert_eq!(house.history.wait(LONG), Status::Ready);
        assert!(!clean.exists());
        house.stop();
        assert!(clean.exists());
    }
    Ok(())
}

#[test]
fn a_store_that_falls_too_far_behind_is_caught_up_from_the_journal() {
    let entry = |n| Entry { n, position: Position { segment: 1, offset: n }, hash: [0; 32], postings: vec![EVERYTHING] };
    let tail = Tail::new(0);
    assert!(tail.caught_up(0));
    let bound = HISTORY_TAIL as u64;
    tail.push((1..=bound).map(entry));
    assert_eq!(tail.status(), Status::Ready);
    tail.push([entry(bound + 1)].into_iter());
    assert_eq!(tail.status(), Status::Building);
    assert!(matches!(tail.work(), Work::CatchUp));
    assert!(!tail.caught_up(bound), "a line came meanwhile");
    assert!(tail.caught_up(bound + 1));
    assert_eq!(tail.list(EVERYTHING, None, 5), Ok((vec![], None)));
}

#[test]
fn a_history_that_is_being_made_says_so_and_the_writer_goes_on() -> Done {
    struct Waiting(std::sync::mpsc::Receiver<()>);
    impl Source for Waiting {
        fn version(&self) -> u32 {
            1
        }
        fn lines(&self, _: Option<&Applied>, _: u64, _: &mut dyn FnMut(Entry) -> Step) -> Result<(), SourceError> {
            let _ = self.0.recv();
            Err(SourceError::Journal(crate::ledger::scan::JournalError::Io { path: "gone".into(), source: io::Error::other("gone") }))
        }
    }
    let dir = tempfile::tempdir()?;
    let (go, wait) = std::sync::mpsc::channel();
    let history = History::open(dir.path().join("history"), 5, Waiting(wait))?;
    assert_eq!(history.list(EVERYTHING, None, 5), Err(HistoryError::Building));
    let entry = |n| Entry { n, position: Position { segment: 1, offset: n }, hash: [0; 32], postings: vec![EVERYTHING] };
    history.push((6..200_000).map(entry));
    drop(go);
    assert_eq!(history.wait(LONG), Status::Closed);
    assert_eq!(history.list(EVERYTHING, None, 5), Err(HistoryError::Closed));
    assert!(!dir.path().join("history/clean").exists());
    Ok(())
}
