//! How often one network may ask: refused politely, with the time when it may ask again.

mod crowded;

use crate::helpers::{Answer, MINUTE, Outcome, TestApp};
use doorward::config::{Config, Rate};

fn narrow(config: &mut Config) {
    let rate: Rate = "12 per 10m".parse().expect("it is a rate");
    let limits = &mut config.limits;
    limits.exempt_networks.clear();
    (limits.open, limits.agree, limits.code, limits.miss, limits.download) = (rate, rate, rate, rate, rate);
}

/// A refusal that names the time.
fn must_be_too_many(answer: &Answer, what: &str) {
    assert_eq!(answer.code(), 429, "{what}: {}", answer.text());
    let wait: u64 = answer.header("retry-after").parse().unwrap_or_default();
    assert!((1..=600).contains(&wait), "{what}: {wait}");
    assert!(answer.says("A little slower, please") && answer.says("at 12:"), "{what}: {}", answer.text());
}

#[tokio::test]
async fn each_kind_of_request_has_its_limit_and_the_page_says_when_it_is_over() -> Outcome {
    let app = TestApp::with(narrow).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    client.enter(&share).await?;
    let code_form = crate::helpers::answer::Form { action: share.code_page(), fields: Vec::new() };
    let agree_form = crate::helpers::answer::Form { action: share.link(), fields: Vec::new() };
    for what in ["open", "agree", "code", "miss", "download"] {
        let mut last = None;
        for _ in 0..11 {
            let answer = match what {
                "open" => client.get(&share.link()).await?,
                "agree" => client.post_form(&agree_form).await?,
                "code" => client.post_form(&code_form).await?,
                "miss" => client.get("/s/AAAA").await?,
                _ => client.get(&share.document("report.txt")).await?,
            };
            if answer.code() == 429 {
                last = Some(answer);
                break;
            }
        }
        must_be_too_many(&last.ok_or(what)?, what);
    }
    assert_eq!(client.get("/healthz").await?.code(), 200, "probes are not counted");
    assert_eq!(client.get(&share.page()).await?.code(), 200, "nor is the list of somebody with a session");
    app.pass(10 * MINUTE);
    assert_eq!(client.get(&share.link()).await?.code(), 200, "and it is over when the page said");
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 200);
    Ok(())
}

#[tokio::test]
async fn a_refused_request_leaves_no_trace_in_the_ledger() -> Outcome {
    let app = TestApp::with(narrow).await?;
    let client = app.client();
    let lines = app.lines();
    for _ in 0..50 {
        client.get("/s/AAAA").await?;
    }
    assert_eq!(app.lines(), lines);
    Ok(())
}

#[tokio::test]
async fn buttons_that_a_machine_presses_leave_the_codes_to_the_person_behind_its_address() -> Outcome {
    let app = TestApp::with(|config| config.limits.exempt_networks.clear()).await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let (machine, person) = (app.client(), app.client());
    let page = machine.open_link(&share.link()).await?;
    let buttons = ["decline", "not-meant"].map(|way| page.form(&format!("{}/{way}", share.link())));
    let mut last = 303;
    for press in 0..20 {
        last = machine.post_form(&buttons[press % 2]).await?.code();
    }
    assert_eq!(last, 429, "it is held up before long");
    person.enter(&share).await?;
    assert_eq!(person.get(&share.document("report.txt")).await?.code(), 200);
    Ok(())
}
