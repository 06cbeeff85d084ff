//! Scanners that come before the person: whatever they do with a link, nothing is read by them, and the person gets in.

use super::headless::{Headless, Looked};
use super::{named_wait, of, own_code};
use crate::figures::table;
use crate::helpers::full;
use crate::rig::{Client, Outcome, Shared, TestApp, documents};
use doorward::web::api::wire::CreateShare;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

const VISITS: usize = 10;
const RECIPIENTS: usize = 10;
/// A person asks no more often than this.
const PATIENCE: usize = 12;

/// What comes before a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Persona {
    Gets,
    Heads,
    LoadsAhead,
    Browses,
    Clicks,
    Fills,
    Chromium,
}

/// Those that are played by a client; what browses loads whatever a page names. Chromium comes as well, where the tests have it.
const ALL: [Persona; 6] = [Persona::Gets, Persona::Heads, Persona::LoadsAhead, Persona::Browses, Persona::Clicks, Persona::Fills];

#[derive(Debug, Default)]
struct Tally {
    visits: usize,
    requests: usize,
    refused: usize,
    sessions: usize,
}

impl Tally {
    fn add(&mut self, looked: &Looked) {
        self.visits += 1;
        self.requests += looked.requests;
        self.refused += looked.refused;
        self.sessions += looked.sessions;
    }
}

struct Visit<'a> {
    client: &'a Client,
    tally: &'a mut Tally,
    /// What is typed into a field for a code.
    code: Option<String>,
}

impl Visit<'_> {
    fn note(&mut self, answer: &crate::rig::Answer) {
        self.tally.requests += 1;
        self.tally.refused += usize::from(answer.code() == 429);
        let cookies = answer.headers.get_all("set-cookie").iter();
        self.tally.sessions += cookies.filter(|cookie| cookie.as_bytes().starts_with(b"__Host-dw-s-")).count();
    }

    async fn ask(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Outcome<crate::rig::Answer> {
        let answer = self.client.ask(method, path, fields, Vec::new()).await?;
        self.note(&answer);
        Ok(answer)
    }

    /// Sends every form of a page, and those of the pages that they lead to.
    async fn press_everything(&mut self, link: &str) -> Outcome {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![link.to_owned()]);
        while let Some(path) = todo.pop().filter(|_| seen.len() < 8) {
            if !seen.insert(path.clone()) {
                continue;
            }
            let page = self.ask("GET", &path, &[]).await?;
            for form in page.forms() {
                let form = match &self.code {
                    Some(code) => form.with("code", code).with("message", "every field filled in"),
                    None => form,
                };
                let answer = self.client.post_form(&form).await?;
                self.note(&answer);
                todo.extend(Some(answer.location().to_owned()).filter(|location| !location.is_empty()));
            }
        }
        Ok(())
    }

    async fn make(&mut self, persona: Persona, link: &str) -> Outcome {
        self.tally.visits += 1;
        self.client.set_cookies(BTreeMap::new());
        match persona {
            Persona::Gets => drop(self.ask("GET", link, &[("user-agent", "a mail scanner")]).await?),
            Persona::Heads => {
                self.ask("HEAD", link, &[]).await?;
                self.ask("GET", link, &[]).await?;
            }
            Persona::LoadsAhead => {
                let fields = [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")];
                for href in self.ask("GET", link, &fields).await?.hrefs().into_iter().filter(|href| href.starts_with('/')) {
                    self.ask("GET", &href, &fields).await?;
                }
            }
            Persona::Browses => {
                let fields = [("user-agent", "Mozilla/5.0 HeadlessChrome/150"), ("sec-fetch-mode", "navigate"), ("accept", "text/html")];
                for href in self.ask("GET", link, &fields).await?.hrefs().into_iter().filter(|href| href.starts_with('/')) {
                    self.ask("GET", &href, &fields).await?;
                }
            }
            Persona::Clicks | Persona::Fills | Persona::Chromium => self.press_everything(link).await?,
        }
        Ok(())
    }
}

/// Six digits that no mail to this address has.
fn never_mailed(app: &TestApp, email: &str) -> String {
    let mailed = app.mail.codes(email);
    (0..).map(|n| format!("{n:06}")).find(|code| !mailed.contains(code)).unwrap_or_default()
}

