//! `load overload`: ten times what the server can do, with a store that is slow and of which little may be asked at once.

use crate::journey::{Arrived, Guest, Wanted, go};
use crate::plan::at_rate;
use crate::tally::Tally;
use clap::Args;
use harness::Fallible;
use harness::browser::{Browser, Door};
use harness::mailbox::Mailbox;
use harness::server::{Scene, Server};
use harness::slow;
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What `load overload` can be told.
#[derive(Args, Clone)]
pub struct Options {
    /// Calls that the store is asked at the same time
    #[arg(long, default_value_t = 8)]
    calls: usize,
    /// Milliseconds that the store takes for each answer
    #[arg(long, default_value_t = 40)]
    delay: u64,
    /// Seconds of each part
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// How many times the capacity is offered
    #[arg(long, default_value_t = 10.0)]
    times: f64,
}

static DOCUMENT: [u8; 1024] = [b'x'; 1024];
/// Those who ask while the capacity is found, for each call that may run.
const ASKERS_PER_CALL: usize = 3;
/// Connections that are open before anything is counted: of new ones each costs a handshake on either side, which is measured in a row of its own.
const CONNECTIONS: usize = 256;
/// Of the capacity, as usual load before and after.
const USUAL: f64 = 0.5;
/// A refusal that comes within this comes at once.
const AT_ONCE: Duration = Duration::from_millis(250);
const LEAST_GOODPUT: f64 = 0.8;

/// Connections of a recipient, taken in turn; more are made when all are busy.
struct Pool {
    door: Door,
    who: Arrived,
    document: String,
    idle: Mutex<Vec<Browser>>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Given,
    /// Whether it was said when to come again.
    Refused(bool),
}

impl Pool {
    async fn fill(&self) -> Fallible {
        for n in 0..CONNECTIONS {
            let mut browser = self.door.connect(n).await?.with(self.who.cookies.clone());
            browser.get("/healthz").await?;
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(browser);
        }
        Ok(())
    }

    /// One that lies idle and that the server has not closed.
    fn taken(&self) -> Option<Browser> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(Browser::is_open)
    }

    async fn ask(&self, n: usize) -> Fallible<Fate> {
        let mut browser = match self.taken() {
            Some(browser) => browser,
            None => self.door.connect(n).await?.with(self.who.cookies.clone()),
        };
        let answer = browser.get(&self.document).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(browser);
        match answer.status.as_u16() {
            200 if answer.body[..] == DOCUMENT => Ok(Fate::Given),
            503 => Ok(Fate::Refused(answer.fields.contains_key("retry-after"))),
            other => Err(format!("{other} with {} bytes", answer.body.len()).into()),
        }
    }
}

/// Runs it.
pub async fn run(options: &Options, out: &Path) -> Fallible {
    let (scene, server, pool) = begin(options).await?;
    pool.fill().await?;
    let capacity = capacity(&pool, options).await?;
    let count = |rate: f64| (rate * options.seconds) as usize;
    let parts = [("usual load before", USUAL), ("overload", options.times), ("usual load after", USUAL)];
    let mut seen = Vec::new();
    for (name, part) in parts {
        let (rate, before, began) = (capacity * part, server.figures()?, Instant::now());
        let asked = at_rate(rate, count(rate), |n, due| {
            let pool = Arc::clone(&pool);
            async move { (pool.ask(n).await, due.elapsed()) }
        });
        let tally = told(asked.await)?;
        let took = began.elapsed().as_secs_f64();
        let cpu = server.figures()?.cpu - before.cpu;
        println!(
            "## {name}: {rate:.0} a second of a capacity of {capacity:.0}\n\n{}\nprocessor {:.0} %\n",
            tally.table(),
            cpu / took * 100.0
        );
        seen.push((tally, took));
    }
    let warnings = server.warnings()?;
    server.stop().await?;
    drop(scene);
    tell(options, capacity, &seen, out)?;
    warnings.iter().take(5).for_each(|line| println!("\nthe server said: {line}"));
    Ok(())
}

