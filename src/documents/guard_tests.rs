//! The guard before a store that a test plays: it is asked within its limits, and left alone when it fails.

use super::guard::Guarded;
use super::media::MediaType;
use super::read::{Content, OpenDocument, RemoteContent};
use super::*;
use crate::config::StoreKind;
use crate::config::store::{Http, Listing as Lists, SignIn, Web};
use crate::domain::bounds::{STORE_FAILURES, STORE_PAUSE, STORE_REST, STORE_WAIT};
use crate::domain::range::ByteRange;
use crate::domain::time::ManualClock;
use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use std::collections::VecDeque;
use std::error::Error;
use std::sync::Mutex;
use std::time::Duration;

type Tested = Result<(), Box<dyn Error>>;

const SHORT: Duration = Duration::from_millis(150);
const ALL: ByteRange = ByteRange { start: 0, end: u64::MAX };

/// What the played store does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Answer,
    Fail(StoreError),
    FailLate,
    Hang,
}

#[derive(Debug, Clone)]
struct Played {
    script: Arc<Mutex<(VecDeque<Act>, usize)>>,
    clock: ManualClock,
}

impl Default for Played {
    fn default() -> Self {
        Self { script: Arc::default(), clock: ManualClock::at(Timestamp::from_millis(1_000_000)) }
    }
}

impl Played {
    fn then(&self, acts: impl IntoIterator<Item = Act>) {
        self.script.lock().expect("no test panics while it plays").0.extend(acts);
    }

    fn asked(&self) -> usize {
        self.script.lock().expect("no test panics while it plays").1
    }

    async fn act<T>(&self, answer: T) -> Result<T, StoreError> {
        let act = {
            let mut played = self.script.lock().expect("no test panics while it plays");
            played.1 += 1;
            played.0.pop_front().unwrap_or(Act::Answer)
        };
        match act {
            Act::Answer => Ok(answer),
            Act::Fail(error) => Err(error),
            Act::FailLate => {
                self.clock.advance(STORE_WAIT);
                Err(StoreError::Unreachable)
            }
            Act::Hang => std::future::pending().await,
        }
    }
}

const VERSION: FileVersion = FileVersion::plain(8, 0);

/// Gives four bytes, and then nothing more.
#[derive(Debug)]
struct Halting;

impl RemoteContent for Halting {
    fn read(self: Box<Self>, _: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"four"))]).chain(stream::pending()).boxed()
    }
}

impl Store for Played {
    fn stat<'a>(&'a self, _: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<Stat, StoreError>> {
        self.act(Stat { kind: Kind::Document, version: VERSION, changed: Timestamp::default() }).boxed()
    }

    fn list<'a>(&'a self, _: &'a DocumentPath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        self.act(Listing::default()).boxed()
    }

    fn open<'a>(&'a self, _: &'a DocumentPath, _: Option<&'a FileVersion>) -> BoxFuture<'a, Result<OpenDocument, StoreError>> {
        let content = Content::Remote(Box::new(Halting));
        let document =
            OpenDocument { version: VERSION, size: 8, media_type: MediaType::detect(b"a", b""), changed: Timestamp::default(), content };
        self.act(document).boxed()
    }

    /// Takes the bytes, and then does what is played.
    fn create<'a>(&'a self, _: &'a DocumentPath, _: u64, bytes: Incoming) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        async {
            bytes.for_each(|_| std::future::ready(())).await;
            self.act(VERSION).await
        }
        .boxed()
    }

    fn within(&self, _: &DocumentPath) -> Box<dyn Store> {
        Box::new(self.clone())
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        async { self.act(()).await.map_err(|error| Problem::Remote(error.to_string())) }.boxed()
    }
}

struct Scene {
    played: Played,
    guarded: Guarded,
}

