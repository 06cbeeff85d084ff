//! Mails through a real Postfix that greylists, refuses and sends back, over a line that breaks: each arrives, or is reported; none is lost.
//!
//! A tenth of it by default, a thousand mails with `DOORWARD_FULL`. Postfix keeps real time, the program's clock is moved from try to try.

use crate::figures::table;
use crate::helpers::full;
use crate::mails_line::Line;
use crate::rig::{Outcome, TestApp, documents, until};
use doorward::config::{Bounces, Security, Smtp, Transport};
use doorward::domain::bounds::BOUNCES_EVERY;
use doorward::domain::email::EmailAddress;
use doorward::ledger::state::Timer;
use doorward::web::api::wire::CreateShare;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

/// Recipients of one share at most.
const SHARE: usize = 200;
/// Longest that the whole may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How the other side treats a recipient, by the first letters of the name (tests/tools/postfix.sh).
const KINDS: [(&str, usize); 4] = [("plain", 45), ("grey", 25), ("refused", 15), ("gone", 15)];

/// What became of the mails of one kind.
#[derive(Default)]
struct Count {
    sent: usize,
    once: usize,
    more: usize,
    reported: usize,
    both: usize,
    lost: usize,
}

fn setting(name: &str) -> Option<PathBuf> {
    env::var_os(name).map(PathBuf::from)
}

/// A program that mails through the line, with an owner of its own.
async fn app(line: &Line, bounces: &Path, owner: &str) -> Outcome<TestApp> {
    let smtp = Smtp {
        host: "127.0.0.1".parse()?,
        port: line.port,
        security: Security::Plain,
        login: None,
        ca_file: None,
        hello: Some("localhost".parse()?),
    };
    let (bounces, owner) = (bounces.to_owned(), EmailAddress::parse(owner)?);
    let app = TestApp::with(move |config| {
        config.mail.transport = Transport::Smtp(smtp.clone());
        let address = EmailAddress::parse("bounces@example.org").expect("an address");
        config.mail.bounces = Some(Bounces { address, maildir: bounces.clone() });
        if let Some(first) = config.staff.first_mut() {
            first.address = owner.clone();
        }
    })
    .await?;
    app.put("report.txt", "the report")?;
    Ok(app)
}

/// Moves time from one try to the next until nothing waits, and until what comes back has come.
async fn run_to_the_end(app: &TestApp, gone: usize) {
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end, "it takes too long");
        let state = app.gate.ledger().state();
        let next = state.timers.iter().find(|(_, timer)| matches!(timer, Timer::Mail(_))).map(|(moment, _)| *moment);
        let now = app.gate.now();
        // A second of Postfix's time must not hold all twelve tries.
        let mut pause = Duration::from_millis(40);
        match next {
            // Being tried; Postfix takes its time.
            Some(moment) if moment <= now => {}
            Some(moment) => {
                app.pass(Duration::from_millis(u64::try_from(moment.millis() - now.millis()).unwrap_or(0) + 1));
                pause = Duration::from_millis(200);
            }
            None if app.events("mail.bounced").len() >= gone => return,
            None => app.pass(BOUNCES_EVERY),
        }
        let _ = tokio::time::timeout(pause, std::future::pending::<()>()).await;
    }
}

