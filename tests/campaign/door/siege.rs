//! Attacked at full rate by somebody who holds the link: who was in before gets in each time, and others as their pages and staff say.

use super::{meanwhile, named_wait, of, own_code};
use crate::rig::{Client, Outcome, Shared, TestApp, documents, until};
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

const GUEST: &str = "guest@example.org";
const THREE_HOURS: Duration = Duration::from_secs(3 * 3600);
/// A person asks no more often than this.
const PATIENCE: usize = 12;

/// Attackers that do nothing but agree in fresh browsers and type wrong codes.
struct Siege {
    over: Arc<AtomicBool>,
    tries: Arc<AtomicUsize>,
    attackers: Vec<JoinHandle<()>>,
}

impl Siege {
    fn begin(app: &TestApp, share: &Shared, email: &str, attackers: u8) -> Self {
        let (over, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let attackers = (0..attackers)
            .map(|number| {
                let client = app.client().from(Ipv4Addr::new(127, 0, 1, number + 1));
                let (share, link) = (share.clone(), share.link_of(email));
                let (over, tries) = (Arc::clone(&over), Arc::clone(&tries));
                tokio::spawn(async move {
                    while !over.load(Ordering::Relaxed) {
                        // The program may be stopped under them.
                        if attack(&client, &share, &link, &tries).await.is_err() {
                            meanwhile(Duration::from_millis(1)).await;
                        }
                    }
                })
            })
            .collect();
        Self { over, tries, attackers }
    }

    fn tries(&self) -> usize {
        self.tries.load(Ordering::Relaxed)
    }

    /// Waits until they have tried so often since it began.
    async fn go_on(&self, more: usize) {
        let wanted = self.tries() + more;
        until("attackers go on", || self.tries() >= wanted).await;
    }

    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        for attacker in self.attackers {
            let _ = attacker.await;
        }
        self.tries.load(Ordering::Relaxed)
    }
}