fn scene(calls: usize, tries: u32) -> Result<Scene, Box<dyn Error>> {
    let web = Web { url: "http://localhost/".parse()?, sign_in: SignIn::Nobody, ca_file: None, networks: Vec::new() };
    let entry = StoreEntry {
        kind: StoreKind::Http(Http { web, listing: Lists::None }),
        calls,
        timeout: SHORT,
        tries,
        ..StoreEntry::folder(StoreName::parse("played")?, PathBuf::new())
    };
    let played = Played::default();
    let guarded = Guarded::new(Box::new(played.clone()), &entry, Arc::new(played.clock.clone()));
    Ok(Scene { played, guarded })
}

const AWAY: Act = Act::Fail(StoreError::Unreachable);

impl Scene {
    async fn stat(&self) -> Result<Stat, StoreError> {
        self.guarded.stat(&DocumentPath::root(), None).await
    }

    async fn open(&self) -> Result<OpenDocument, StoreError> {
        self.guarded.open(&DocumentPath::root(), None).await
    }

    /// Has the store fail until it is left alone.
    async fn wear_out(&self) {
        self.played.then((0..STORE_FAILURES).map(|_| AWAY));
        for _ in 0..STORE_FAILURES {
            assert_eq!(self.stat().await, Err(StoreError::Unreachable));
        }
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_tried_again_after_a_pause_that_grows() -> Tested {
    let scene = scene(4, 3)?;
    scene.played.then([AWAY, AWAY]);
    let mut look = scene.stat().boxed();
    for (tries, pause) in [(1, STORE_PAUSE), (2, 2 * STORE_PAUSE)] {
        assert!(futures_util::poll!(&mut look).is_pending());
        assert_eq!(scene.played.asked(), tries);
        scene.played.clock.advance(pause.mul_f64(0.49));
        assert!(futures_util::poll!(&mut look).is_pending());
        assert_eq!(scene.played.asked(), tries, "at least half of the pause is waited for");
        scene.played.clock.advance(pause);
    }
    assert!(look.await.is_ok());
    assert_eq!((scene.played.asked(), scene.guarded.condition()), (3, Condition::Fine));
    Ok(())
}

#[tokio::test]
async fn what_is_no_matter_of_trying_is_asked_for_once_and_a_document_is_put_once() -> Tested {
    let scene = scene(4, 3)?;
    for error in [StoreError::Missing, StoreError::Denied, StoreError::SignIn, StoreError::Changed, StoreError::Failed("odd")] {
        scene.played.then([Act::Fail(error)]);
        let before = scene.played.asked();
        assert_eq!(scene.stat().await, Err(error));
        assert_eq!(scene.played.asked(), before + 1, "{error}");
    }
    scene.played.then([AWAY]);
    let before = scene.played.asked();
    let put = scene.guarded.create(&DocumentPath::root(), 0, stream::empty().boxed()).await;
    assert_eq!((put, scene.played.asked()), (Err(StoreError::Unreachable), before + 1));
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_silent_counts_as_away_once_its_time_is_over() -> Tested {
    let scene = scene(4, 3)?;
    scene.played.then([Act::Hang, Act::Hang]);
    let start = std::time::Instant::now();
    assert_eq!(scene.stat().await, Err(StoreError::Unreachable));
    assert!(start.elapsed() >= SHORT && scene.played.asked() == 1);
    let found = scene.guarded.check().await;
    assert!(matches!(found, Err(Problem::Remote(text)) if text.contains("does not answer")));
    Ok(())
}

#[tokio::test]
async fn a_new_document_may_come_slowly_but_the_store_must_take_it() -> Tested {
    let scene = scene(4, 3)?;
    let slow = stream::unfold((tokio::time::interval(2 * SHORT), 0), |(mut pace, number)| async move {
        pace.tick().await;
        (number < 3).then(|| (Ok(Bytes::from_static(b"piece")), (pace, number + 1)))
    });
    assert_eq!(scene.guarded.create(&DocumentPath::root(), 15, slow.boxed()).await, Ok(VERSION));
    scene.played.then([Act::Hang]);
    let put = scene.guarded.create(&DocumentPath::root(), 0, stream::empty().boxed()).await;
    assert_eq!((put, scene.played.asked()), (Err(StoreError::Unreachable), 2));
    Ok(())
}

#[tokio::test]
async fn an_open_document_counts_as_a_call_until_it_is_let_go_of() -> Tested {
    let scene = scene(1, 1)?;
    let document = scene.open().await?;
    assert_eq!(scene.stat().await, Err(StoreError::Busy), "another one has the only place");
    let mut pieces = document.read(ALL);
    assert_eq!(pieces.next().await.ok_or("no piece")??, "four");
    assert_eq!(scene.stat().await, Err(StoreError::Busy));
    assert_eq!(scene.guarded.condition(), Condition::Fine, "a store that is asked much has not failed");
    drop(pieces);
    assert!(scene.stat().await.is_ok());
    drop(scene.open().await?);
    assert!(scene.stat().await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_download_that_gets_no_more_bytes_breaks_off_in_time() -> Tested {
    let scene = scene(1, 1)?;
    let mut pieces = scene.open().await?.read(ALL);
    assert_eq!(pieces.next().await.ok_or("no piece")??, "four");
    let end = pieces.next().await.ok_or("no end")?;
    assert!(end.is_err_and(|error| error.kind() == io::ErrorKind::TimedOut));
    assert!(pieces.next().await.is_none() && scene.stat().await.is_ok(), "and its place is free again");
    Ok(())
}

#[tokio::test]
async fn a_dead_store_answers_at_once_until_one_look_finds_it_back() -> Tested {
    let scene = scene(4, 1)?;
    scene.wear_out().await;
    let asked = scene.played.asked();
    for _ in 0..100 {
        assert_eq!(scene.stat().await, Err(StoreError::Busy));
    }
    assert_eq!(scene.played.asked(), asked, "nobody asks it");
    assert!(matches!(scene.guarded.condition(), Condition::LeftAlone { error: StoreError::Unreachable, .. }));
    scene.played.clock.advance(STORE_REST);
    scene.played.then([AWAY]);
    assert_eq!((scene.stat().await, scene.stat().await), (Err(StoreError::Unreachable), Err(StoreError::Busy)));
    assert_eq!(scene.played.asked(), asked + 1, "one look");
    scene.played.clock.advance(2 * STORE_REST);
    assert!(scene.stat().await.is_ok() && scene.stat().await.is_ok());
    assert_eq!(scene.guarded.condition(), Condition::Fine);
    Ok(())
}

#[tokio::test]
async fn a_trial_whose_caller_has_gone_leaves_room_for_the_next() -> Tested {
    let scene = scene(4, 1)?;
    scene.wear_out().await;
    scene.played.clock.advance(STORE_REST);
    scene.played.then([Act::Hang]);
    let mut trial = scene.stat().boxed();
    assert!(futures_util::poll!(&mut trial).is_pending());
    assert_eq!(scene.stat().await, Err(StoreError::Busy), "one look at a time");
    drop(trial);
    assert!(scene.stat().await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_person_who_checks_a_store_that_is_back_need_not_wait_for_its_rest_to_end() -> Tested {
    let scene = scene(4, 1)?;
    scene.wear_out().await;
    assert_eq!(scene.guarded.check().await, Ok(()));
    assert!(scene.stat().await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_folder_is_left_alone_only_when_it_kept_people_waiting() -> Tested {
    let (played, root) = (Played::default(), DocumentPath::root());
    let entry = StoreEntry::folder(StoreName::parse("played")?, PathBuf::new());
    let guarded = Guarded::new(Box::new(played.clone()), &entry, Arc::new(played.clock.clone()));
    for _ in 0..3 * STORE_FAILURES {
        played.then([AWAY]);
        assert_eq!(guarded.stat(&root, None).await, Err(StoreError::Unreachable));
    }
    assert!(guarded.stat(&root, None).await.is_ok());
    for _ in 0..STORE_FAILURES {
        played.then([Act::FailLate]);
        assert_eq!(guarded.stat(&root, None).await, Err(StoreError::Unreachable));
    }
    assert_eq!(guarded.stat(&root, None).await, Err(StoreError::Busy));
    Ok(())
}