/// The mails of a Maildir that came after the start, by their one recipient; with their Message-ID.
fn delivered(maildir: &Path, run: &str) -> Outcome<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(maildir.join("new"))? {
        let text = String::from_utf8_lossy(&fs::read(entry?.path())?).into_owned();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
        let (to, id) = (value("To:"), value("Message-ID:"));
        if to.contains(run) {
            found.entry(to).or_default().push(id);
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mail_arrives_or_is_reported() -> Outcome {
    let (Some(port), Some(mail), Some(bounces)) =
        (env::var("DOORWARD_TEST_SMTP_PORT").ok(), setting("DOORWARD_TEST_MAILDIR"), setting("DOORWARD_TEST_BOUNCES"))
    else {
        println!("mails: there is no Postfix here, which only root can start: not tried");
        return Ok(());
    };
    let (all, run) = (if full() { 1_000 } else { 100 }, format!("r{}", std::process::id()));
    let line = Line::start(port.parse()?).await?;
    let owner = format!("owner-{run}@example.org");
    let app = app(&line, &bounces, &owner).await?;
    let begun = Instant::now();
    let kinds: Vec<&str> = KINDS.iter().flat_map(|(kind, share)| std::iter::repeat_n(*kind, *share)).collect();
    let to: Vec<(&str, String)> = (0..all)
        .map(|n| (kinds[n * 37 % 100], n))
        .map(|(kind, n)| (kind, format!("{kind}-{n}-{run}@example.net")))
        .collect();
    let mut shares = Vec::new();
    for some in to.chunks(SHARE) {
        let to = some.iter().map(|(_, address)| address.clone()).collect();
        shares.push(app.share(CreateShare { to, ..documents(&["report.txt"]) }).await?);
    }
    let gone = to.iter().filter(|(kind, _)| *kind == "gone").count();
    run_to_the_end(&app, gone).await;
    let mut reported: BTreeMap<String, usize> = BTreeMap::new();
    // A share remembers the last fifty; the ledger has all of them.
    for share in &shares {
        for failed in app.view(share).await?.undelivered {
            *reported.entry(failed.email).or_default() += 1;
        }
    }
    let events = app.events("mail.failed").len() + app.events("mail.bounced").len();
    until("the last mails have been put into their boxes", || {
        delivered(&mail, &run).is_ok_and(|found| found.get(&owner).map_or(0, Vec::len) >= events)
    })
    .await;
    let found = delivered(&mail, &run)?;
    let told = owners_mails(&mail, &owner)?;
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for (kind, address) in &to {
        let count = counts.entry(kind).or_default();
        let (arrived, known) = (found.get(address).map_or(0, Vec::len), told.contains(address));
        count.sent += 1;
        count.once += usize::from(arrived == 1);
        count.more += usize::from(arrived > 1);
        count.reported += usize::from(known);
        count.both += usize::from(known && arrived > 0);
        count.lost += usize::from(!known && arrived == 0);
    }
    show(&counts, &app, &line, begun.elapsed());
    let of = |kind: &str, what: fn(&Count) -> usize| counts.get(kind).map_or(0, what);
    assert_eq!(counts.values().map(|count| count.lost).sum::<usize>(), 0, "none is lost");
    assert_eq!(counts.values().map(|count| count.both).sum::<usize>(), 0, "none is reported that arrived");
    for kind in ["plain", "grey"] {
        assert_eq!(of(kind, |count| count.once + count.more), of(kind, |count| count.sent), "{kind}");
    }
    for kind in ["refused", "gone"] {
        assert_eq!(of(kind, |count| count.reported), of(kind, |count| count.sent), "{kind}");
    }
    assert!(reported.values().all(|times| *times == 1), "each is reported once: {reported:?}");
    // Whatever came twice says so: mail programs show one of them.
    assert!(
        found.iter().filter(|(to, _)| **to != owner).all(|(_, ids)| ids.iter().all(|id| *id == ids[0])),
        "copies bear the same Message-ID"
    );
    let copies: usize = found.values().map(|ids| ids.len() - ids.iter().collect::<BTreeSet<_>>().len()).sum();
    assert!(copies <= line.unanswered(), "{copies} copies, and {} answers were lost", line.unanswered());
    Ok(())
}

/// All that the owner was told.
fn owners_mails(maildir: &Path, owner: &str) -> Outcome<String> {
    let mut told = String::new();
    for entry in fs::read_dir(maildir.join("new"))? {
        let text = String::from_utf8_lossy(&fs::read(entry?.path())?).into_owned();
        if text.lines().any(|line| line.strip_prefix("To:").is_some_and(|to| to.trim() == owner)) {
            // The subject may be folded; the text may be wrapped.
            told.push_str(&text.replace("=\r\n", "").replace("=\n", ""));
        }
    }
    Ok(told)
}

fn show(counts: &BTreeMap<&str, Count>, app: &TestApp, line: &Line, took: Duration) {
    let head = ["mails", "sent", "arrived once", "arrived twice", "reported", "lost"].map(str::to_owned).to_vec();
    let rows = counts.iter().map(|(kind, count)| {
        let numbers = [count.sent, count.once, count.more, count.reported, count.lost].map(|number| number.to_string());
        [vec![(*kind).to_owned()], numbers.to_vec()].concat()
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    let (delays, broken) = (app.events("mail.delayed").len(), line.broken());
    println!(
        "{delays} tries put off; of {} connections {broken} broken, of these {} after the whole mail; {:.1} s",
        line.all(),
        line.unanswered(),
        took.as_secs_f64()
    );
}