async fn attack(client: &Client, share: &Shared, link: &str, tries: &AtomicUsize) -> Outcome {
    client.set_cookies(BTreeMap::new());
    client.agree(link).await?;
    let page = client.get(&share.code_page()).await?;
    tries.fetch_add(1, Ordering::Relaxed);
    for form in page.forms().into_iter().take(1) {
        let form = crate::rig::answer::Form { action: share.code_page(), ..form };
        for _ in 0..6 {
            client.post_form(&form.clone().with("code", "31415926")).await?;
            client.post_form(&form.clone().with("code", "271828")).await?;
            tries.fetch_add(2, Ordering::Relaxed);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_browser_gets_in_each_time_while_attacked_at_full_rate() -> Outcome {
    let rounds = of(100);
    // No network is counted here: the attackers have as many as they like.
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let known = app.client();
    known.enter(&share).await?;
    known.finish(&share).await?;
    let siege = Siege::begin(&app, &share, GUEST, 4);
    let mut entered = 0;
    for _ in 0..rounds {
        app.pass(THREE_HOURS);
        siege.go_on(20).await;
        known.agree(&share.link()).await?;
        let code = own_code(&app, &share, &known).ok_or("a code was mailed for the known browser at once")?;
        until("the mail is there", || app.mail.codes(GUEST).contains(&code)).await;
        let answer = known.give_code(&share, &code).await?;
        entered += usize::from(answer.code() == 303);
        known.finish(&share).await?;
    }
    let tries = siege.end().await;
    println!("siege: a browser that was in before got in {entered} of {rounds} times, at once, beside {tries} tries of attackers");
    assert_eq!(entered, rounds);
    assert_eq!(app.events("session.opened").len(), rounds + 1, "nobody else did");
    Ok(())
}

/// How somebody came in, and after which wait.
#[derive(Debug, Default)]
struct Ways {
    by_mail: Vec<u64>,
    by_staff: Vec<u64>,
}

/// Types a code as often as the page says it may be; gives how it ended.
async fn give(app: &TestApp, client: &Client, share: &Shared, code: &str) -> Outcome<bool> {
    for _ in 0..3 {
        let page = client.get(&share.code_page()).await?;
        let Some(form) = page.forms().into_iter().next() else { return Ok(false) };
        let form = crate::rig::answer::Form { action: share.code_page(), ..form };
        let answer = client.post_form(&form.with("code", code)).await?;
        match answer.code() {
            303 => return Ok(true),
            429 => app.pass(Duration::from_secs(answer.header("retry-after").parse()?)),
            _ => return Ok(false),
        }
    }
    Ok(false)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_a_code_gets_in_when_the_wait_is_over_that_the_page_named() -> Outcome {
    let rounds = of(100);
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let (mut entered, mut waits) = (0, Vec::new());
    for round in 0..rounds {
        let email = format!("person{round}@example.org");
        let share = app.share(CreateShare { to: vec![email.clone()], ..documents(&["report.txt"]) }).await?;
        let person = app.client();
        let code = person.code_from_mail(&share.link(), &email).await?;
        let siege = Siege::begin(&app, &share, &email, 4);
        until("attackers have slowed everybody down", || {
            app.gate.guests().iter().any(|guest| guest.email == email && guest.slow_until.is_some())
        })
        .await;
        let start = app.gate.now();
        entered += usize::from(give(&app, &person, &share, &code).await?);
        waits.push(app.gate.now().since(start).as_secs());
        siege.end().await;
        app.pass(THREE_HOURS);
    }
    println!("siege: whoever held a code got in {entered} of {rounds} times, after {} s at most", waits.iter().max().copied().unwrap_or(0));
    assert_eq!(entered, rounds);
    Ok(())
}

/// Somebody who was never in comes in the midst of it: by mail if their pages lead there, else staff read them a code.
async fn a_newcomer(app: &TestApp, share: &Shared, email: &str, ways: &mut Ways) -> Outcome {
    let (client, start) = (app.client().from(Ipv4Addr::new(127, 0, 0, 200)), app.gate.now());
    let waited = |app: &TestApp| app.gate.now().since(start).as_secs();
    for _ in 0..PATIENCE {
        let agreed = client.agree(&share.link_of(email)).await?;
        if agreed.code() == 429 {
            app.pass(Duration::from_secs(agreed.header("retry-after").parse()?));
            continue;
        }
        if let Some(code) = own_code(app, share, &client)
            && give(app, &client, share, &code).await?
        {
            ways.by_mail.push(waited(app));
            return Ok(());
        }
        let page = client.get(&share.code_page()).await?;
        match named_wait(&page.text(), app.gate.now()) {
            Some(wait) if wait < Duration::from_secs(3600) => app.pass(wait),
            _ => break,
        }
    }
    for _ in 0..PATIENCE {
        let read = app.api("POST", &format!("/api/v1/shares/{}/code", share.id), &json!({ "to": email })).await;
        let read: Value = serde_json::from_slice(&read.body)?;
        let code = read["code"].as_str().ok_or("staff may read a code")?;
        client.agree(&share.link_of(email)).await?;
        if client.get(&share.code_page()).await?.code() == 200 && give(app, &client, share, code).await? {
            ways.by_staff.push(waited(app));
            return Ok(());
        }
        app.pass(Duration::from_secs(360));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_gets_in_in_the_midst_of_an_attack_from_twenty_networks() -> Outcome {
    let rounds = of(100);
    let app = TestApp::with(|config| config.limits.exempt_networks.clear()).await?;
    app.put("report.txt", "the report")?;
    let mut ways = Ways::default();
    for round in 0..rounds {
        let email = format!("person{round}@example.org");
        let share = app.share(CreateShare { to: vec![email.clone()], ..documents(&["report.txt"]) }).await?;
        let siege = Siege::begin(&app, &share, &email, 20);
        siege.go_on(60).await;
        a_newcomer(&app, &share, &email, &mut ways).await?;
        siege.end().await;
        app.pass(THREE_HOURS);
    }
    let most = |waits: &[u64]| waits.iter().max().copied().unwrap_or(0);
    println!(
        "siege: of {rounds} newcomers {} got in by mail (after {} s at most), {} by a code that staff read out (after {} s at most)",
        ways.by_mail.len(),
        most(&ways.by_mail),
        ways.by_staff.len(),
        most(&ways.by_staff)
    );
    assert_eq!(ways.by_mail.len() + ways.by_staff.len(), rounds);
    assert_eq!(app.events("session.opened").len(), rounds, "nobody else did");
    Ok(())
}