/// A person who does what the pages say, and waits as long as they name: how long that took in all.
async fn the_person_gets_in(app: &TestApp, share: &Shared, email: &str) -> Outcome<Option<Duration>> {
    let (client, start) = (app.client().from(Ipv4Addr::new(127, 0, 0, 200)), app.gate.now());
    for _ in 0..PATIENCE {
        let agreed = client.agree(&share.link_of(email)).await?;
        if agreed.code() == 429 {
            app.pass(Duration::from_secs(agreed.header("retry-after").parse()?));
            continue;
        }
        let page = client.get(&share.code_page()).await?;
        if let Some(code) = own_code(app, share, &client).filter(|_| page.says("name=\"code\"")) {
            crate::rig::until("the mail is there", || app.mail.codes(email).contains(&code)).await;
            let answer = client.give_code(share, &code).await?;
            if answer.code() == 303 {
                assert_eq!(client.get(&share.document("report.txt")).await?.text(), "the report");
                return Ok(Some(app.gate.now().since(start)));
            }
            app.pass(Duration::from_secs(answer.header("retry-after").parse().unwrap_or(0)));
        } else {
            app.pass(named_wait(&page.text(), app.gate.now()).ok_or("the page names a wait")?);
        }
    }
    Ok(None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_personas_read_nothing_and_the_person_gets_in_after_them() -> Outcome {
    let links = of(100);
    let app = TestApp::with(|config| config.limits.exempt_networks.clear()).await?;
    app.put("report.txt", "the report")?;
    let mut tallies: BTreeMap<Persona, Tally> = BTreeMap::new();
    let (mut waits, mut browser) = (Vec::new(), Headless::start().await?);
    for number in 0..links.div_ceil(RECIPIENTS) {
        let to: Vec<String> = (0..RECIPIENTS).map(|n| format!("person{number}-{n}@example.org")).collect();
        let share = app.share(CreateShare { to: to.clone(), ..documents(&["report.txt"]) }).await?;
        for email in to {
            for nth_visit in 0..VISITS {
                for (nth, persona) in ALL.into_iter().enumerate() {
                    let client = app.client().from(Ipv4Addr::new(127, 0, 0, 10 + u8::try_from(nth)?));
                    let code = (persona == Persona::Fills).then(|| never_mailed(&app, &email));
                    let mut visit = Visit { client: &client, tally: tallies.entry(persona).or_default(), code };
                    visit.make(persona, &share.link_of(&email)).await?;
                }
                // It takes a second or two each time.
                if let Some(browser) = browser.as_mut().filter(|_| full() || nth_visit == 0) {
                    let address = format!("https://localhost:{}{}", app.address.port(), share.link_of(&email));
                    tallies.entry(Persona::Chromium).or_default().add(&browser.look(&address).await?);
                }
                app.pass(Duration::from_secs(30));
            }
            waits.push(the_person_gets_in(&app, &share, &email).await?);
        }
    }
    let mut rows = vec![["persona", "visits", "requests", "asked to slow down", "sessions"].map(str::to_owned).to_vec()];
    for (persona, tally) in &tallies {
        rows.push(
            [format!("{persona:?}")]
                .into_iter()
                .chain([tally.visits, tally.requests, tally.refused, tally.sessions].map(|n| n.to_string()))
                .collect(),
        );
    }
    table(&rows);
    if browser.is_none() {
        println!("there are no libraries here that drive a browser: Chromium did not come");
    }
    let entered: Vec<u64> = waits.iter().flatten().map(Duration::as_secs).collect();
    let at_once = entered.iter().filter(|wait| **wait == 0).count();
    println!(
        "persons: {} of {links} in, {at_once} of them at once, the others after {} s at most, as their pages said",
        entered.len(),
        entered.iter().max().copied().unwrap_or(0)
    );
    assert_eq!(entered.len(), links, "everybody gets in");
    assert_eq!(tallies.values().map(|tally| tally.sessions).sum::<usize>(), 0);
    assert_eq!((app.events("session.opened").len(), app.events("receipt.started").len()), (links, links), "those of the persons alone");
    Ok(())
}