/// A server over a slow store, and somebody who is in.
async fn begin(options: &Options) -> Fallible<(Scene, Server, Arc<Pool>)> {
    let mailbox = Mailbox::default();
    let port = slow::listen(&DOCUMENT, Duration::from_millis(options.delay)).await?;
    let store =
        format!("[[store]]\nname = \"slow\"\nkind = \"http\"\ncalls = {}\n[store.http]\nurl = \"http://127.0.0.1:{port}/\"", options.calls);
    let scene = Scene::new(mailbox.listen().await?, &store, |text| text)?;
    let server = scene.serve().await?;
    let door = Door::new(scene.port, &scene.path().join("ca.pem"), false)?;
    let to = "guest@example.org".to_owned();
    let links = server.share_with(&["document.bin".to_owned()], std::slice::from_ref(&to), &["--follow"]).await?;
    let (address, link) = links.into_iter().next().ok_or("no link")?;
    let wanted = Wanted { door: door.clone(), mailbox, documents: 1, content: Arc::new(DOCUMENT.to_vec()) };
    let who = go(Guest { number: 0, address, link }, wanted, true).await?;
    let document = format!("{}f/document.bin", who.list);
    Ok((scene, server, Arc::new(Pool { door, who, document, idle: Mutex::default() })))
}

/// Documents a second, when those who ask wait for each other.
async fn capacity(pool: &Arc<Pool>, options: &Options) -> Fallible<f64> {
    let (start, time) = (Instant::now(), Duration::from_secs_f64(options.seconds));
    let askers: Vec<_> = (0..options.calls * ASKERS_PER_CALL)
        .map(|n| {
            let pool = Arc::clone(pool);
            tokio::spawn(async move {
                let mut given = 0;
                while start.elapsed() < time {
                    given += usize::from(pool.ask(n).await? == Fate::Given);
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(given)
            })
        })
        .collect();
    let mut given = 0;
    for asker in askers {
        given += asker.await??;
    }
    Ok(given as f64 / start.elapsed().as_secs_f64())
}

const GIVEN: &str = "given";
const REFUSED: &str = "refused with 503";

fn told(fates: Vec<(Fallible<Fate>, Duration)>) -> Fallible<Tally> {
    let mut tally = Tally::default();
    for (fate, time) in fates {
        match fate {
            Ok(Fate::Given) => tally.note(GIVEN, time)?,
            Ok(Fate::Refused(true)) => tally.note(REFUSED, time)?,
            Ok(Fate::Refused(false)) => tally.fail("refused without Retry-After"),
            Err(why) => tally.fail(&why.to_string()),
        }
    }
    Ok(tally)
}

fn tell(options: &Options, capacity: f64, seen: &[(Tally, f64)], out: &Path) -> Fallible {
    let [(before, _), (over, took), (after, _)] = seen else { return Err("three parts are told".into()) };
    let goodput = over.count(GIVEN) as f64 / took / capacity;
    let late = over.quantile(REFUSED, 0.99);
    let recovered = after.count(REFUSED) == 0 && after.failed() == 0;
    let slower = after.quantile(GIVEN, 0.99) / before.quantile(GIVEN, 0.99).max(0.001);
    let verdict = |good| if good { "reached" } else { "missed" };
    println!("| target | measured | verdict |\n|---|---|---|");
    println!("| goodput at {:.0}x >= 0.80 of the capacity | {goodput:.2} | {} |", options.times, verdict(goodput >= LEAST_GOODPUT));
    println!(
        "| refused with 503 and Retry-After within {} ms (p99), nothing else | {late:.0} ms, {} otherwise | {} |",
        AT_ONCE.as_millis(),
        over.failed(),
        verdict(late <= AT_ONCE.as_secs_f64() * 1e3 && over.failed() == 0)
    );
    println!("| afterwards as before | none refused: {recovered}, p99 {slower:.2}x | {} |", verdict(recovered && slower <= 2.0));
    let kept = json!({ "capacity": capacity, "times": options.times, "goodput": goodput, "refused_p99_ms": late,
        "otherwise": over.failed(), "recovered": recovered, "p99_after": slower });
    Ok(std::fs::write(out.join("overload.json"), kept.to_string())?)
}
