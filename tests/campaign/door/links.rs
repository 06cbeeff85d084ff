//! Mutated links, each of them refused.

use super::of;
use crate::rig::forge::forge;
use crate::rig::{Outcome, TestApp};
use doorward::gate::refusal::Refusal;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutated_link_is_refused_and_nothing_is_looked_up_for_it() -> Outcome {
    let (all, over_http) = (of(1_000_000), of(25_000));
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let mut forge = forge(&app).await?;
    app.all_mailed().await;
    let known: BTreeSet<String> = forge.links.iter().cloned().collect();
    let client = app.client();
    let page = client.get("/s/AAAA").await?;
    let (lines, looks, calls) = (app.lines(), app.gate.ledger().looks(), app.gate.documents().calls());
    let (mut refused, mut asked, from) = (0, 0, Instant::now());
    while refused < all {
        let link = forge.next();
        if known.contains(&link) {
            continue;
        }
        assert_eq!(app.gate.enter(&link).err(), Some(Refusal::UnknownLink), "{link}");
        refused += 1;
        if refused % (all / over_http) == 0 {
            asked += 1;
            let path = format!("/s/{}", utf8_percent_encode(&link, NON_ALPHANUMERIC));
            let answer = client.ask(["GET", "POST", "HEAD"][asked % 3], &path, &[], Vec::new()).await?;
            assert_eq!(answer.code(), 404, "{link}");
            assert!(answer.body.is_empty() || answer.body == page.body, "{link}");
        }
    }
    assert_eq!((app.gate.ledger().looks(), app.gate.documents().calls(), app.lines()), (looks, calls, lines));
    println!("mutated links: {refused} of {all} refused, {asked} of them over HTTP as well, in {} s", from.elapsed().as_secs());
    println!("  looks at the state 0, calls of a store 0, lines of the ledger 0");
    Ok(())
}
