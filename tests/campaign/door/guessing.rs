//! Guessing: a race on one code, and very many browsers, with starts between; never more tries than the budgets.

use super::{challenge_cookie, id, of};
use crate::rig::{Client, Outcome, Shared, TestApp};
use doorward::crypto::random::CookieSecret;
use doorward::domain::bounds::{FAILURES_PER_CHALLENGE, FAILURES_PER_RECIPIENT, LIVE_CHALLENGES};
use doorward::domain::ids::ShareId;
use doorward::domain::machine::Signs;
use doorward::gate::Origin;
use doorward::gate::challenge::CodeAnswer;
use futures_util::future::join_all;

const GUEST: &str = "guest@example.org";
const RACERS: usize = 1_000;
const BROWSERS: usize = 100;
const STARTS: usize = 5;

fn nowhere() -> Origin {
    Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Signs::default() }
}

async fn app_with_a_share() -> Outcome<(TestApp, Shared)> {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    app.all_mailed().await;
    Ok((app, share))
}

/// So many tries at the same time, none of them right: how many were compared with the code.
async fn race(app: &TestApp, share: ShareId, browser: &CookieSecret, right: &str, tries: usize) -> Outcome<usize> {
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|code| code != right).take(tries);
    let tries: Vec<_> = wrong
        .map(|code| {
            let (gate, browser) = (app.gate.clone(), browser.clone());
            tokio::spawn(async move { gate.give_code(share, &browser, None, &code, nowhere()).await })
        })
        .collect();
    let mut compared = 0;
    for answer in join_all(tries).await {
        let (answer, session) = answer??;
        assert!(session.is_none());
        compared += usize::from(matches!(answer, CodeAnswer::Wrong(_)));
    }
    Ok(compared)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_and_starts_between_try_one_code_five_times() -> Outcome {
    let rounds = of(10);
    let mut most = 0;
    for _ in 0..rounds {
        let (mut app, share) = app_with_a_share().await?;
        let client = app.client();
        let code = client.code_from_mail(&share.link(), GUEST).await?;
        let browser = challenge_cookie(&client, &share).ok_or("the browser has its challenge")?;
        let cookies = client.cookies();
        // The fifth makes it void, and is told so.
        let mut compared = race(&app, id(&share)?, &browser, &code, RACERS).await? + 1;
        for _ in 0..STARTS {
            app = app.stop().await?.start().await?;
            compared += race(&app, id(&share)?, &browser, &code, RACERS / STARTS).await?;
        }
        let failed = app.events("code.failed").len();
        assert_eq!((failed, compared), (5, 5));
        most = most.max(failed);
        let again = app.client();
        again.set_cookies(cookies);
        let (answer, session) = app.gate.give_code(id(&share)?, &browser, None, &code, nowhere()).await?;
        assert!(answer == CodeAnswer::Void && session.is_none(), "the right one is worth nothing then");
    }
    println!(
        "guessing: {rounds} codes, each raced for by {RACERS} at once and after {STARTS} starts by {} more: {most} tries of {FAILURES_PER_CHALLENGE} counted, 0 sessions",
        RACERS
    );
    Ok(())
}

async fn agree(client: &Client, share: &Shared) -> Outcome {
    let answer = client.agree(&share.link()).await?;
    assert_eq!(answer.code(), 303, "{}", answer.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_browsers_together_have_the_budget_of_one_recipient() -> Outcome {
    let (mut app, share) = app_with_a_share().await?;
    let clients: Vec<Client> = (0..BROWSERS).map(|_| app.client()).collect();
    for agreed in join_all(clients.iter().map(|client| agree(client, &share))).await {
        agreed?;
    }
    let browsers: Vec<CookieSecret> = clients.iter().filter_map(|client| challenge_cookie(client, &share)).collect();
    app.all_mailed().await;
    let mailed = app.mail.codes(GUEST);
    let wrong: Vec<String> = (0..).map(|n| format!("{n:06}")).filter(|code| !mailed.contains(code)).take(10).collect();
    let mut tried = 0;
    for start in 0..=STARTS {
        if start > 0 {
            app = app.stop().await?.start().await?;
        }
        let share = id(&share)?;
        let tries = browsers.iter().flat_map(|browser| wrong.iter().map(move |code| (browser.clone(), code.clone())));
        let tries: Vec<_> = tries
            .map(|(browser, code)| {
                let gate = app.gate.clone();
                tokio::spawn(async move { gate.give_code(share, &browser, None, &code, nowhere()).await })
            })
            .collect();
        tried += tries.len();
        for answer in join_all(tries).await {
            // A browser that was crowded out has to begin anew.
            assert!(answer?.map_or(true, |(_, session)| session.is_none()));
        }
    }
    let failed = app.events("code.failed").len();
    println!(
        "guessing: {BROWSERS} browsers, {tried} tries, {STARTS} starts: {} codes mailed (at most {LIVE_CHALLENGES}), {failed} tries counted (at most {FAILURES_PER_RECIPIENT} before waits), 0 sessions",
        mailed.len()
    );
    assert!(mailed.len() <= LIVE_CHALLENGES && failed <= FAILURES_PER_RECIPIENT, "{} {failed}", mailed.len());
    assert_eq!(app.events("session.opened").len(), 0);
    Ok(())
}
